/* Products whose rows are shorter than half a vector: a vector holds as many rows of the output as fit, one behind the
 * other, as they lie in memory. For each step along k, x's elements and y's row are brought to their lanes by
 * permuting.
 *
 *     n = 3, 16 lanes:   lane    0 1 2 3 4 5 6 7 8 ... 14
 *                        row     0 0 0 1 1 1 2 2 2      4
 *                        column  0 1 2 0 1 2 0 1 2      2
 *
 * Every element is one chain of fused multiply-adds over k in order. Needs a vector_*.h with permute. */
#include "kernels/epilogue.h"

enum { MAX_NARROW_VECTORS = 8 };

/* Where x's elements come from: a vector's rows of x together fit into a vector, or x is contiguous along m. */
enum x_source { X_ROWS, X_COLUMNS };

struct narrow {
    int64_t rows_a_vector;
    part x_part, y_part, out_part; /* of a whole vector of rows */
    lanes x_lanes, y_lanes;        /* of step 0 */
    lanes x_step;                  /* from step to step */
};

typedef void narrow_function(const struct product *product, const struct narrow *narrow, int64_t items, int64_t rows,
                             const element *x, const element *y, element *out);

static inline int64_t narrow_x_extent(const struct product *product, int64_t rows) {
    return (rows - 1) * product->x_m + (product->k - 1) * product->x_k + 1;
}

static struct narrow narrow_of(const struct product *product, enum x_source source) {
    const int64_t rows = LANES / product->n;
    int32_t x_lanes[LANES], y_lanes[LANES], x_step[LANES];
    for (int lane = 0; lane < LANES; lane++) {
        const int64_t row = lane / product->n < rows ? lane / product->n : 0;
        x_lanes[lane] = (int32_t)(source == X_ROWS ? row * product->x_m : row);
        y_lanes[lane] = (int32_t)(lane % product->n);
        x_step[lane] = (int32_t)(source == X_ROWS ? product->x_k : 0);
    }
    return (struct narrow){
        .rows_a_vector = rows,
        .x_part = first_lanes(source == X_ROWS ? narrow_x_extent(product, rows) : rows),
        .y_part = first_lanes(product->n),
        .out_part = first_lanes(rows * product->n),
        .x_lanes = lanes_of(x_lanes),
        .y_lanes = lanes_of(y_lanes),
        .x_step = lanes_of(x_step),
    };
}

/* vectors and source are constants; rows is what the vectors hold, all of them but the last being full. */
static inline __attribute__((always_inline)) void narrow_block(const struct product *product,
                                                               const struct narrow *narrow, int64_t items, int64_t rows,
                                                               const element *x, const element *y, element *out,
                                                               int vectors, enum x_source source) {
    const int64_t rows_a_vector = narrow->rows_a_vector, x_k = product->x_k, y_k = product->y_k;
    const int64_t x_step = rows_a_vector * product->x_m, out_step = rows_a_vector * product->n;
    const int64_t last_rows = rows - (vectors - 1) * rows_a_vector;
    const part last_x = first_lanes(source == X_ROWS ? narrow_x_extent(product, last_rows) : last_rows);
    const part last_out = first_lanes(last_rows * product->n);
    for (; items > 0; items--) {
        vec sums[MAX_NARROW_VECTORS], x_rows[MAX_NARROW_VECTORS];
#pragma GCC unroll 16
        for (int i = 0; i < vectors; i++) {
            sums[i] = zero();
            if (source == X_ROWS)
                x_rows[i] = load_part(x + i * x_step, i + 1 < vectors ? narrow->x_part : last_x);
        }
        lanes x_lanes = narrow->x_lanes;
        for (int64_t step = 0; step < product->k; step++) {
            const vec y_row = permute(load_part(y + step * y_k, narrow->y_part), narrow->y_lanes);
#pragma GCC unroll 16
            for (int i = 0; i < vectors; i++) {
                if (source == X_COLUMNS)
                    x_rows[i] =
                        load_part(x + step * x_k + i * rows_a_vector, i + 1 < vectors ? narrow->x_part : last_x);
                sums[i] = multiply_add(permute(x_rows[i], x_lanes), y_row, sums[i]);
            }
            if (source == X_ROWS)
                x_lanes = add_lanes(x_lanes, narrow->x_step);
        }
#pragma GCC unroll 16
        for (int i = 0; i < vectors; i++)
            finish_part(product, out + i * out_step, sums[i], i + 1 < vectors ? narrow->out_part : last_out);
        x += product->x_item;
        y += product->y_item;
        out += product->out_item;
    }
}

#define NARROW_BLOCKS(source)                                                                                          \
    NARROW_BLOCK(source, 1)                                                                                            \
    NARROW_BLOCK(source, 2) NARROW_BLOCK(source, 3) NARROW_BLOCK(source, 4) NARROW_BLOCK(source, 5)                    \
        NARROW_BLOCK(source, 6) NARROW_BLOCK(source, 7) NARROW_BLOCK(source, 8)

#define NARROW_BLOCK(source, vectors)                                                                                  \
    static void narrow_##source##_##vectors(const struct product *product, const struct narrow *narrow, int64_t items, \
                                            int64_t rows, const element *x, const element *y, element *out) {          \
        narrow_block(product, narrow, items, rows, x, y, out, vectors, source);                                        \
    }
NARROW_BLOCKS(X_ROWS)
NARROW_BLOCKS(X_COLUMNS)
#undef NARROW_BLOCK

    static narrow_function *const narrow_functions[2][MAX_NARROW_VECTORS + 1] = {
#define NARROW_BLOCK(source, vectors) [source][vectors] = narrow_##source##_##vectors,
        NARROW_BLOCKS(X_ROWS) NARROW_BLOCKS(X_COLUMNS)
#undef NARROW_BLOCK
};
#undef NARROW_BLOCKS

static bool x_rows_fit_a_vector(const struct product *product) {
    return product->x_m >= 0 && product->x_k >= 0 && narrow_x_extent(product, LANES / product->n) <= LANES;
}

static void narrow_product(const struct product *product, const element *x, const element *y, element *out) {
    const enum x_source source = x_rows_fit_a_vector(product) ? X_ROWS : X_COLUMNS;
    const struct narrow narrow = narrow_of(product, source);
    const int64_t vectors = bd_divide_up(product->m, narrow.rows_a_vector);
    const int64_t blocks = bd_divide_up(vectors, MAX_NARROW_VECTORS);
    const int64_t items_a_call = blocks == 1 ? product->items : 1;
    for (int64_t item = 0; item < product->items; item += items_a_call) {
        for (int64_t block = 0, begin = 0; block < blocks; block++) {
            const int64_t end = bd_part_begin(vectors, blocks, block + 1), i = begin * narrow.rows_a_vector;
            const int64_t rows = (block + 1 < blocks ? end * narrow.rows_a_vector : product->m) - i;
            narrow_functions[source][end - begin](product, &narrow, items_a_call, rows, x + i * product->x_m, y,
                                                  out + i * product->n);
            begin = end;
        }
        x += product->x_item;
        y += product->y_item;
        out += product->out_item;
    }
}

static bool narrow_accepts(const struct product *product) {
    return product->n <= LANES / 2 && product->m > 1 && product->k > 0 && product->y_n == 1 && product->out_n == 1 &&
           product->out_m == product->n && (x_rows_fit_a_vector(product) || product->x_m == 1);
}
