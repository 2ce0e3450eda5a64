/* The register-tile product: rows * vectors accumulators, to each of which every step along k adds an element of x,
 * broadcast, times a vector of y's row. x may have any strides; the rows of y and of the output are contiguous.
 * Every element is one chain of fused multiply-adds over k in order, whatever tile it falls into.
 *
 * Needs a vector_*.h. */
#include "kernels/epilogue.h"
#include "kernels/prefetch.h"

#include <stddef.h>

enum { MAX_TILE_ROWS = 16, MAX_TILE_VECTORS = 8, STEPS_AT_ONCE = 4 };

/* What the tiles of a column have in common. Where its columns are not whole vectors, the last vector begins further to
 * the left, and some columns are computed twice, alike: that takes neither a masked load nor a masked store. Less than
 * one vector is a part. Strides are in bytes here. */
struct tile_column {
    const struct product *product;
    int64_t columns, k;
    int64_t x_m, x_three_rows, x_k, y_k, out_m, last_vector;
    bool is_plain; /* alpha 1, beta 0 */
};

typedef void tile_function(const struct tile_column *column, struct ahead ahead, const element *x, const element *y,
                           element *out);

static inline const element *bytes_on(const element *data, int64_t bytes) {
    return (const element *)((const char *)data + bytes);
}

/* Keeps a compiler from other ways to reach the next step's elements than adding one stride, such as addresses worked
 * out beforehand, for which there are no registers. */
static inline const element *stepped(const element *data, int64_t stride) {
    data = bytes_on(data, stride);
    __asm__("" : "+r"(data));
    return data;
}

/* A vector of a row of y or of the output; both are vectors wide. */
static inline const element *vector_of_row(const element *row, int vector, int vectors, int64_t last_vector) {
    return vector > 0 && vector + 1 == vectors ? bytes_on(row, last_vector) : row + vector * LANES;
}

/* One step along k, after which x and y point to the next. x's rows are reached from every fourth one: an address is
 * then a register plus 0 to 3 strides, of which a processor has enough. rows, vectors and is_part are constants. */
static inline __attribute__((always_inline)) void tile_step(const struct tile_column *column, const element *x_fourth[],
                                                            const element **y,
                                                            vec sums[MAX_TILE_ROWS][MAX_TILE_VECTORS], int rows,
                                                            int vectors, bool is_part) {
    vec y_vectors[MAX_TILE_VECTORS];
#pragma GCC unroll 16
    for (int j = 0; j < vectors; j++) {
        const element *const from = vector_of_row(*y, j, vectors, column->last_vector);
        y_vectors[j] = is_part ? load_part(from, first_lanes(column->columns)) : load(from);
        if (rows > 1)
            y_vectors[j] = in_register(y_vectors[j]);
    }
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++) {
        const int64_t row = i % 4 == 3 ? column->x_three_rows : i % 4 * column->x_m;
        const vec factor = broadcast(*bytes_on(x_fourth[i / 4], row));
#pragma GCC unroll 16
        for (int j = 0; j < vectors; j++)
            accumulate(&sums[i][j], factor, y_vectors[j]);
    }
#pragma GCC unroll 16
    for (int i = 0; i < rows; i += 4)
        x_fourth[i / 4] = stepped(x_fourth[i / 4], column->x_k);
    *y = stepped(*y, column->y_k);
}

/* alpha and beta, which most products have no use for, of sums that lie in memory. What the last vector of a row
 * computes twice is finished once. */
static __attribute__((noinline, noclone)) void finish_tile(const struct product *product, int64_t columns,
                                                           const vec *sums, int rows, int vectors, element *out) {
    const struct scaling scaling = scaling_of(product);
    const int64_t whole = (int64_t)(vectors - 1) * LANES, rest = columns - whole;
    for (int i = 0; i < rows; i++, sums += vectors, out += product->out_m) {
        for (int j = 0; j + 1 < vectors; j++)
            finish(scaling, out + j * LANES, sums[j]);
        const element *const last = (const element *)&sums[vectors - 1] + (vectors > 1 ? LANES - rest : 0);
        finish_part(scaling, out + whole, load_part(last, first_lanes(rest)), first_lanes(rest));
    }
}

static void fetch_output(const struct product *product, const element *out, int rows, int vectors) {
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < vectors; j++)
            __builtin_prefetch(out + i * product->out_m + j * LANES, 1);
}

