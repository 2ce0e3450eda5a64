/* The words of vector_avx512.h for AVX2 and FMA. Include after defining ELEMENT_BITS, and INTEGER_ELEMENTS if they are.
 */
#include "kernels/element_type.h"

#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>

#define REGISTERS 16
#define HAS_PERMUTE 1

/* OF_TYPE(add) is _mm256_add_ps or _mm256_add_pd. */
#if ELEMENT_BITS == 32
typedef __m256 vec;
enum { LANES = 8 };
#define OF_TYPE(operation) _mm256_##operation##_ps
#define OF_INTEGERS(operation) _mm256_##operation##_epi32
#define TO_INTEGERS _mm256_castps_si256
#define FROM_INTEGERS _mm256_castsi256_ps
#else
typedef __m256d vec;
enum { LANES = 4 };
#define OF_TYPE(operation) _mm256_##operation##_pd
#define OF_INTEGERS(operation) _mm256_##operation##_epi64
#define TO_INTEGERS _mm256_castpd_si256
#define FROM_INTEGERS _mm256_castsi256_pd
#endif

typedef int part;      /* how many lanes, the first ones */
typedef __m256i lanes; /* for f64, each lane is the two 32-bit lanes that it consists of */

enum { PARTS_COST = 1, PERMUTES_COST = 1, HAS_HALF_VECTORS = 0 };

static inline bool is_whole(part lanes_present) {
    return lanes_present == LANES;
}

static inline part first_lanes(int64_t count) {
    return (part)count;
}

static inline vec zero(void) {
    return OF_TYPE(setzero)();
}

static inline vec load(const element *data) {
    return OF_TYPE(loadu)((const void *)data);
}

static inline vec load_by_halves(const element *data) {
    return load(data); /* two vectors to a cache line */
}

static inline vec in_register(vec a) {
    __asm__("" : "+x"(a));
    return a;
}

static inline void store(element *data, vec a) {
    OF_TYPE(storeu)((void *)data, a);
}

static inline void store_past_cache(element *data, vec a) {
    OF_TYPE(stream)((void *)data, a);
}

static inline void fence(void) {
    _mm_sfence();
}

#ifdef INTEGER_ELEMENTS

static inline vec broadcast(element a) {
#if ELEMENT_BITS == 32
    return FROM_INTEGERS(_mm256_set1_epi32((int)a));
#else
    return FROM_INTEGERS(_mm256_set1_epi64x((long long)a));
#endif
}

static inline element first_lane(vec a) {
    const __m128i lowest = _mm256_castsi256_si128(TO_INTEGERS(a));
    return ELEMENT_BITS == 32 ? (element)_mm_cvtsi128_si32(lowest) : (element)_mm_cvtsi128_si64(lowest);
}

static inline vec add(vec a, vec b) {
    return FROM_INTEGERS(OF_INTEGERS(add)(TO_INTEGERS(a), TO_INTEGERS(b)));
}

/* Of 64 bits by halves, the product of the upper ones being beyond the result. */
static inline vec multiply(vec a, vec b) {
    const __m256i x = TO_INTEGERS(a), y = TO_INTEGERS(b);
#if ELEMENT_BITS == 32
    return FROM_INTEGERS(_mm256_mullo_epi32(x, y));
#else
    const __m256i crossed = _mm256_mullo_epi32(x, _mm256_shuffle_epi32(y, 0xb1));
    const __m256i upper = _mm256_slli_epi64(_mm256_add_epi32(crossed, _mm256_srli_epi64(crossed, 32)), 32);
    return FROM_INTEGERS(_mm256_add_epi64(_mm256_mul_epu32(x, y), upper));
#endif
}

static inline vec multiply_add(vec a, vec b, vec sum) {
    return add(multiply(a, b), sum);
}

#else

static inline vec broadcast(element a) {
    return OF_TYPE(set1)(a);
}

static inline element first_lane(vec a) {
#if ELEMENT_BITS == 32
    return _mm256_cvtss_f32(a);
#else
    return _mm256_cvtsd_f64(a);
#endif
}

static inline vec add(vec a, vec b) {
    return OF_TYPE(add)(a, b);
}

static inline vec multiply(vec a, vec b) {
    return OF_TYPE(mul)(a, b);
}

static inline vec multiply_add(vec a, vec b, vec sum) {
    return OF_TYPE(fmadd)(a, b, sum);
}

#endif

