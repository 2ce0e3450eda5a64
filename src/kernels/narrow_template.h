/* Products whose rows are shorter than half a vector: a vector holds as many rows of the output as fit, one behind the
 * other, as they lie in memory. For each step along k, x's elements and y's row are brought to their lanes by
 * permuting.
 *
 *     n = 3, 16 lanes:   lane    0 1 2 3 4 5 6 7 8 ... 14
 *                        row     0 0 0 1 1 1 2 2 2      4
 *                        column  0 1 2 0 1 2 0 1 2      2
 *
 * Every element is one chain of fused multiply-adds over k in order. Needs a vector_*.h with permute. */
#include "kernels/epilogue.h"
#include "kernels/ratio.h"
#include "kernels/stepped.h"

enum { MAX_NARROW_K = 8 };

/* Where x's elements come from: a vector's rows of x together fit into a vector, or a column of x does. */
enum x_source { X_ROWS, X_COLUMNS };

/* Where y's rows come from: from memory, or all of y fits into two vectors. */
enum y_source { Y_ROWS, Y_WHOLE };

/* A vector of rows of the output, the last one of an item holding fewer. */
struct narrow_part {
    part x, out;
};

struct narrow {
    int64_t rows_a_vector, whole_vectors;
    struct narrow_part whole, last;
    part y_part, y_rest;                                /* Y_ROWS: of a row; Y_WHOLE: of the two vectors */
    lanes x_lanes[MAX_NARROW_K], y_lanes[MAX_NARROW_K]; /* of each step */
};

static inline int64_t narrow_x_extent(const struct product *product, int64_t rows) {
    return (rows - 1) * product->x_m + (product->k - 1) * product->x_k + 1;
}

static inline int64_t narrow_y_extent(const struct product *product) {
    return (product->k - 1) * product->y_k + (product->n - 1) * product->y_n + 1;
}

static inline struct narrow_part narrow_part_of(const struct product *product, enum x_source source, int64_t rows) {
    const int64_t x = source == X_ROWS ? narrow_x_extent(product, rows) : product->m;
    return (struct narrow_part){first_lanes(x), first_lanes(rows * product->n)};
}

/* Which of x's and y's lanes go to each lane of the output, step by step. k and the sources are constants: what a
 * product does not use of this is not worked out. */
static inline __attribute__((always_inline)) void find_lanes(const struct product *product, int32_t rows,
                                                             struct ratio per_row, struct narrow *narrow, int k,
                                                             enum x_source x_source, enum y_source y_source) {
    const int32_t n = (int32_t)product->n;
    const int32_t x_m = x_source == X_ROWS ? (int32_t)product->x_m : 1;
    const int32_t y_n = y_source == Y_ROWS ? 1 : (int32_t)product->y_n;
    int32_t x_lanes[LANES], y_lanes[LANES];
    for (int32_t lane = 0; lane < LANES; lane++) {
        const int32_t row = times_ratio(lane, per_row);
        x_lanes[lane] = (row < rows ? row : 0) * x_m; /* idle lanes compute what another does */
        y_lanes[lane] = (lane - row * n) * y_n;
    }
    narrow->x_lanes[0] = lanes_of(x_lanes);
    narrow->y_lanes[0] = lanes_of(y_lanes);
    const int32_t x_k = x_source == X_ROWS ? (int32_t)product->x_k : 0;
    const int32_t y_k = y_source == Y_ROWS ? 0 : (int32_t)product->y_k;
#pragma GCC unroll 8
    for (int step = 1; step < k; step++) {
        narrow->x_lanes[step] = add_to_lanes(narrow->x_lanes[step - 1], x_k);
        narrow->y_lanes[step] = add_to_lanes(narrow->y_lanes[step - 1], y_k);
    }
}

static inline __attribute__((always_inline)) struct narrow narrow_of(const struct product *product, int k,
                                                                     enum x_source x_source, enum y_source y_source) {
    const struct ratio per_row = one_part_of((int32_t)product->n);
    const int64_t rows = times_ratio(LANES, per_row), y_extent = narrow_y_extent(product);
    const int64_t whole_vectors = (product->m - 1) / rows;
    struct narrow narrow = {
        .rows_a_vector = rows,
        .whole_vectors = whole_vectors,
        .whole = narrow_part_of(product, x_source, rows),
        .last = narrow_part_of(product, x_source, product->m - whole_vectors * rows),
        .y_part = first_lanes(y_source == Y_ROWS ? product->n
                              : y_extent < LANES ? y_extent
                                                 : LANES),
        .y_rest = first_lanes(y_source == Y_WHOLE && y_extent > LANES ? y_extent - LANES : 0),
    };
    find_lanes(product, (int32_t)rows, per_row, &narrow, k, x_source, y_source);
    return narrow;
}

