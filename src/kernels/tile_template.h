/* The register-tile product: rows * vectors accumulators, to each of which every step along k adds an element of x,
 * broadcast, times a vector of y's row. x may have any strides; the rows of y and of the output are contiguous.
 * Every element is one chain of fused multiply-adds over k in order, whatever tile it falls into.
 *
 * Needs a vector_*.h. */
#include "kernels/epilogue.h"
#include "kernels/half_vectors.h"
#include "kernels/prefetch.h"

#include <stddef.h>

/* A single row may be wider than several: its additions would else wait for each other. */
enum {
    MAX_TILE_ROWS = 16,
    MAX_TILE_VECTORS = ACCUMULATOR_VECTORS == 2 && REGISTERS == 16 ? 4 : 8,
    WIDEST_TILE_OF_ROWS = 4
};

/* rows * vectors of an item's output; the last vector of a row has the lanes that last says. Where parts cost something
 * and it is not the only one, it begins further to the left instead, and some columns are computed twice, alike. */
typedef void tile_function(const struct product *product, part last, struct ahead ahead, const element *x,
                           const element *y, element *out);

/* Keeps a compiler from other ways to reach the next step's elements than adding a stride, such as loops of their own
 * for strides of 1 or addresses worked out beforehand, for which there are no registers. */
static inline const element *stepped(const element *data) {
    __asm__("" : "+r"(data));
    return data;
}

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
        if (rows > 1)
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

/* alpha and beta, which most products have no use for, of results that lie in memory. */
static __attribute__((noinline)) void finish_tile(const struct product *product, part last, const vec *results,
                                                  int rows, int vectors, element *out) {
    const struct scaling scaling = scaling_of(product);
    for (int i = 0; i < rows; i++, results += vectors, out += product->out_m) {
        for (int j = 0; j + 1 < vectors; j++)
            finish(scaling, out + j * LANES, results[j]);
        vec result = results[vectors - 1];
        if (PARTS_COST && vectors > 1) /* what it has of the vector before it is finished */
            result = load_part((const element *)&results[vectors - 1] + LANES - part_extent(last), last);
        finish_part(scaling, out + (vectors - 1) * LANES, result, last);
    }
}

/* Inlined with constant rows, vectors and last_is_whole, so that the accumulators live in registers. x's rows are
 * reached from every fourth one: an address is then a register plus 0 to 3 strides, of which a processor has enough.
 * One item only: with a loop over items around it, a compiler prepares so much ahead of the loop that a short product
 * takes a quarter longer. */
static inline __attribute__((always_inline)) void tile(const struct product *product, part last, struct ahead ahead,
                                                       const element *x, const element *y, element *out, int rows,
                                                       int vectors, bool last_is_whole) {
    const struct product strides = {.x_m = product->x_m, .x_k = product->x_k, .y_k = product->y_k};
    const int64_t out_m = product->out_m;
    accumulator sums[MAX_TILE_ROWS][MAX_TILE_VECTORS];
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++) {
#pragma GCC unroll 16
        for (int j = 0; j < vectors; j++)
            sums[i][j] = no_sum();
    }

    const element *x_fourth[MAX_TILE_ROWS / 4];
#pragma GCC unroll 16
    for (int i = 0; i < rows; i += 4)
        x_fourth[i / 4] = x + i * strides.x_m;
    int64_t x_third_row = 3 * strides.x_m;
    __asm__("" : "+r"(x_third_row)); /* else added up anew at every step */
    if (ahead.bytes_a_step > 0) {
#pragma GCC unroll 4
        for (int64_t step = product->k; step > 0; step--) {
            fetch_step(&ahead);
            tile_step(&strides, x_third_row, last, x_fourth, &y, sums, rows, vectors, last_is_whole);
        }
    } else {
#pragma GCC unroll 4
        for (int64_t step = product->k; step > 0; step--)
            tile_step(&strides, x_third_row, last, x_fourth, &y, sums, rows, vectors, last_is_whole);
    }

    const bool is_plain = scaling_of(product).is_plain;
    vec scratch[REGISTERS];
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++) {
#pragma GCC unroll 16
        for (int j = 0; j < vectors; j++) {
            element *const to = out + i * out_m + vector_column(last, j, vectors, last_is_whole);
            const vec result = result_of(product, sums[i][j]);
            if (!is_plain)
                scratch[i * vectors + j] = result;
            else if (is_part(j, vectors, last_is_whole))
                store_part(to, result, last);
            else
                store(to, result);
        }
    }
    if (!is_plain)
        finish_tile(product, last, scratch, rows, vectors, out);
}

#define TILE(rows, vectors)                                                                                            \
    static void tile_##rows##x##vectors(const struct product *product, part last, struct ahead ahead,                  \
                                        const element *x, const element *y, element *out) {                            \
        if (PARTS_COST && is_whole(last))                                                                              \
            tile(product, last, ahead, x, y, out, rows, vectors, true);                                                \
        else                                                                                                           \
            tile(product, last, ahead, x, y, out, rows, vectors, false);                                               \
    }
