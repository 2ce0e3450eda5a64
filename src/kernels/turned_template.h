/* The product computed with its operands exchanged, out transposed = y transposed * x transposed: for x that is
 * contiguous along m where that fills vectors better than y does along n, or where y is not contiguous along n.
 * Register tiles write blocks of it to scratch on the stack, and these are turned around in registers on their way out.
 *
 * Every element is one chain of fused multiply-adds over k in order. Needs a vector_*.h and tile_template.h. */
#include "base/checked.h"
#include "kernels/epilogue.h"

enum { TURNED_ROWS = 64, TURNED_VECTORS = WIDEST_TILE_OF_ROWS };

/* A block of columns of the output, from scratch, where it lies by columns of the given width. */
static void write_turned(const struct product *product, const element *scratch, int64_t width, int64_t m, int64_t n,
                         element *out) {
    const struct scaling scaling = scaling_of(product);
    for (int64_t i = 0; i < m; i += LANES) {
        for (int64_t j = 0; j < n; j += LANES) {
            const int64_t rows = m - i < LANES ? m - i : LANES, columns = n - j < LANES ? n - j : LANES;
            const part written = first_lanes(columns);
            vec block[LANES];
            for (int64_t column = 0; column < LANES; column++)
                block[column] = column < columns ? load(scratch + (j + column) * width + i) : zero();
            transpose(block);
            for (int64_t row = 0; row < rows; row++)
                finish_part(scaling, out + (i + row) * product->out_m + j, block[row], written);
        }
    }
}

/* What register tiles compute: columns of out transposed. */
static struct product exchanged(const struct product *product) {
    return (struct product){.m = product->n,
                            .k = product->k,
                            .x_m = product->y_n,
                            .x_k = product->y_k,
                            .y_k = product->x_k,
                            .alpha = {1, 0}};
}

static void turned_item(const struct product *product, struct product *turned, struct parts tile_columns,
                        struct prefetch *prefetch, element *scratch, const element *x, const element *y, element *out) {
    for (int64_t column = 0, i = 0; column < tile_columns.count; column++) {
        const int64_t vectors = bd_part_extent(tile_columns, column), width = vectors * LANES;
        const int64_t m = column + 1 < tile_columns.count ? width : product->m - i;
        turned->out_m = width;
        for (int64_t j = 0; j < product->n; j += TURNED_ROWS) {
            turned->m = product->n - j < TURNED_ROWS ? product->n - j : TURNED_ROWS;
            tile_column(turned, bd_cut(turned->m, tile_row_blocks(turned->m, vectors)), (int)vectors, m - width + LANES,
                        prefetch, y + j * product->y_n, x + i, scratch);
            write_turned(product, scratch, width, m, turned->m, out + i * product->out_m + j);
        }
        i += width;
    }
}

static void turned_product(const struct product *product, const element *x, const element *y, element *out) {
    _Alignas(64) element scratch[TURNED_ROWS * TURNED_VECTORS * LANES];
    for (int i = 0; i < TURNED_ROWS * TURNED_VECTORS * LANES; i++)
        scratch[i] = 0; /* lanes that a tile leaves alone are moved about, though never written out */
    const int64_t vectors = bd_divide_up(product->m, LANES);
    const struct parts tile_columns = bd_cut(vectors, bd_divide_up(vectors, TURNED_VECTORS));
    const struct prefetch every_item =
        prefetch_of(product, sizeof(element), tile_columns.count * bd_divide_up(product->n, 8), product->k);
    struct product turned = exchanged(product);
    for (int64_t item = 0; item < product->items; item++) {
        struct prefetch prefetch = prefetch_next(&every_item, x + product->x_item, y + product->y_item);
        turned_item(product, &turned, tile_columns, &prefetch, scratch, x, y, out);
        x += product->x_item;
        y += product->y_item;
        out += product->out_item;
    }
}

/* In fused multiply-adds of a vector; turning the output around costs about one an element of half a vector. */
static bool turned_accepts(const struct product *product) {
    const struct product turned = exchanged(product);
    if (product->x_m != 1 || product->out_n != 1 || product->m < LANES / 2 || halves_fit_rows(product->m, 1) ||
        rows_of_y_collide(&turned))
        return false;
    enum { TURNED_OVERHEAD = 40 };
    const int64_t m = product->m, n = product->n, k = product->k;
    const int64_t packing = product->y_n == 1 ? 0 : bd_multiply_saturating(n, k) / 2;
    const int64_t halves = halves_of_rows(n, product->y_n == 1 ? HALVES_OF_A_COLUMN : MOST_HALVES);
    const int64_t straight_cost = bd_multiply_saturating(m, halves * k) / 4 + packing / 2;
    const int64_t turned_cost =
        bd_multiply_saturating(n, bd_divide_up(m, LANES) * k) / 2 + bd_multiply_saturating(m, n) / 4 + TURNED_OVERHEAD;
    return turned_cost < straight_cost;
}
