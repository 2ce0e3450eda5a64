/* The register-tile product, where the rows of y and of the output are contiguous: an item is cut into tiles of about
 * equal size. Needs a vector_*.h and vector_real.h or vector_complex.h. */
#include "kernels/half_vectors.h"
#include "kernels/register_tiles.h"

/* How an item is cut into tiles: columns so many vectors wide, and each into blocks of rows, [0] in a column of the
 * least width and [1] in a wider one; behind these maybe a column of half a vector. */
struct tiling {
    struct parts columns, rows[2], rows_of_half;
};

/* Costs are in half cycles: every tile is some overhead, and a step along k takes at least an addition's latency, which
 * fewer accumulators do not fill. */
enum { TILE_OVERHEAD = 40, LEAST_ACCUMULATORS = 8 };

/* Whether the last columns of so wide an item are better left to half a vector, which takes a processor that halves
 * vectors a half cycle, than to a whole one, which takes it two. */
static bool ends_in_half(int64_t m, int64_t n, int64_t k) {
    if (!HAS_HALF_TILES || !halves_are_taken() || m == 1 || n <= LANES || (n - 1) % LANES >= LANES / 2)
        return false;
    const double step = ACCUMULATOR_VECTORS * (double)m;
    return (double)k * (step > LEAST_ACCUMULATORS ? step : LEAST_ACCUMULATORS) +
               (double)tile_row_blocks(m, 0, MAX_TILE_ROWS) * TILE_OVERHEAD <
           (double)k * 2 * step;
}

/* The whole vectors of its columns. */
static int64_t whole_vectors(int64_t n, bool has_half) {
    return has_half ? n / LANES : bd_divide_up(n, LANES);
}

/* How many rows of x a tile may read at once: rows a multiple of 4 KiB apart share one set of a first-level cache of
 * eight ways, and more of them drive each other out before the rest of a line is used. */
static int64_t most_rows_of_x(const struct product *product) {
    enum { WAY_BYTES = 4096, WAYS = 8 };
    const int64_t size = sizeof(element);
    const bool reads_lines_again = product->x_k * size > -CACHE_LINE && product->x_k * size < CACHE_LINE;
    return reads_lines_again && product->x_m * size % WAY_BYTES == 0 ? WAYS : MAX_TILE_ROWS;
}

/* Of m of the product's rows. */
static struct tiling tiling_of_columns(const struct product *product, int64_t m, int64_t vectors, int64_t columns,
                                       bool has_half) {
    const int64_t most_rows = most_rows_of_x(product);
    struct tiling tiling = {.columns = bd_cut(vectors, columns)};
    for (int i = 0; i < 1 + (tiling.columns.longer > 0); i++)
        tiling.rows[i] = bd_cut(m, tile_row_blocks(m, tiling.columns.least + i, most_rows));
    if (has_half)
        tiling.rows_of_half = bd_cut(m, tile_row_blocks(m, 0, most_rows));
    return tiling;
}

static int64_t tile_count(const struct tiling *tiling) {
    const struct parts columns = tiling->columns;
    return (columns.count - columns.longer) * tiling->rows[0].count + columns.longer * tiling->rows[1].count +
           tiling->rows_of_half.count;
}

/* The column of that number, from where on the item has so many columns. */
static struct tile_column tile_column_of(const struct tiling *tiling, int64_t index, int64_t n) {
    const struct parts columns = tiling->columns;
    if (index == columns.count)
        return (struct tile_column){0, n, n, tiling->rows_of_half};
    const int64_t vectors = bd_part_extent(columns, index), width = vectors * LANES;
    const int64_t present = n < width ? n : width;
    return (struct tile_column){(int)vectors, present, present - width + LANES, tiling->rows[index < columns.longer]};
}