/* y's row of each step, once for every row of a vector; k and source are constants. */
static inline __attribute__((always_inline)) void load_y_rows(const struct narrow *narrow, const element *y,
                                                              int64_t y_k, vec *y_rows, int k, enum y_source source) {
    if (source == Y_ROWS) {
#pragma GCC unroll 8
        for (int step = 0; step < k; step++, y = stepped(y + y_k))
            y_rows[step] = permute(load_part(y, narrow->y_part), narrow->y_lanes[0]);
    } else {
        const vec low = load_part(y, narrow->y_part), high = load_part(y + LANES, narrow->y_rest);
#pragma GCC unroll 8
        for (int step = 0; step < k; step++)
            y_rows[step] = permute_two(low, high, narrow->y_lanes[step]);
    }
}

/* How the sums are written. */
struct narrow_ending {
    struct scaling scaling;
    result_signs signs;
};

/* A vector of rows of x, and of the output; k is a constant. */
static inline __attribute__((always_inline)) void rows_vector(struct narrow_ending ending, const struct narrow *narrow,
                                                              struct narrow_part rows, const element *x,
                                                              const vec *y_rows, element *out, int k) {
    const vec x_rows = load_part(x, rows.x);
    accumulator sum = no_sum();
#pragma GCC unroll 8
    for (int step = 0; step < k; step++)
        sum = accumulate(permuted_multiplier(x_rows, narrow->x_lanes[step]), y_rows[step], sum);
    finish_part(ending.scaling, out, result_of(ending.signs, sum), rows.out);
}

/* The same with x's columns, which all vectors take their elements from. */
static inline __attribute__((always_inline)) void columns_vector(struct narrow_ending ending, part out_part,
                                                                 const vec *x_columns, lanes x_lanes, const vec *y_rows,
                                                                 element *out, int k) {
    accumulator sum = no_sum();
#pragma GCC unroll 8
    for (int step = 0; step < k; step++)
        sum = accumulate(permuted_multiplier(x_columns[step], x_lanes), y_rows[step], sum);
    finish_part(ending.scaling, out, result_of(ending.signs, sum), out_part);
}

/* k, the sources and is_plain are constants: that neither alpha nor beta is asked for makes small items up to half as
 * fast again. */
static inline __attribute__((always_inline)) void narrow_items(const struct product *product, const element *x,
                                                               const element *y, element *out, int k,
                                                               enum x_source x_source, enum y_source y_source,
                                                               bool is_plain) {
    const struct narrow narrow = narrow_of(product, k, x_source, y_source);
    struct narrow_ending ending = {scaling_of(product), signs_of(product)};
    ending.scaling.is_plain = is_plain;
    const int64_t x_item = product->x_item, y_item = product->y_item, out_item = product->out_item;
    const int64_t x_k = product->x_k, y_k = product->y_k;
    const int64_t x_step = narrow.rows_a_vector * product->x_m, out_step = narrow.rows_a_vector * product->n;
    const int64_t whole_vectors = narrow.whole_vectors;
    for (int64_t items = product->items; items > 0; items--) {
        vec y_rows[MAX_NARROW_K], x_columns[MAX_NARROW_K];
        load_y_rows(&narrow, y, y_k, y_rows, k, y_source);
        const element *x_rows = x, *x_column = x;
        element *out_rows = out;
        if (x_source == X_ROWS) {
            for (int64_t vector = 0; vector < whole_vectors; vector++) {
                rows_vector(ending, &narrow, narrow.whole, x_rows, y_rows, out_rows, k);
                x_rows = stepped(x_rows + x_step);
                out_rows = stepped_output(out_rows + out_step);
            }
            rows_vector(ending, &narrow, narrow.last, x_rows, y_rows, out_rows, k);
        } else {
#pragma GCC unroll 8
            for (int step = 0; step < k; step++, x_column = stepped(x_column + x_k))
                x_columns[step] = load_part(x_column, narrow.whole.x);
            lanes x_lanes = narrow.x_lanes[0];
            for (int64_t vector = 0; vector < whole_vectors; vector++) {
                columns_vector(ending, narrow.whole.out, x_columns, x_lanes, y_rows, out_rows, k);
                x_lanes = add_to_lanes(x_lanes, (int32_t)narrow.rows_a_vector);
                out_rows = stepped_output(out_rows + out_step);
            }
            columns_vector(ending, narrow.last.out, x_columns, x_lanes, y_rows, out_rows, k);
        }
        x += x_item;
        y += y_item;
        out += out_item;
    }
}

