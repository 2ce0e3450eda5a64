/* Register tiles: rows * vectors accumulators, to each of which every step along k adds an element of x,
 * broadcast, times a vector of y's row. x may have any strides; the rows of y and of the output are contiguous.
 * Every element is one chain of fused multiply-adds over k in order, whatever tile it falls into.
 *
 * Needs a vector_*.h and vector_real.h or vector_complex.h. */
#ifndef BATCHDOT_KERNELS_REGISTER_TILES_H
#define BATCHDOT_KERNELS_REGISTER_TILES_H

#include "kernels/epilogue.h"
#include "kernels/prefetch.h"
#include "kernels/stepped.h"

#include <stddef.h>

/* A single row may be wider than several: its additions would else wait for each other. */
enum {
    MAX_TILE_ROWS = 16,
    MAX_TILE_VECTORS = ACCUMULATOR_VECTORS == 2 && REGISTERS == 16 ? 4 : 8,
    WIDEST_TILE_OF_ROWS = REGISTERS == 32            ? 4
                          : ACCUMULATOR_VECTORS == 2 ? 2
                                                     : 3
};

struct tile_run;

/* A run of tiles, each rows * vectors of sums, which are written to rows run->out_m apart, whatever the product's alpha
 * and beta. A tile that takes long fetches the part of the product's output that they are for, from final_out on, whose
 * rows are product->out_m apart. Where parts cost something and the last vector of a row is one, and not the only one,
 * it begins further to the left instead, and some columns are computed twice, alike. */
typedef void tile_function(const struct product *product, const struct tile_run *run, struct ahead ahead,
                           const element *x, const element *y, element *out, const element *final_out);

/* Tiles of so many rows and vectors, of whose last one so many columns are there, one after the other: a call for each
 * would take as long as some steps. In x, y and the output each begins so many elements behind the one before, and what
 * it fetches so many bytes. */
struct tile_run {
    tile_function *function;
    int rows, vectors;
    int64_t last_columns, out_m;
    int64_t count, x_step, y_step, out_step, ahead_step;
};

/* Where in a row of a tile a vector begins. */
static inline int64_t vector_column(part last, int vector, int vectors, bool last_is_whole) {
    const bool is_moved = PARTS_COST && !last_is_whole && vectors > 1 && vector + 1 == vectors;
    return is_moved ? (vectors - 2) * LANES + part_extent(last) : vector * LANES;
}

/* Whether a vector is loaded and stored as a part. */
static inline bool is_part(int vector, int vectors, bool last_is_whole) {
    return !last_is_whole && vector + 1 == vectors && !(PARTS_COST && vectors > 1);
}

/* One step along k, after which x and y point to the next. rows, vectors and last_is_whole are constants. */
static inline __attribute__((always_inline)) void tile_step(const struct product *product, int64_t x_third_row,
                                                            part last, const element *x_fourth[], const element **y,
                                                            accumulator sums[MAX_TILE_ROWS][MAX_TILE_VECTORS], int rows,
                                                            int vectors, bool last_is_whole) {
    vec y_vectors[MAX_TILE_VECTORS];
#pragma GCC unroll 16
    for (int j = 0; j < vectors; j++) {
        const element *const from = *y + vector_column(last, j, vectors, last_is_whole);
        y_vectors[j] = is_part(j, vectors, last_is_whole) ? load_part(from, last) : load(from);
        if (rows * ACCUMULATOR_VECTORS > 1)
            y_vectors[j] = in_register(y_vectors[j]);
    }
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++) {
        const multiplier x = multiplier_of(x_fourth[i / 4] + (i % 4 == 3 ? x_third_row : i % 4 * product->x_m));
#pragma GCC unroll 16
        for (int j = 0; j < vectors; j++)
            sums[i][j] = accumulate(x, y_vectors[j], sums[i][j]);
    }
#pragma GCC unroll 16
    for (int i = 0; i < rows; i += 4)
        x_fourth[i / 4] = stepped(x_fourth[i / 4] + product->x_k);
    *y = stepped(*y + product->y_k);
}

#ifdef INTEGER_ELEMENTS
enum { OF_REAL_NUMBERS = 0 };
#else
enum { OF_REAL_NUMBERS = ACCUMULATOR_VECTORS == 1 };
#endif