#include "kernels/tile_shapes.inc"
#undef TILE

static tile_function *const tile_functions[MAX_TILE_VECTORS + 1][MAX_TILE_ROWS + 1] = {
#define TILE(rows, vectors) [vectors][rows] = tile_##rows##x##vectors,
#include "kernels/tile_shapes.inc"
#undef TILE
};

static int most_tile_rows(int64_t vectors) {
    static const int most[2][2][WIDEST_TILE_OF_ROWS + 1] = {{{0, 12, 6, 4}, {0, 16, 14, 9, 6}},
                                                            {{0, 6, 3, 2}, {0, 12, 6, 4, 3}}};
    return most[ACCUMULATOR_VECTORS == 2][REGISTERS == 32][vectors];
}

static int64_t tile_row_blocks(int64_t m, int64_t vectors) {
    return m == 1 ? 1 : bd_divide_up(m, most_tile_rows(vectors));
}

/* How an item is cut into tiles: columns so many vectors wide, and each into blocks of rows, [0] in a column of the
 * least width and [1] in a wider one. */
struct tiling {
    struct parts columns, rows[2];
};

static struct tiling tiling_of_columns(int64_t m, int64_t vectors, int64_t columns) {
    struct tiling tiling = {.columns = bd_cut(vectors, columns)};
    for (int i = 0; i < 1 + (tiling.columns.longer > 0); i++)
        tiling.rows[i] = bd_cut(m, tile_row_blocks(m, tiling.columns.least + i));
    return tiling;
}

static int64_t tile_count(const struct tiling *tiling) {
    const struct parts columns = tiling->columns;
    return (columns.count - columns.longer) * tiling->rows[0].count + columns.longer * tiling->rows[1].count;
}

/* The cost of an item with tiles so wide, in half cycles: a step along k takes as long as its multiplications or its
 * loads, of either of which a processor does two a cycle, or as long as an addition's latency if there are too few
 * accumulators to fill it; and every tile is some overhead. */
static int64_t tiling_cost(int64_t m, int64_t vectors, int64_t k, int64_t width) {
    enum { TILE_OVERHEAD = 40, LEAST_ACCUMULATORS = 8 };
    const int64_t columns = bd_divide_up(vectors, width), blocks = tile_row_blocks(m, width);
    const int64_t multiplications = ACCUMULATOR_VECTORS * m * vectors,
                  loads = blocks * vectors + ACCUMULATOR_VECTORS * m * columns;
    const int64_t latency = columns * blocks * LEAST_ACCUMULATORS;
    int64_t step = multiplications > loads ? multiplications : loads;
    if (latency > step)
        step = latency;
    return k * step + columns * blocks * TILE_OVERHEAD;
}

static struct tiling tiling_of(const struct product *product) {
    const int64_t vectors = bd_divide_up(product->n, LANES);
    int64_t best = 1;
    if (product->m == 1)
        best = MAX_TILE_VECTORS;
    else if (vectors > 1) {
        const int64_t widest = REGISTERS == 32 ? 4 : 3;
        for (int64_t width = 2; width <= widest && width <= vectors; width++) {
            if (tiling_cost(product->m, vectors, product->k, width) <=
                tiling_cost(product->m, vectors, product->k, best))
                best = width;
        }
    }
    return tiling_of_columns(product->m, vectors, bd_divide_up(vectors, best));
}

static void fetch_output(const struct product *product, const element *out, int64_t rows, int vectors) {
    for (int64_t i = 0; i < rows; i++)
        for (int j = 0; j < vectors; j++)
            __builtin_prefetch(out + i * product->out_m + j * LANES, 1);
}

/* A column of tiles, vectors wide. */
static void tile_column(const struct product *product, struct parts row_blocks, int vectors, part last,
                        struct prefetch *prefetch, const element *x, const element *y, element *out) {
    for (int64_t block = 0; block < row_blocks.count; block++) {
        const int64_t rows = bd_part_extent(row_blocks, block);
        const struct ahead ahead = next_ahead(prefetch);
        if (prefetch->of_out)
            fetch_output(product, out, rows, vectors);
        if (prefetch->rows.rows > 0)
            fetch_rows(&prefetch->rows, row_blocks.count - block);
        tile_functions[vectors][rows](product, last, ahead, x, y, out);
        x += rows * product->x_m;
        out += rows * product->out_m;
    }
}

/* A tile of an item that has few of them: to work out where they are takes as long as some steps. */
struct listed_tile {
    tile_function *run;
    part last;
    int rows, vectors;
    int64_t x, y, out;
};

enum { MOST_LISTED_TILES = 128 };

/* All that does not depend on the data. */
struct tile_plan {
    struct tiling tiling;
    struct prefetch prefetch;
    int listed; /* tiles, or 0 */
    struct listed_tile tiles[MOST_LISTED_TILES];
};

