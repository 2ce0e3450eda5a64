/* Cutting an extent into parts that are as equal as can be. */
#ifndef BATCHDOT_BASE_PARTS_H
#define BATCHDOT_BASE_PARTS_H

#include <stdint.h>

static inline int64_t bd_divide_up(int64_t a, int64_t b) {
    return a / b + (a % b != 0);
}

struct parts {
    int64_t count, least, longer; /* the first longer ones have one more than the least */
};

static inline struct parts bd_cut(int64_t extent, int64_t count) {
    return (struct parts){count, extent / count, extent % count};
}

static inline int64_t bd_part_extent(struct parts parts, int64_t index) {
    return parts.least + (index < parts.longer);
}

#endif
