/* Products with so few steps along k that all of y stays in registers while the rows of x pass by, one after the other.
 * x may have any strides; y is contiguous along n, or along k, and then turned around once an item. Every element is
 * one chain of fused multiply-adds over k in order.
 *
 * Needs a vector_*.h. */
#include "base/checked.h"
#include "kernels/epilogue.h"
#include "kernels/stepped.h"
#include "kernels/turn_columns.h"

enum { MAX_HELD_K = 8, MAX_HELD_VECTORS = 2, HELD_REGISTERS = REGISTERS - 4 * ACCUMULATOR_VECTORS };

static int64_t most_held_vectors(int64_t k) {
    return k * MAX_HELD_VECTORS <= HELD_REGISTERS ? MAX_HELD_VECTORS : 1;
}

/* How many of an item's rows may be written by whole vectors: what these write beyond a row of a dense output belongs
 * to the next rows, which come later. Not in the last item, whose last rows have none behind them. */
static int64_t rows_written_whole(const struct product *product, bool is_last_item) {
    const int64_t idle = bd_divide_up(product->n, LANES) * LANES - product->n;
    if (idle == 0)
        return product->m;
    const bool is_dense = product->out_m == product->n && product->out_item == product->m * product->n;
    const int64_t rows_behind = is_last_item ? bd_divide_up(idle, product->n) : 0;
    return is_dense && rows_behind < product->m ? product->m - rows_behind : 0;
}

/* k and vectors are constants. */
static inline __attribute__((always_inline)) void held_row(const element *x, int64_t x_k,
                                                           vec y_rows[MAX_HELD_K][MAX_HELD_VECTORS],
                                                           accumulator sums[MAX_HELD_VECTORS], int k, int vectors) {
#pragma GCC unroll 8
    for (int step = 0; step < k; step++) {
        const multiplier row_multiplier = multiplier_of(x + step * x_k);
#pragma GCC unroll 2
        for (int j = 0; j < vectors; j++)
            sums[j] = step == 0 ? product_of(row_multiplier, y_rows[0][j])
                                : accumulate(row_multiplier, y_rows[step][j], sums[j]);
    }
}

/* Items whose y is contiguous along n, and of each of which so many rows are written by whole vectors. k, vectors and
 * x_is_contiguous (along k) are constants. */
static inline __attribute__((always_inline)) void held_items(const struct product *product, int64_t items,
                                                             int64_t whole_rows, const element *x, const element *y,
                                                             element *out, int k, int vectors, bool x_is_contiguous) {
    const int64_t m = product->m, x_m = product->x_m, out_m = product->out_m;
    const int64_t x_k = x_is_contiguous ? 1 : product->x_k, y_k = product->y_k;
    const part last = first_lanes(product->n - (vectors - 1) * LANES);
    const result_signs signs = signs_of(product);
    for (; items > 0; items--) {
        vec y_rows[MAX_HELD_K][MAX_HELD_VECTORS];
        const element *y_row = y;
#pragma GCC unroll 8
        for (int step = 0; step < k; step++, y_row = stepped(y_row + y_k)) {
#pragma GCC unroll 2
            for (int j = 0; j < vectors; j++)
                y_rows[step][j] = j + 1 < vectors ? load(y_row + j * LANES) : load_part(y_row + j * LANES, last);
        }

        const element *x_row = x;
        element *out_row = out;
        accumulator sums[MAX_HELD_VECTORS];
        int64_t i = 0;
        for (; i < whole_rows; i++) {
            held_row(x_row, x_k, y_rows, sums, k, vectors);
#pragma GCC unroll 2
            for (int j = 0; j < vectors; j++)
                store(out_row + j * LANES, result_of(signs, sums[j]));
            x_row = stepped(x_row + x_m);
            out_row = stepped_output(out_row + out_m);
        }
        for (; i < m; i++) {
            held_row(x_row, x_k, y_rows, sums, k, vectors);
            if (vectors > 1)
                store(out_row, result_of(signs, sums[0]));
            store_part(out_row + (vectors - 1) * LANES, result_of(signs, sums[vectors - 1]), last);
            x_row = stepped(x_row + x_m);
            out_row = stepped_output(out_row + out_m);
        }
        product = read_again(product);
        x += product->x_item;
        y += product->y_item;
        out += product->out_item;
    }
}

typedef void held_function(const struct product *product, int64_t items, int64_t whole_rows, const element *x,
                           const element *y, element *out);

/* y of so many items turned around, item behind item. k and width are constants. */
static inline __attribute__((always_inline)) void turn_items(const struct product *product, int64_t items,
                                                             const element *y, element *turned, int k, int width) {
    for (int64_t i = 0; i < items; i++)
        turn_columns_inline(turned + i * k * width, k, product->n, width, y + i * product->y_item, product->y_n);
}

typedef void turning_function(const struct product *product, int64_t items, const element *y, element *turned);

#define HELD_TO_6(vectors)                                                                                             \
    HELD(1, vectors) HELD(2, vectors) HELD(3, vectors) HELD(4, vectors) HELD(5, vectors) HELD(6, vectors)
#define HELD_TO_8(vectors) HELD_TO_6(vectors) HELD(7, vectors) HELD(8, vectors)
#if REGISTERS == 32
#define HELD_SHAPES HELD_TO_8(1) HELD_TO_8(2)
#else
#define HELD_SHAPES HELD_TO_8(1) HELD_TO_6(2)
#endif

