/* Which items are so small that it is best to widen them, alone or with others. Needs GROUP. */
#ifndef BATCHDOT_KERNELS_TINY_ITEMS_H
#define BATCHDOT_KERNELS_TINY_ITEMS_H

#include "kernels/kernel.h"

/* Never cut into blocks, for each of which a kernel of lanes would be chosen anew. Of halves, whose sums take as long
 * as f32's, larger ones than of what has several elements a lane. */
enum { MOST_TINY_EXTENT = 32, MOST_TINY_WORK = GROUP == 1 ? 32768 : 2048 };
_Static_assert((int)MOST_TINY_EXTENT <= (int)BLOCK_GRAIN, "what is tiny must not be cut");

/* A matrix whose elements lie side by side, one way or the other. */
static inline bool is_contiguous_matrix(int64_t rows, int64_t row_step, int64_t columns, int64_t column_step) {
    return (column_step == 1 && (rows == 1 || row_step == columns)) ||
           (row_step == 1 && (columns == 1 || column_step == rows));
}

static inline bool is_tiny_item(const struct product *product) {
    const int64_t m = product->m, n = product->n, k = product->k;
    return m > 1 && m <= MOST_TINY_EXTENT && n <= MOST_TINY_EXTENT && k <= MOST_TINY_EXTENT &&
           m * n * k <= MOST_TINY_WORK && is_contiguous_matrix(m, product->x_m, k, product->x_k) &&
           is_contiguous_matrix(k, product->y_k, n, product->y_n) && product->out_n == 1 && product->out_m == n;
}

#endif