/* Tiles that keep a processor with whole vectors of 64 bytes busy: such a one multiplies by two ports, by which masked
 * loads and some of a loop's own additions go as well. So these tiles are compiled a second time, for whole vectors,
 * and go by several steps at once; where there are many steps, the first of them fetch the tile's output. Complex
 * elements and integers need registers beside the accumulators, and lose by it. */
enum { STEPS_AT_ONCE = 2, LONG_K = 128 };

static inline bool is_unrolled(int64_t rows, int64_t vectors, bool last_is_whole) {
    return OF_REAL_NUMBERS && sizeof(vec) == CACHE_LINE && rows * vectors >= REGISTERS / 2 && last_is_whole;
}

/* Whether a tile is compiled a second time, for rows of whole vectors. */
static inline bool has_whole_variant(int64_t rows, int64_t vectors) {
    return PARTS_COST || is_unrolled(rows, vectors, true);
}

/* Several steps, and what they fetch ahead. */
static inline __attribute__((always_inline)) void
tile_steps(const struct product *product, int64_t x_third_row, part last, struct ahead *ahead,
           const element *x_fourth[], const element **y, accumulator sums[MAX_TILE_ROWS][MAX_TILE_VECTORS], int rows,
           int vectors, bool last_is_whole, enum fetching fetching) {
#pragma GCC unroll 2
    for (int i = 0; i < STEPS_AT_ONCE; i++) {
        if (fetching != NOTHING)
            fetch_step(ahead, fetching);
        tile_step(product, x_third_row, last, x_fourth, y, sums, rows, vectors, last_is_whole);
    }
}

/* The part of a row of the output that lies in so many vectors, which is soon written. */
static inline __attribute__((always_inline)) void fetch_row(const element *out, int vectors) {
#pragma GCC unroll 4
    for (int j = 0; j < vectors; j++)
        __builtin_prefetch(out + j * LANES, 1);
}

/* Inlined with constant rows, vectors, last_is_whole and fetching, so that the accumulators live in registers. x's rows
 * are reached from every fourth one: an address is then a register plus 0 to 3 strides, of which a processor has
 * enough. */
static inline __attribute__((always_inline)) void tile(const struct product *product, part last, struct ahead ahead,
                                                       const element *x, const element *y, element *out, int64_t out_m,
                                                       const element *final_out, int rows, int vectors,
                                                       bool last_is_whole, enum fetching fetching) {
    const struct product strides = {.x_m = product->x_m, .x_k = product->x_k, .y_k = product->y_k};
    accumulator sums[MAX_TILE_ROWS][MAX_TILE_VECTORS];
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++) {
#pragma GCC unroll 16
        for (int j = 0; j < vectors; j++)
            sums[i][j] = first_sum(product, vector_column(last, j, vectors, last_is_whole));
    }

    const element *x_fourth[MAX_TILE_ROWS / 4];
#pragma GCC unroll 16
    for (int i = 0; i < rows; i += 4)
        x_fourth[i / 4] = x + i * strides.x_m;
    int64_t x_third_row = 3 * strides.x_m;
    __asm__("" : "+r"(x_third_row)); /* else added up anew at every step */
    const bool unrolled = is_unrolled(rows, vectors, last_is_whole);
    int64_t steps = product->k;
    if (unrolled && steps >= LONG_K) {
        for (int i = 0; i < rows; i++, final_out += product->out_m) {
            fetch_row(final_out, vectors);
            tile_steps(&strides, x_third_row, last, &ahead, x_fourth, &y, sums, rows, vectors, last_is_whole, fetching);
        }
        steps -= STEPS_AT_ONCE * rows;
    }
    for (; unrolled && steps >= STEPS_AT_ONCE; steps -= STEPS_AT_ONCE)
        tile_steps(&strides, x_third_row, last, &ahead, x_fourth, &y, sums, rows, vectors, last_is_whole, fetching);
#pragma GCC unroll 1
    for (; steps > 0; steps--) {
        if (fetching != NOTHING && !unrolled)
            fetch_step(&ahead, fetching);
        tile_step(&strides, x_third_row, last, x_fourth, &y, sums, rows, vectors, last_is_whole);
    }

    const result_signs signs = signs_of(product);
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++) {
#pragma GCC unroll 16
        for (int j = 0; j < vectors; j++) {
            element *const to = out + i * out_m + vector_column(last, j, vectors, last_is_whole);
            if (is_part(j, vectors, last_is_whole))
                store_part(to, result_of(signs, sums[i][j]), last);
            else
                store(to, result_of(signs, sums[i][j]));
        }
    }
}

