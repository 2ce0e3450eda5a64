/* The product for y of any strides and for large items: k is cut into blocks, and of each block a few vectors' columns
 * of y are packed into a panel, row by row, which all of x's rows are then multiplied with by register tiles. The panel
 * is on the stack, and x is read in place; given scratch, a large item has x packed into slivers as well. An element is
 * summed over each block of k in order, and the blocks' sums in order, whichever way it is.
 *
 * Needs a vector_*.h and tile_template.h. */
#include "base/checked.h"
#include "kernels/epilogue.h"
#include "kernels/turn_columns.h"

#include <string.h>

enum {
    PANEL_BLOCK_K = IN_ORDER_K,
    PANEL_VECTORS = WIDEST_TILE_OF_ROWS,
    PANEL_SIZE = PANEL_BLOCK_K * PANEL_VECTORS * LANES,
    SLIVER_ROWS = (REGISTERS == 32 ? 6 : 4) / ACCUMULATOR_VECTORS
};

/* What lies in scratch: a block of x, which may be larger, since it is read from first to last, and a few panels, which
 * are packed one after the other while the pages of y's rows are known to the processor. */
enum {
    PACKED_BLOCK_M = sizeof(element) <= 8 ? 1024 : 256,
    PACKED_PANELS = 8,
    PACKED_SIZE = PACKED_BLOCK_M * PANEL_BLOCK_K + PACKED_PANELS * PANEL_SIZE
};

/* A block of x takes 1 MiB, since y is packed anew for each of them; where the second-level cache has less, it comes
 * from the last-level one, of which a tile reads little at a time. A processor that takes vectors whole is up to a
 * tenth faster by blocks half as high, of whose rows of x and of the output it knows all pages. */
static int64_t panel_block_m(void) {
    return (wholes_are_taken() ? 2048 : 4096) / (int64_t)sizeof(element);
}

/* vectors is a constant. */
static inline __attribute__((always_inline)) void pack_row_vectors(element *panel, int64_t k, const element *y,
                                                                   int64_t y_k, part last, int vectors) {
    for (int64_t step = 0; step < k; step++, panel += vectors * LANES, y += y_k) {
#pragma GCC unroll 4
        for (int j = 0; j < vectors; j++)
            store(panel + j * LANES, j + 1 < vectors ? load(y + j * LANES) : load_part(y + j * LANES, last));
    }
}

static void pack_rows(element *panel, int64_t k, int64_t n, int64_t width, const element *y, int64_t y_k) {
    const part last = first_lanes(n - width + LANES);
    switch (width / LANES) {
    case 1:
        pack_row_vectors(panel, k, y, y_k, last, 1);
        break;
    case 2:
        pack_row_vectors(panel, k, y, y_k, last, 2);
        break;
    case 3:
        pack_row_vectors(panel, k, y, y_k, last, 3);
        break;
    default:
        pack_row_vectors(panel, k, y, y_k, last, 4);
    }
}

static void pack_elements(element *panel, int64_t k, int64_t n, int64_t width, const element *y, int64_t y_k,
                          int64_t y_n) {
    const element nothing = {0};
    for (int64_t step = 0; step < k; step++)
        for (int64_t j = 0; j < width; j++)
            panel[step * width + j] = j < n ? y[step * y_k + j * y_n] : nothing;
}

static void pack_panel(const struct product *product, element *panel, int64_t k, int64_t n, int64_t width,
                       const element *y) {
    if (product->y_n == 1)
        pack_rows(panel, k, n, width, y, product->y_k);
    else if (product->y_k == 1)
        turn_columns(panel, k, n, width, y, product->y_n);
    else
        pack_elements(panel, k, n, width, y, product->y_k, product->y_n);
}

/* What comes after the first block of k is added to what that one made of the output. */
static void set_beta_to_1(struct product *block) {
    block->beta[0] = 1;
    block->beta[1] = 0;
}

