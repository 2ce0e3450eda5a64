/* The product for y of any strides and for large items: k is cut into blocks, and of each block a few vectors' columns
 * of y are packed into a panel, row by row, which all of x's rows are then multiplied with by register tiles. The panel
 * is scratch on the stack. An element is summed over each block in order, and the blocks' sums in order.
 *
 * Needs a vector_*.h and tile_template.h. */
#include "base/checked.h"
#include "kernels/epilogue.h"

enum { PANEL_BLOCK_K = 256, PANEL_VECTORS = REGISTERS == 32 ? 4 : 3 };

static void pack_rows(element *panel, int64_t k, int64_t n, int64_t width, const element *y, int64_t y_k) {
    const part last = first_lanes(n % LANES ? n % LANES : LANES);
    for (int64_t step = 0; step < k; step++) {
        int64_t j = 0;
        for (; j + LANES < n; j += LANES)
            store(panel + step * width + j, load(y + step * y_k + j));
        store(panel + step * width + j, load_part(y + step * y_k + j, last));
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

/* Columns outermost: the output's columns stay in the second-level cache while k's blocks are added to them. */
static void panel_item(const struct product *product, struct tiling tiling, struct prefetch prefetch, element *panel,
                       const element *x, const element *y, element *out) {
    struct product block = *product;
    for (int64_t column = 0, begin = 0; column < tiling.columns; column++) {
        const int64_t end = bd_part_begin(tiling.vectors, tiling.columns, column + 1), j = begin * LANES;
        const int64_t width = (end - begin) * LANES, n = column + 1 < tiling.columns ? width : product->n - j;
        block.y_k = width;
        block.beta[0] = product->beta[0];
        for (int64_t step = 0; step < product->k; step += PANEL_BLOCK_K) {
            block.k = product->k - step < PANEL_BLOCK_K ? product->k - step : PANEL_BLOCK_K;
            pack_panel(product, panel, block.k, n, width, y + step * product->y_k + j * product->y_n);
            tile_column(&block, 1, (int)(end - begin), first_lanes(n - width + LANES), &prefetch,
                        x + step * product->x_k, panel, out + j);
            block.beta[0] = 1;
        }
        begin = end;
    }
}

static void panel_product(const struct product *product, const element *x, const element *y, element *out) {
    _Alignas(64) element panel[PANEL_BLOCK_K * PANEL_VECTORS * LANES];
    const int64_t vectors = bd_divide_up(product->n, LANES);
    const struct tiling tiling = {vectors, bd_divide_up(vectors, PANEL_VECTORS)};
    const int64_t tiles =
        bd_multiply_saturating(bd_multiply_saturating(tiling.columns, bd_divide_up(product->k, PANEL_BLOCK_K)),
                               tile_row_blocks(product->m, bd_divide_up(tiling.vectors, tiling.columns)));
    struct prefetch prefetch = prefetch_of(product, sizeof(element), tiles);
    for (int64_t item = 0; item < product->items; item++) {
        prefetch.x.next = (const char *)(x + product->x_item);
        prefetch.y.next = (const char *)(y + product->y_item);
        panel_item(product, tiling, prefetch, panel, x, y, out);
        x += product->x_item;
        y += product->y_item;
        out += product->out_item;
    }
}

static bool panel_accepts(const struct product *product) {
    return product->out_n == 1;
}
