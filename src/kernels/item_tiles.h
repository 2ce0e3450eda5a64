/* Register tiles of items that are one tile each: such a tile goes over the items itself, since a call for each would
 * take as long as some steps. A second set of functions, which is worth its room where there are registers for large
 * tiles. Needs register_tiles.h. */
#ifndef BATCHDOT_KERNELS_ITEM_TILES_H
#define BATCHDOT_KERNELS_ITEM_TILES_H

#include "kernels/register_tiles.h"

/* What such a run of items is. */
struct tiled_items {
    int64_t items, last_columns;
    struct ahead ahead;    /* of the first item */
    int64_t bytes_an_item; /* by which what the next one fetches lies further */
    bool of_out;           /* fetches the output as well */
};

typedef void item_tile_function(const struct product *product, const struct tiled_items *tiled, const element *x,
                                const element *y, element *out);

/* What an item needs once is read again for each: a compiler would else prepare so much ahead of the loop that there
 * were no registers for it, and a short product took a quarter longer. */
static inline __attribute__((always_inline)) void item_tiles(const struct product *product,
                                                             const struct tiled_items *tiled, const element *x,
                                                             const element *y, element *out, int rows, int vectors,
                                                             bool last_is_whole) {
    const part last = first_lanes(tiled->last_columns);
    const char *ahead = tiled->ahead.next;
    for (int64_t items = tiled->items; items > 0; items--) {
        const int64_t out_m = product->out_m;
        if (tiled->of_out) {
            const element *fetched = out;
#pragma GCC unroll 1
            for (int i = 0; i < rows; i++, fetched = stepped(fetched + out_m))
                fetch_row(fetched, vectors);
        }
        tile(product, last, (struct ahead){ahead, tiled->ahead.bytes_a_step}, x, y, out, out_m, out, rows, vectors,
             last_is_whole);
        product = read_again(product);
        x = stepped(x + product->x_item);
        y = stepped(y + product->y_item);
        out = stepped_output(out + product->out_item);
        ahead += tiled->bytes_an_item;
    }
}

#if REGISTERS == 32
enum { HAS_ITEM_TILES = 1 };

#define TILE(rows, vectors)                                                                                            \
    static void item_tile_##rows##x##vectors(const struct product *product, const struct tiled_items *tiled,           \
                                             const element *x, const element *y, element *out) {                       \
        if ((PARTS_COST || is_unrolled(rows, vectors, true)) && tiled->last_columns == LANES)                          \
            item_tiles(product, tiled, x, y, out, rows, vectors, true);                                                \
        else                                                                                                           \
            item_tiles(product, tiled, x, y, out, rows, vectors, false);                                               \
    }
#include "kernels/tile_shapes.inc"
#undef TILE

static item_tile_function *item_tile_of(int vectors, int rows) {
    static item_tile_function *const functions[MAX_TILE_VECTORS + 1][MAX_TILE_ROWS + 1] = {
#define TILE(rows, vectors) [vectors][rows] = item_tile_##rows##x##vectors,
#include "kernels/tile_shapes.inc"
#undef TILE
    };
    return functions[vectors][rows];
}
#else
enum { HAS_ITEM_TILES = 0 };

static item_tile_function *item_tile_of(int vectors, int rows) {
    (void)vectors, (void)rows;
    return NULL;
}
#endif

#endif
