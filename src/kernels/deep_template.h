/* Tiles of dot products, for few outputs with long contiguous k: each accumulator sums one output along k, vector by
 * vector in order, and is summed across its lanes at the end. Needs a vector_*.h. */
#include "base/checked.h"
#include "kernels/epilogue.h"
#include "kernels/half_vectors.h"
#include "kernels/prefetch.h"

#include <string.h>

enum { DEEP_ROWS = REGISTERS == 32 ? 4 : 3, DEEP_COLUMNS = 4 };

typedef void deep_function(const struct product *product, struct ahead ahead, const element *x, const element *y,
                           element *out);

/* Sums the lanes of rows * columns accumulators and writes them. */
static inline __attribute__((always_inline)) void
finish_dots(const struct product *product, vec sums[DEEP_ROWS][DEEP_COLUMNS], element *out, int rows, int columns) {
    const struct scaling scaling = scaling_of(product);
    element results[DEEP_ROWS * DEEP_COLUMNS + LANES];
    for (int first = 0; first < rows * columns; first += LANES) {
        vec group[LANES];
#pragma GCC unroll 16
        for (int i = 0; i < LANES; i++) {
            const int output = first + i;
            group[sum_slot(i)] = output < rows * columns ? sums[output / columns][output % columns] : zero();
        }
        store(results + first, sum_rows(group));
    }
    if (scaling.is_plain) { /* by copies from within what was stored at once, which need not wait for that store */
#pragma GCC unroll 16
        for (int i = 0; i < rows; i++)
            memcpy(out + i * product->out_m, results + i * columns, (size_t)columns * sizeof(element));
        return;
    }
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++) {
#pragma GCC unroll 16
        for (int j = 0; j < columns; j += LANES) {
            const part written = first_lanes(columns - j < LANES ? columns - j : LANES);
            finish_part(scaling, out + i * product->out_m + j, load_part(results + i * columns + j, written), written);
        }
    }
}

/* rows and columns are constants. */
static inline __attribute__((always_inline)) void deep_tile(const struct product *product, struct ahead ahead,
                                                            const element *x, const element *y, element *out, int rows,
                                                            int columns) {
    const int64_t x_m = product->x_m, y_n = product->y_n;
    vec sums[DEEP_ROWS][DEEP_COLUMNS];
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++) {
#pragma GCC unroll 16
        for (int j = 0; j < columns; j++)
            sums[i][j] = zero();
    }

    int64_t k = product->k;
    for (; k >= LANES; k -= LANES, x += LANES, y += LANES) {
        if (ahead.fetching != NOTHING)
            fetch_step(&ahead, FOR_SOON);
        vec x_vectors[DEEP_ROWS];
#pragma GCC unroll 16
        for (int i = 0; i < rows; i++)
            x_vectors[i] = load(x + i * x_m);
#pragma GCC unroll 16
        for (int j = 0; j < columns; j++) {
            const vec y_vector = in_register(load(y + j * y_n));
#pragma GCC unroll 16
            for (int i = 0; i < rows; i++)
                sums[i][j] = multiply_add(x_vectors[i], y_vector, sums[i][j]);
        }
    }
    if (k > 0) {
        const part last = first_lanes(k);
        vec x_vectors[DEEP_ROWS];
#pragma GCC unroll 16
        for (int i = 0; i < rows; i++)
            x_vectors[i] = load_part(x + i * x_m, last);
#pragma GCC unroll 16
        for (int j = 0; j < columns; j++) {
            const vec y_vector = load_part(y + j * y_n, last);
#pragma GCC unroll 16
            for (int i = 0; i < rows; i++)
                sums[i][j] = multiply_add(x_vectors[i], y_vector, sums[i][j]);
        }
    }
    finish_dots(product, sums, out, rows, columns);
}

#define DEEP_TILES_OF(rows) DEEP_TILE(rows, 1) DEEP_TILE(rows, 2) DEEP_TILE(rows, 3) DEEP_TILE(rows, 4)
#if REGISTERS == 32
#define DEEP_TILES DEEP_TILES_OF(1) DEEP_TILES_OF(2) DEEP_TILES_OF(3) DEEP_TILES_OF(4)
#else
#define DEEP_TILES DEEP_TILES_OF(1) DEEP_TILES_OF(2) DEEP_TILES_OF(3)
#endif

#define DEEP_TILE(rows, columns)                                                                                       \
    static void deep_##rows##x##columns(const struct product *product, struct ahead ahead, const element *x,           \
                                        const element *y, element *out) {                                              \
        deep_tile(product, ahead, x, y, out, rows, columns);                                                           \
    }
DEEP_TILES
#undef DEEP_TILE