/* Turns a 4 by 4 block around. */
static inline void transpose_doubles(__m256d rows[4]) {
    const __m256d a = _mm256_unpacklo_pd(rows[0], rows[1]), b = _mm256_unpackhi_pd(rows[0], rows[1]);
    const __m256d c = _mm256_unpacklo_pd(rows[2], rows[3]), d = _mm256_unpackhi_pd(rows[2], rows[3]);
    rows[0] = _mm256_permute2f128_pd(a, c, 0x20);
    rows[1] = _mm256_permute2f128_pd(b, d, 0x20);
    rows[2] = _mm256_permute2f128_pd(a, c, 0x31);
    rows[3] = _mm256_permute2f128_pd(b, d, 0x31);
}

/* Parts are stored by halves, quarters and elements: a masked store takes some processors as long as ten whole ones. */
#if ELEMENT_BITS == 32

static inline vec load_part(const element *data, part lanes_read) {
    const __m256i numbers = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_maskload_ps((const void *)data, _mm256_cmpgt_epi32(_mm256_set1_epi32(lanes_read), numbers));
}

static inline void store_part(element *data, vec a, part lanes_written) {
    if (lanes_written == LANES) {
        store(data, a);
        return;
    }
    __m128 rest = _mm256_castps256_ps128(a);
    if (lanes_written & 4) {
        _mm_storeu_ps((void *)data, rest);
        rest = _mm256_extractf128_ps(a, 1);
        data += 4;
    }
    if (lanes_written & 2) {
        _mm_storel_pi((__m64 *)data, rest);
        rest = _mm_movehl_ps(rest, rest);
        data += 2;
    }
    if (lanes_written & 1)
        _mm_store_ss((void *)data, rest);
}

static inline vec permute(vec a, lanes from) {
    return _mm256_permutevar8x32_ps(a, from);
}

static inline lanes lanes_of(const int32_t from[LANES]) {
    return _mm256_loadu_si256((const __m256i *)from);
}

static inline lanes add_to_lanes(lanes from, int32_t distance) {
    return _mm256_add_epi32(from, _mm256_set1_epi32(distance));
}

static inline lanes even_lanes(lanes from) {
    return _mm256_andnot_si256(_mm256_set1_epi32(1), from);
}

static inline lanes odd_lanes(lanes from) {
    return _mm256_or_si256(from, _mm256_set1_epi32(1));
}

static inline vec permute_two(vec a, vec b, lanes from) {
    const __m256i is_of_b = _mm256_cmpgt_epi32(from, _mm256_set1_epi32(LANES - 1));
    return _mm256_blendv_ps(permute(a, from), permute(b, from), _mm256_castsi256_ps(is_of_b));
}

static inline int sum_slot(int row) {
    return (row >> 2 & 1) << 2 | (row & 1) << 1 | (row >> 1 & 1);
}

/* Sums the lanes of each row: lanes that are 4 apart first, then 2 and 1. */
static inline vec sum_rows(const vec rows[LANES]) {
    vec quarters[4], halves[2];
    for (int i = 0; i < 4; i++)
        quarters[i] =
            add(_mm256_permute2f128_ps(rows[i], rows[i + 4], 0x20), _mm256_permute2f128_ps(rows[i], rows[i + 4], 0x31));
    for (int i = 0; i < 2; i++) {
        const __m256d low = _mm256_castps_pd(quarters[i]), high = _mm256_castps_pd(quarters[i + 2]);
        halves[i] =
            add(_mm256_castpd_ps(_mm256_unpacklo_pd(low, high)), _mm256_castpd_ps(_mm256_unpackhi_pd(low, high)));
    }
    return add(_mm256_shuffle_ps(halves[0], halves[1], 0x88), _mm256_shuffle_ps(halves[0], halves[1], 0xdd));
}

static inline element sum_row(vec row) {
    row = add(row, _mm256_permute2f128_ps(row, row, 0x01));
    row = add(row, _mm256_permute_ps(row, 0x4e));
    row = add(row, _mm256_permute_ps(row, 0xb1));
    return first_lane(row);
}

/* Turns a LANES by LANES block around: pairs, fours, then the halves. */
static inline void transpose(vec rows[LANES]) {
    vec fours[8];
    for (int i = 0; i < 8; i += 4) {
        const __m256d a = _mm256_castps_pd(_mm256_unpacklo_ps(rows[i], rows[i + 1]));
        const __m256d b = _mm256_castps_pd(_mm256_unpackhi_ps(rows[i], rows[i + 1]));
        const __m256d c = _mm256_castps_pd(_mm256_unpacklo_ps(rows[i + 2], rows[i + 3]));
        const __m256d d = _mm256_castps_pd(_mm256_unpackhi_ps(rows[i + 2], rows[i + 3]));
        fours[i] = _mm256_castpd_ps(_mm256_unpacklo_pd(a, c));
        fours[i + 1] = _mm256_castpd_ps(_mm256_unpackhi_pd(a, c));
        fours[i + 2] = _mm256_castpd_ps(_mm256_unpacklo_pd(b, d));
        fours[i + 3] = _mm256_castpd_ps(_mm256_unpackhi_pd(b, d));
    }
    for (int i = 0; i < 4; i++) {
        rows[i] = _mm256_permute2f128_ps(fours[i], fours[i + 4], 0x20);
        rows[i + 4] = _mm256_permute2f128_ps(fours[i], fours[i + 4], 0x31);
    }
}

