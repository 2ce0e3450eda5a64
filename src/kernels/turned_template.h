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
                            .n = product->m,
                            .k = product->k,
                            .x_m = product->y_n,
                            .x_k = product->y_k,
                            .y_k = product->x_k,
                            .alpha = {1, 0}};
}

static void turned_item(const struct product *product, struct product *turned, const struct tiling *tiling,
                        struct prefetch *prefetch, element *scratch, const element *x, const element *y, element *out) {
    const int64_t most_rows = most_rows_of_x(turned);
    for (int64_t index = 0, i = 0; i < product->m; index++) {
        struct tile_column column = tile_column_of(tiling, index, product->m - i);
        turned->out_m = packed_width(&column);
        for (int64_t j = 0; j < product->n; j += TURNED_ROWS) {
            turned->m = product->n - j < TURNED_ROWS ? product->n - j : TURNED_ROWS;
            column.rows = bd_cut(turned->m, tile_row_blocks(turned->m, column.vectors, most_rows));
            run_tile_column(turned, &column, prefetch, y + j * product->y_n, x + i, scratch);
            write_turned(product, scratch, turned->out_m, column.n, turned->m, out + i * product->out_m + j);
        }
        i += column.n;
    }
}

/* Costs are in half cycles, what a multiplication takes; of vectors that have halves, in those of halves. So many rows
 * as they are, and turned around, which takes about as long for an element, by blocks of LANES by LANES. */
static double multiplications(int64_t m, int64_t n, int64_t k) {
    if (!HAS_HALF_VECTORS)
        return (double)m * (double)bd_divide_up(n, LANES);
    return (double)m *
           (double)(ends_in_half(m, n, k) ? bd_divide_up(n, LANES / 2) : halves_of_rows(n, HALVES_OF_A_COLUMN));
}

static double straight_cost(int64_t m, int64_t n, int64_t k) {
    const double step = multiplications(m, n, k);
    return (double)k * (step > LEAST_ACCUMULATORS ? step : LEAST_ACCUMULATORS) + TILE_OVERHEAD;
}

static double turned_cost(int64_t m, int64_t n, int64_t k) {
    enum { TURNED_OVERHEAD = 120 };
    const double blocks = (double)bd_divide_up(m, LANES) * (double)bd_divide_up(n, LANES);
    return straight_cost(n, m, k) + blocks * LANES * LANES + TURNED_OVERHEAD;
}

/* The last rows, if they are better multiplied as they are. */
static int64_t straight_rows(const struct product *product) {
    const int64_t m = product->m, n = product->n, k = product->k, rest = m % LANES;
    const bool pays = product->y_n == 1 && m > LANES && rest > 0 &&
                      straight_cost(rest, n, k) + turned_cost(m - rest, n, k) < turned_cost(m, n, k);
    return pays ? rest : 0;
}

static void turned_product(const struct product *product, const element *x, const element *y, element *out) {
    _Alignas(64) element scratch[TURNED_ROWS * TURNED_VECTORS * LANES];
    for (int i = 0; i < TURNED_ROWS * TURNED_VECTORS * LANES; i++)
        scratch[i] = 0; /* lanes that a tile leaves alone are moved about, though never written out */
    struct product rows = *product, last_rows = *product;
    last_rows.m = straight_rows(product);
    last_rows.items = last_rows.batch = 1; /* for which the whole item has fetched the next one */
    rows.m -= last_rows.m;
    struct tile_plan last_plan;
    if (last_rows.m > 0)
        tile_prepare(&last_rows, &last_plan);
    const bool has_half = ends_in_half(rows.n, rows.m, rows.k);
    const int64_t vectors = whole_vectors(rows.m, has_half), columns = bd_divide_up(vectors, TURNED_VECTORS);
    struct product turned = exchanged(&rows);
    const struct tiling tiling = {.columns = bd_cut(vectors, columns)}; /* the rows come by blocks */
    const struct prefetch every_item = prefetch_of(product, sizeof(element), columns * bd_divide_up(rows.n, 8), rows.k);
    for (int64_t item = 0; item < product->items; item++) {
        struct prefetch prefetch = prefetch_beside(&every_item, x, y);
        turned_item(&rows, &turned, &tiling, &prefetch, scratch, x, y, out);
        if (last_rows.m > 0)
            run_items(&last_rows, &last_plan, x + rows.m, y, out + rows.m * rows.out_m);
        x += product->x_item;
        y += product->y_item;
        out += product->out_item;
    }
}

/* To pack an element of y takes about as long as a multiplication. */
static bool turned_accepts(const struct product *product) {
    const struct product turned = exchanged(product);
    if (product->x_m != 1 || product->out_n != 1 || product->m < LANES / 2 || halves_fit_rows(product->m, 1) ||
        rows_of_y_collide(&turned))
        return false;
    const int64_t m = product->m, n = product->n, k = product->k, rest = straight_rows(product);
    const double packing = product->y_n == 1 ? 0 : (double)n * (double)k;
    const double cost = turned_cost(m - rest, n, k) + (rest > 0 ? straight_cost(rest, n, k) : 0);
    return cost < straight_cost(m, n, k) + packing;
}