/* A block of x's rows, which stay in the second-level cache while all of y's columns pass by. */
static void panel_rows(const struct product *product, struct product *block, const struct tiling *tiling,
                       struct prefetch *prefetch, element *panel, const element *x, const element *y, element *out) {
    memcpy(block->beta, product->beta, sizeof block->beta);
    for (int64_t step = 0; step < product->k; step += PANEL_BLOCK_K) {
        block->k = product->k - step < PANEL_BLOCK_K ? product->k - step : PANEL_BLOCK_K;
        for (int64_t index = 0, j = 0; j < product->n; index++) {
            const struct tile_column column = tile_column_of(tiling, index, product->n - j);
            const int64_t n = column.n, width = packed_width(&column);
            const element *const from = y + step * product->y_k + j * product->y_n;
            block->y_k = width;
            pack_panel(product, panel, block->k, n, width, from);
            if (product->y_n == 1 && j + n < product->n) /* sooner needed than the next item's y */
                prefetch->y = rows_behind(product, &column, column.rows.count, y + step * product->y_k, j);
            run_tile_column(block, &column, prefetch, x + step * product->x_k, panel, out + j);
            j += n;
        }
        set_beta_to_1(block);
    }
}

/* Rows of x that are contiguous along k, as many as a tile has for the most part. rows is a constant, so that packing
 * is short: it is done over and over where y has few columns. */
static inline __attribute__((always_inline)) void pack_sliver_of(int rows, element *packed, int64_t k, const element *x,
                                                                 int64_t x_m) {
    int64_t step = 0;
    for (; step + LANES <= k; step += LANES) {
#pragma GCC unroll 16
        for (int first = 0; first < rows; first += LANES) {
            vec block[LANES];
#pragma GCC unroll 16
            for (int i = 0; i < LANES; i++)
                block[i] = first + i < rows ? load(x + (first + i) * x_m + step) : zero();
            for (int i = first; i < rows && i < first + LANES; i++)
                __builtin_prefetch(x + (rows + i) * x_m + step); /* the next sliver's, in a page of its own */
            transpose(block);
#pragma GCC unroll 16
            for (int i = 0; i < LANES; i++)
                store_part(packed + (step + i) * rows + first, block[i],
                           first_lanes(rows - first < LANES ? rows - first : LANES));
        }
    }
    pack_elements(packed + step * rows, k - step, rows, rows, x + step, 1, x_m);
}

/* A block of x, sliver by sliver: all that a tile's rows have in this block of k, step by step. */
static void pack_slivers(const struct product *product, struct parts slivers, int64_t k, const element *x,
                         element *packed) {
    for (int64_t index = 0; index < slivers.count; index++) {
        const int64_t rows = bd_part_extent(slivers, index);
        if (product->x_k == 1 && rows == SLIVER_ROWS)
            pack_sliver_of(SLIVER_ROWS, packed, k, x, product->x_m);
        else
            pack_elements(packed, k, rows, rows, x, product->x_k, product->x_m);
        packed += rows * k;
        x += rows * product->x_m;
    }
}

/* A few columns of tiles, of packed x, side by side: so what they write of a row lies in few pages, and a sliver is
 * used several times while it is in the first-level cache. */
static void sliver_columns(struct product *block, const struct tile_column *columns, int count, struct parts slivers,
                           const element *packed, const element *panels, element *out) {
    const bool is_plain = scaling_of(block).is_plain;
    for (int64_t index = 0; index < slivers.count; index++) {
        const int64_t rows = bd_part_extent(slivers, index);
        element *to = out;
        block->x_k = rows;
        for (int i = 0; i < count; i++) {
            const struct tile_column *const column = &columns[i];
            const struct tile_run tile = one_tile(rows, column->vectors, column->last_columns, block->out_m);
            block->y_k = packed_width(column);
            if (!fetches_its_output(block, &tile))
                fetch_output(block, to, rows, column->vectors);
            run_tiles(block, is_plain, &tile, nothing_ahead, packed, panels + i * PANEL_SIZE, to);
            to += column->n;
        }
        packed += rows * block->k;
        out += rows * block->out_m;
    }
}

/* How many panels are packed one after the other, and whether slivers then go along all of them, which a processor that
 * takes vectors whole, and waits longer for the pages of the output, is faster by. */
static int panels_packed(void) {
    return wholes_are_taken() ? PACKED_PANELS : PACKED_PANELS / 2;
}