/* The cost of an item with tiles so wide. A processor does two multiplications or two loads a cycle. */
static double tiling_cost(const struct product *product, int64_t vectors, int64_t width) {
    const double rows = ACCUMULATOR_VECTORS * (double)product->m, columns = (double)bd_divide_up(vectors, width),
                 blocks = (double)tile_row_blocks(product->m, width, most_rows_of_x(product));
    const double multiplications = rows * (double)vectors, loads = blocks * (double)vectors + rows * columns;
    const double latency = columns * blocks * LEAST_ACCUMULATORS;
    double step = multiplications > loads ? multiplications : loads;
    if (latency > step)
        step = latency;
    return (double)product->k * step + columns * blocks * TILE_OVERHEAD;
}

static struct tiling tiling_of(const struct product *product) {
    const bool has_half = ends_in_half(product->m, product->n, product->k);
    const int64_t vectors = whole_vectors(product->n, has_half);
    int64_t best = 1;
    if (product->m == 1)
        best = MAX_TILE_VECTORS;
    else if (vectors > 1) {
        for (int64_t width = 2; width <= WIDEST_TILE_OF_ROWS && width <= vectors; width++) {
            if (tiling_cost(product, vectors, width) <= tiling_cost(product, vectors, best))
                best = width;
        }
    }
    return tiling_of_columns(product, product->m, vectors, bd_divide_up(vectors, best), has_half);
}

/* A run of tiles of an item that has few of them: to work out where they are, and what they fetch ahead, takes as long
 * as some steps. */
struct listed_run {
    struct tile_run run;
    int64_t x, y, out;
    bool fetches_y;       /* of an item further on, and else x */
    int64_t fetched_from; /* in bytes, behind this item's operand */
};

enum { MOST_LISTED_RUNS = 128, MOST_LISTED_TILES = 1024 };

/* In bytes, from where on tiles fetch rows of their own y, and nothing of an item further on: if they read it once, and
 * if several times. So many steps ahead: a processor does not foresee rows that are far from each other, and of those a
 * multiple of 4 KiB apart only few fit a cache at once. */
enum { LARGE_Y_READ_ONCE = 1 << 18, LARGE_Y = 1 << 20, STEPS_AHEAD = 8 };

/* All that does not depend on the data. */
struct tile_plan {
    struct tiling tiling;
    struct prefetch prefetch;
    bool fetches, fetches_rows; /* of an item further on, or the output; of y itself */
    int listed;                 /* runs, or 0 */
    struct listed_run runs[MOST_LISTED_RUNS];
};

/* Of its tile of that number. */
static void list_fetching(struct listed_run *tile, const struct prefetch *prefetch, int64_t number) {
    tile->fetches_y = number < prefetch->y.tiles;
    const struct stream *const stream = tile->fetches_y ? &prefetch->y : &prefetch->x;
    tile->fetched_from =
        stream->bytes_ahead + (tile->fetches_y ? number : number - prefetch->y.tiles) * stream->bytes_a_tile;
}

/* Makes a tile the next of a run, if it lies as far behind the last one as that behind the one before. */
static bool join_run(struct listed_run *listed, const struct listed_run *tile) {
    struct tile_run *const run = &listed->run;
    if (tile->run.function != run->function || tile->run.last_columns != run->last_columns ||
        tile->fetches_y != listed->fetches_y)
        return false;
    const int64_t x = tile->x - listed->x, y = tile->y - listed->y, out = tile->out - listed->out,
                  fetched = tile->fetched_from - listed->fetched_from, count = run->count;
    if (count == 1) {
        run->x_step = x;
        run->y_step = y;
        run->out_step = out;
        run->ahead_step = fetched;
    }
    if (x != count * run->x_step || y != count * run->y_step || out != count * run->out_step ||
        fetched != count * run->ahead_step)
        return false;
    run->count++;
    return true;
}

