/* The bounds with AVX2 and FMA. */
#include <immintrin.h>
#include <stddef.h>

/* All bits set in the first words of a vector. */
static inline __m256i first_words(size_t words) {
    const __m256i numbers = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)words), numbers);
}

/* Products of 64 bits, but for what is beyond 64, from those of their halves: faster than what the compiler makes. */
static inline __m256i multiply_i64(__m256i x, __m256i y) {
    const __m256i crossed = _mm256_mullo_epi32(x, _mm256_shuffle_epi32(y, 0xb1));
    const __m256i upper = _mm256_slli_epi64(_mm256_add_epi32(crossed, _mm256_srli_epi64(crossed, 32)), 32);
    return _mm256_add_epi64(_mm256_mul_epu32(x, y), upper);
}

#define VECTOR_BYTES 32
#define ACCUMULATORS 12
#define I32_ACCUMULATORS ACCUMULATORS
#define I64_ACCUMULATORS 10
#define LOAD_PART(data, bytes) _mm256_maskload_epi32((const int *)(const void *)(data), first_words((bytes) / 4))
#define STORE_PART(data, vector, bytes)                                                                                \
    _mm256_maskstore_epi32((int *)(void *)(data), first_words((bytes) / 4), (__m256i)(vector))
#define MULTIPLY_I64(sum, factor) ((u64_vector)multiply_i64((__m256i)(sum), (__m256i)(factor)))
#define MULTIPLY_PAIRS(sum, factor) _mm256_madd_epi16((__m256i)(sum), (__m256i)(factor))
#include "bounds_template.h"

static int is_supported(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

const struct bounds bounds_avx2 = {"avx2", is_supported, touch, FMA_FUNCTIONS};
