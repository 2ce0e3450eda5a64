/* Memory at a multiple of a cache line's, and of the widest vector's, size. */
#ifndef BATCHDOT_BASE_ALIGNED_H
#define BATCHDOT_BASE_ALIGNED_H

#include <stddef.h>
#include <stdlib.h>

enum { BD_ALIGNMENT = 64 };

static inline size_t bd_align(size_t bytes) {
    return (bytes + BD_ALIGNMENT - 1) / BD_ALIGNMENT * BD_ALIGNMENT;
}

/* For free(); NULL if there is no memory. */
static inline void *bd_aligned_alloc(size_t bytes) {
    return aligned_alloc(BD_ALIGNMENT, bd_align(bytes));
}

#endif
