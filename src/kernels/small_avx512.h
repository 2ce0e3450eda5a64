/* Words for elements that are smaller than a lane of 32 bits, for AVX-512. small_avx2.h defines the same. Needs
 * vector_avx512.h, of ELEMENT_BITS 32. */
#include <stdint.h>

/* 32-bit lanes, and LANES elements of 16 and of 8 bits side by side. */
typedef __m512i words;
typedef __m256i packed_16;
typedef __m128i packed_8;

static inline words words_of(vec a) {
    return _mm512_castps_si512(a);
}

static inline vec vec_of(words a) {
    return _mm512_castsi512_ps(a);
}

static inline words same_words(uint32_t a) {
    return _mm512_set1_epi32((int)a);
}

static inline words either(words a, words b) {
    return _mm512_or_si512(a, b);
}

static inline words both(words a, words b) {
    return _mm512_and_si512(a, b);
}

static inline words differing(words a, words b) {
    return _mm512_xor_si512(a, b);
}

static inline words add_words(words a, words b) {
    return _mm512_add_epi32(a, b);
}

static inline words subtract_words(words a, words b) {
    return _mm512_sub_epi32(a, b);
}

static inline words shift_left(words a, int bits) {
    return _mm512_slli_epi32(a, (unsigned)bits);
}

static inline words shift_right(words a, int bits) {
    return _mm512_srli_epi32(a, (unsigned)bits);
}

/* a where the words compare so, elsewhere b. */
static inline words select_greater(words x, words y, words a, words b) {
    return _mm512_mask_blend_epi32(_mm512_cmpgt_epi32_mask(x, y), b, a);
}

/* count elements, 1 to LANES, of memory that may end behind them; the others become 0. */
static inline packed_16 load_16(const void *from, int64_t count) {
    return count == LANES ? _mm256_loadu_si256(from) : _mm256_maskz_loadu_epi16((__mmask16)((1u << count) - 1), from);
}

static inline packed_8 load_8(const void *from, int64_t count) {
    return count == LANES ? _mm_loadu_si128(from) : _mm_maskz_loadu_epi8((__mmask16)((1u << count) - 1), from);
}

/* LANES bytes of each of four rows: a lane holds those of one column. */
static inline words columns_of_bytes(packed_8 first, packed_8 second, packed_8 third, packed_8 fourth) {
    words rows = _mm512_castsi128_si512(first);
    rows = _mm512_inserti32x4(rows, second, 1);
    rows = _mm512_inserti32x4(rows, third, 2);
    rows = _mm512_inserti32x4(rows, fourth, 3);
    const __m512i fours = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    const __m128i bytes = _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    return _mm512_shuffle_epi8(_mm512_permutexvar_epi32(fours, rows), _mm512_broadcast_i32x4(bytes));
}

/* count bytes, up to a vector's, and up to half of them. */
static inline words load_bytes(const void *from, int64_t count) {
    return count >= 64 ? _mm512_loadu_si512(from) : _mm512_maskz_loadu_epi8(((__mmask64)1 << count) - 1, from);
}

static inline packed_16 load_bytes_of_half(const void *from, int64_t count) {
    return count >= 32 ? _mm256_loadu_si256(from) : _mm256_maskz_loadu_epi8(((__mmask32)1 << count) - 1, from);
}

static inline void store_16(void *to, packed_16 a, int64_t count) {
    if (count == LANES)
        _mm256_storeu_si256(to, a);
    else
        _mm256_mask_storeu_epi16(to, (__mmask16)((1u << count) - 1), a);
}

/* The low halves of words, whose upper ones do not matter. */
static inline packed_16 low_halves(words a) {
    return _mm512_cvtepi32_epi16(a);
}

static inline words words_of_u16(packed_16 a) {
    return _mm512_cvtepu16_epi32(a);
}

static inline words words_of_u8(packed_8 a) {
    return _mm512_cvtepu8_epi32(a);
}

static inline words words_of_i8(packed_8 a) {
    return _mm512_cvtepi8_epi32(a);
}

/* 16-bit integers of the values of bytes, of which there are as many as two a lane. */
static inline words halves_of_i8(packed_16 bytes) {
    return _mm512_cvtepi8_epi16(bytes);
}

static inline words halves_of_u8(packed_16 bytes) {
    return _mm512_cvtepu8_epi16(bytes);
}

static inline vec widen_f16(packed_16 a) {
    return _mm512_cvtph_ps(a);
}

static inline packed_16 narrow_f16(vec a) {
    return _mm512_cvtps_ph(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

/* sum + x0 * y0 + x1 * y1 in each lane, of signed 16-bit integers. */
static inline vec multiply_add_pairs(vec x, vec y, vec sum) {
    return vec_of(_mm512_add_epi32(words_of(sum), _mm512_madd_epi16(words_of(x), words_of(y))));
}