/* What a tile needs once is read again for each: a compiler would else prepare so much ahead of the loop that there
 * were no registers for it, and a short product took a quarter longer. */
static inline __attribute__((always_inline)) void tiles(const struct product *product, const struct tile_run *run,
                                                        struct ahead ahead, const element *x, const element *y,
                                                        element *out, const element *final_out, int rows, int vectors,
                                                        bool last_is_whole, enum fetching fetching) {
    const part last = first_lanes(run->last_columns);
    for (int64_t left = run->count; left > 0; left--) {
        tile(product, last, ahead, x, y, out, run->out_m, final_out, rows, vectors, last_is_whole, fetching);
        product = read_again(product);
        run = read_again(run);
        x = stepped(x + run->x_step);
        y = stepped(y + run->y_step);
        out = stepped_output(out + run->out_step);
        final_out = stepped(final_out + run->out_step);
        if (fetching != NOTHING)
            ahead.next += run->ahead_step;
    }
}

/* FOR_LATER is asked of columns of whole vectors, behind which others lie: so it is compiled once. */
static inline __attribute__((always_inline)) void tiles_of(const struct product *product, const struct tile_run *run,
                                                           struct ahead ahead, const element *x, const element *y,
                                                           element *out, const element *final_out, int rows,
                                                           int vectors) {
    const bool has_whole = has_whole_variant(rows, vectors), is_whole = has_whole && run->last_columns == LANES;
    if (ahead.fetching == NOTHING && is_whole)
        tiles(product, run, ahead, x, y, out, final_out, rows, vectors, true, NOTHING);
    else if (ahead.fetching == NOTHING)
        tiles(product, run, ahead, x, y, out, final_out, rows, vectors, false, NOTHING);
    else if (ahead.fetching == FOR_LATER && is_whole == has_whole)
        tiles(product, run, ahead, x, y, out, final_out, rows, vectors, has_whole, FOR_LATER);
    else if (is_whole)
        tiles(product, run, ahead, x, y, out, final_out, rows, vectors, true, FOR_SOON);
    else
        tiles(product, run, ahead, x, y, out, final_out, rows, vectors, false, FOR_SOON);
}

#define TILE(rows, vectors)                                                                                            \
    static void tile_##rows##x##vectors(const struct product *product, const struct tile_run *run, struct ahead ahead, \
                                        const element *x, const element *y, element *out, const element *final_out) {  \
        tiles_of(product, run, ahead, x, y, out, final_out, rows, vectors);                                            \
    }
#include "kernels/tile_shapes.inc"
#undef TILE

static tile_function *const tile_functions[MAX_TILE_VECTORS + 1][MAX_TILE_ROWS + 1] = {
#define TILE(rows, vectors) [vectors][rows] = tile_##rows##x##vectors,
#include "kernels/tile_shapes.inc"
#undef TILE
};

/* Half a vector is written as 0 vectors. A processor that takes vectors by halves is done with it in half the time, by
 * the tiles of another file, whose vectors are so long. */
#ifdef OFFERED_TILES
extern tile_function *const *const OFFERED_TILES;
tile_function *const *const OFFERED_TILES = tile_functions[1];
#endif

#ifdef HALF_TILES
extern tile_function *const *const HALF_TILES;
enum { HAS_HALF_TILES = 1 };
#else
#define HALF_TILES tile_functions[0]
enum { HAS_HALF_TILES = 0 };
#endif

static tile_function *tile_of(int vectors, int64_t rows) {
    return HAS_HALF_TILES && vectors == 0 ? HALF_TILES[rows] : tile_functions[vectors][rows];
}

/* The vectors that a row of so many lies in. */
static inline int touched_vectors(int vectors) {
    return vectors > 0 ? vectors : 1;
}

static int most_tile_rows(int64_t vectors) {
    static const int most[2][2][5] = {{{0, 12, 6, 4}, {16, 16, 14, 9, 6}}, {{0, 6, 3}, {12, 12, 6, 4, 3}}};
    return most[ACCUMULATOR_VECTORS == 2][REGISTERS == 32][vectors];
}

static int64_t tile_row_blocks(int64_t m, int64_t vectors, int64_t most_rows) {
    if (m == 1) /* which may be wider */
        return 1;
    const int64_t most = most_tile_rows(vectors);
    return bd_divide_up(m, most < most_rows ? most : most_rows);
}

