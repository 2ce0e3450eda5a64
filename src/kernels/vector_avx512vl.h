/* The words of vector_avx512.h for vectors half as long, with the registers and masks of AVX-512 (F, DQ, VL); without
 * permute, which the longer vectors are better for. Include after defining ELEMENT_BITS, and INTEGER_ELEMENTS if they
 * are. */
#include <immintrin.h>

static inline __m256i multiply_64_bits(__m256i a, __m256i b) {
    return _mm256_mullo_epi64(a, b);
}

#include "kernels/vector_ymm.h"

#define REGISTERS 32

typedef __mmask8 part;

enum { PARTS_COST = 0, PERMUTES_COST = 1 };

static inline part first_lanes(int64_t count) {
    return (part)((1u << count) - 1);
}

static inline vec in_register(vec a) {
    __asm__("" : "+v"(a));
    return a;
}

static inline vec load_part(const element *data, part lanes_read) {
    return OF_TYPE(maskz_loadu)(lanes_read, data);
}

static inline void store_part(element *data, vec a, part lanes_written) {
    OF_TYPE(mask_storeu)(data, lanes_written, a);
}

#undef OF_TYPE
#undef OF_INTEGERS
#undef TO_INTEGERS
#undef FROM_INTEGERS
#undef LOW_HALF