/* Returns how many runs there are, or 0 if there is no room for them. */
static int list_runs(const struct product *product, const struct tiling *tiling, const struct prefetch *prefetch,
                     struct listed_run *runs) {
    int listed = 0;
    for (int64_t index = 0, j = 0, number = 0; j < product->n; index++) {
        const struct tile_column column = tile_column_of(tiling, index, product->n - j);
        for (int64_t block = 0, i = 0; block < column.rows.count; block++, number++) {
            const int64_t rows = bd_part_extent(column.rows, block);
            struct listed_run tile = {.run = one_tile(rows, column.vectors, column.last_columns, product->out_m),
                                      .x = i * product->x_m,
                                      .y = j,
                                      .out = i * product->out_m + j};
            list_fetching(&tile, prefetch, number);
            i += rows;
            if (!prefetch->of_out && listed > 0 && join_run(&runs[listed - 1], &tile))
                continue;
            if (listed == MOST_LISTED_RUNS)
                return 0;
            runs[listed++] = tile;
        }
        j += column.n;
    }
    return listed;
}

/* Whether an item's y takes so many bytes. Of a large one most would be driven out again if it were fetched whole. */
static bool y_is_large(const struct product *product, int64_t least_bytes) {
    return bd_multiply_saturating(product->k, product->n) >= least_bytes / (int64_t)sizeof(element);
}

/* Of how many places in a first-level cache rows of y that are some multiple of 4 KiB apart share one. */
static uint64_t places_of_rows(const struct product *product) {
    enum { WAY_BYTES = 4096 };
    const uint64_t stride = (uint64_t)product->y_k * sizeof(element) | WAY_BYTES;
    return WAY_BYTES / (stride & -stride);
}

/* For how many rows of x packing pays, which is for so many as a rule. Rows of a large y may drive each other out of
 * the second-level cache as well, which has about MOST_PLACES for lines that are some multiple of 4 KiB apart: to pack
 * these pays sooner. */
static int64_t least_rows_for_packing(const struct product *product, int64_t as_a_rule) {
    enum { LEAST_ROWS = 12, MOST_PLACES = 384 };
    const bool collides = product->k > MOST_PLACES && y_is_large(product, LARGE_Y) && places_of_rows(product) == 1;
    return collides ? LEAST_ROWS : as_a_rule;
}

/* The rows of y, from that one on, that belong to the column behind one that begins at j: for that one's tiles to
 * fetch. */
static struct stream rows_behind(const struct product *product, const struct tile_column *column, int64_t tiles,
                                 const element *y, int64_t j) {
    const int64_t next = j + column->n, n = product->n - next < column->n ? product->n - next : column->n;
    return later_rows(y + next, product->y_k, n, sizeof(element), tiles);
}

/* The first tile of the first column fetches its own rows of y a few steps ahead, and so do those of all columns that
 * have one; where there are several, they fetch the next column's while they compute. */
static void fetch_column(const struct product *product, const struct tile_column *column, struct prefetch *prefetch,
                         const element *y, int64_t j) {
    const int64_t tiles = column->rows.count;
    const bool fetches_own = j == 0 || tiles == 1, fetches_next = tiles > 1 && j + column->n < product->n;
    prefetch->y = prefetch->x = no_stream;
    if (fetches_own)
        prefetch->y = own_rows(y + STEPS_AHEAD * product->y_k + j, product->y_k, column->n, sizeof(element));
    if (fetches_next)
        prefetch->x = rows_behind(product, column, tiles - fetches_own, y, j);
}

static void run_columns(const struct product *product, const struct tile_plan *plan, const element *x, const element *y,
                        element *out) {
    struct prefetch prefetch = prefetch_beside(&plan->prefetch, x, y);
    for (int64_t index = 0, j = 0; j < product->n; index++) {
        const struct tile_column column = tile_column_of(&plan->tiling, index, product->n - j);
        if (plan->fetches_rows)
            fetch_column(product, &column, &prefetch, y, j);
        run_tile_column(product, &column, &prefetch, x, y + j, out + j);
        j += column.n;
    }
}

