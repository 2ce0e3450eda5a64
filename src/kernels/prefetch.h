/* Fetching the next item, or the one after that, while this one computes: an item is read in an order of its own, which
 * a processor's own prefetching does not foresee from item to item. A line or two at every step along k, since a burst
 * of them would hold up the computation. */
#ifndef BATCHDOT_KERNELS_PREFETCH_H
#define BATCHDOT_KERNELS_PREFETCH_H

#include "base/checked.h"
#include "base/parts.h"
#include "kernels/kernel.h"

#include <stddef.h>

enum { CACHE_LINE = 64, LEAST_STREAM = 1 << 20, SMALL_ITEM = 2048, SMALL_OUTPUT = 4096, SMALL_ITEM_TWO_AHEAD = 4096 };

/* What one tile fetches: so many bytes behind the last at every step, of which a line, or as many as 4 where these are
 * more. */
struct ahead {
    const char *next;
    int64_t bytes_a_step; /* 0 or less: nothing */
};

/* The x or y of an item further on, which so many of this item's tiles fetch; it begins so many bytes behind this
 * item's. */
struct stream {
    const char *next;
    int64_t bytes_ahead, tiles, bytes_a_tile, bytes_a_step;
};

/* Rows of a few lines each, far from each other, which so many tiles fetch between them. */
struct row_stream {
    const char *next;
    int64_t stride, rows, bytes_a_row;
};

struct prefetch {
    struct stream y, x;
    struct row_stream rows;
    bool of_out; /* each tile its own part of the output; measured to pay where that is small */
};

static const struct prefetch no_prefetch = {{NULL, 0, 0, 0, 0}, {NULL, 0, 0, 0, 0}, {NULL, 0, 0, 0}, false};

/* The bytes from an operand's first element to its last, or 0 where they are not dense enough to be fetched whole. */
static inline int64_t dense_bytes(int64_t rows, int64_t row_stride, int64_t columns, int64_t column_stride,
                                  int64_t element_size) {
    if (row_stride < 0 || column_stride < 0 || rows > INT32_MAX || columns > INT32_MAX)
        return 0;
    const int64_t extent = (rows - 1) * row_stride + (columns - 1) * column_stride + 1;
    return extent / 2 <= rows * columns ? extent * element_size : 0;
}

static inline struct stream stream_of(int64_t bytes_ahead, int64_t bytes, int64_t tiles, int64_t steps) {
    if (tiles == 0)
        return (struct stream){NULL, 0, 0, 0, 0};
    return (struct stream){NULL, bytes_ahead, tiles, bytes / tiles, (bytes / tiles + steps - 1) / steps};
}

/* For items that are computed tile by tile. Where they all fit the second-level cache, nothing is fetched, nor where
 * they are so small that a processor's own prefetching reaches over several. */
static inline struct prefetch prefetch_of(const struct product *product, int64_t element_size, int64_t tiles,
                                          int64_t steps) {
    const int64_t x =
        product->x_item ? dense_bytes(product->m, product->x_m, product->k, product->x_k, element_size) : 0;
    const int64_t y =
        product->y_item ? dense_bytes(product->k, product->y_k, product->n, product->y_n, element_size) : 0;
    struct prefetch prefetch = no_prefetch;
    if (bd_multiply_saturating(x + y, product->batch) < LEAST_STREAM || x + y <= SMALL_ITEM || tiles < 2)
        return prefetch;
    prefetch.of_out = product->m * product->n * element_size <= SMALL_OUTPUT;
    const int64_t tiles_for_y = bd_multiply_saturating(tiles, y) / (x + y);
    /* The last-level cache takes longer to answer than a small item takes. */
    const int64_t item_ahead = (x + y <= SMALL_ITEM_TWO_AHEAD ? 2 : 1) * element_size;
    prefetch.y = stream_of(item_ahead * product->y_item, y, tiles_for_y, steps);
    prefetch.x = stream_of(item_ahead * product->x_item, x, tiles - tiles_for_y, steps);
    return prefetch;
}

/* What an item with these operands fetches. */
static inline struct prefetch prefetch_beside(const struct prefetch *every_item, const void *x, const void *y) {
    struct prefetch prefetch = *every_item;
    prefetch.x.next = (const char *)x + prefetch.x.bytes_ahead;
    prefetch.y.next = (const char *)y + prefetch.y.bytes_ahead;
    return prefetch;
}

/* What the next tile fetches of. */
static inline const struct stream *next_stream(const struct prefetch *prefetch) {
    return prefetch->y.tiles > 0 ? &prefetch->y : &prefetch->x;
}

/* The share of the tile that comes next, behind which lie those of the others of so many. */
static inline struct ahead next_ahead(struct prefetch *prefetch, int64_t tiles) {
    struct stream *const stream = prefetch->y.tiles > 0 ? &prefetch->y : &prefetch->x;
    const struct ahead ahead = {stream->next, stream->bytes_a_step};
    stream->next += tiles * stream->bytes_a_tile;
    stream->tiles -= tiles;
    return ahead;
}

/* One tile's: a row a step, of so many columns, from that one on. Where rows begin within a line, their first one was
 * read with the columns before: so the lines are those that end with the last byte. */
static inline struct stream stream_of_rows(const void *row, int64_t row_stride, int64_t columns, int64_t element_size) {
    const int64_t bytes = columns * element_size, lines = bd_divide_up(bytes, CACHE_LINE);
    return (struct stream){.next = (const char *)row + bytes - 1 - (lines - 1) * CACHE_LINE,
                           .tiles = 1,
                           .bytes_a_step = row_stride * element_size};
}

/* A tile's share of the rows, so many tiles being left. */
static inline void fetch_rows(struct row_stream *stream, int64_t tiles_left) {
    const int64_t rows = (stream->rows + tiles_left - 1) / tiles_left;
    for (int64_t i = 0; i < rows; i++) {
        for (int64_t byte = 0; byte < stream->bytes_a_row; byte += CACHE_LINE)
            __builtin_prefetch(stream->next + byte);
        stream->next += stream->stride;
    }
    stream->rows -= rows;
}

static inline void fetch_step(struct ahead *ahead) {
    __builtin_prefetch(ahead->next);
    if (ahead->bytes_a_step > CACHE_LINE) {
        __builtin_prefetch(ahead->next + CACHE_LINE);
        if (ahead->bytes_a_step > 2 * CACHE_LINE) {
            __builtin_prefetch(ahead->next + 2 * CACHE_LINE);
            __builtin_prefetch(ahead->next + 3 * CACHE_LINE);
        }
    }
    ahead->next += ahead->bytes_a_step;
}

#endif
