/* The bound with AVX512_BF16: two products of bf16 a sum. */
#include "bounds.h"

#include <immintrin.h>

#define FMA_NAME fma_bf16
#define ELEMENT float
#define ELEMENT_VECTOR __m512
#define FACTOR 0.5F
#define PRODUCTS 32
#define FMA_ACCUMULATORS 24
#define ADD(sum, factor, addend) _mm512_dpbf16_ps(sum, (__m512bh)(factor), (__m512bh)(addend))
#include "bounds_fma.h"

static int is_supported(void) {
    return __builtin_cpu_supports("avx512bf16");
}

const struct bounds bounds_avx512bf16 = {"avx512bf16", is_supported, NULL, {[ARITHMETIC_BF16] = fma_bf16}};
