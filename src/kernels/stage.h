/* A stage: room in the cache in which the sums of a few items, or of a block of one, are gathered before they become
 * elements of the output. What needs more than a kernel's one pass over k goes over it: contracted axes that do not
 * merge, whose sums are added up in it, and division by norms. Next to a product it is little work. */
#ifndef BATCHDOT_KERNELS_STAGE_H
#define BATCHDOT_KERNELS_STAGE_H

#include "kernels/kernel.h"

/* Items that are multiplied together: a few vectors' worth, of which what a small item has stays in the first-level
 * cache. */
enum { ITEMS_ABREAST = 64 };

struct stage_functions {
    /* out = alpha * sums + beta * out for the product's items, m and n, the sums lying without gaps as [items, m, n].
     * Where there are factors, [items, m] and [items, n] of the sums' real type, each sum is multiplied by both first,
     * where it lies. */
    void (*finish)(batchdot_dtype out_dtype, const struct product *product, void *sums, const void *m_factors,
                   const void *n_factors, void *out);
    /* sums[row] += sum over k of element^2, in the type that the dtype's products are summed in; of a complex element
     * the squares of its two parts, apart. For vectors whose elements do not follow one upon the other: of those that
     * do, a product's kernel makes more. */
    void (*add_squares)(batchdot_dtype dtype, const void *data, int64_t rows, int64_t row_stride, int64_t k,
                        int64_t k_stride, void *sums);
    /* A run of items of f32, f64, i32 or i64 that lie side by side: their strides in x and y are 1, or 0 in one. Any
     * other strides. Sums as VECTORS_IN_ORDER do. */
    void (*multiply_abreast)(batchdot_dtype dtype, const struct product *product, const void *x, const void *y,
                             void *out);
};

extern const struct stage_functions bd_portable_stage;
#if BATCHDOT_ISA_IS_X86
extern const struct stage_functions bd_avx2_stage, bd_avx512_stage;
#elif BATCHDOT_ISA_IS_ARM
extern const struct stage_functions bd_neon_stage;
#endif

static inline const struct stage_functions *bd_stage_functions(enum isa isa) {
#if BATCHDOT_ISA_IS_X86
    if (isa >= ISA_AVX512)
        return &bd_avx512_stage;
    if (isa >= ISA_AVX2)
        return &bd_avx2_stage;
#elif BATCHDOT_ISA_IS_ARM
    if (isa == ISA_NEON)
        return &bd_neon_stage;
#endif
    (void)isa;
    return &bd_portable_stage;
}

/* The dtype that products with such outputs are summed in. */
static inline batchdot_dtype bd_sum_dtype(batchdot_dtype out) {
    return out == BATCHDOT_F16 || out == BATCHDOT_BF16 ? BATCHDOT_F32 : out;
}

#endif