/* What is fetched before a tile, and while it runs. */
static struct ahead fetch_for_tile(struct prefetch *prefetch, const struct product *product, const element *out,
                                   int rows, int vectors) {
    if (prefetch->of_out)
        fetch_output(product, out, rows, vectors);
    if (prefetch->rows.tiles > 0)
        fetch_rows(&prefetch->rows);
    return next_ahead(prefetch);
}

/* Inlined with constant rows, vectors and is_part, so that the accumulators live in registers. */
static inline __attribute__((always_inline)) void tile(const struct tile_column *column, struct ahead ahead,
                                                       const element *x, const element *y, element *out, int rows,
                                                       int vectors, bool is_part) {
    /* Copies, which no store can be taken to change. */
    const struct tile_column strides = {.columns = column->columns,
                                        .x_m = column->x_m,
                                        .x_three_rows = column->x_three_rows,
                                        .x_k = column->x_k,
                                        .y_k = column->y_k,
                                        .out_m = column->out_m,
                                        .last_vector = column->last_vector};
    vec sums[MAX_TILE_ROWS][MAX_TILE_VECTORS];
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++) {
#pragma GCC unroll 16
        for (int j = 0; j < vectors; j++)
            sums[i][j] = zero();
    }
    const element *x_fourth[MAX_TILE_ROWS / 4];
#pragma GCC unroll 16
    for (int i = 0; i < rows; i += 4)
        x_fourth[i / 4] = bytes_on(x, i * strides.x_m);
    int64_t steps = column->k;
    for (; steps >= STEPS_AT_ONCE; steps -= STEPS_AT_ONCE) {
        if (ahead.bytes_a_step > 0)
            fetch_steps(&ahead, STEPS_AT_ONCE);
#pragma GCC unroll 16
        for (int step = 0; step < STEPS_AT_ONCE; step++)
            tile_step(&strides, x_fourth, &y, sums, rows, vectors, is_part);
    }
    for (; steps > 0; steps--)
        tile_step(&strides, x_fourth, &y, sums, rows, vectors, is_part);

    if (!column->is_plain) {
        vec scratch[REGISTERS];
#pragma GCC unroll 16
        for (int i = 0; i < rows; i++) {
#pragma GCC unroll 16
            for (int j = 0; j < vectors; j++)
                scratch[i * vectors + j] = sums[i][j];
        }
        finish_tile(column->product, column->columns, scratch, rows, vectors, out);
        return;
    }
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++) {
#pragma GCC unroll 16
        for (int j = 0; j < vectors; j++) {
            if (is_part)
                store_part(out, sums[i][j], first_lanes(strides.columns));
            else
                store((element *)vector_of_row(out, j, vectors, strides.last_vector), sums[i][j]);
        }
        out = (element *)stepped(out, strides.out_m);
    }
}

#define TILE(rows, vectors)                                                                                            \
    static void tile_##rows##x##vectors(const struct tile_column *column, struct ahead ahead, const element *x,        \
                                        const element *y, element *out) {                                              \
        if (vectors == 1 && column->columns < LANES)                                                                   \
            tile(column, ahead, x, y, out, rows, vectors, true);                                                       \
        else                                                                                                           \
            tile(column, ahead, x, y, out, rows, vectors, false);                                                      \
    }
#include "kernels/tile_shapes.inc"
#undef TILE

static tile_function *const tile_functions[MAX_TILE_VECTORS + 1][MAX_TILE_ROWS + 1] = {
#define TILE(rows, vectors) [vectors][rows] = tile_##rows##x##vectors,
#include "kernels/tile_shapes.inc"
#undef TILE
};

