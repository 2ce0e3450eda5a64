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

enum { MAX_NARROW_K = 8 };

/* Where x's elements come from: a vector's rows of x together fit into a vector, or x is contiguous along m. */
enum x_source { X_ROWS, X_COLUMNS };

/* A vector of rows of the output, the last one of an item holding fewer. */
struct narrow_part {
    part x, out;
};

struct narrow {
    int64_t rows_a_vector;
    struct narrow_part whole, last;
    part y_part;
    lanes x_lanes[MAX_NARROW_K], y_lanes; /* x's of each step */
};

static inline int64_t narrow_x_extent(const struct product *product, int64_t rows) {
    return (rows - 1) * product->x_m + (product->k - 1) * product->x_k + 1;
}

static struct narrow_part narrow_part_of(const struct product *product, enum x_source source, int64_t rows) {
    return (struct narrow_part){first_lanes(source == X_ROWS ? narrow_x_extent(product, rows) : rows),
                                first_lanes(rows * product->n)};
}

static struct narrow narrow_of(const struct product *product, enum x_source source) {
    const int64_t rows = LANES / product->n;
    struct narrow narrow = {
        .rows_a_vector = rows,
        .whole = narrow_part_of(product, source, rows),
        .last = narrow_part_of(product, source, (product->m - 1) % rows + 1),
        .y_part = first_lanes(product->n),
    };
    int32_t x_lanes[LANES] = {0}, y_lanes[LANES] = {0};
    for (int64_t step = 0; step < product->k; step++) {
        int lane = 0;
        for (int64_t i = 0; i < rows; i++) {
            for (int64_t j = 0; j < product->n; j++, lane++) {
                x_lanes[lane] = (int32_t)(source == X_ROWS ? i * product->x_m + step * product->x_k : i);
                y_lanes[lane] = (int32_t)j;
            }
        }
        narrow.x_lanes[step] = lanes_of(x_lanes);
    }
    narrow.y_lanes = lanes_of(y_lanes);
    return narrow;
}

/* One vector of rows; k and source are constants. */
static inline __attribute__((always_inline)) void narrow_vector(struct scaling scaling, const struct narrow *narrow,
                                                                struct narrow_part rows, const element *x, int64_t x_k,
                                                                const vec *y_rows, element *out, int k,
                                                                enum x_source source) {
    const vec x_rows = source == X_ROWS ? load_part(x, rows.x) : zero();
    vec sum = zero();
#pragma GCC unroll 16
    for (int step = 0; step < k; step++) {
        const vec x_elements = source == X_ROWS ? x_rows : load_part(x + step * x_k, rows.x);
        sum = multiply_add(permute(x_elements, narrow->x_lanes[step]), y_rows[step], sum);
    }
    finish_part(scaling, out, sum, rows.out);
}

static inline __attribute__((always_inline)) void narrow_items(const struct product *product, const element *x,
                                                               const element *y, element *out, int k,
                                                               enum x_source source) {
    const struct narrow narrow = narrow_of(product, source);
    const struct scaling scaling = scaling_of(product);
    const int64_t x_item = product->x_item, y_item = product->y_item, out_item = product->out_item;
    const int64_t x_k = product->x_k, y_k = product->y_k;
    const int64_t x_step = narrow.rows_a_vector * product->x_m, out_step = narrow.rows_a_vector * product->n;
    const int64_t whole_vectors = (product->m - 1) / narrow.rows_a_vector;
    for (int64_t items = product->items; items > 0; items--) {
        vec y_rows[MAX_NARROW_K];
#pragma GCC unroll 16
        for (int step = 0; step < k; step++)
            y_rows[step] = permute(load_part(y + step * y_k, narrow.y_part), narrow.y_lanes);
        const element *x_rows = x;
        element *out_rows = out;
        for (int64_t vector = 0; vector < whole_vectors; vector++, x_rows += x_step, out_rows += out_step)
            narrow_vector(scaling, &narrow, narrow.whole, x_rows, x_k, y_rows, out_rows, k, source);
        narrow_vector(scaling, &narrow, narrow.last, x_rows, x_k, y_rows, out_rows, k, source);
        x += x_item;
        y += y_item;
        out += out_item;
    }
}

#define NARROW_SOURCES(k) NARROW(k, X_ROWS) NARROW(k, X_COLUMNS)
#define NARROWS                                                                                                        \
    NARROW_SOURCES(1)                                                                                                  \
    NARROW_SOURCES(2)                                                                                                  \
    NARROW_SOURCES(3) NARROW_SOURCES(4) NARROW_SOURCES(5) NARROW_SOURCES(6) NARROW_SOURCES(7) NARROW_SOURCES(8)

#define NARROW(k, source)                                                                                              \
    static void narrow_##k##_##source(const struct product *product, const element *x, const element *y,               \
                                      element *out) {                                                                  \
        narrow_items(product, x, y, out, k, source);                                                                   \
    }
NARROWS
#undef NARROW

typedef void narrow_function(const struct product *product, const element *x, const element *y, element *out);

static narrow_function *const narrow_functions[MAX_NARROW_K + 1][2] = {
#define NARROW(k, source) [k][source] = narrow_##k##_##source,
    NARROWS
#undef NARROW
};
#undef NARROWS
#undef NARROW_SOURCES

static bool x_rows_fit_a_vector(const struct product *product) {
    return product->x_m >= 0 && product->x_k >= 0 && narrow_x_extent(product, LANES / product->n) <= LANES;
}

static void narrow_product(const struct product *product, const element *x, const element *y, element *out) {
    narrow_functions[product->k][x_rows_fit_a_vector(product) ? X_ROWS : X_COLUMNS](product, x, y, out);
}

static bool narrow_accepts(const struct product *product) {
    return product->n <= LANES / 2 && product->m > 1 && product->k <= MAX_NARROW_K && product->y_n == 1 &&
           product->out_n == 1 && product->out_m == product->n && (x_rows_fit_a_vector(product) || product->x_m == 1);
}
