/* Dot products and matrix-vector products along contiguous k: each row of y times a row of x, one row strictly after
 * the other, which is what a processor's prefetching likes best. LANES rows' sums are kept as vectors and then summed
 * across lanes all at once.
 *
 * The order of summation depends on k alone: up to SHORT_ROW vectors they are added one after the other; longer rows go
 * round four accumulators. Needs a vector_*.h. */
#include "kernels/epilogue.h"

enum { SHORT_ROW = 4 };

/* Row after row: x stays where it is (a matrix-vector product) or steps along (a batch of dot products). */
struct rows {
    int64_t count, k;
    int64_t x_step, y_step, out_step;
};

/* vectors is a constant, the last of them a part. */
static inline __attribute__((always_inline)) vec short_row(const element *x, const element *y, int vectors, part last) {
    vec sum = zero();
#pragma GCC unroll 16
    for (int i = 0; i < vectors; i++) {
        const vec a = i + 1 < vectors ? load(x + i * LANES) : load_part(x + i * LANES, last);
        const vec b = i + 1 < vectors ? load(y + i * LANES) : load_part(y + i * LANES, last);
        sum = i == 0 ? multiply(a, b) : multiply_add(a, b, sum);
    }
    return sum;
}

static inline vec long_row(const element *x, const element *y, int64_t k, part last) {
    vec sums[4] = {zero(), zero(), zero(), zero()};
    int64_t i = 0;
    for (; i + 4 * LANES <= k; i += 4 * LANES) {
#pragma GCC unroll 16
        for (int j = 0; j < 4; j++)
            sums[j] = multiply_add(load(x + i + j * LANES), load(y + i + j * LANES), sums[j]);
    }
    for (; i + LANES <= k; i += LANES)
        sums[0] = multiply_add(load(x + i), load(y + i), sums[0]);
    if (i < k)
        sums[1] = multiply_add(load_part(x + i, last), load_part(y + i, last), sums[1]);
    return add(add(sums[0], sums[1]), add(sums[2], sums[3]));
}

/* The next LANES rows, or those that are left, into lanes. vectors is a constant: 0 for rows of more than SHORT_ROW. */
static inline __attribute__((always_inline)) vec next_sums(const struct rows *rows, int64_t count, const element *x,
                                                           const element *y, int vectors, part last) {
    vec sums[LANES];
    for (int64_t row = 0; row < count; row++) {
        sums[sum_slot((int)row)] = vectors ? short_row(x, y, vectors, last) : long_row(x, y, rows->k, last);
        x += rows->x_step;
        y += rows->y_step;
    }
    for (int64_t row = count; row < LANES; row++)
        sums[sum_slot((int)row)] = zero();
    return sum_rows(sums);
}

static inline __attribute__((always_inline)) void dot_rows(const struct product *product, const struct rows *rows,
                                                           const element *x, const element *y, element *out,
                                                           int vectors) {
    const part last = first_lanes(rows->k % LANES ? rows->k % LANES : LANES);
    for (int64_t row = 0; row < rows->count; row += LANES) {
        const int64_t count = rows->count - row < LANES ? rows->count - row : LANES;
        const vec sums = next_sums(rows, count, x, y, vectors, last);
        if (rows->out_step == 1) {
            finish_part(product, out, sums, first_lanes(count));
        } else {
            element apart[LANES];
            store(apart, sums);
            for (int64_t i = 0; i < count; i++)
                finish_element(product, out + i * rows->out_step, apart[i]);
        }
        x += LANES * rows->x_step;
        y += LANES * rows->y_step;
        out += LANES * rows->out_step;
    }
}

static void dot_product(const struct product *product, const element *x, const element *y, element *out) {
    struct rows rows = {product->n, product->k, 0, product->y_n, product->out_n};
    int64_t items = product->items;
    if (product->n == 1) {
        rows = (struct rows){items, product->k, product->x_item, product->y_item, product->out_item};
        items = 1;
    }
    for (; items > 0; items--) {
        switch (bd_divide_up(rows.k, LANES)) {
        case 1:
            dot_rows(product, &rows, x, y, out, 1);
            break;
        case 2:
            dot_rows(product, &rows, x, y, out, 2);
            break;
        case 3:
            dot_rows(product, &rows, x, y, out, 3);
            break;
        case SHORT_ROW:
            dot_rows(product, &rows, x, y, out, SHORT_ROW);
            break;
        default:
            dot_rows(product, &rows, x, y, out, 0);
        }
        x += product->x_item;
        y += product->y_item;
        out += product->out_item;
    }
}

static bool dot_accepts(const struct product *product) {
    return product->m == 1 && product->x_k == 1 && product->y_k == 1;
}
