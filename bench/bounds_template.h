/* The bounds for one instruction set, written with the compiler's own vectors. Set before:
 *
 *   VECTOR_BYTES   the widest vector
 *   ACCUMULATORS, I32_ACCUMULATORS, I64_ACCUMULATORS
 *                  vectors of sums: enough of them to hide a multiply-add's latency, few enough to stay in registers
 *   LOAD_PART(data, bytes), STORE_PART(data, vector, bytes)
 *                  the first bytes of a vector, a multiple of 4; left undefined where there are no masks
 *   MULTIPLY_I32(sum, factor), MULTIPLY_I64(sum, factor)
 *                  where these take several instructions; left undefined where there is one
 *   MULTIPLY_PAIRS(sum, factor)
 *                  words of 16 bits, which is what bytes are widened to, multiplied, and the products added in pairs;
 *                  left undefined where there is nothing better than words of 32 bits
 */
#include "bounds.h"

#include <string.h>

typedef int32_t word_vector __attribute__((vector_size(VECTOR_BYTES), aligned(1), may_alias));
typedef float float_vector __attribute__((vector_size(VECTOR_BYTES)));
typedef double double_vector __attribute__((vector_size(VECTOR_BYTES)));
typedef uint32_t u32_vector __attribute__((vector_size(VECTOR_BYTES)));
typedef uint64_t u64_vector __attribute__((vector_size(VECTOR_BYTES)));

#ifndef LOAD_PART
#define LOAD_PART(data, bytes) load_part(data, bytes)
#define STORE_PART(data, vector, bytes) store_part(data, vector, bytes)

static inline word_vector load_part(const char *data, size_t bytes) {
    word_vector vector = {0};
    for (size_t i = 0; i < bytes / 4; i++)
        memcpy((char *)&vector + 4 * i, data + 4 * i, 4);
    return vector;
}

static inline void store_part(char *data, word_vector vector, size_t bytes) {
    for (size_t i = 0; i < bytes / 4; i++)
        memcpy(data + 4 * i, (const char *)&vector + 4 * i, 4);
}
#endif

/* Combines everything that is read with seen. Two chains, lest one's latency be what is measured. */
static inline word_vector touch_read(const char *data, size_t bytes, word_vector seen) {
    word_vector also_seen = {0};
    size_t i = 0;
    for (; i + 2 * VECTOR_BYTES <= bytes; i += 2 * VECTOR_BYTES) {
        seen ^= *(const word_vector *)(data + i);
        also_seen ^= *(const word_vector *)(data + i + VECTOR_BYTES);
    }
    if (i + VECTOR_BYTES <= bytes) {
        seen ^= *(const word_vector *)(data + i);
        i += VECTOR_BYTES;
    }
    if (i < bytes)
        also_seen ^= (word_vector)LOAD_PART(data + i, bytes % VECTOR_BYTES);
    return seen ^ also_seen;
}

static inline void touch_write(char *data, size_t bytes, word_vector vector) {
    size_t i = 0;
    for (; i + VECTOR_BYTES <= bytes; i += VECTOR_BYTES)
        *(word_vector *)(data + i) = vector;
    if (i < bytes)
        STORE_PART(data + i, vector, bytes % VECTOR_BYTES);
}

static void touch(struct touch_sizes sizes, const char *x, const char *y, char *out, int64_t count) {
    word_vector x_seen = {0}, y_seen = {0};
    const word_vector written = {0};
    for (int64_t i = 0; i < count; i++) {
        x_seen = touch_read(x + (size_t)i * sizes.x, sizes.x, x_seen);
        y_seen = touch_read(y + (size_t)i * sizes.y, sizes.y, y_seen);
        touch_write(out + (size_t)i * sizes.out, sizes.out, written);
    }
    const word_vector seen = x_seen ^ y_seen;
    WANT(seen);
}

/* The compiler makes one instruction of both where there is one. */
#define MULTIPLY(sum, factor) ((sum) * (factor))
#define ADD(sum, factor, addend) ((sum) + (addend))

#define FMA_NAME fma_f32
#define ELEMENT float
#define ELEMENT_VECTOR float_vector
#define FACTOR 0.5F
#define PRODUCTS (VECTOR_BYTES / 4)
#define FMA_ACCUMULATORS ACCUMULATORS
#include "bounds_fma.h"

#define FMA_NAME fma_f64
#define ELEMENT double
#define ELEMENT_VECTOR double_vector
#define FACTOR 0.5
#define PRODUCTS (VECTOR_BYTES / 8)
#define FMA_ACCUMULATORS ACCUMULATORS
#include "bounds_fma.h"

#ifdef MULTIPLY_I32
#undef MULTIPLY
#undef ADD
#define ADD(sum, factor, addend) (MULTIPLY_I32(sum, factor) + (addend))
#endif

#define FMA_NAME fma_i32
#define ELEMENT uint32_t
#define ELEMENT_VECTOR u32_vector
#define FACTOR 3
#define PRODUCTS (VECTOR_BYTES / 4)
#define FMA_ACCUMULATORS I32_ACCUMULATORS
#include "bounds_fma.h"

#ifdef MULTIPLY_I64
#undef MULTIPLY
#undef ADD
#define ADD(sum, factor, addend) (MULTIPLY_I64(sum, factor) + (addend))
#endif

#define FMA_NAME fma_i64
#define ELEMENT uint64_t
#define ELEMENT_VECTOR u64_vector
#define FACTOR 3
#define PRODUCTS (VECTOR_BYTES / 8)
#define FMA_ACCUMULATORS I64_ACCUMULATORS
#include "bounds_fma.h"

#ifdef MULTIPLY_PAIRS
#undef MULTIPLY
#undef ADD
#define MULTIPLY(sum, factor) ((u32_vector)MULTIPLY_PAIRS(sum, factor))
#define ADD(sum, factor, addend) ((sum) + (addend))

#define FMA_NAME fma_bytes
#define ELEMENT uint32_t
#define ELEMENT_VECTOR u32_vector
#define FACTOR 3
#define PRODUCTS (VECTOR_BYTES / 2)
#define FMA_ACCUMULATORS ACCUMULATORS
#include "bounds_fma.h"
#else
#define fma_bytes fma_i32
#endif

/* Without instructions for bf16, that is widened. */
#define FMA_FUNCTIONS                                                                                                  \
    {                                                                                                                  \
        [ARITHMETIC_F32] = fma_f32, [ARITHMETIC_F64] = fma_f64, [ARITHMETIC_BF16] = fma_f32,                           \
        [ARITHMETIC_BYTES] = fma_bytes, [ARITHMETIC_I32] = fma_i32, [ARITHMETIC_I64] = fma_i64                         \
    }