static deep_function *const deep_functions[DEEP_ROWS + 1][DEEP_COLUMNS + 1] = {
#define DEEP_TILE(rows, columns) [rows][columns] = deep_##rows##x##columns,
    DEEP_TILES
#undef DEEP_TILE
};
#undef DEEP_TILES
#undef DEEP_TILES_OF

/* How an item is cut into tiles. So many blocks of columns are gone over at a time, whose rows of y the first-level
 * cache keeps while all of x's rows pass by. */
struct deep_blocks {
    struct parts rows, columns;
    int64_t columns_at_once;
};

static struct deep_blocks deep_blocks_of(const struct product *product) {
    enum { CACHED_BYTES = 16384 };
    const int64_t fitting = CACHED_BYTES / (int64_t)sizeof(element) / DEEP_COLUMNS / product->k;
    return (struct deep_blocks){bd_cut(product->m, bd_divide_up(product->m, DEEP_ROWS)),
                                bd_cut(product->n, bd_divide_up(product->n, DEEP_COLUMNS)), fitting < 1 ? 1 : fitting};
}

/* Columns from the first block to before the last one. Returns how many these are. */
static int64_t deep_columns(const struct product *product, const struct deep_blocks *blocks, int64_t first,
                            int64_t last, struct prefetch *prefetch, const element *x, const element *y, element *out) {
    int64_t j = 0;
    for (int64_t row_block = 0; row_block < blocks->rows.count; row_block++) {
        const int64_t rows = bd_part_extent(blocks->rows, row_block);
        j = 0;
        for (int64_t column_block = first; column_block < last; column_block++) {
            const int64_t columns = bd_part_extent(blocks->columns, column_block);
            deep_functions[rows][columns](product, next_ahead(next_stream(prefetch), 1), x, y + j * product->y_n,
                                          out + j);
            j += columns;
        }
        x += rows * product->x_m;
        out += rows * product->out_m;
    }
    return j;
}

static void deep_item(const struct product *product, const struct deep_blocks *blocks, struct prefetch *prefetch,
                      const element *x, const element *y, element *out) {
    for (int64_t first = 0; first < blocks->columns.count; first += blocks->columns_at_once) {
        const int64_t rest = blocks->columns.count - first;
        const int64_t last = first + (rest < blocks->columns_at_once ? rest : blocks->columns_at_once);
        const int64_t columns = deep_columns(product, blocks, first, last, prefetch, x, y, out);
        y += columns * product->y_n;
        out += columns;
    }
}

static void deep_product(const struct product *product, const element *x, const element *y, element *out) {
    enum { LONG_ROW_BYTES = 2048 }; /* which the processor's own prefetching finds */
    const struct deep_blocks blocks = deep_blocks_of(product);
    struct prefetch every_item = no_prefetch;
    if (product->k * (int64_t)sizeof(element) <= LONG_ROW_BYTES)
        every_item = prefetch_of(product, sizeof(element), blocks.rows.count * blocks.columns.count,
                                 bd_divide_up(product->k, LANES));
    for (int64_t item = 0; item < product->items; item++) {
        struct prefetch prefetch = prefetch_beside(&every_item, x, y);
        deep_item(product, &blocks, &prefetch, x, y, out);
        x += product->x_item;
        y += product->y_item;
        out += product->out_item;
    }
}

/* Where a processor takes vectors by halves, these sum as fast as whole ones, and up to 1.16 times as fast where the
 * load of a whole one takes two cache lines; but long rows are better read by whole ones. */
static bool halves_fit_long_sums(int64_t k) {
    enum { LONG = 32 * LANES };
    return halves_are_taken() && k < LONG;
}

/* In fused multiply-adds of a vector: an output costs one for each vector along k and a few to sum its lanes; the
 * panel product works on whole vectors along n and turns y around first, at about half an operation an element, or one
 * of AVX-512's shorter vectors, and takes something more for each item. A row alone is for dot products. */
static bool deep_accepts(const struct product *product) {
    if (product->m == 1 || product->x_k != 1 || product->y_k != 1 || product->out_n != 1 ||
        halves_fit_long_sums(product->k))
        return false;
    enum {
        PANEL_OVERHEAD = 200,
        IS_SHORTER_AVX512 = REGISTERS == 32 && sizeof(vec) == 32,
        SUM_OF_LANES = REGISTERS == 32 && !IS_SHORTER_AVX512 ? 3 : 6
    };
    static const double turning_cost = IS_SHORTER_AVX512 ? 1.15 : 0.5;
    const double m = (double)product->m, n = (double)product->n;
    const double deep_cost =
        m * (n < DEEP_COLUMNS ? DEEP_COLUMNS : n) * (double)(bd_divide_up(product->k, LANES) + SUM_OF_LANES);
    const double step_cost = m * (double)halves_of_rows(product->n, MOST_HALVES) / 2 + n * turning_cost;
    return deep_cost <= step_cost * (double)product->k + PANEL_OVERHEAD;
}
