/* The words that kernels are written in, for AVX-512 (F, DQ, BW, VL). Include after defining ELEMENT_BITS, 32 or 64,
 * and INTEGER_ELEMENTS if they are integers, which wrap around. vector_avx512vl.h, vector_avx2.h, vector_neon.h and
 * vector_portable.h define the same words. */
#include "kernels/element_type.h"

#include <immintrin.h>
#include <stdint.h>

#define REGISTERS 32
#define HAS_PERMUTE 1

/* OF_TYPE(add) is _mm512_add_ps or _mm512_add_pd. Integers lie in vectors of this type as well, since what moves lanes
 * does not look at them; OF_INTEGERS(add) is _mm512_add_epi32 or _mm512_add_epi64. */
#if ELEMENT_BITS == 32
typedef __m512 vec;
typedef __mmask16 part;
enum { LANES = 16 };
#define OF_TYPE(operation) _mm512_##operation##_ps
#define OF_INTEGERS(operation) _mm512_##operation##_epi32
#define TO_INTEGERS _mm512_castps_si512
#define FROM_INTEGERS _mm512_castsi512_ps
#define FROM_DOUBLES _mm512_castpd_ps
#else
typedef __m512d vec;
typedef __mmask8 part;
enum { LANES = 8 };
#define OF_TYPE(operation) _mm512_##operation##_pd
#define OF_INTEGERS(operation) _mm512_##operation##_epi64
#define TO_INTEGERS _mm512_castpd_si512
#define FROM_INTEGERS _mm512_castsi512_pd
#define FROM_DOUBLES(a) (a)
#endif

#define OF_BITS(operation) _mm512_##operation
#define LOWEST_QUARTER _mm512_castsi512_si128
#define BROADCAST_64 _mm512_set1_epi64
#define MULTIPLY_INTEGERS OF_INTEGERS(mullo)
#include "kernels/vector_x86.h"

#include "kernels/vector_masks.h"

/* Lane numbers, for permute. */
typedef __m512i lanes;

/* Whether loading a part takes longer than loading a vector. */
enum { PARTS_COST = 0 };

/* Whether permuting lanes takes longer than multiplying. */
enum { PERMUTES_COST = 0 };

/* Whether kernels that stand behind these in the list have vectors of half as many lanes. */
enum { HAS_HALF_VECTORS = 1 };

/* load by two accesses to a cache line, of which a processor's prefetching makes more than of one: rows from the
 * last-level cache come up to a quarter faster. */
static inline vec load_by_halves(const element *data) {
    const double *const pairs = (const void *)data;
    const __m512d low = _mm512_castpd256_pd512(_mm256_loadu_pd(pairs));
    return FROM_DOUBLES(_mm512_insertf64x4(low, _mm256_loadu_pd(pairs + 4), 1));
}

/* The lanes that are so far behind. */
static inline lanes add_to_lanes(lanes from, int32_t distance) {
    return OF_INTEGERS(add)(from, OF_INTEGERS(set1)(distance));
}

/* Of each pair of lanes, one beside the other, the first one, and the second. */
static inline lanes even_lanes(lanes from) {
    return _mm512_andnot_si512(OF_INTEGERS(set1)(1), from);
}

static inline lanes odd_lanes(lanes from) {
    return _mm512_or_si512(from, OF_INTEGERS(set1)(1));
}

/* Turns an 8 by 8 block around: pairs, then the 128-bit quarters. */
static inline void transpose_doubles(__m512d rows[8]) {
    __m512d pairs[8], quarters[8];
    for (int i = 0; i < 8; i += 2) {
        pairs[i] = _mm512_unpacklo_pd(rows[i], rows[i + 1]);
        pairs[i + 1] = _mm512_unpackhi_pd(rows[i], rows[i + 1]);
    }
    for (int i = 0; i < 2; i++) {
        quarters[i] = _mm512_shuffle_f64x2(pairs[i], pairs[i + 2], 0x88);
        quarters[i + 2] = _mm512_shuffle_f64x2(pairs[i], pairs[i + 2], 0xdd);
        quarters[i + 4] = _mm512_shuffle_f64x2(pairs[i + 4], pairs[i + 6], 0x88);
        quarters[i + 6] = _mm512_shuffle_f64x2(pairs[i + 4], pairs[i + 6], 0xdd);
    }
    for (int i = 0; i < 4; i++) {
        rows[i] = _mm512_shuffle_f64x2(quarters[i], quarters[i + 4], 0x88);
        rows[i + 4] = _mm512_shuffle_f64x2(quarters[i], quarters[i + 4], 0xdd);
    }
}

