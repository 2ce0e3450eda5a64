/* A case as whoever has no axes must see it: runs of items at even distances, each item a matrix product with strides.
 *
 * Every contiguous batch_dot is out[b, p, q, r, s] = sum over k of x[b, p, k, q] * y[b, r, k, s], where p and q stand
 * for x's axes before and behind the contracted one, and r and s for y's. Where one of p and q is 1 the other is the
 * item's m; where neither is, q is m and p is looped over; n likewise. */
#ifndef BATCHDOT_BENCH_ITEM_PRODUCT_H
#define BATCHDOT_BENCH_ITEM_PRODUCT_H

#include "case_table.h"

/* A loop over items: how many, and how far apart they lie. */
struct item_loop {
    int64_t extent;
    int64_t x, y, out; /* in elements; x is 0 in a loop over y's axes, and y in one over x's */
};

struct item_product {
    const struct bench_dtype *dtype;
    /* One item: out[i, j] = sum over l of x[i, l] * y[l, j], at i * x_m + l * x_k and so on. out's rows are contiguous.
     * A stride that is never stepped (extent 1) is that of a contiguous matrix, so that it can serve as a leading
     * dimension. */
    int64_t m, n, k;
    int64_t x_m, x_k, y_k, y_n, out_m;
    struct item_loop run;      /* the longest of the loops over items: a run is what a strided batch call takes */
    struct item_loop outer[2]; /* the others; extent 1 where there are none */
    int64_t x_count, y_count, out_count; /* elements in all */
    const struct bench_case *bench_case; /* the shapes and axes, as this library takes them; borrowed */
};

void item_product_make(const struct bench_case *bench_case, struct item_product *product);

/* 2 m n k for every item, and 8 m n k where elements are complex. */
double item_product_flops(const struct item_product *product);

static inline int64_t item_product_run_count(const struct item_product *product) {
    return product->outer[0].extent * product->outer[1].extent;
}

static inline int64_t item_product_item_count(const struct item_product *product) {
    return product->run.extent * item_product_run_count(product);
}

/* Where a run begins in x, y and out, in elements. */
static inline struct item_loop item_product_run_start(const struct item_product *product, int64_t run) {
    const struct item_loop *const outer = product->outer;
    const int64_t i = run / outer[1].extent, j = run % outer[1].extent;
    return (struct item_loop){1, i * outer[0].x + j * outer[1].x, i * outer[0].y + j * outer[1].y,
                              i * outer[0].out + j * outer[1].out};
}

#endif