/* A run of one tile. */
static inline struct tile_run one_tile(int64_t rows, int vectors, int64_t last_columns, int64_t out_m) {
    return (struct tile_run){.function = tile_of(vectors, rows),
                             .rows = (int)rows,
                             .vectors = vectors,
                             .last_columns = last_columns,
                             .out_m = out_m,
                             .count = 1};
}

static void fetch_output(const struct product *product, const element *out, int64_t rows, int vectors) {
    for (int64_t i = 0; i < rows; i++)
        fetch_row(out + i * product->out_m, touched_vectors(vectors));
}

/* alpha and beta, which most products have no use for: the sums come to lie in memory of their own first. */
static __attribute__((noinline)) void run_scaled_tiles(const struct product *product, const struct tile_run *run,
                                                       struct ahead ahead, const element *x, const element *y,
                                                       element *out) {
    _Alignas(64) element sums[REGISTERS * LANES];
    const int vectors = touched_vectors(run->vectors);
    const int64_t sums_m = (int64_t)vectors * LANES;
    const struct scaling scaling = scaling_of(product);
    const part last = first_lanes(run->last_columns);
    struct tile_run one = *run;
    one.count = 1;
    one.out_m = sums_m;
    for (int64_t index = 0; index < run->count; index++) {
        one.function(product, &one, ahead, x, y, sums, out);
        for (int i = 0; i < run->rows; i++) {
            const element *const from = sums + i * sums_m;
            element *const to = out + i * product->out_m;
            int j = 0;
            for (; j + 1 < vectors; j++)
                finish(scaling, to + j * LANES, load(from + j * LANES));
            finish_part(scaling, to + j * LANES, load_part(from + j * LANES, last), last);
        }
        x += run->x_step;
        y += run->y_step;
        out += run->out_step;
        if (ahead.fetching != NOTHING)
            ahead.next += run->ahead_step;
    }
}

static inline void run_tiles(const struct product *product, bool is_plain, const struct tile_run *run,
                             struct ahead ahead, const element *x, const element *y, element *out) {
    if (is_plain)
        run->function(product, run, ahead, x, y, out, out);
    else
        run_scaled_tiles(product, run, ahead, x, y, out);
}

/* A column of tiles: so many vectors wide, that is n of the item's columns, of which the last vector has some; and cut
 * into blocks of rows. */
struct tile_column {
    int vectors;
    int64_t n, last_columns;
    struct parts rows;
};

/* What a row of it takes when it is packed. */
static inline int64_t packed_width(const struct tile_column *column) {
    return (int64_t)touched_vectors(column->vectors) * LANES;
}

/* Whether a tile fetches its part of the output itself, step by step. */
static inline bool fetches_its_output(const struct product *product, const struct tile_run *run) {
    return product->k >= LONG_K && is_unrolled(run->rows, run->vectors, run->last_columns == LANES);
}

/* The tiles of a column from one on, as many as have its height and fetch from that stream. */
static inline struct tile_run next_tiles(const struct product *product, const struct tile_column *column,
                                         const struct stream *stream, int64_t block) {
    const int64_t rows = bd_part_extent(column->rows, block);
    struct tile_run run = one_tile(rows, column->vectors, column->last_columns, product->out_m);
    run.x_step = rows * product->x_m;
    run.out_step = rows * product->out_m;
    run.count = (block < column->rows.longer ? column->rows.longer : column->rows.count) - block;
    run.ahead_step = stream->bytes_a_tile;
    if (stream->tiles > 0 && run.count > stream->tiles)
        run.count = stream->tiles;
    return run;
}

static void run_tile_column(const struct product *product, const struct tile_column *column, struct prefetch *prefetch,
                            const element *x, const element *y, element *out) {
    const bool is_plain = scaling_of(product).is_plain;
    for (int64_t block = 0; block < column->rows.count;) {
        struct stream *const stream = next_stream(prefetch);
        struct tile_run run = next_tiles(product, column, stream, block);
        if (prefetch->of_out && !fetches_its_output(product, &run)) { /* which is done for one tile at a time */
            run.count = 1;
            fetch_output(product, out, run.rows, run.vectors);
        }
        const struct ahead ahead = next_ahead(stream, run.count);
        run_tiles(product, is_plain, &run, ahead, x, y, out);
        block += run.count;
        x += run.count * run.x_step;
        out += run.count * run.out_step;
    }
}

#endif
