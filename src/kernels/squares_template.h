/* Sums of squares of vectors that lie side by side. Include after defining
 *
 *     NAME       such as add_squares_f32
 *     ELEMENT    what lies in memory
 *     SUM        what is summed in
 *     WIDEN(element), where a conversion does not do */

#ifndef BATCHDOT_KERNELS_SQUARES_TEMPLATE_H
#define BATCHDOT_KERNELS_SQUARES_TEMPLATE_H
/* Enough sums side by side to fill a few vectors. */
enum { SQUARES_AT_ONCE = 64 };
#endif

#ifndef WIDEN
#define WIDEN(element) ((SUM)(element))
#endif

/* sums[row] += sum of element^2 along k. Inlined with constant rows and row_stride where that helps. */
static inline __attribute__((always_inline)) void PASTE(NAME, _of_rows)(const ELEMENT *restrict data, int rows,
                                                                        int64_t row_stride, int64_t k, int64_t k_stride,
                                                                        SUM *restrict sums) {
    SUM squares[SQUARES_AT_ONCE];
    for (int row = 0; row < rows; row++)
        squares[row] = 0;
    for (int64_t step = 0; step < k; step++) {
        for (int row = 0; row < rows; row++) {
            const SUM value = WIDEN(data[step * k_stride + row * row_stride]);
            squares[row] += value * value;
        }
    }
    for (int row = 0; row < rows; row++)
        sums[row] += squares[row];
}

static void NAME(const ELEMENT *data, int64_t rows, int64_t row_stride, int64_t k, int64_t k_stride, SUM *sums) {
    for (int64_t row = 0; row < rows; row += SQUARES_AT_ONCE) {
        const int count = rows - row < SQUARES_AT_ONCE ? (int)(rows - row) : SQUARES_AT_ONCE;
        if (row_stride == 1 && count == SQUARES_AT_ONCE)
            PASTE(NAME, _of_rows)(data + row, SQUARES_AT_ONCE, 1, k, k_stride, sums + row);
        else
            PASTE(NAME, _of_rows)(data + row * row_stride, count, row_stride, k, k_stride, sums + row);
    }
}

#undef NAME
#undef ELEMENT
#undef SUM
#undef WIDEN