static inline vec swap_pairs(vec a) {
    return _mm256_permute_ps(a, 0xb1);
}

static inline vec broadcast_pair(element first, element second) {
    return _mm256_setr_ps(first, second, first, second, first, second, first, second);
}

static inline void transpose_pairs(vec rows[LANES / 2]) {
    __m256d pairs[4];
    for (int i = 0; i < 4; i++)
        pairs[i] = _mm256_castps_pd(rows[i]);
    transpose_doubles(pairs);
    for (int i = 0; i < 4; i++)
        rows[i] = _mm256_castpd_ps(pairs[i]);
}

#else

static inline vec load_part(const element *data, part lanes_read) {
    const __m256i numbers = _mm256_setr_epi64x(0, 1, 2, 3);
    return _mm256_maskload_pd((const void *)data, _mm256_cmpgt_epi64(_mm256_set1_epi64x(lanes_read), numbers));
}

static inline void store_part(element *data, vec a, part lanes_written) {
    if (lanes_written == LANES) {
        store(data, a);
        return;
    }
    __m128d rest = _mm256_castpd256_pd128(a);
    if (lanes_written & 2) {
        _mm_storeu_pd((void *)data, rest);
        rest = _mm256_extractf128_pd(a, 1);
        data += 2;
    }
    if (lanes_written & 1)
        _mm_store_sd((void *)data, rest);
}

static inline vec permute(vec a, lanes from) {
    return _mm256_castps_pd(_mm256_permutevar8x32_ps(_mm256_castpd_ps(a), from));
}

static inline lanes lanes_of(const int32_t from[LANES]) {
    const __m256i twice = _mm256_slli_epi64(_mm256_cvtepi32_epi64(_mm_loadu_si128((const __m128i *)from)), 1);
    return _mm256_or_si256(_mm256_or_si256(twice, _mm256_slli_epi64(twice, 32)),
                           _mm256_setr_epi32(0, 1, 0, 1, 0, 1, 0, 1));
}

static inline lanes add_to_lanes(lanes from, int32_t distance) {
    return _mm256_add_epi32(from, _mm256_set1_epi32(2 * distance));
}

static inline lanes even_lanes(lanes from) {
    return _mm256_andnot_si256(_mm256_set1_epi32(2), from);
}

static inline lanes odd_lanes(lanes from) {
    return _mm256_or_si256(from, _mm256_set1_epi32(2));
}

static inline vec permute_two(vec a, vec b, lanes from) {
    const __m256i is_of_b = _mm256_cmpgt_epi32(from, _mm256_set1_epi32(2 * LANES - 1));
    return _mm256_blendv_pd(permute(a, from), permute(b, from), _mm256_castsi256_pd(is_of_b));
}

static inline int sum_slot(int row) {
    return (row >> 1 & 1) << 1 | (row & 1);
}

/* Sums the lanes of each row: lanes that are 2 apart first, then 1. */
static inline vec sum_rows(const vec rows[LANES]) {
    vec halves[2];
    for (int i = 0; i < 2; i++)
        halves[i] =
            add(_mm256_permute2f128_pd(rows[i], rows[i + 2], 0x20), _mm256_permute2f128_pd(rows[i], rows[i + 2], 0x31));
    return add(_mm256_unpacklo_pd(halves[0], halves[1]), _mm256_unpackhi_pd(halves[0], halves[1]));
}

static inline element sum_row(vec row) {
    row = add(row, _mm256_permute2f128_pd(row, row, 0x01));
    row = add(row, _mm256_permute_pd(row, 0x5));
    return first_lane(row);
}

static inline void transpose(vec rows[LANES]) {
    transpose_doubles(rows);
}

static inline vec swap_pairs(vec a) {
    return _mm256_permute_pd(a, 0x5);
}

static inline vec broadcast_pair(element first, element second) {
    return _mm256_setr_pd(first, second, first, second);
}

static inline void transpose_pairs(vec rows[LANES / 2]) {
    const vec first = rows[0];
    rows[0] = _mm256_permute2f128_pd(first, rows[1], 0x20);
    rows[1] = _mm256_permute2f128_pd(first, rows[1], 0x31);
}

#endif

#undef OF_TYPE
#undef OF_INTEGERS
#undef TO_INTEGERS
#undef FROM_INTEGERS
