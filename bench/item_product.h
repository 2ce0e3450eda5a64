/* A case as whoever has no axes must see it: runs of items at even distances, each item a matrix product with strides.
 *
 * Axes of one role that lie one behind the other in every tensor are one. What is left of the rows, the columns and the
 * contracted axes is the item's m, n and k: of several the innermost, and the others are looped over. So a batch_dot,
 * which is out[b, p, q, r, s] = sum over k of x[b, p, k, q] * y[b, r, k, s], has m = q and n = s where p and r are
 * others than 1. Contracted axes cannot be looped over: where there are several left the case is no such product. */
#ifndef BATCHDOT_BENCH_ITEM_PRODUCT_H
#define BATCHDOT_BENCH_ITEM_PRODUCT_H

#include "case_axes.h"

/* A loop over items: how many, and how far apart they lie. */
struct item_loop {
    int64_t extent;
    int64_t x, y, out; /* in elements; x is 0 in a loop over y's axes, and y in one over x's */
};

enum { MAX_OUTER_LOOPS = CASE_MAX_AXES };

struct item_product {
    const struct bench_dtype *dtype;
    /* Why the case is no loop over matrix products; m, n, k and run.extent then are those of all its rows, columns,
     * contracted axes and batch axes, and there are no strides. NULL if it is one. */
    const char *refusal;
    /* One item: out[i, j] = sum over l of x[i, l] * y[l, j], at i * x_m + l * x_k and so on. A stride that is never
     * stepped (extent 1) is that of a contiguous matrix, so that it can serve as a leading dimension. */
    int64_t m, n, k;
    int64_t x_m, x_k, y_k, y_n, out_m, out_n;
    struct item_loop run;                    /* the longest of the loops over items: what a strided batch call takes */
    struct item_loop outer[MAX_OUTER_LOOPS]; /* the others */
    int outer_count;
    int64_t batch;                       /* items of the case itself; every tensor is as many equal parts */
    int64_t x_count, y_count, out_count; /* elements in all */
    const struct bench_case *bench_case; /* the shapes and axes, as this library takes them; borrowed */
};

void item_product_make(const struct bench_case *bench_case, struct item_product *product);

/* Gives the stride that a matrix with a single row or column never steps its value in a contiguous one. */
void item_product_settle_strides(int64_t rows, int64_t *row_stride, int64_t columns, int64_t *column_stride);

/* 2 m n k for every item, and 8 m n k where elements are complex; and as many as the sums of squares take, where
 * vectors are normalized. */
double item_product_flops(const struct item_product *product);

int64_t item_product_run_count(const struct item_product *product);

static inline int64_t item_product_item_count(const struct item_product *product) {
    return product->run.extent * item_product_run_count(product);
}

/* Where a run begins in x, y and out, in elements. */
struct item_loop item_product_run_start(const struct item_product *product, int64_t run);

#endif
