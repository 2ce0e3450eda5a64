/* bf16 by vdpbf16ps, which multiplies two pairs a lane, and rounded by vcvtneps2bf16. Both take subnormal numbers for
 * 0. */
#define ELEMENT_BITS 32
#define NAME avx512bf16
#include "kernels/vector_avx512.h"

#include "kernels/small_avx512.h"

static inline vec multiply_add_bf16(vec x, vec y, vec sum) {
    return _mm512_dpbf16_ps(sum, (__m512bh)x, (__m512bh)y);
}

static inline packed_16 narrow_normal_bf16(vec a) {
    return (packed_16)_mm512_cvtneps_pbh(a);
}

#define NARROW_BF16 narrow_normal_bf16
#define GROUP 2
#define MULTIPLY_ADD multiply_add_bf16
#define SMALL_KINDS SMALL_KIND(BF16_BITS)
#include "kernels/small_families.h"

DEFINE_SMALL_KERNELS(bf16, BF16_BITS, 0, BF16_BITS, OUT_BF16)
DEFINE_SMALL_KERNELS(bf16_f32, BF16_BITS, 0, BF16_BITS, OUT_LANES)
