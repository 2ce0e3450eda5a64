/* The words of small_avx512.h for AVX2 and F16C. Needs vector_avx2.h, of ELEMENT_BITS 32. */
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

static inline packed_16 load_16(const void *from, int64_t count) {
    if (count == LANES)
        return _mm_loadu_si128(from);
    uint16_t elements[LANES] = {0};
    memcpy(elements, from, (size_t)count * sizeof elements[0]);
    return _mm_loadu_si128((const __m128i *)elements);
}

static inline packed_8 load_8(const void *from, int64_t count) {
    if (count == LANES)
        return _mm_loadl_epi64(from);
    uint8_t elements[LANES] = {0};
    memcpy(elements, from, (size_t)count);
    return _mm_loadl_epi64((const __m128i *)elements);
}

static inline void store_16(void *to, packed_16 a, int64_t count) {
    if (count == LANES) {
        _mm_storeu_si128(to, a);
        return;
    }
    uint16_t elements[LANES];
    _mm_storeu_si128((__m128i *)elements, a);
    memcpy(to, elements, (size_t)count * sizeof elements[0]);
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

static inline vec widen_f16(packed_16 a) {
    return _mm256_cvtph_ps(a);
}

static inline packed_16 narrow_f16(vec a) {
    return _mm256_cvtps_ph(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

static inline vec multiply_add_pairs(vec x, vec y, vec sum) {
    return vec_of(_mm256_add_epi32(words_of(sum), _mm256_madd_epi16(words_of(x), words_of(y))));
}
