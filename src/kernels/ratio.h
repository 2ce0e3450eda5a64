/* Dividing lane numbers: by a multiplication, of which a processor does a vector at once. */
#ifndef BATCHDOT_KERNELS_RATIO_H
#define BATCHDOT_KERNELS_RATIO_H

#include <stdint.h>

/* 1 / divisor in units of 2^-12, rounded up. */
struct ratio {
    int32_t parts;
};

enum { RATIO_BITS = 12 };

static inline struct ratio one_part_of(int32_t divisor) {
    return (struct ratio){(1 << RATIO_BITS) / divisor + 1};
}

/* number / divisor rounded down, exactly: for both up to 32, the excess stays below 32 / 4096, less than is missing to
 * the next whole number. */
static inline int32_t times_ratio(int32_t number, struct ratio ratio) {
    return number * ratio.parts >> RATIO_BITS;
}

#endif