static int list_tiles(const struct product *product, const struct tiling *tiling, struct listed_tile *tiles) {
    const part whole = first_lanes(LANES), end_of_row = first_lanes((product->n - 1) % LANES + 1);
    int count = 0;
    for (int64_t column = 0, j = 0; column < tiling->columns.count; column++) {
        const int vectors = (int)bd_part_extent(tiling->columns, column);
        const struct parts row_blocks = tiling->rows[column < tiling->columns.longer];
        const part last = column + 1 == tiling->columns.count ? end_of_row : whole;
        for (int64_t block = 0, i = 0; block < row_blocks.count; block++) {
            const int rows = (int)bd_part_extent(row_blocks, block);
            tiles[count++] = (struct listed_tile){
                tile_functions[vectors][rows], last, rows, vectors, i * product->x_m, j, i * product->out_m + j};
            i += rows;
        }
        j += vectors * LANES;
    }
    return count;
}

static void run_listed(const struct product *product, const struct listed_tile *tiles, int count,
                       struct prefetch *prefetch, const element *x, const element *y, element *out) {
    for (const struct listed_tile *tile = tiles; tile < tiles + count; tile++) {
        if (prefetch->of_out)
            fetch_output(product, out + tile->out, tile->rows, tile->vectors);
        tile->run(product, tile->last, next_ahead(prefetch), x + tile->x, y + tile->y, out + tile->out);
    }
}

static void run_columns(const struct product *product, const struct tiling *tiling, struct prefetch *prefetch,
                        const element *x, const element *y, element *out) {
    for (int64_t column = 0, j = 0; column < tiling->columns.count; column++) {
        const int64_t vectors = bd_part_extent(tiling->columns, column);
        const bool is_last = column + 1 == tiling->columns.count;
        tile_column(product, tiling->rows[column < tiling->columns.longer], (int)vectors,
                    first_lanes(is_last ? (product->n - 1) % LANES + 1 : LANES), prefetch, x, y + j, out + j);
        j += vectors * LANES;
    }
}

static void tile_prepare(const struct product *product, struct tile_plan *plan) {
    plan->tiling = tiling_of(product);
    const int64_t tiles = tile_count(&plan->tiling);
    plan->prefetch = prefetch_of(product, sizeof(element), tiles, product->k);
    plan->listed = tiles <= MOST_LISTED_TILES ? list_tiles(product, &plan->tiling, plan->tiles) : 0;
}

static inline void run_items(const struct product *product, const struct tile_plan *plan, const element *x,
                             const element *y, element *out) {
    const struct prefetch prefetch_item = plan->prefetch;
    const int listed = plan->listed;
    for (int64_t item = 0; item < product->items; item++) {
        struct prefetch prefetch = prefetch_item;
        prefetch.x.next = (const char *)(x + product->x_item);
        prefetch.y.next = (const char *)(y + product->y_item);
        if (listed)
            run_listed(product, plan->tiles, listed, &prefetch, x, y, out);
        else
            run_columns(product, &plan->tiling, &prefetch, x, y, out);
        x += product->x_item;
        y += product->y_item;
        out += product->out_item;
    }
}

/* Out of line for the sake of those who need no room for a plan of their own. */
static __attribute__((noinline)) void run_unprepared(const struct product *product, const element *x, const element *y,
                                                     element *out) {
    struct tile_plan plan;
    tile_prepare(product, &plan);
    run_items(product, &plan, x, y, out);
}

static void tile_product(const struct product *product, const element *x, const element *y, element *out) {
    if (product->prepared)
        run_items(product, product->prepared, x, y, out);
    else
        run_unprepared(product, x, y, out);
}

/* Whether the rows of y that a column of tiles reads over and over drive each other out of the first-level cache: rows
 * that lie some multiple of 4 KiB apart share their places in it, of which there are eight; more than so many do not
 * fit anyway, and still fewer where every step along k takes a line of x as well. (Wide vectors are held up less.) Such
 * an item is one for the panel, if there are enough rows of x to pay for packing. */
static bool rows_of_y_collide(const struct product *product) {
    enum { WAY_BYTES = 4096, WAYS = 8, LEAST_ROWS_OF_X = 40 };
    const int64_t most_rows = REGISTERS == 32 ? 2048 : product->x_k == 1 ? 256 : 100;
    const uint64_t stride = (uint64_t)product->y_k * sizeof(element) | WAY_BYTES,
                   places = WAY_BYTES / (stride & -stride);
    return product->m >= LEAST_ROWS_OF_X && (product->k > most_rows || (uint64_t)product->k > WAYS * places);
}

static bool tile_accepts(const struct product *product) {
    enum { HALVES_OF_A_COLUMN = 3 };
    return product->y_n == 1 && product->out_n == 1 && !halves_fit_product(product, HALVES_OF_A_COLUMN) &&
           !rows_of_y_collide(product);
}
