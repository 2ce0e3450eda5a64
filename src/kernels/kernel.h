/* What a kernel is asked to do, and the one list of kernels. */
#ifndef BATCHDOT_KERNELS_KERNEL_H
#define BATCHDOT_KERNELS_KERNEL_H

#include "base/isa.h"
#include "contraction/contraction.h"

#include <stddef.h>

/* Blocks of so many rows and columns leave kernels few ragged edges. */
enum { BLOCK_GRAIN = 64 };

/* A run of items, for each of which
 *
 *     out[i, j] = alpha * sum over k of x[i, k] * y[k, j] + beta * out[i, j]    for 0 <= i < m and 0 <= j < n.
 *
 * The order in which an element is summed depends on the extents and strides of x, y and k, never on items or batch,
 * and not on m and n once a kernel is chosen: a product may be cut into runs anywhere, and into blocks at multiples of
 * BLOCK_GRAIN rows and columns. Strides are in elements. */
struct product {
    int64_t items, m, n, k;
    int64_t batch; /* such items of the whole call, at least items: a hint whether they come from memory */
    int64_t x_item, y_item, out_item;
    int64_t x_m, x_k, y_k, y_n, out_m, out_n;
    double alpha[2], beta[2]; /* real, imaginary; beta 0 does not read out */
    bool conjugate_x, conjugate_y;
    void *prepared; /* what the kernel's prepare wrote for such a product, or NULL; only read */
    void *scratch;  /* as many bytes, at a multiple of 64, as the kernel's scratch says, or NULL */
};

typedef void product_kernel(const struct product *product, const void *x, const void *y, void *out);

/* VECTORS_IN_ORDER sum an element from 0 on in order of k, in blocks of IN_ORDER_K steps if it is longer, by
 * multiply-adds that round once where the instruction set has them: all of them alike, but for the portable ones.
 * VECTORS have an order of their own. */
enum kernel_form { PLAIN, VECTORS, VECTORS_IN_ORDER };

enum { IN_ORDER_K = 256 };

struct kernel {
    const char *name;
    batchdot_dtype x, y, out;
    enum isa isa;
    enum kernel_form form;
    const char *when; /* what it is for, in words */
    /* Whether it can compute the product and is the right one for it, as far as those behind it in the list are
     * concerned. Looks at one item only. */
    bool (*accepts)(const struct product *product);
    product_kernel *run;
    /* Works out what every run of such a product needs, of any number of items, and writes it to prepared, at a
     * multiple of 64, unless that is NULL. Returns how many bytes it is. NULL for a kernel that has little to work out;
     * the others do it themselves where they are given none. */
    size_t (*prepare)(const struct product *product, void *prepared);
    /* The bytes that help it to compute such a product, or parts of it, faster; 0 if it does not need any, as does NULL
     * for every product. Without them it is slower, and the result's bits are the same. */
    int64_t (*scratch)(const struct product *product);
};

/* The first of the list that has these dtypes, needs no more than this instruction set and accepts the product. There
 * is one for every combination of dtypes that the library accepts. */
const struct kernel *bd_find_kernel(enum isa isa, batchdot_dtype x, batchdot_dtype y, batchdot_dtype out,
                                    const struct product *product);

/* The whole list, for the tests. */
const struct kernel *bd_kernels(int *count);

#endif
