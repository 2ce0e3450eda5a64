/* The words of vector_avx512.h for NEON on 64-bit ARM; without permute, which four lanes have no use for. Include after
 * defining ELEMENT_BITS, and INTEGER_ELEMENTS if they are. */
#include "kernels/element_type.h"

#include <arm_neon.h>
#include <stdint.h>

#define REGISTERS 32

/* OF_TYPE(vaddq) is vaddq_f32 or vaddq_f64. */
#if ELEMENT_BITS == 32
typedef float32x4_t vec;
enum { LANES = 4 };
#define OF_TYPE(operation) operation##_f32
#define OF_INTEGERS(operation) operation##_u32
#define TO_INTEGERS vreinterpretq_u32_f32
#define FROM_INTEGERS vreinterpretq_f32_u32
#else
typedef float64x2_t vec;
enum { LANES = 2 };
#define OF_TYPE(operation) operation##_f64
#define OF_INTEGERS(operation) operation##_u64
#define TO_INTEGERS vreinterpretq_u64_f64
#define FROM_INTEGERS vreinterpretq_f64_u64
#endif

typedef int part; /* how many lanes, the first ones */

enum { PARTS_COST = 1, PERMUTES_COST = 1, HAS_HALF_VECTORS = 0 };

static inline vec zero(void) {
    return OF_TYPE(vdupq_n)(0);
}

static inline vec load(const element *data) {
    return OF_TYPE(vld1q)((const void *)data);
}

static inline vec load_by_halves(const element *data) {
    return load(data);
}

static inline vec in_register(vec a) {
    __asm__("" : "+w"(a));
    return a;
}

static inline void store(element *data, vec a) {
    OF_TYPE(vst1q)((void *)data, a);
}

static inline void store_past_cache(element *data, vec a) {
    store(data, a);
}

static inline void fence(void) {
}

static inline part first_lanes(int64_t count) {
    return (part)count;
}

#ifdef INTEGER_ELEMENTS

static inline vec broadcast(element a) {
    return FROM_INTEGERS(OF_INTEGERS(vdupq_n)(a));
}

static inline element first_lane(vec a) {
    return OF_INTEGERS(vgetq_lane)(TO_INTEGERS(a), 0);
}

static inline vec add(vec a, vec b) {
    return FROM_INTEGERS(OF_INTEGERS(vaddq)(TO_INTEGERS(a), TO_INTEGERS(b)));
}

static inline vec add_pairs(vec a, vec b) {
    return FROM_INTEGERS(OF_INTEGERS(vpaddq)(TO_INTEGERS(a), TO_INTEGERS(b)));
}

static inline vec multiply(vec a, vec b) {
#if ELEMENT_BITS == 32
    return FROM_INTEGERS(vmulq_u32(TO_INTEGERS(a), TO_INTEGERS(b)));
#else /* NEON has no such multiplication */
    const uint64x2_t x = TO_INTEGERS(a), y = TO_INTEGERS(b);
    return FROM_INTEGERS((uint64x2_t){x[0] * y[0], x[1] * y[1]});
#endif
}

static inline vec multiply_add(vec a, vec b, vec sum) {
    return add(multiply(a, b), sum);
}

#else

static inline vec broadcast(element a) {
    return OF_TYPE(vdupq_n)(a);
}

static inline element first_lane(vec a) {
    return OF_TYPE(vgetq_lane)(a, 0);
}

static inline vec add(vec a, vec b) {
    return OF_TYPE(vaddq)(a, b);
}

static inline vec add_pairs(vec a, vec b) {
    return OF_TYPE(vpaddq)(a, b);
}

static inline vec multiply(vec a, vec b) {
    return OF_TYPE(vmulq)(a, b);
}

static inline vec multiply_add(vec a, vec b, vec sum) {
    return OF_TYPE(vfmaq)(sum, a, b);
}

#endif

static inline int sum_slot(int row) {
    return row;
}

#if ELEMENT_BITS == 32

