/* Arithmetic that says whether it overflowed, and arithmetic that stops at the end of the range. */
#ifndef BATCHDOT_BASE_CHECKED_H
#define BATCHDOT_BASE_CHECKED_H

#include <stdbool.h>
#include <stdint.h>

/* True if the product did not fit, *product then being of no use. */
static inline bool bd_multiply_overflows(int64_t a, int64_t b, int64_t *product) {
    return __builtin_mul_overflow(a, b, product);
}

static inline bool bd_add_overflows(int64_t a, int64_t b, int64_t *sum) {
    return __builtin_add_overflow(a, b, sum);
}

/* For a >= 0 and b >= 0. */
static inline int64_t bd_multiply_saturating(int64_t a, int64_t b) {
    int64_t product;
    return bd_multiply_overflows(a, b, &product) ? INT64_MAX : product;
}

/* Without the undefined -INT64_MIN. */
static inline uint64_t bd_magnitude(int64_t value) {
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

#endif
