/* The product for y of any strides and for large items: k is cut into blocks, and of each block a few vectors' columns
 * of y are packed into a panel, row by row, which all of x's rows are then multiplied with by register tiles. The panel
 * is scratch on the stack. An element is summed over each block in order, and the blocks' sums in order.
 *
 * Needs a vector_*.h and tile_template.h. */
#include "base/checked.h"
#include "kernels/epilogue.h"

/* A block of x takes 256 KiB, half of a small second-level cache. From LONG_K steps on fetching a tile's output ahead
 * costs less than to wait for it. */
enum {
    PANEL_BLOCK_M = 1024 / sizeof(element),
    PANEL_BLOCK_K = 256,
    PANEL_VECTORS = REGISTERS == 32 ? 4 : 3,
    LONG_K = 128
};

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

/* y is contiguous along k: blocks of LANES by LANES are turned around in registers. */
static void pack_columns(element *panel, int64_t k, int64_t n, int64_t width, const element *y, int64_t y_n) {
    for (int64_t j = 0; j < n; j += LANES) {
        for (int64_t step = 0; step < k; step += LANES) {
            const int64_t columns = n - j < LANES ? n - j : LANES, steps = k - step < LANES ? k - step : LANES;
            const part read = first_lanes(steps);
            vec block[LANES];
            for (int64_t i = 0; i < LANES; i++)
                block[i] = i < columns ? load_part(y + (j + i) * y_n + step, read) : zero();
            transpose(block);
            for (int64_t i = 0; i < steps; i++)
                store(panel + (step + i) * width + j, block[i]);
        }
    }
}

static void pack_elements(element *panel, int64_t k, int64_t n, int64_t width, const element *y, int64_t y_k,
                          int64_t y_n) {
    for (int64_t step = 0; step < k; step++)
        for (int64_t j = 0; j < width; j++)
            panel[step * width + j] = j < n ? y[step * y_k + j * y_n] : 0;
}

static void pack_panel(const struct product *product, element *panel, int64_t k, int64_t n, int64_t width,
                       const element *y) {
    if (product->y_n == 1)
        pack_rows(panel, k, n, width, y, product->y_k);
    else if (product->y_k == 1)
        pack_columns(panel, k, n, width, y, product->y_n);
    else
        pack_elements(panel, k, n, width, y, product->y_k, product->y_n);
}

/* A block of x's rows, which stay in the second-level cache while all of y's columns pass by. */
static void panel_rows(const struct product *product, const struct tiling *tiling, struct prefetch *prefetch,
                       element *panel, const element *x, const element *y, element *out) {
    struct product block = *product;
    for (int64_t step = 0; step < product->k; step += PANEL_BLOCK_K) {
        block.k = product->k - step < PANEL_BLOCK_K ? product->k - step : PANEL_BLOCK_K;
        for (int64_t column = 0, j = 0; column < tiling->columns.count; column++) {
            const int64_t vectors = bd_part_extent(tiling->columns, column), width = vectors * LANES;
            const int64_t n = column + 1 < tiling->columns.count ? width : product->n - j;
            const element *const from = y + step * product->y_k + j * product->y_n;
            block.y_k = width;
            pack_panel(product, panel, block.k, n, width, from);
            prefetch->rows = (struct row_stream){NULL, 0, 0, 0};
            if (product->y_n == 1 && n == width)
                prefetch->rows =
                    (struct row_stream){(const char *)(from + width), product->y_k * (int64_t)sizeof(element), block.k,
                                        width * (int64_t)sizeof(element)};
            tile_column(&block, tiling->rows[column < tiling->columns.longer], (int)vectors,
                        first_lanes(n - width + LANES), prefetch, x + step * product->x_k, panel, out + j);
            j += width;
        }
        block.beta[0] = 1;
    }
}

static void panel_product(const struct product *product, const element *x, const element *y, element *out) {
    _Alignas(64) element panel[PANEL_BLOCK_K * PANEL_VECTORS * LANES];
    const int64_t vectors = bd_divide_up(product->n, LANES), columns = bd_divide_up(vectors, PANEL_VECTORS);
    const struct parts blocks = bd_cut(product->m, bd_divide_up(product->m, PANEL_BLOCK_M));
    const struct tiling tilings[] = {tiling_of_columns(blocks.least, vectors, columns),
                                     tiling_of_columns(blocks.least + 1, vectors, columns)};
    const int64_t tiles = bd_multiply_saturating(bd_multiply_saturating(tile_count(&tilings[0]), blocks.count),
                                                 bd_divide_up(product->k, PANEL_BLOCK_K));
    struct prefetch prefetch_item =
        prefetch_of(product, sizeof(element), tiles, product->k < PANEL_BLOCK_K ? product->k : PANEL_BLOCK_K);
    prefetch_item.of_out |= product->k >= LONG_K;
    struct product block = *product;
    for (int64_t item = 0; item < product->items; item++) {
        struct prefetch prefetch = prefetch_item;
        prefetch.x.next = (const char *)(x + product->x_item);
        prefetch.y.next = (const char *)(y + product->y_item);
        for (int64_t i = 0, index = 0; index < blocks.count; index++) {
            block.m = bd_part_extent(blocks, index);
            panel_rows(&block, &tilings[index < blocks.longer], &prefetch, panel, x + i * product->x_m, y,
                       out + i * product->out_m);
            i += block.m;
        }
        x += product->x_item;
        y += product->y_item;
        out += product->out_item;
    }
}

static bool panel_accepts(const struct product *product) {
    return product->out_n == 1;
}
