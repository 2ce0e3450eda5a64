/* Cutting an extent into parts that are as equal as can be. */
#ifndef BATCHDOT_BASE_PARTS_H
#define BATCHDOT_BASE_PARTS_H

#include <stdint.h>

static inline int64_t bd_divide_up(int64_t a, int64_t b) {
    return a / b + (a % b != 0);
}

/* Where part number index, from 0 to count, begins. */
static inline int64_t bd_part_begin(int64_t extent, int64_t count, int64_t index) {
    const int64_t rest = extent % count;
    return extent / count * index + (index < rest ? index : rest);
}

#endif
