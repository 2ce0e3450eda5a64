/* Register tiles of items that are one tile each: such a tile goes over the items itself, since a call for each would
 * take as long as some steps. Nothing is fetched meanwhile, as for all items of one tile. A second set of functions,
 * which is worth its room where registers make tiles large.
 *
 * Needs a vector_*.h and vector_real.h or vector_complex.h. */
#ifndef BATCHDOT_KERNELS_ITEM_TILES_H
#define BATCHDOT_KERNELS_ITEM_TILES_H

#include "kernels/register_tiles.h"

typedef void item_tile_function(const struct product *product, int64_t last_columns, const element *x, const element *y,
                                element *out);

/* What an item needs once is read again for each: a compiler would else prepare so much ahead of the loop that there
 * were no registers for it, and a short product took a quarter longer. */
static inline __attribute__((always_inline)) void item_tiles(const struct product *product, part last, const element *x,
                                                             const element *y, element *out, int rows, int vectors,
                                                             bool last_is_whole) {
    const struct ahead nothing = {NULL, 0};
    for (int64_t items = product->items; items > 0; items--) {
        tile(product, last, nothing, x, y, out, product->out_m, out, rows, vectors, last_is_whole);
        product = read_again(product);
        x = stepped(x + product->x_item);
        y = stepped(y + product->y_item);
        out = stepped_output(out + product->out_item);
    }
}

#if REGISTERS == 32
#define TILE(rows, vectors)                                                                                            \
    static void item_tile_##rows##x##vectors(const struct product *product, int64_t last_columns, const element *x,    \
                                             const element *y, element *out) {                                         \
        if (has_whole_variant(rows, vectors) && last_columns == LANES)                                                 \
            item_tiles(product, first_lanes(last_columns), x, y, out, rows, vectors, true);                            \
        else                                                                                                           \
            item_tiles(product, first_lanes(last_columns), x, y, out, rows, vectors, false);                           \
    }
#include "kernels/tile_shapes.inc"
#undef TILE

/* A half column, written as 0 vectors, is never all of an item. */
static item_tile_function *item_tile_of(int vectors, int rows) {
    static item_tile_function *const functions[MAX_TILE_VECTORS + 1][MAX_TILE_ROWS + 1] = {
#define TILE(rows, vectors) [vectors][rows] = item_tile_##rows##x##vectors,
#include "kernels/tile_shapes.inc"
#undef TILE
    };
    return functions[vectors][rows];
}
#else
/* None. */
static item_tile_function *item_tile_of(int vectors, int rows) {
    (void)vectors, (void)rows;
    return NULL;
}
#endif

#endif
