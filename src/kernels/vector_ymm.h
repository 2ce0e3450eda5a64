/* What vector_avx2.h and vector_avx512vl.h, either of which includes this, have in common: the words of vector_avx512.h
 * for vectors of 256 bits, but for those that concern parts. Needs their MULTIPLY_INTEGERS, as vector_x86.h has it. */
#include "kernels/element_type.h"

#include <immintrin.h>
#include <stdint.h>

/* OF_TYPE(add) is _mm256_add_ps or _mm256_add_pd. */
#if ELEMENT_BITS == 32
typedef __m256 vec;
enum { LANES = 8 };
#define OF_TYPE(operation) _mm256_##operation##_ps
#define OF_INTEGERS(operation) _mm256_##operation##_epi32
#define TO_INTEGERS _mm256_castps_si256
#define FROM_INTEGERS _mm256_castsi256_ps
#define LOW_HALF _mm256_castps256_ps128
#else
typedef __m256d vec;
enum { LANES = 4 };
#define OF_TYPE(operation) _mm256_##operation##_pd
#define OF_INTEGERS(operation) _mm256_##operation##_epi64
#define TO_INTEGERS _mm256_castpd_si256
#define FROM_INTEGERS _mm256_castsi256_pd
#define LOW_HALF _mm256_castpd256_pd128
#endif

typedef __m256i lanes; /* for f64, each lane is the two 32-bit lanes that it consists of */

enum { HAS_HALF_VECTORS = 0 };

#define OF_BITS(operation) _mm256_##operation
#define LOWEST_QUARTER _mm256_castsi256_si128
#define BROADCAST_64 _mm256_set1_epi64x
#include "kernels/vector_x86.h"

static inline vec load_by_halves(const element *data) {
    return load(data); /* two vectors to a cache line */
}

/* The lower, or upper, halves of both, one behind the other. */
static inline vec lower_halves(vec a, vec b) {
    return OF_TYPE(insertf128)(a, LOW_HALF(b), 1);
}

static inline vec upper_halves(vec a, vec b) {
    return OF_TYPE(permute2f128)(a, b, 0x31);
}

/* Turns a 4 by 4 block around. */
static inline void transpose_doubles(__m256d rows[4]) {
    const __m256d a = _mm256_unpacklo_pd(rows[0], rows[1]), b = _mm256_unpackhi_pd(rows[0], rows[1]);
    const __m256d c = _mm256_unpacklo_pd(rows[2], rows[3]), d = _mm256_unpackhi_pd(rows[2], rows[3]);
    rows[0] = _mm256_insertf128_pd(a, _mm256_castpd256_pd128(c), 1);
    rows[1] = _mm256_insertf128_pd(b, _mm256_castpd256_pd128(d), 1);
    rows[2] = _mm256_permute2f128_pd(a, c, 0x31);
    rows[3] = _mm256_permute2f128_pd(b, d, 0x31);
}

#if ELEMENT_BITS == 32

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
        quarters[i] = add(lower_halves(rows[i], rows[i + 4]), upper_halves(rows[i], rows[i + 4]));
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
        rows[i] = lower_halves(fours[i], fours[i + 4]);
        rows[i + 4] = upper_halves(fours[i], fours[i + 4]);
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
        halves[i] = add(lower_halves(rows[i], rows[i + 2]), upper_halves(rows[i], rows[i + 2]));
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
    rows[0] = lower_halves(first, rows[1]);
    rows[1] = upper_halves(first, rows[1]);
}

#endif