static void tile_prepare(const struct product *product, struct tile_plan *plan) {
    plan->tiling = tiling_of(product);
    const int64_t tiles = tile_count(&plan->tiling);
    plan->fetches_rows = y_is_large(product, plan->tiling.rows->count == 1 ? LARGE_Y_READ_ONCE : LARGE_Y);
    plan->prefetch = plan->fetches_rows ? no_prefetch : prefetch_of(product, sizeof(element), tiles, product->k);
    plan->fetches = plan->prefetch.of_out || plan->prefetch.x.tiles > 0 || plan->prefetch.y.tiles > 0;
    plan->listed = plan->fetches_rows || tiles > MOST_LISTED_TILES
                       ? 0
                       : list_runs(product, &plan->tiling, &plan->prefetch, plan->runs);
}

/* fetches is a constant: of small items that nothing is fetched for, half as many instructions again would be a tenth
 * of the time. */
static inline __attribute__((always_inline)) void run_listed(const struct product *product,
                                                             const struct tile_plan *plan, const element *x,
                                                             const element *y, element *out, bool fetches) {
    const struct listed_run *const end = plan->runs + plan->listed;
    const bool is_plain = scaling_of(product).is_plain;
    for (int64_t item = 0; item < product->items; item++) {
        for (const struct listed_run *listed = plan->runs; listed < end; listed++) {
            struct ahead ahead = nothing_ahead;
            if (fetches) {
                const struct stream *const stream = listed->fetches_y ? &plan->prefetch.y : &plan->prefetch.x;
                const char *const operand = (const char *)(listed->fetches_y ? y : x);
                ahead = stream->ahead;
                ahead.next = operand + listed->fetched_from;
                if (plan->prefetch.of_out)
                    fetch_output(product, out + listed->out, listed->run.rows, listed->run.vectors);
            }
            run_tiles(product, is_plain, &listed->run, ahead, x + listed->x, y + listed->y, out + listed->out);
        }
        x += product->x_item;
        y += product->y_item;
        out += product->out_item;
    }
}

/* Such a tile goes over the items itself. */
static void run_items_of_one_tile(const struct product *product, const struct tile_run *tile, const element *x,
                                  const element *y, element *out) {
    struct tile_run items = *tile;
    items.count = product->items;
    items.x_step = product->x_item;
    items.y_step = product->y_item;
    items.out_step = product->out_item;
    run_tiles(product, true, &items, nothing_ahead, x, y, out);
}

static void run_items(const struct product *product, const struct tile_plan *plan, const element *x, const element *y,
                      element *out) {
    const bool is_one_tile = plan->listed == 1 && plan->runs->run.count == 1;
    if (is_one_tile && scaling_of(product).is_plain)
        run_items_of_one_tile(product, &plan->runs->run, x, y, out);
    else if (plan->listed && plan->fetches)
        run_listed(product, plan, x, y, out, true);
    else if (plan->listed)
        run_listed(product, plan, x, y, out, false);
    for (int64_t item = 0; item < product->items && !plan->listed; item++) {
        run_columns(product, plan, x, y, out);
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
 * fit anyway, and still fewer where every step along k takes a line of x as well. (Wide vectors are held up less.) A
 * processor that takes vectors whole, of real numbers, is not held up while y stays in its second-level cache, but
 * soon by rows in more pages than it knows at once. Such an item is one for the panel, if there are enough rows of x to
 * pay for packing. */
static bool rows_of_y_collide(const struct product *product) {
    enum { WAYS = 8, LEAST_ROWS_OF_X = 40, MOST_PAGES = 64, LEAST_BYTES_OF_Y = 1 << 19 };
    const int64_t most_rows = REGISTERS == 32 ? 2048 : product->x_k == 1 ? 256 : 100;
    if (product->m < least_rows_for_packing(product, LEAST_ROWS_OF_X))
        return false;
    const uint64_t places = places_of_rows(product);
    if (wholes_are_taken() && OF_REAL_NUMBERS && places > 1)
        return product->k > MOST_PAGES && y_is_large(product, LEAST_BYTES_OF_Y);
    return product->k > most_rows || (uint64_t)product->k > WAYS * places;
}

static bool tile_accepts(const struct product *product) {
    return product->y_n == 1 && product->out_n == 1 && !halves_fit_product(product, HALVES_OF_A_COLUMN) &&
           !rows_of_y_collide(product);
}
