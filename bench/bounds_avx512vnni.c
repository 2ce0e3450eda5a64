/* The bound with AVX512_VNNI: four products of bytes a sum. */
#include "bounds.h"

#include <immintrin.h>

typedef uint32_t u32_vector __attribute__((vector_size(64)));

#define FMA_NAME fma_bytes
#define ELEMENT uint32_t
#define ELEMENT_VECTOR u32_vector
#define FACTOR 3
#define PRODUCTS 64
#define FMA_ACCUMULATORS 24
#define ADD(sum, factor, addend) ((u32_vector)_mm512_dpbusd_epi32((__m512i)(sum), (__m512i)(factor), (__m512i)(addend)))
#include "bounds_fma.h"

static int is_supported(void) {
    return __builtin_cpu_supports("avx512vnni");
}

const struct bounds bounds_avx512vnni = {"avx512vnni", is_supported, NULL, {[ARITHMETIC_BYTES] = fma_bytes}};