static inline vec load_part(const element *data, part lanes_read) {
    if (lanes_read == LANES)
        return load(data);
    vec a = zero();
    if (lanes_read & 2)
        a = vcombine_f32(vld1_f32((const void *)(data)), vdup_n_f32(0));
    if (lanes_read == 1)
        a = vld1q_lane_f32((const void *)(data), a, 0);
    if (lanes_read == 3)
        a = vld1q_lane_f32((const void *)(data + 2), a, 2);
    return a;
}

static inline void store_part(element *data, vec a, part lanes_written) {
    if (lanes_written == LANES) {
        store(data, a);
        return;
    }
    if (lanes_written & 2)
        vst1_f32((void *)(data), vget_low_f32(a));
    if (lanes_written == 1)
        vst1q_lane_f32((void *)(data), a, 0);
    if (lanes_written == 3)
        vst1q_lane_f32((void *)(data + 2), a, 2);
}

/* Sums the lanes of each row: lanes that are neighbours first. */
static inline vec sum_rows(const vec rows[LANES]) {
    return add_pairs(add_pairs(rows[0], rows[1]), add_pairs(rows[2], rows[3]));
}

static inline element sum_row(vec row) {
    const vec pairs = add_pairs(row, row);
    return first_lane(add_pairs(pairs, pairs));
}

static inline void transpose(vec rows[LANES]) {
    const float64x2_t a = vreinterpretq_f64_f32(vtrn1q_f32(rows[0], rows[1]));
    const float64x2_t b = vreinterpretq_f64_f32(vtrn2q_f32(rows[0], rows[1]));
    const float64x2_t c = vreinterpretq_f64_f32(vtrn1q_f32(rows[2], rows[3]));
    const float64x2_t d = vreinterpretq_f64_f32(vtrn2q_f32(rows[2], rows[3]));
    rows[0] = vreinterpretq_f32_f64(vtrn1q_f64(a, c));
    rows[1] = vreinterpretq_f32_f64(vtrn1q_f64(b, d));
    rows[2] = vreinterpretq_f32_f64(vtrn2q_f64(a, c));
    rows[3] = vreinterpretq_f32_f64(vtrn2q_f64(b, d));
}

static inline vec swap_pairs(vec a) {
    return vrev64q_f32(a);
}

static inline vec broadcast_pair(element first, element second) {
    return (vec){first, second, first, second};
}

static inline void transpose_pairs(vec rows[LANES / 2]) {
    const vec first = rows[0];
    rows[0] = vcombine_f32(vget_low_f32(first), vget_low_f32(rows[1]));
    rows[1] = vcombine_f32(vget_high_f32(first), vget_high_f32(rows[1]));
}

#else

static inline vec load_part(const element *data, part lanes_read) {
    if (lanes_read == LANES)
        return load(data);
    return lanes_read ? vld1q_lane_f64((const void *)(data), zero(), 0) : zero();
}

static inline void store_part(element *data, vec a, part lanes_written) {
    if (lanes_written == LANES)
        store(data, a);
    else if (lanes_written)
        vst1q_lane_f64((void *)(data), a, 0);
}

static inline vec sum_rows(const vec rows[LANES]) {
    return add_pairs(rows[0], rows[1]);
}

static inline element sum_row(vec row) {
    return first_lane(add_pairs(row, row));
}

static inline void transpose(vec rows[LANES]) {
    const vec first = vtrn1q_f64(rows[0], rows[1]);
    rows[1] = vtrn2q_f64(rows[0], rows[1]);
    rows[0] = first;
}

static inline vec swap_pairs(vec a) {
    return vextq_f64(a, a, 1);
}

static inline vec broadcast_pair(element first, element second) {
    return (vec){first, second};
}

static inline void transpose_pairs(vec rows[LANES / 2]) {
    (void)rows; /* of one pair each */
}

#endif

#undef OF_TYPE
#undef OF_INTEGERS
#undef TO_INTEGERS
#undef FROM_INTEGERS
