/* Which items are so small that it is best to widen them, alone or with others. Needs GROUP. */
#ifndef BATCHDOT_KERNELS_TINY_ITEMS_H
#define BATCHDOT_KERNELS_TINY_ITEMS_H

#include "kernels/kernel.h"

/* A matrix whose elements lie side by side, one way or the other. */
static inline bool is_contiguous_matrix(int64_t rows, int64_t row_step, int64_t columns, int64_t column_step) {
    return (column_step == 1 && (rows == 1 || row_step == columns)) ||
           (row_step == 1 && (columns == 1 || column_step == rows));
}

static inline bool is_tiny_item(const struct product *product) {
    enum { MOST_EXTENT = 32, MOST_WORK = GROUP == 1 ? 32768 : 2048 };
    const int64_t m = product->m, n = product->n, k = product->k;
    return m > 1 && m <= MOST_EXTENT && n <= MOST_EXTENT && k <= MOST_EXTENT && m * n * k <= MOST_WORK &&
           is_contiguous_matrix(m, product->x_m, k, product->x_k) &&
           is_contiguous_matrix(k, product->y_k, n, product->y_n) && product->out_n == 1 && product->out_m == n;
}

#endif
