#include "normalized_copy.h"

#include <math.h>

enum { LANES = 16, BLOCK_PARTS = 64 };

/* Of vectors side by side, in one (length, behind). */
static inline int64_t blocks_of(const struct normalized_copy *copy) {
    return (copy->behind * copy->parts + BLOCK_PARTS - 1) / BLOCK_PARTS;
}

#define PART float
#define LEAST_SQUARE 1e-12F
#define SQUARE_ROOT sqrtf
#define COPY(name) copy_##name##_single
#include "normalized_copy_loops.h"

#define PART double
#define LEAST_SQUARE 1e-12
#define SQUARE_ROOT sqrt
#define COPY(name) copy_##name##_double
#include "normalized_copy_loops.h"

static inline __attribute__((always_inline)) void copy_units(const struct normalized_copy *copy, const void *from,
                                                             void *to, int64_t first, int64_t end) {
    if (copy->is_double)
        copy_units_double(copy, from, to, first, end);
    else
        copy_units_single(copy, from, to, first, end);
}

#if defined(__x86_64__)
/* What a caller's own loops are where they are compiled for the processor. */
static __attribute__((target("avx2,fma"))) void copy_units_avx2(const struct normalized_copy *copy, const void *from,
                                                                void *to, int64_t first, int64_t end) {
    copy_units(copy, from, to, first, end);
}
#endif

void normalized_copy_run(const struct normalized_copy *copy, const void *from, void *to, int part, int parts) {
    const int64_t units = copy->behind == 1 ? copy->before : copy->before * blocks_of(copy);
    const int64_t first = units * part / parts, end = units * (part + 1) / parts;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        copy_units_avx2(copy, from, to, first, end);
        return;
    }
#endif
    copy_units(copy, from, to, first, end);
}
