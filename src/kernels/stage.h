/* A stage: room in the cache in which the sums of a few items, or of a block of one, are gathered before they become
 * elements of the output. What needs more than a kernel's one pass over k goes over it: contracted axes that do not
 * merge, whose sums are added up in it, and division by norms. Plain C; next to a product it is little work. */
#ifndef BATCHDOT_KERNELS_STAGE_H
#define BATCHDOT_KERNELS_STAGE_H

#include "kernels/kernel.h"

/* The dtype that products with such outputs are summed in. */
batchdot_dtype bd_sum_dtype(batchdot_dtype out);

/* out = alpha * sums + beta * out for the product's items, m and n, the sums lying without gaps as [items, m, n]. Where
 * there are factors, [items, m] and [items, n] of the sums' real type, each sum is multiplied by both first. */
void bd_finish_sums(batchdot_dtype out_dtype, const struct product *product, const void *sums, const void *m_factors,
                    const void *n_factors, void *out);

/* Vectors along k, and along the axes around it: rows of them in every item. Strides are in elements. */
struct norm_rows {
    batchdot_dtype dtype;
    int64_t items, rows, k;
    int64_t item_stride, row_stride, k_stride;
    const struct axis *outer_k;
    int outer_k_count;
    enum operand operand; /* whose strides count in outer_k */
};

/* The reciprocal of each vector's L2 norm, 1 / sqrt(max(sum |element|^2, epsilon)), to factors[items, rows], of the
 * real type that the dtype's products are summed in. 0 where that would divide by 0. */
void bd_norm_factors(const struct norm_rows *rows, double epsilon, const void *data, void *factors);

#endif
