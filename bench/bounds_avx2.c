/* The bounds with AVX2 and FMA. */
#include <immintrin.h>
#include <stddef.h>

/* All bits set in the first words of a vector. */
static inline __m256i first_words(size_t words) {
    const __m256i numbers = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)words), numbers);
}

#define VECTOR_BYTES 32
#define ACCUMULATORS 12
#define LOAD_PART(data, bytes) _mm256_maskload_epi32((const int *)(const void *)(data), first_words((bytes) / 4))
#define STORE_PART(data, vector, bytes)                                                                                \
    _mm256_maskstore_epi32((int *)(void *)(data), first_words((bytes) / 4), (__m256i)(vector))
#include "bounds_template.h"

static int is_supported(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

const struct bounds bounds_avx2 = {"avx2", is_supported, touch, fma_f32, fma_f64};
