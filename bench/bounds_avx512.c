/* The bounds with AVX-512, its BW for words of 16 bits and its DQ for products of 64 bits. */
#include <immintrin.h>

#define VECTOR_BYTES 64
#define ACCUMULATORS 24
#define I32_ACCUMULATORS ACCUMULATORS
#define I64_ACCUMULATORS ACCUMULATORS
#define FIRST_WORDS(bytes) (__mmask16)((1U << ((bytes) / 4)) - 1)
#define LOAD_PART(data, bytes) _mm512_maskz_loadu_epi32(FIRST_WORDS(bytes), data)
#define STORE_PART(data, vector, bytes) _mm512_mask_storeu_epi32(data, FIRST_WORDS(bytes), (__m512i)(vector))
#define MULTIPLY_PAIRS(sum, factor) _mm512_madd_epi16((__m512i)(sum), (__m512i)(factor))
#include "bounds_template.h"

static int is_supported(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq");
}

const struct bounds bounds_avx512 = {"avx512", is_supported, touch, FMA_FUNCTIONS};
