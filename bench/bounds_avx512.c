/* The bounds with AVX-512. */
#include <immintrin.h>

#define VECTOR_BYTES 64
#define ACCUMULATORS 24
#define FIRST_WORDS(bytes) (__mmask16)((1U << ((bytes) / 4)) - 1)
#define LOAD_PART(data, bytes) _mm512_maskz_loadu_epi32(FIRST_WORDS(bytes), data)
#define STORE_PART(data, vector, bytes) _mm512_mask_storeu_epi32(data, FIRST_WORDS(bytes), (__m512i)(vector))
#include "bounds_template.h"

static int is_supported(void) {
    return __builtin_cpu_supports("avx512f");
}

const struct bounds bounds_avx512 = {"avx512", is_supported, touch, fma_f32, fma_f64};
