/* Turning a matrix around, from contiguous along k to rows of whole vectors. Needs a vector_*.h. */
#ifndef BATCHDOT_KERNELS_TURN_COLUMNS_H
#define BATCHDOT_KERNELS_TURN_COLUMNS_H

/* n columns of y, each k contiguous elements, become k rows of width elements, a multiple of LANES; what a row has
 * beyond n up to a multiple of LANES is 0. By blocks of LANES by LANES, which are turned around in registers. For those
 * who know k and width beforehand. */
static inline __attribute__((always_inline)) void turn_columns_inline(element *rows, int64_t k, int64_t n,
                                                                      int64_t width, const element *y, int64_t y_n) {
    for (int64_t j = 0; j < n; j += LANES) {
        for (int64_t step = 0; step < k; step += LANES) {
            const int64_t columns = n - j < LANES ? n - j : LANES, steps = k - step < LANES ? k - step : LANES;
            const part read = first_lanes(steps);
            vec block[LANES];
#pragma GCC unroll 16
            for (int64_t i = 0; i < LANES; i++)
                block[i] = i < columns ? load_part(y + (j + i) * y_n + step, read) : zero();
            transpose(block);
#pragma GCC unroll 16
            for (int64_t i = 0; i < LANES; i++) {
                if (i < steps)
                    store(rows + (step + i) * width + j, block[i]);
            }
        }
    }
}

/* Out of line, since a compiler would else make room for it in the loops of those who have no need of it. */
static __attribute__((noinline)) void turn_columns(element *rows, int64_t k, int64_t n, int64_t width, const element *y,
                                                   int64_t y_n) {
    turn_columns_inline(rows, k, n, width, y, y_n);
}

#endif
