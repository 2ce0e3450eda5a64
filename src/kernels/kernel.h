/* What a kernel is asked to do, and the one list of kernels. */
#ifndef BATCHDOT_KERNELS_KERNEL_H
#define BATCHDOT_KERNELS_KERNEL_H

#include "contraction/contraction.h"

/* out[i, j] = alpha * sum over k of x[i, k] * y[k, j] + beta * out[i, j], for 0 <= i < m and 0 <= j < n.
 * Every element sums over k in one order, whatever m and n are, so that a product may be cut into blocks anywhere. */
struct product {
    int64_t m, n;
    int64_t x_m, y_n, out_m, out_n; /* strides in elements */
    const struct axis_group *k;     /* any number of axes, none being a single term; if empty, one axis of extent 0 */
    double alpha[2], beta[2];       /* real, imaginary; beta 0 does not read out */
    bool conjugate_x, conjugate_y;
};

typedef void product_kernel(const struct product *product, const void *x, const void *y, void *out);

struct kernel {
    const char *name;
    batchdot_dtype x, y, out;
    const char *isa;
    product_kernel *run;
};

/* There is one for every combination of dtypes that the library accepts. */
const struct kernel *bd_find_kernel(batchdot_dtype x, batchdot_dtype y, batchdot_dtype out);

/* The whole list, for the tests. */
const struct kernel *bd_kernels(int *count);

#endif
