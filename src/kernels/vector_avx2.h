/* The words of vector_avx512.h for AVX2 and FMA. Include after defining ELEMENT_BITS, and INTEGER_ELEMENTS if they are.
 */
#include <immintrin.h>

/* By halves, the product of the upper ones being beyond the result. */
static inline __m256i multiply_64_bits(__m256i a, __m256i b) {
    const __m256i crossed = _mm256_mullo_epi32(a, _mm256_shuffle_epi32(b, 0xb1));
    const __m256i upper = _mm256_slli_epi64(_mm256_add_epi32(crossed, _mm256_srli_epi64(crossed, 32)), 32);
    return _mm256_add_epi64(_mm256_mul_epu32(a, b), upper);
}

#if ELEMENT_BITS == 32
#define MULTIPLY_INTEGERS _mm256_mullo_epi32
#else
#define MULTIPLY_INTEGERS multiply_64_bits
#endif
#include "kernels/vector_ymm.h"

#define REGISTERS 16
#define HAS_PERMUTE 1

typedef int part; /* how many lanes, the first ones */

enum { PARTS_COST = 1, PERMUTES_COST = 1 };

static inline part first_lanes(int64_t count) {
    return (part)count;
}

static inline vec in_register(vec a) {
    __asm__("" : "+x"(a));
    return a;
}

/* Parts are stored by halves, quarters and elements: a masked store takes some processors as long as ten whole ones. */
#if ELEMENT_BITS == 32

static inline vec load_part(const element *data, part lanes_read) {
    const __m256i numbers = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_maskload_ps((const void *)data, _mm256_cmpgt_epi32(_mm256_set1_epi32(lanes_read), numbers));
}

static inline void store_part(element *data, vec a, part lanes_written) {
    if (lanes_written == LANES) {
        store(data, a);
        return;
    }
    __m128 rest = _mm256_castps256_ps128(a);
    if (lanes_written & 4) {
        _mm_storeu_ps((void *)data, rest);
        rest = _mm256_extractf128_ps(a, 1);
        data += 4;
    }
    if (lanes_written & 2) {
        _mm_storel_pi((__m64 *)data, rest);
        rest = _mm_movehl_ps(rest, rest);
        data += 2;
    }
    if (lanes_written & 1)
        _mm_store_ss((void *)data, rest);
}

#else

static inline vec load_part(const element *data, part lanes_read) {
    const __m256i numbers = _mm256_setr_epi64x(0, 1, 2, 3);
    return _mm256_maskload_pd((const void *)data, _mm256_cmpgt_epi64(_mm256_set1_epi64x(lanes_read), numbers));
}

static inline void store_part(element *data, vec a, part lanes_written) {
    if (lanes_written == LANES) {
        store(data, a);
        return;
    }
    __m128d rest = _mm256_castpd256_pd128(a);
    if (lanes_written & 2) {
        _mm_storeu_pd((void *)data, rest);
        rest = _mm256_extractf128_pd(a, 1);
        data += 2;
    }
    if (lanes_written & 1)
        _mm_store_sd((void *)data, rest);
}

#endif

#undef OF_TYPE
#undef OF_INTEGERS
#undef TO_INTEGERS
#undef FROM_INTEGERS
#undef LOW_HALF
