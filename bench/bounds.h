/* What no program can beat on this processor, compiled once an instruction set. */
#ifndef BATCHDOT_BENCH_BOUNDS_H
#define BATCHDOT_BENCH_BOUNDS_H

#include <batchdot/batchdot.h>

#include <stddef.h>
#include <stdint.h>

/* Bytes of an item in each operand; the items follow each other. Counted in steps of 4 bytes: a rest is left out. */
struct touch_sizes {
    size_t x, y, out;
};

/* Reads x and y and writes out, item by item, with the widest loads and stores, and nothing else. */
typedef void touch_function(struct touch_sizes sizes, const char *x, const char *y, char *out, int64_t count);

/* What processors have instructions for. */
enum arithmetic {
    ARITHMETIC_F32,
    ARITHMETIC_F64,
    ARITHMETIC_BF16,  /* summed in f32 */
    ARITHMETIC_BYTES, /* summed in i32 */
    ARITHMETIC_I32,
    ARITHMETIC_I64,
    ARITHMETIC_COUNT
};

/* At least so many products, each added to a sum, from registers to registers. */
typedef void fma_function(double count);

/* An instruction set. What it is no better at than a lesser one is NULL. */
struct bounds {
    const char *isa;
    int (*is_supported)(void);
    touch_function *touch;
    fma_function *fma[ARITHMETIC_COUNT];
};

extern const struct bounds bounds_portable;
#if defined(__x86_64__)
extern const struct bounds bounds_avx2, bounds_avx512, bounds_avx512vnni, bounds_avx512bf16;
#endif

/* How elements of a dtype are multiplied and summed, which for complex ones is how their components are. */
enum arithmetic bounds_arithmetic(batchdot_dtype dtype);

/* The best of this processor's instruction sets for touching, and for multiply-adds. */
const struct bounds *bounds_for_touch(void);
const struct bounds *bounds_for_fma(enum arithmetic arithmetic);

/* Tells the compiler that someone wants a value, so that it must be computed. */
#define WANT(value) __asm__ volatile("" : : "m"(value))

#endif