typedef void narrow_function(const struct product *product, const element *x, const element *y, element *out);

#define NARROW_SOURCES(k)                                                                                              \
    NARROW(k, X_ROWS, Y_ROWS) NARROW(k, X_ROWS, Y_WHOLE) NARROW(k, X_COLUMNS, Y_ROWS) NARROW(k, X_COLUMNS, Y_WHOLE)
#define NARROWS                                                                                                        \
    NARROW_SOURCES(1)                                                                                                  \
    NARROW_SOURCES(2)                                                                                                  \
    NARROW_SOURCES(3) NARROW_SOURCES(4) NARROW_SOURCES(5) NARROW_SOURCES(6) NARROW_SOURCES(7) NARROW_SOURCES(8)

#define NARROW(k, x_source, y_source)                                                                                  \
    static void narrow_##k##_##x_source##_##y_source(const struct product *product, const element *x,                  \
                                                     const element *y, element *out) {                                 \
        if (scaling_of(product).is_plain)                                                                              \
            narrow_items(product, x, y, out, k, x_source, y_source, true);                                             \
        else                                                                                                           \
            narrow_items(product, x, y, out, k, x_source, y_source, false);                                            \
    }
NARROWS
#undef NARROW

static narrow_function *const narrow_functions[MAX_NARROW_K + 1][2][2] = {
#define NARROW(k, x_source, y_source) [k][x_source][y_source] = narrow_##k##_##x_source##_##y_source,
    NARROWS
#undef NARROW
};
#undef NARROWS
#undef NARROW_SOURCES

static bool x_rows_fit_a_vector(const struct product *product) {
    return product->x_m >= 0 && product->x_k >= 0 && product->x_m <= LANES && product->x_k <= LANES &&
           narrow_x_extent(product, LANES / product->n) <= LANES;
}

static bool y_fits_two_vectors(const struct product *product) {
    return product->y_k >= 0 && product->y_n >= 0 && product->y_k <= LANES && product->y_n <= LANES &&
           narrow_y_extent(product) <= 2 * LANES;
}

static void narrow_product(const struct product *product, const element *x, const element *y, element *out) {
    const enum x_source x_source = x_rows_fit_a_vector(product) ? X_ROWS : X_COLUMNS;
    narrow_functions[product->k][x_source][y_fits_two_vectors(product) ? Y_WHOLE : Y_ROWS](product, x, y, out);
}

/* Whether the rows, though there is room for several in a vector, are for those who compute one at a time: where
 * permuting takes so long and the rows are few or complex, or where a processor takes vectors by halves, one of which a
 * row fits. Outer products are little but stores, of which a processor that takes vectors whole does two a cycle if
 * they are of half vectors. */
static bool rows_are_better_alone(const struct product *product) {
    enum { LEAST_WORK = 9, LEAST_ROWS = 4 };
    if (product->y_n != 1 || !scaling_of(product).is_plain)
        return false;
    const bool fits_half = product->n > LANES / 3;
    if (wholes_are_taken())
        return product->k == 1 && fits_half;
    if (HAS_HALF_VECTORS)
        return fits_half && (ACCUMULATOR_VECTORS > 1 || product->m * (product->k - 2) >= LEAST_WORK);
    return PERMUTES_COST && product->n > LANES / 4 && (ACCUMULATOR_VECTORS > 1 || product->m < LEAST_ROWS);
}

/* Rows of more than half a vector are for those who compute one at a time as well. */
static bool narrow_accepts(const struct product *product) {
    return product->n <= LANES / 2 && product->m > 1 && product->k <= MAX_NARROW_K && product->out_n == 1 &&
           product->out_m == product->n && (product->y_n == 1 || y_fits_two_vectors(product)) &&
           (x_rows_fit_a_vector(product) || (product->x_m == 1 && product->m <= LANES)) &&
           !rows_are_better_alone(product);
}
