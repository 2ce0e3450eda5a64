/* The register-tile product: rows * vectors accumulators, to each of which every step along k adds an element of x,
 * broadcast, times a vector of y's row. x may have any strides; the rows of y and of the output are contiguous.
 * Every element is one chain of fused multiply-adds over k in order, whatever tile it falls into.
 *
 * Needs a vector_*.h. */
#include "kernels/epilogue.h"

enum { MAX_TILE_ROWS = 16, MAX_TILE_VECTORS = 8 };

/* Items of rows * vectors; the last vector of a row has the lanes that last says. */
typedef void tile_function(const struct product *product, int64_t items, part last, const element *x, const element *y,
                           element *out);

/* Inlined with constant rows and vectors, so that the accumulators live in registers. x's rows are reached from every
 * fourth one: an address is then a register plus 0 to 3 strides, of which a processor has enough. */
static inline __attribute__((always_inline)) void tile(const struct product *product, int64_t items, part last,
                                                       const element *x, const element *y, element *out, int rows,
                                                       int vectors) {
    const int64_t x_m = product->x_m, x_k = product->x_k, y_k = product->y_k;
    for (; items > 0; items--) {
        vec sums[MAX_TILE_ROWS][MAX_TILE_VECTORS];
#pragma GCC unroll 16
        for (int i = 0; i < rows; i++) {
#pragma GCC unroll 16
            for (int j = 0; j < vectors; j++)
                sums[i][j] = zero();
        }

        const element *x_fourth[MAX_TILE_ROWS / 4], *y_row = y;
#pragma GCC unroll 16
        for (int i = 0; i < rows; i += 4)
            x_fourth[i / 4] = x + i * x_m;
        for (int64_t step = product->k; step > 0; step--) {
            vec y_vectors[MAX_TILE_VECTORS];
#pragma GCC unroll 16
            for (int j = 0; j < vectors; j++)
                y_vectors[j] = j + 1 < vectors ? load(y_row + j * LANES) : load_part(y_row + j * LANES, last);
#pragma GCC unroll 16
            for (int i = 0; i < rows; i++) {
                const vec factor = broadcast(x_fourth[i / 4][i % 4 * x_m]);
#pragma GCC unroll 16
                for (int j = 0; j < vectors; j++)
                    sums[i][j] = multiply_add(factor, y_vectors[j], sums[i][j]);
            }
#pragma GCC unroll 16
            for (int i = 0; i < rows; i += 4)
                x_fourth[i / 4] += x_k;
            y_row += y_k;
        }

        if (is_plain(product)) { /* decided once, since it costs a branch */
#pragma GCC unroll 16
            for (int i = 0; i < rows; i++) {
#pragma GCC unroll 16
                for (int j = 0; j + 1 < vectors; j++)
                    store(out + i * product->out_m + j * LANES, sums[i][j]);
                store_part(out + i * product->out_m + (vectors - 1) * LANES, sums[i][vectors - 1], last);
            }
        } else {
#pragma GCC unroll 16
            for (int i = 0; i < rows; i++) {
#pragma GCC unroll 16
                for (int j = 0; j + 1 < vectors; j++)
                    finish(product, out + i * product->out_m + j * LANES, sums[i][j]);
                finish_part(product, out + i * product->out_m + (vectors - 1) * LANES, sums[i][vectors - 1], last);
            }
        }
        x += product->x_item;
        y += product->y_item;
        out += product->out_item;
    }
}

#define TILE(rows, vectors)                                                                                            \
    static void tile_##rows##x##vectors(const struct product *product, int64_t items, part last, const element *x,     \
                                        const element *y, element *out) {                                              \
        tile(product, items, last, x, y, out, rows, vectors);                                                          \
    }
#include "kernels/tile_shapes.inc"
#undef TILE

static tile_function *const tile_functions[MAX_TILE_VECTORS + 1][MAX_TILE_ROWS + 1] = {
#define TILE(rows, vectors) [vectors][rows] = tile_##rows##x##vectors,
#include "kernels/tile_shapes.inc"
#undef TILE
};

static int most_tile_rows(int64_t vectors) {
    static const int wide[] = {0, 16, 14, 9, 6}, narrow[] = {0, 12, 6, 4};
    return REGISTERS == 32 ? wide[vectors] : narrow[vectors];
}

static int most_tile_vectors(int64_t rows) {
    return rows == 1 ? MAX_TILE_VECTORS : REGISTERS == 32 ? 4 : 3;
}

/* A column of tiles, vectors wide: every item's if the column is a single tile. */
static void tile_column(const struct product *product, int64_t items, int vectors, part last, const element *x,
                        const element *y, element *out) {
    const int64_t blocks = product->m == 1 ? 1 : bd_divide_up(product->m, most_tile_rows(vectors));
    for (int64_t block = 0, i = 0; block < blocks; block++) {
        const int64_t end = bd_part_begin(product->m, blocks, block + 1);
        tile_functions[vectors][end - i](product, items, last, x + i * product->x_m, y, out + i * product->out_m);
        i = end;
    }
}

static void tile_items(const struct product *product, int64_t items, const element *x, const element *y, element *out) {
    const int64_t vectors = bd_divide_up(product->n, LANES);
    const int64_t columns = bd_divide_up(vectors, most_tile_vectors(product->m));
    for (int64_t column = 0, begin = 0; column < columns; column++) {
        const int64_t end = bd_part_begin(vectors, columns, column + 1), j = begin * LANES;
        const int64_t in_last = column + 1 < columns ? LANES : product->n - (vectors - 1) * LANES;
        tile_column(product, items, (int)(end - begin), first_lanes(in_last), x, y + j, out + j);
        begin = end;
    }
}

static void tile_product(const struct product *product, const element *x, const element *y, element *out) {
    const bool is_one_tile = product->n <= LANES && product->m <= most_tile_rows(1);
    if (is_one_tile) {
        tile_items(product, product->items, x, y, out);
        return;
    }
    for (int64_t item = 0; item < product->items; item++)
        tile_items(product, 1, x + item * product->x_item, y + item * product->y_item, out + item * product->out_item);
}

static bool tile_accepts(const struct product *product) {
    return product->y_n == 1 && product->out_n == 1;
}