static int most_tile_rows(int64_t vectors) {
    static const int wide[] = {0, 16, 14, 9, 6}, narrow[] = {0, 12, 6, 4};
    return REGISTERS == 32 ? wide[vectors] : narrow[vectors];
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
    const int64_t multiplications = m * vectors, loads = blocks * vectors + m * columns;
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

/* The column of tiles, so many vectors wide, that begins at column j. */
static struct tile_column tile_column_at(const struct product *product, int64_t j, int64_t vectors) {
    enum { SIZE = sizeof(element) };
    const int64_t columns = product->n - j < vectors * LANES ? product->n - j : vectors * LANES;
    return (struct tile_column){
        .product = product,
        .columns = columns,
        .k = product->k,
        .x_m = product->x_m * SIZE,
        .x_three_rows = 3 * product->x_m * SIZE,
        .x_k = product->x_k * SIZE,
        .y_k = product->y_k * SIZE,
        .out_m = product->out_m * SIZE,
        .last_vector = (columns - LANES) * SIZE,
        .is_plain = scaling_of(product).is_plain,
    };
}

/* Runs a column's tiles. x is read in place, or from slivers for a tile's rows each, that far apart. */
static void run_column(const struct product *product, struct parts row_blocks, int64_t j, int64_t vectors,
                       int64_t sliver, struct prefetch *prefetch, const element *x, const element *y, element *out) {
    const struct tile_column column = tile_column_at(product, j, vectors);
    for (int64_t block = 0; block < row_blocks.count; block++) {
        const int64_t rows = bd_part_extent(row_blocks, block);
        tile_functions[vectors][rows](&column, fetch_for_tile(prefetch, product, out, rows, vectors), x, y, out);
        x += sliver ? sliver : rows * product->x_m;
        out += rows * product->out_m;
    }
}

/* A tile of an item that has few of them: to work out where they are takes as long as some steps. */
struct listed_tile {
    tile_function *run;
    const struct tile_column *column;
    int rows, vectors;
    int64_t x, y, out;
};

enum { MOST_LISTED_TILES = 128 };

/* All that does not depend on the data. */
struct tile_plan {
    struct tiling tiling;
    struct prefetch prefetch;
    int listed; /* tiles, or 0 */
    struct tile_column wide, narrow, last;
    struct listed_tile tiles[MOST_LISTED_TILES];
};

static void list_column(struct tile_plan *plan, const struct tile_column *column, struct parts row_blocks, int64_t j,
                        int64_t vectors) {
    const struct product *const product = column->product;
    for (int64_t block = 0, i = 0; block < row_blocks.count; block++) {
        const int64_t rows = bd_part_extent(row_blocks, block);
        plan->tiles[plan->listed++] =
            (struct listed_tile){tile_functions[vectors][rows], column, (int)rows, (int)vectors, i * product->x_m, j,
                                 i * product->out_m + j};
        i += rows;
    }
}

static void list_tiles(struct tile_plan *plan, const struct product *product) {
    const struct parts cut = plan->tiling.columns;
    const int64_t width = cut.least * LANES,
                  last = (cut.longer * (cut.least + 1) + (cut.count - 1 - cut.longer) * cut.least) * LANES;
    plan->wide = tile_column_at(product, 0, cut.least + 1);
    plan->narrow = tile_column_at(product, 0, cut.least);
    plan->last = tile_column_at(product, last, cut.least);
    int64_t j = 0;
    for (int64_t index = 0; index < cut.count; index++) {
        const bool is_wide = index < cut.longer;
        const struct tile_column *const column = is_wide ? &plan->wide : j < last ? &plan->narrow : &plan->last;
        list_column(plan, column, plan->tiling.rows[is_wide], j, cut.least + is_wide);
        j += width + is_wide * LANES;
    }
}

static void run_listed(const struct tile_plan *plan, struct prefetch *prefetch, const element *x, const element *y,
                       element *out) {
    const struct listed_tile *const end = plan->tiles + plan->listed;
    for (const struct listed_tile *tile = plan->tiles; tile < end; tile++) {
        if (prefetch->of_out)
            fetch_output(tile->column->product, out + tile->out, tile->rows, tile->vectors);
        tile->run(tile->column, next_ahead(prefetch), x + tile->x, y + tile->y, out + tile->out);
    }
}

static void tile_prepare(const struct product *product, struct tile_plan *plan) {
    plan->tiling = tiling_of(product);
    const int64_t tiles = tile_count(&plan->tiling);
    plan->prefetch = prefetch_of(product, sizeof(element), tiles, product->k);
    plan->listed = 0;
    if (tiles <= MOST_LISTED_TILES)
        list_tiles(plan, product);
}

static void run_columns(const struct product *product, const struct tiling *tiling, struct prefetch *prefetch,
                        const element *x, const element *y, element *out) {
    for (int64_t column = 0, j = 0; column < tiling->columns.count; column++) {
        const int64_t vectors = bd_part_extent(tiling->columns, column);
        run_column(product, tiling->rows[column < tiling->columns.longer], j, vectors, 0, prefetch, x, y + j, out + j);
        j += vectors * LANES;
    }
}

static void run_items(const struct product *product, const struct tile_plan *plan, const element *x, const element *y,
                      element *out) {
    for (int64_t item = 0; item < product->items; item++) {
        struct prefetch prefetch = plan->prefetch;
        prefetch.x.next = (const char *)(x + product->x_item);
        prefetch.y.next = (const char *)(y + product->y_item);
        if (plan->listed)
            run_listed(plan, &prefetch, x, y, out);
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
    return product->y_n == 1 && product->out_n == 1 && !rows_of_y_collide(product);
}
