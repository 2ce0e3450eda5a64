/* Sums of squares of vectors. Include after defining
 *
 *     NAME       such as f32
 *     ELEMENT    what lies in memory
 *     SUM        what is summed in
 *     WIDEN(element), where a conversion does not do */

#ifndef WIDEN
#define WIDEN(element) ((SUM)(element))
#endif

/* sums[row] += sum of element^2 along k. SQUARES_AT_ONCE sums side by side are what a compiler can put into vectors:
 * along k where its elements lie closer together, else along the rows. */
static inline __attribute__((always_inline)) void PASTE(NAME, _add_squares_along_k)(const ELEMENT *row, int64_t k,
                                                                                    int64_t k_stride, SUM *sum) {
    SUM sums[SQUARES_AT_ONCE] = {0};
    int64_t step = 0;
    for (; step + SQUARES_AT_ONCE <= k; step += SQUARES_AT_ONCE) {
        for (int lane = 0; lane < SQUARES_AT_ONCE; lane++) {
            const SUM value = WIDEN(row[(step + lane) * k_stride]);
            sums[lane] += value * value;
        }
    }
    for (int lanes = SQUARES_AT_ONCE / 2; step > 0 && lanes > 0; lanes /= 2) {
        for (int lane = 0; lane < lanes; lane++)
            sums[lane] += sums[lane + lanes];
    }
    for (; step < k; step++) {
        const SUM value = WIDEN(row[step * k_stride]);
        sums[0] += value * value;
    }
    *sum += sums[0];
}

static inline __attribute__((always_inline)) void PASTE(NAME, _add_squares_of_rows)(const ELEMENT *data, int rows,
                                                                                    int64_t row_stride, int64_t k,
                                                                                    int64_t k_stride, SUM *sums) {
    SUM local[SQUARES_AT_ONCE];
    for (int row = 0; row < rows; row++)
        local[row] = 0;
    for (int64_t step = 0; step < k; step++) {
        for (int row = 0; row < rows; row++) {
            const SUM value = WIDEN(data[step * k_stride + row * row_stride]);
            local[row] += value * value;
        }
    }
    for (int row = 0; row < rows; row++)
        sums[row] += local[row];
}

static void PASTE(NAME, _add_squares)(const ELEMENT *data, int64_t rows, int64_t row_stride, int64_t k,
                                      int64_t k_stride, SUM *sums) {
    const uint64_t k_step = bd_magnitude(k_stride), row_step = bd_magnitude(row_stride);
    if (k_step <= row_step || rows < SQUARES_AT_ONCE / 2) {
        for (int64_t row = 0; row < rows; row++) {
            if (k_stride == 1)
                PASTE(NAME, _add_squares_along_k)(data + row * row_stride, k, 1, &sums[row]);
            else
                PASTE(NAME, _add_squares_along_k)(data + row * row_stride, k, k_stride, &sums[row]);
        }
        return;
    }
    int64_t row = 0;
    for (; row_stride == 1 && row + SQUARES_AT_ONCE <= rows; row += SQUARES_AT_ONCE)
        PASTE(NAME, _add_squares_of_rows)(data + row, SQUARES_AT_ONCE, 1, k, k_stride, sums + row);
    for (; row < rows; row += SQUARES_AT_ONCE) {
        const int count = rows - row < SQUARES_AT_ONCE ? (int)(rows - row) : SQUARES_AT_ONCE;
        PASTE(NAME, _add_squares_of_rows)(data + row * row_stride, count, row_stride, k, k_stride, sums + row);
    }
}

#undef NAME
#undef ELEMENT
#undef SUM
#undef WIDEN
