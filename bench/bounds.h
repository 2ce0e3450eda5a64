/* What no program can beat on this processor, compiled once an instruction set. */
#ifndef BATCHDOT_BENCH_BOUNDS_H
#define BATCHDOT_BENCH_BOUNDS_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of an item in each operand; the items follow each other. Counted in steps of 4 bytes: a rest is left out. */
struct touch_sizes {
    size_t x, y, out;
};

struct bounds {
    const char *isa;
    int (*is_supported)(void);
    /* Reads x and y and writes out, item by item, with the widest loads and stores, and nothing else. */
    void (*touch)(struct touch_sizes sizes, const char *x, const char *y, char *out, int64_t count);
    /* At least so many fused multiply-adds of elements, from registers to registers. */
    void (*fma_f32)(double count);
    void (*fma_f64)(double count);
};

extern const struct bounds bounds_portable;
#if defined(__x86_64__)
extern const struct bounds bounds_avx2, bounds_avx512;
#endif

#endif
