/* The words of small_avx512.h for AVX2 and F16C. Needs vector_avx2.h, of ELEMENT_BITS 32. */
#include "kernels/load_pieces.h"

#include <stdint.h>
#include <string.h>

typedef __m256i words;
typedef __m128i packed_16;
typedef __m128i packed_8; /* in its lower half */

static inline words words_of(vec a) {
    return _mm256_castps_si256(a);
}

static inline vec vec_of(words a) {
    return _mm256_castsi256_ps(a);
}

static inline words same_words(uint32_t a) {
    return _mm256_set1_epi32((int)a);
}

static inline words either(words a, words b) {
    return _mm256_or_si256(a, b);
}

static inline words both(words a, words b) {
    return _mm256_and_si256(a, b);
}

static inline words differing(words a, words b) {
    return _mm256_xor_si256(a, b);
}

static inline words add_words(words a, words b) {
    return _mm256_add_epi32(a, b);
}

static inline words subtract_words(words a, words b) {
    return _mm256_sub_epi32(a, b);
}

static inline words shift_left(words a, int bits) {
    return _mm256_slli_epi32(a, bits);
}

static inline words shift_right(words a, int bits) {
    return _mm256_srli_epi32(a, bits);
}

static inline words select_greater(words x, words y, words a, words b) {
    return _mm256_blendv_epi8(b, a, _mm256_cmpgt_epi32(x, y));
}

static inline __m128i load_below_16_bytes(const char *from, int64_t count) {
    if (!(count & 8))
        return _mm_cvtsi64_si128((long long)load_below_8_bytes(from, count));
    const uint64_t upper = load_below_8_bytes(from + 8, count - 8);
    return _mm_unpacklo_epi64(_mm_loadl_epi64((const __m128i *)(const void *)from),
                              _mm_cvtsi64_si128((long long)upper));
}

static inline packed_16 load_16(const void *from, int64_t count) {
    return count == LANES ? _mm_loadu_si128(from) : load_below_16_bytes(from, 2 * count);
}

static inline packed_8 load_8(const void *from, int64_t count) {
    return count == LANES ? _mm_loadl_epi64(from) : load_below_16_bytes(from, count);
}

static inline words load_bytes(const void *from, int64_t count) {
    if (count >= 32)
        return _mm256_loadu_si256(from);
    const char *const bytes = from;
    if (count < 16)
        return _mm256_zextsi128_si256(load_below_16_bytes(bytes, count));
    return _mm256_set_m128i(load_below_16_bytes(bytes + 16, count - 16), _mm_loadu_si128(from));
}

static inline packed_16 load_bytes_of_half(const void *from, int64_t count) {
    return count == 2 * LANES ? _mm_loadu_si128(from) : load_below_16_bytes(from, count);
}

static inline void store_16(void *to, packed_16 a, int64_t count) {
    char *bytes = to;
    if (count == LANES) {
        _mm_storeu_si128(to, a);
        return;
    }
    if (count & 4) {
        _mm_storel_epi64(to, a);
        a = _mm_unpackhi_epi64(a, a);
        bytes += 8;
    }
    if (count & 2) {
        const int piece = _mm_cvtsi128_si32(a);
        memcpy(bytes, &piece, 4);
        a = _mm_srli_si128(a, 4);
        bytes += 4;
    }
    if (count & 1) {
        const uint16_t piece = (uint16_t)_mm_cvtsi128_si32(a);
        memcpy(bytes, &piece, 2);
    }
}

static inline packed_16 low_halves(words a) {
    const __m256i low = _mm256_and_si256(a, _mm256_set1_epi32(0xffff));
    return _mm256_castsi256_si128(_mm256_permute4x64_epi64(_mm256_packus_epi32(low, low), 0x08));
}

static inline words words_of_u16(packed_16 a) {
    return _mm256_cvtepu16_epi32(a);
}

static inline words words_of_u8(packed_8 a) {
    return _mm256_cvtepu8_epi32(a);
}

static inline words words_of_i8(packed_8 a) {
    return _mm256_cvtepi8_epi32(a);
}

static inline words halves_of_i8(packed_16 bytes) {
    return _mm256_cvtepi8_epi16(bytes);
}

static inline words halves_of_u8(packed_16 bytes) {
    return _mm256_cvtepu8_epi16(bytes);
}

static inline vec widen_f16(packed_16 a) {
    return _mm256_cvtph_ps(a);
}

static inline packed_16 narrow_f16(vec a) {
    return _mm256_cvtps_ph(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

static inline vec multiply_add_pairs(vec x, vec y, vec sum) {
    return vec_of(_mm256_add_epi32(words_of(sum), _mm256_madd_epi16(words_of(x), words_of(y))));
}