/* A block of x's rows and of k. */
static void packed_block(const struct product *product, struct product *block, const struct tiling *tiling,
                         const element *x, const element *y, element *out) {
    element *const packed = product->scratch, *const panels = packed + PACKED_BLOCK_M * PANEL_BLOCK_K;
    const struct parts columns = tiling->columns;
    const struct parts slivers =
        bd_cut(product->m, tile_row_blocks(product->m, columns.least + (columns.longer > 0), MAX_TILE_ROWS));
    pack_slivers(product, slivers, block->k, x, packed);
    for (int64_t index = 0, j = 0; index < columns.count;) {
        struct tile_column side_by_side[PACKED_PANELS];
        element *to = out + j;
        int count = 0;
        for (; count < panels_packed() && index < columns.count; count++, index++) {
            struct tile_column *const column = &side_by_side[count];
            *column = tile_column_of(tiling, index, product->n - j);
            pack_panel(product, panels + count * PANEL_SIZE, block->k, column->n, packed_width(column),
                       y + j * product->y_n);
            j += column->n;
        }
        const int together = wholes_are_taken() ? count : 1;
        for (int i = 0; i < count; i += together) {
            sliver_columns(block, side_by_side + i, together, slivers, packed, panels + i * PANEL_SIZE, to);
            to += side_by_side[i].n;
        }
    }
}

static void packed_product(const struct product *product, const element *x, const element *y, element *out) {
    const int64_t vectors = bd_divide_up(product->n, LANES);
    const struct tiling tiling = {.columns = bd_cut(vectors, bd_divide_up(vectors, PANEL_VECTORS))};
    const struct parts blocks = bd_cut(product->m, bd_divide_up(product->m, PACKED_BLOCK_M));
    for (int64_t item = 0; item < product->items; item++) {
        struct product rows = *product;
        for (int64_t index = 0, i = 0; index < blocks.count; index++) {
            rows.m = bd_part_extent(blocks, index);
            struct product block = rows;
            block.x_m = 1;
            for (int64_t step = 0; step < product->k; step += PANEL_BLOCK_K) {
                block.k = product->k - step < PANEL_BLOCK_K ? product->k - step : PANEL_BLOCK_K;
                packed_block(&rows, &block, &tiling, x + i * product->x_m + step * product->x_k,
                             y + step * product->y_k, out + i * product->out_m);
                set_beta_to_1(&block);
            }
            i += rows.m;
        }
        x += product->x_item;
        y += product->y_item;
        out += product->out_item;
    }
}

/* To pack an element of x takes about as long as so many columns of multiplications win by it. A large y whose rows
 * share their places in the caches is then also read along its rows, several panels at once, which pays for fewer rows
 * of x. */
static bool packing_x_pays(const struct product *product) {
    enum { LEAST_M = 64, LEAST_N = 384, LEAST_K = 64 };
    return product->m >= least_rows_for_packing(product, LEAST_M) && product->n >= LEAST_N && product->k >= LEAST_K;
}

static int64_t panel_scratch(const struct product *product) {
    return packing_x_pays(product) ? PACKED_SIZE * (int64_t)sizeof(element) : 0;
}

static void panel_product(const struct product *product, const element *x, const element *y, element *out) {
    if (product->scratch && packing_x_pays(product)) {
        packed_product(product, x, y, out);
        return;
    }
    _Alignas(64) element panel[PANEL_SIZE];
    const bool has_half = ends_in_half(product->m, product->n, product->k);
    const int64_t vectors = whole_vectors(product->n, has_half), columns = bd_divide_up(vectors, PANEL_VECTORS);
    const struct parts blocks = bd_cut(product->m, bd_divide_up(product->m, panel_block_m()));
    const struct tiling tilings[] = {tiling_of_columns(product, blocks.least, vectors, columns, has_half),
                                     tiling_of_columns(product, blocks.least + 1, vectors, columns, has_half)};
    const int64_t tiles = bd_multiply_saturating(bd_multiply_saturating(tile_count(&tilings[0]), blocks.count),
                                                 bd_divide_up(product->k, PANEL_BLOCK_K));
    struct prefetch every_item =
        prefetch_of(product, sizeof(element), tiles, product->k < PANEL_BLOCK_K ? product->k : PANEL_BLOCK_K);
    every_item.of_out |= product->k >= LONG_K; /* then this costs less than to wait */
    struct product block = *product;           /* once: what is copied as soon as it is written waits for that */
    for (int64_t item = 0; item < product->items; item++) {
        struct prefetch prefetch = prefetch_beside(&every_item, x, y);
        for (int64_t i = 0, index = 0; index < blocks.count; index++) {
            block.m = bd_part_extent(blocks, index);
            panel_rows(product, &block, &tilings[index < blocks.longer], &prefetch, panel, x + i * product->x_m, y,
                       out + i * product->out_m);
            i += block.m;
        }
        x += product->x_item;
        y += product->y_item;
        out += product->out_item;
    }
}

static bool panel_accepts(const struct product *product) {
    return product->out_n == 1 && !halves_fit_product(product, MOST_HALVES);
}
