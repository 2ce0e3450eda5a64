/* Fetching the next item, or the one after that, while this one computes: an item is read in an order of its own, which
 * a processor's own prefetching does not foresee from item to item; or rows of y that come later in the same item. A
 * few lines at every step along k, since a burst of them would hold up the computation. */
#ifndef BATCHDOT_KERNELS_PREFETCH_H
#define BATCHDOT_KERNELS_PREFETCH_H

#include "base/checked.h"
#include "base/parts.h"
#include "kernels/kernel.h"

#include <stddef.h>

enum { CACHE_LINE = 64, LEAST_STREAM = 1 << 20, SMALL_ITEM = 2048, SMALL_OUTPUT = 4096, SMALL_ITEM_TWO_AHEAD = 4096 };
enum { MOST_LINES_A_STEP = 4 };

/* What is fetched for soon goes into the first-level cache. What is for later goes into the second-level one only: from
 * beyond that, it would keep a processor's few places for lines on their way to the first-level cache from those that
 * are needed now. */
enum fetching { NOTHING, FOR_SOON, FOR_LATER };

/* What one tile fetches: at every step so many lines (4 for 3), so many bytes behind those of the step before. */
struct ahead {
    const char *next;
    int32_t bytes_a_step;
    int16_t lines_a_step, fetching;
};

static const struct ahead nothing_ahead = {NULL, 0, 0, NOTHING};

/* What so many tiles fetch, the next of which that, and each of the others so many bytes behind the one before: rows of
 * y, or the x or y of an item further on, which begins so many bytes behind this item's. */
struct stream {
    struct ahead ahead;
    int64_t bytes_ahead, tiles, bytes_a_tile;
};

struct prefetch {
    struct stream y, x;
    bool of_out; /* each tile its own part of the output; measured to pay where that is small */
};

static const struct stream no_stream = {{NULL, 0, 0, NOTHING}, 0, 0, 0};
static const struct prefetch no_prefetch = {{{NULL, 0, 0, NOTHING}, 0, 0, 0}, {{NULL, 0, 0, NOTHING}, 0, 0, 0}, false};

/* The bytes from an operand's first element to its last, or 0 where they are not dense enough to be fetched whole. */
static inline int64_t dense_bytes(int64_t rows, int64_t row_stride, int64_t columns, int64_t column_stride,
                                  int64_t element_size) {
    if (row_stride < 0 || column_stride < 0 || rows > INT32_MAX || columns > INT32_MAX)
        return 0;
    const int64_t extent = (rows - 1) * row_stride + (columns - 1) * column_stride + 1;
    return extent / 2 <= rows * columns ? extent * element_size : 0;
}

static inline struct stream stream_of(int64_t bytes_ahead, int64_t bytes, int64_t tiles, int64_t steps) {
    const int64_t bytes_a_step = tiles > 0 ? bd_divide_up(bytes / tiles, steps) : 0;
    if (bytes_a_step == 0 || bytes_a_step > INT32_MAX)
        return no_stream;
    const int16_t lines = bytes_a_step > 2 * CACHE_LINE ? MOST_LINES_A_STEP : bytes_a_step > CACHE_LINE ? 2 : 1;
    return (struct stream){{NULL, (int32_t)bytes_a_step, lines, FOR_SOON}, bytes_ahead, tiles, bytes / tiles};
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
    prefetch.x.ahead.next = (const char *)x + prefetch.x.bytes_ahead;
    prefetch.y.ahead.next = (const char *)y + prefetch.y.bytes_ahead;
    return prefetch;
}

/* What the next tile fetches of. */
static inline struct stream *next_stream(struct prefetch *prefetch) {
    return prefetch->y.tiles > 0 ? &prefetch->y : &prefetch->x;
}

/* The share of the first of the next tiles. */
static inline struct ahead next_ahead(struct stream *stream, int64_t tiles) {
    if (stream->tiles <= 0)
        return nothing_ahead;
    const struct ahead ahead = stream->ahead;
    stream->ahead.next += tiles * stream->bytes_a_tile;
    stream->tiles -= tiles;
    return ahead;
}

/* A row a step, of so many columns from that one on, so many of whose lines one tile fetches, and the next ones others.
 * Where rows begin within a line, their first one was read with the columns before: so the lines are those that end
 * with the last byte. */
static inline struct stream stream_of_rows(const void *row, int64_t row_stride, int64_t columns, int64_t element_size,
                                           int64_t lines_a_tile) {
    const int64_t bytes = columns * element_size, lines = bd_divide_up(bytes, CACHE_LINE);
    int64_t stride;
    if (bd_multiply_overflows(row_stride, element_size, &stride) || stride > INT32_MAX || stride < INT32_MIN)
        return no_stream;
    const char *const first_line = (const char *)row + bytes - 1 - (lines - 1) * CACHE_LINE;
    return (struct stream){.ahead = {first_line, (int32_t)stride, (int16_t)lines_a_tile, FOR_SOON},
                           .tiles = bd_divide_up(lines, lines_a_tile),
                           .bytes_a_tile = lines_a_tile * CACHE_LINE};
}

/* One tile's, which it needs a few steps later. Narrow ones bring the beginning of what is beside them along. */
static inline struct stream own_rows(const void *row, int64_t row_stride, int64_t columns, int64_t element_size) {
    struct stream stream = stream_of_rows(row, row_stride, columns, element_size, MOST_LINES_A_STEP);
    stream.tiles = stream.tiles > 0;
    return stream;
}

/* Those that come after what so many tiles compute. */
static inline struct stream later_rows(const void *row, int64_t row_stride, int64_t columns, int64_t element_size,
                                       int64_t tiles) {
    const int64_t lines_a_tile = bd_divide_up(bd_divide_up(columns * element_size, CACHE_LINE), tiles);
    struct stream stream = stream_of_rows(row, row_stride, columns, element_size,
                                          lines_a_tile < MOST_LINES_A_STEP ? lines_a_tile : MOST_LINES_A_STEP);
    stream.ahead.fetching = stream.tiles > 0 ? FOR_LATER : NOTHING;
    return stream;
}

/* fetching is a constant. */
static inline __attribute__((always_inline)) void fetch_line(const char *line, enum fetching fetching) {
    if (fetching == FOR_LATER)
        __builtin_prefetch(line, 0, 2);
    else
        __builtin_prefetch(line);
}

static inline __attribute__((always_inline)) void fetch_step(struct ahead *ahead, enum fetching fetching) {
    fetch_line(ahead->next, fetching);
    if (ahead->lines_a_step > 1) {
        fetch_line(ahead->next + CACHE_LINE, fetching);
        if (ahead->lines_a_step > 2) {
            fetch_line(ahead->next + 2 * CACHE_LINE, fetching);
            fetch_line(ahead->next + 3 * CACHE_LINE, fetching);
        }
    }
    ahead->next += ahead->bytes_a_step;
}

#endif