#if ELEMENT_BITS == 32

static inline vec permute(vec a, lanes from) {
    return _mm512_permutexvar_ps(from, a);
}

/* Lane numbers from LANES on are those of b. */
static inline vec permute_two(vec a, vec b, lanes from) {
    return _mm512_permutex2var_ps(a, from, b);
}

static inline lanes lanes_of(const int32_t from[LANES]) {
    return _mm512_loadu_si512(from);
}

/* Where a row must stand among the rows of sum_rows for its sum to come out in lane row. */
static inline int sum_slot(int row) {
    return (row >> 2 & 1) << 3 | (row >> 3 & 1) << 2 | (row & 1) << 1 | (row >> 1 & 1);
}

/* Sums the lanes of each row: lanes that are 8 apart first, then 4, 2 and 1. */
static inline vec sum_rows(const vec rows[LANES]) {
    vec eighths[8], quarters[4], halves[2];
    for (int i = 0; i < 8; i++)
        eighths[i] =
            add(_mm512_shuffle_f32x4(rows[i], rows[i + 8], 0x44), _mm512_shuffle_f32x4(rows[i], rows[i + 8], 0xee));
    for (int i = 0; i < 4; i++)
        quarters[i] = add(_mm512_shuffle_f32x4(eighths[i], eighths[i + 4], 0x88),
                          _mm512_shuffle_f32x4(eighths[i], eighths[i + 4], 0xdd));
    for (int i = 0; i < 2; i++) {
        const __m512d low = _mm512_castps_pd(quarters[i]), high = _mm512_castps_pd(quarters[i + 2]);
        halves[i] =
            add(_mm512_castpd_ps(_mm512_unpacklo_pd(low, high)), _mm512_castpd_ps(_mm512_unpackhi_pd(low, high)));
    }
    return add(_mm512_shuffle_ps(halves[0], halves[1], 0x88), _mm512_shuffle_ps(halves[0], halves[1], 0xdd));
}

/* The same for one row. */
static inline element sum_row(vec row) {
    row = add(row, _mm512_shuffle_f32x4(row, row, 0x4e));
    row = add(row, _mm512_shuffle_f32x4(row, row, 0xb1));
    row = add(row, _mm512_permute_ps(row, 0x4e));
    row = add(row, _mm512_permute_ps(row, 0xb1));
    return first_lane(row);
}

/* Turns a LANES by LANES block around: pairs, then fours, then the 128-bit quarters. */
static inline void transpose(vec rows[LANES]) {
    vec fours[16], quarters[16];
    for (int i = 0; i < 16; i += 4) {
        const __m512d a = _mm512_castps_pd(_mm512_unpacklo_ps(rows[i], rows[i + 1]));
        const __m512d b = _mm512_castps_pd(_mm512_unpackhi_ps(rows[i], rows[i + 1]));
        const __m512d c = _mm512_castps_pd(_mm512_unpacklo_ps(rows[i + 2], rows[i + 3]));
        const __m512d d = _mm512_castps_pd(_mm512_unpackhi_ps(rows[i + 2], rows[i + 3]));
        fours[i] = _mm512_castpd_ps(_mm512_unpacklo_pd(a, c));
        fours[i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(a, c));
        fours[i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(b, d));
        fours[i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(b, d));
    }
    for (int i = 0; i < 4; i++) {
        quarters[i] = _mm512_shuffle_f32x4(fours[i], fours[i + 4], 0x88);
        quarters[i + 4] = _mm512_shuffle_f32x4(fours[i], fours[i + 4], 0xdd);
        quarters[i + 8] = _mm512_shuffle_f32x4(fours[i + 8], fours[i + 12], 0x88);
        quarters[i + 12] = _mm512_shuffle_f32x4(fours[i + 8], fours[i + 12], 0xdd);
    }
    for (int i = 0; i < 8; i++) {
        rows[i] = _mm512_shuffle_f32x4(quarters[i], quarters[i + 8], 0x88);
        rows[i + 8] = _mm512_shuffle_f32x4(quarters[i], quarters[i + 8], 0xdd);
    }
}