#define HELD(k, vectors)                                                                                               \
    static void held_contiguous_##k##x##vectors(const struct product *product, int64_t items, int64_t whole_rows,      \
                                                const element *x, const element *y, element *out) {                    \
        held_items(product, items, whole_rows, x, y, out, k, vectors, true);                                           \
    }                                                                                                                  \
    static void held_##k##x##vectors(const struct product *product, int64_t items, int64_t whole_rows,                 \
                                     const element *x, const element *y, element *out) {                               \
        held_items(product, items, whole_rows, x, y, out, k, vectors, false);                                          \
    }                                                                                                                  \
    static void turn_##k##x##vectors(const struct product *product, int64_t items, const element *y,                   \
                                     element *turned) {                                                                \
        turn_items(product, items, y, turned, k, (vectors)*LANES);                                                     \
    }
HELD_SHAPES
#undef HELD

/* The last index says whether x is contiguous along k. */
static held_function *const held_functions[MAX_HELD_VECTORS + 1][MAX_HELD_K + 1][2] = {
#define HELD(k, vectors) [vectors][k] = {held_##k##x##vectors, held_contiguous_##k##x##vectors},
    HELD_SHAPES
#undef HELD
};

static turning_function *const turning_functions[MAX_HELD_VECTORS + 1][MAX_HELD_K + 1] = {
#define HELD(k, vectors) [vectors][k] = turn_##k##x##vectors,
    HELD_SHAPES
#undef HELD
};
#undef HELD_SHAPES
#undef HELD_TO_8
#undef HELD_TO_6

/* Items whose y is contiguous along n. */
static void held_straight(const struct product *product, held_function *run, bool has_last_item, const element *x,
                          const element *y, element *out) {
    const int64_t rows = rows_written_whole(product, false), rows_of_last = rows_written_whole(product, true);
    const int64_t before_last = product->items - (has_last_item && product->items > 0 && rows != rows_of_last);
    run(product, before_last, rows, x, y, out);
    if (before_last < product->items)
        run(product, 1, rows_of_last, x + before_last * product->x_item, y + before_last * product->y_item,
            out + before_last * product->out_item);
}

/* Items whose y is contiguous along k, turned around for several items at a time, so that what has just been written is
 * not read at once. */
static void held_turned(const struct product *product, held_function *run, int64_t vectors, const element *x,
                        const element *y, element *out) {
    enum { ITEMS_AT_ONCE = 16 };
    _Alignas(64) element turned[ITEMS_AT_ONCE * MAX_HELD_K * MAX_HELD_VECTORS * LANES];
    turning_function *const turn = turning_functions[vectors][product->k];
    struct product straight = *product;
    straight.y_k = vectors * LANES;
    straight.y_n = 1;
    straight.y_item = product->k * straight.y_k;
    for (int64_t item = 0; item < product->items; item += straight.items) {
        const int64_t rest = product->items - item;
        straight.items = rest < ITEMS_AT_ONCE ? rest : ITEMS_AT_ONCE;
        turn(product, straight.items, y, turned);
        held_straight(&straight, run, rest == straight.items, x, turned, out);
        x += straight.items * product->x_item;
        y += straight.items * product->y_item;
        out += straight.items * product->out_item;
    }
}

/* Items of so few columns that all of y is held. */
static void held_few_columns(const struct product *product, const element *x, const element *y, element *out) {
    const int64_t vectors = bd_divide_up(product->n, LANES);
    held_function *const run = held_functions[vectors][product->k][product->x_k == 1];
    if (product->y_n == 1)
        held_straight(product, run, true, x, y, out);
    else
        held_turned(product, run, vectors, x, y, out);
}

/* An item whose rows are longer is a run of items of its own, one for each column of so many vectors, with x's rows for
 * all of them. */
static void held_columns(const struct product *product, int64_t vectors, const element *x, const element *y,
                         element *out) {
    struct product columns = *product;
    columns.x_item = 0;
    columns.n = columns.out_item = vectors * LANES;
    columns.y_item = columns.n * product->y_n;
    columns.items = product->n / columns.n;
    held_few_columns(&columns, x, y, out);
    const int64_t j = columns.items * columns.n;
    if (j < product->n) {
        columns.n = product->n - j;
        columns.items = 1;
        held_few_columns(&columns, x, y + j * product->y_n, out + j);
    }
}

static void held_product(const struct product *product, const element *x, const element *y, element *out) {
    const int64_t most = most_held_vectors(product->k);
    if (product->n <= most * LANES) {
        held_few_columns(product, x, y, out);
        return;
    }
    for (int64_t item = 0; item < product->items; item++) {
        held_columns(product, most, x, y, out);
        x += product->x_item;
        y += product->y_item;
        out += product->out_item;
    }
}

/* Rows that leave most of a vector idle are for those who put several into one by permuting. An output of several
 * columns, for which there are enough accumulators only if these are two vectors wide, stays in the second-level cache
 * while they are written. alpha and beta are left to tiles. */
static bool held_accepts(const struct product *product) {
    enum { MOST_OUTPUTS = 131072 / sizeof(element) };
    const int64_t m = product->m, n = product->n, k = product->k;
    if (k > MAX_HELD_K || m == 1 || n == 1 || n <= (PERMUTES_COST ? LANES / 4 : LANES / 2) || product->out_n != 1)
        return false;
    const int64_t most = most_held_vectors(k);
    if (n > most * LANES && (most == 1 || k == 1 || bd_multiply_saturating(m, n) > MOST_OUTPUTS))
        return false;
    const bool is_turned_faster_by_halves = HAS_HALF_VECTORS && n <= LANES && k > 2;
    return (product->y_n == 1 || (product->y_k == 1 && !is_turned_faster_by_halves)) && scaling_of(product).is_plain;
}