/* For complex elements, which are pairs of lanes: exchanges the two of each pair. */
static inline vec swap_pairs(vec a) {
    return _mm512_permute_ps(a, 0xb1);
}

/* A pair of which the vector then consists. */
static inline vec broadcast_pair(element first, element second) {
    return _mm512_castpd_ps(_mm512_broadcastsd_pd(_mm_castps_pd(_mm_setr_ps(first, second, 0, 0))));
}

/* Turns a block of pairs around, which has half as many rows. */
static inline void transpose_pairs(vec rows[LANES / 2]) {
    __m512d pairs[8];
    for (int i = 0; i < 8; i++)
        pairs[i] = _mm512_castps_pd(rows[i]);
    transpose_doubles(pairs);
    for (int i = 0; i < 8; i++)
        rows[i] = _mm512_castpd_ps(pairs[i]);
}

#else

static inline vec permute(vec a, lanes from) {
    return _mm512_permutexvar_pd(from, a);
}

static inline vec permute_two(vec a, vec b, lanes from) {
    return _mm512_permutex2var_pd(a, from, b);
}

static inline lanes lanes_of(const int32_t from[LANES]) {
    return _mm512_cvtepi32_epi64(_mm256_loadu_si256((const __m256i *)from));
}

static inline int sum_slot(int row) {
    return (row >> 1 & 1) << 2 | (row >> 2 & 1) << 1 | (row & 1);
}

/* Sums the lanes of each row: lanes that are 4 apart first, then 2 and 1. */
static inline vec sum_rows(const vec rows[LANES]) {
    vec quarters[4], halves[2];
    for (int i = 0; i < 4; i++)
        quarters[i] =
            add(_mm512_shuffle_f64x2(rows[i], rows[i + 4], 0x44), _mm512_shuffle_f64x2(rows[i], rows[i + 4], 0xee));
    for (int i = 0; i < 2; i++)
        halves[i] = add(_mm512_shuffle_f64x2(quarters[i], quarters[i + 2], 0x88),
                        _mm512_shuffle_f64x2(quarters[i], quarters[i + 2], 0xdd));
    return add(_mm512_unpacklo_pd(halves[0], halves[1]), _mm512_unpackhi_pd(halves[0], halves[1]));
}

static inline element sum_row(vec row) {
    row = add(row, _mm512_shuffle_f64x2(row, row, 0x4e));
    row = add(row, _mm512_shuffle_f64x2(row, row, 0xb1));
    row = add(row, _mm512_permute_pd(row, 0x55));
    return first_lane(row);
}

/* Turns a LANES by LANES block around. */
static inline void transpose(vec rows[LANES]) {
    transpose_doubles(rows);
}

static inline vec swap_pairs(vec a) {
    return _mm512_permute_pd(a, 0x55);
}

static inline vec broadcast_pair(element first, element second) {
    return _mm512_broadcast_f64x2(_mm_setr_pd(first, second));
}

static inline void transpose_pairs(vec rows[LANES / 2]) {
    vec halves[4];
    for (int i = 0; i < 2; i++) {
        halves[i] = _mm512_shuffle_f64x2(rows[2 * i], rows[2 * i + 1], 0x88);
        halves[i + 2] = _mm512_shuffle_f64x2(rows[2 * i], rows[2 * i + 1], 0xdd);
    }
    rows[0] = _mm512_shuffle_f64x2(halves[0], halves[1], 0x88);
    rows[2] = _mm512_shuffle_f64x2(halves[0], halves[1], 0xdd);
    rows[1] = _mm512_shuffle_f64x2(halves[2], halves[3], 0x88);
    rows[3] = _mm512_shuffle_f64x2(halves[2], halves[3], 0xdd);
}

#endif

#undef OF_TYPE
#undef OF_INTEGERS
#undef TO_INTEGERS
#undef FROM_INTEGERS
#undef FROM_DOUBLES
