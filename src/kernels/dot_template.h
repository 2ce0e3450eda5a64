/* Dot products and matrix-vector products along contiguous k: each row of y times a row of x, one row strictly after
 * the other, which is what a processor's prefetching likes best. LANES rows' sums are kept as vectors and then summed
 * across lanes all at once.
 *
 * The order of summation depends on k alone: up to ONE_CHAIN vectors of products are added one after the other; of
 * longer rows vector i is added to accumulator i modulo 4. Needs a vector_*.h. */
#include "base/checked.h"
#include "kernels/epilogue.h"
#include "kernels/half_vectors.h"
#include "kernels/stepped.h"

/* Rows of up to SHORT_ROW vectors are computed without a loop. */
enum { SHORT_ROW = 8, LINE_BYTES = 64, ONE_CHAIN = sizeof(vec) == LINE_BYTES ? 4 : SHORT_ROW };
enum {
    MOST_ROWS_AT_ONCE = (LANES >= 4 ? 4 : 2) / ACCUMULATOR_VECTORS,
    CACHED_ROWS_AT_ONCE = REGISTERS == 32 ? MOST_ROWS_AT_ONCE : 2 / ACCUMULATOR_VECTORS
};

/* Row after row: x stays where it is (a matrix-vector product) or steps along (a batch of dot products, which are one
 * item's rows here). */
struct rows {
    const struct product *product;
    int64_t count, k;
    int64_t x_step, y_step, out_step;
    int64_t items, x_item, y_item, out_item;
};

/* Which a compiler would load for each of several multiplications. */
static inline vec loaded_once(vec a) {
    return ACCUMULATOR_VECTORS > 1 ? in_register(a) : a;
}

/* A row of x that is used for one row of y after the other stays in registers. */
struct x_row {
    row_vector vectors[SHORT_ROW];
};

/* vectors is a constant, the last of them a part. */
static inline __attribute__((always_inline)) void load_x_row(struct x_row *row, const element *x, int vectors,
                                                             part last) {
#pragma GCC unroll 8
    for (int i = 0; i < vectors; i++)
        row->vectors[i] = row_vector_of(i + 1 < vectors ? load(x + i * LANES) : load_part(x + i * LANES, last));
}

/* As long_row, to the bit, but for rows that are so short that one chain does. */
static inline __attribute__((always_inline)) accumulator short_row(const struct x_row *x, const element *y, int vectors,
                                                                   part last) {
    const int chains = vectors <= ONE_CHAIN ? 1 : 4;
    accumulator sums[4] = {no_sum(), no_sum(), no_sum(), no_sum()};
#pragma GCC unroll 8
    for (int i = 0; i < vectors; i++) {
        accumulator *const sum = &sums[i % chains];
        const element *const from = y + i * LANES;
        const bool is_whole = i + 1 < vectors, is_first = chains == 1 && i == 0;
        if (is_first)
            *sum = row_product_of(x->vectors[i], loaded_once(is_whole ? load(from) : load_part(from, last)));
        else if (is_whole)
            *sum = accumulate_row(x->vectors[i], loaded_once(load(from)), *sum);
        else
            *sum = accumulate_row_part(x->vectors[i], from, last, *sum);
    }
    return chains == 1 ? sums[0] : add_sums(add_sums(sums[0], sums[1]), add_sums(sums[2], sums[3]));
}

/* Where rows come from: those from memory are fetched 4 KiB ahead. */
enum source { ANYWHERE, MEMORY };

/* long_rows of one row, which in its place takes up to an eighth longer to read rows of some KiB from memory. x_stays
 * and source are constants: an x that comes from memory as well is read a little faster by loads for each
 * multiplication. */
static inline __attribute__((always_inline)) accumulator long_row(const element *x, const element *y, int64_t k,
                                                                  part last, bool x_stays, enum source source) {
    enum { AHEAD = 4096 / sizeof(element) };
    accumulator sums[4] = {no_sum(), no_sum(), no_sum(), no_sum()};
    int64_t i = 0;
    for (; i + 4 * LANES <= k; i += 4 * LANES) {
#pragma GCC unroll 4
        for (int j = 0; j < 4; j++) {
            if (source == MEMORY && j * sizeof(vec) % LINE_BYTES == 0) {
                __builtin_prefetch(y + i + j * LANES + AHEAD);
                if (!x_stays)
                    __builtin_prefetch(x + i + j * LANES + AHEAD);
            }
            const vec x_vector = load(x + i + j * LANES), y_vector = load_by_halves(y + i + j * LANES);
            sums[j] = accumulate_row(row_vector_of(x_stays ? loaded_once(x_vector) : x_vector), loaded_once(y_vector),
                                     sums[j]);
        }
    }
#pragma GCC unroll 4
    for (int j = 0; j < 4; j++, i += LANES) {
        if (i >= k)
            break;
        if (i + LANES <= k)
            sums[j] = accumulate_row(row_vector_of(load(x + i)), load(y + i), sums[j]);
        else
            sums[j] = accumulate_row_part(row_vector_of(load_part(x + i, last)), y + i, last, sums[j]);
    }
    return add_sums(add_sums(sums[0], sums[1]), add_sums(sums[2], sums[3]));
}

/* long_row for so many rows of y at once, a constant, as is whether they are loaded by halves: which is better where
 * one or two are read, and worse where four are. */
static inline __attribute__((always_inline)) void long_rows(const element *x, const element *y, int64_t y_step,
                                                            int64_t k, part last, accumulator *results, int rows,
                                                            bool by_halves) {
    accumulator sums[MOST_ROWS_AT_ONCE][4];
#pragma GCC unroll 4
    for (int row = 0; row < rows; row++) {
#pragma GCC unroll 4
        for (int j = 0; j < 4; j++)
            sums[row][j] = no_sum();
    }
    int64_t i = 0;
    for (; i + 4 * LANES <= k; i += 4 * LANES) {
#pragma GCC unroll 4
        for (int j = 0; j < 4; j++) {
            const row_vector x_vector = row_vector_of(in_register(load(x + i + j * LANES)));
#pragma GCC unroll 4
            for (int row = 0; row < rows; row++) {
                const element *const from = y + row * y_step + i + j * LANES;
                sums[row][j] =
                    accumulate_row(x_vector, loaded_once(by_halves ? load_by_halves(from) : load(from)), sums[row][j]);
            }
        }
    }
#pragma GCC unroll 4
    for (int j = 0; j < 4; j++, i += LANES) {
        if (i >= k)
            break;
        const bool is_whole = i + LANES <= k;
        const row_vector x_vector = row_vector_of(is_whole ? load(x + i) : load_part(x + i, last));
#pragma GCC unroll 4
        for (int row = 0; row < rows; row++) {
            const element *const from = y + row * y_step + i;
            sums[row][j] = is_whole ? accumulate_row(x_vector, load(from), sums[row][j])
                                    : accumulate_row_part(x_vector, from, last, sums[row][j]);
        }
    }
#pragma GCC unroll 4
    for (int row = 0; row < rows; row++)
        results[row] = add_sums(add_sums(sums[row][0], sums[row][1]), add_sums(sums[row][2], sums[row][3]));
}

/* The next count rows, up to LANES, without a loop; the last one stands in for those that are not there. vectors and
 * x_stays are constants. */
static inline __attribute__((always_inline)) vec short_group(const struct rows *rows, int64_t count, const element *x,
                                                             const element *y, int vectors, bool x_stays, part last) {
    struct x_row x_row;
    load_x_row(&x_row, x, vectors, last);
    accumulator sums[LANES];
#pragma GCC unroll 16
    for (int row = 0; row < LANES; row++) {
        if (row > 0)
            y = stepped(y + (row < count ? rows->y_step : 0));
        if (row > 0 && !x_stays) {
            x = stepped(x + (row < count ? rows->x_step : 0));
            load_x_row(&x_row, x, vectors, last);
        }
        sums[sum_slot(row)] = short_row(&x_row, y, vectors, last);
    }
    return results_of_rows(read_again(rows->product), sums);
}

/* x_stays and source are constants. */
static inline __attribute__((always_inline)) vec long_group(const struct rows *rows, int64_t count, const element *x,
                                                            const element *y, part last, bool x_stays,
                                                            enum source source) {
    accumulator sums[LANES];
    for (int row = 0; row < LANES; row++) {
        sums[sum_slot(row)] = row < count ? long_row(x, y, rows->k, last, x_stays, source) : no_sum();
        x += rows->x_step;
        y += rows->y_step;
    }
    return results_of_rows(rows->product, sums);
}

/* Out of line, as the next ones: how a compiler mixes the loops of several decides how fast memory is read. */
static __attribute__((noinline)) vec long_dots(const struct rows *rows, int64_t count, const element *x,
                                               const element *y, part last) {
    return long_group(rows, count, x, y, last, false, ANYWHERE);
}

static __attribute__((noinline)) vec long_dots_from_memory(const struct rows *rows, int64_t count, const element *x,
                                                           const element *y, part last) {
    return long_group(rows, count, x, y, last, false, MEMORY);
}

static __attribute__((noinline)) vec long_by_vector(const struct rows *rows, int64_t count, const element *x,
                                                    const element *y, part last) {
    return long_group(rows, count, x, y, last, true, ANYWHERE);
}

static __attribute__((noinline)) vec long_by_vector_from_memory(const struct rows *rows, int64_t count,
                                                                const element *x, const element *y, part last) {
    return long_group(rows, count, x, y, last, true, MEMORY);
}

/* What y takes, as far as the items are different. */
static int64_t y_bytes(const struct product *product) {
    const int64_t items = product->y_item == 0 ? 1 : product->batch;
    const int64_t elements = bd_multiply_saturating(bd_multiply_saturating(product->n, product->k), items);
    return bd_multiply_saturating(elements, sizeof(element));
}

/* How many rows, that a row of x is used for again and again, are read at once. Of pages several, since more streams
 * are better for the processor's prefetching, which ends at each page; of shorter ones from memory it would lose track.
 * In the cache as many as there are registers for, since x is loaded once for all of them. */
static int rows_at_once(const struct product *product, const struct rows *rows) {
    enum { TWO_PAGES = 8192, CACHED = ACCUMULATOR_VECTORS == 2 ? 1 << 23 : 1 << 19 };
    if (rows->x_step != 0)
        return 1;
    if (rows->k >= TWO_PAGES / (int64_t)sizeof(element))
        return MOST_ROWS_AT_ONCE;
    return y_bytes(product) > CACHED ? 1 : CACHED_ROWS_AT_ONCE;
}

/* Whether what is read, which of dot products is x as well, is more than caches hold. */
static bool comes_from_memory(const struct product *product) {
    enum { BEYOND_CACHES = 1 << 25 };
    return bd_multiply_saturating(y_bytes(product), product->n == 1 ? 2 : 1) > BEYOND_CACHES;
}

/* Whether rows of vectors as long as cache lines come from memory. A loop then is up to 1.5 times as fast as what is
 * without one. */
static bool rows_want_a_loop(const struct product *product) {
    return sizeof(vec) == LINE_BYTES && comes_from_memory(product);
}

typedef vec long_group_function(const struct rows *rows, int64_t count, const element *x, const element *y, part last);

/* Rows read one by one. From memory dense ones come faster when they are fetched ahead, those that a row of x is used
 * for again and again by 1.1 to 1.4 times. (Not by a processor that takes vectors of 64 bytes by halves; without such
 * of 32 that was not tried.) */
static long_group_function *long_group_of(const struct product *product, const struct rows *rows, bool x_stays) {
    enum { LONG_VECTOR = 32 };
    const bool is_fetched = sizeof(vec) >= LONG_VECTOR && !bd_halves_vectors() && rows->y_step == product->k &&
                            (x_stays || rows->x_step == product->k) && comes_from_memory(product);
    if (x_stays)
        return is_fetched ? long_by_vector_from_memory : long_by_vector;
    return is_fetched ? long_dots_from_memory : long_dots;
}

/* at_once and by_halves are constants. */
static inline __attribute__((always_inline)) vec
long_rows_group(const struct rows *rows, const element *x, const element *y, part last, int at_once, bool by_halves) {
    accumulator sums[LANES];
    for (int row = 0; row < LANES; row += at_once) {
        accumulator results[MOST_ROWS_AT_ONCE];
        long_rows(x, y, rows->y_step, rows->k, last, results, at_once, by_halves);
#pragma GCC unroll 4
        for (int i = 0; i < at_once; i++)
            sums[sum_slot(row + i)] = results[i];
        y += at_once * rows->y_step;
    }
    return results_of_rows(rows->product, sums);
}

static __attribute__((noinline)) vec long_cached(const struct rows *rows, const element *x, const element *y,
                                                 part last) {
    return long_rows_group(rows, x, y, last, CACHED_ROWS_AT_ONCE, CACHED_ROWS_AT_ONCE <= 2);
}

static __attribute__((noinline)) vec long_most(const struct rows *rows, const element *x, const element *y, part last) {
    return long_rows_group(rows, x, y, last, MOST_ROWS_AT_ONCE, false);
}

/* Too few rows to be worth a group. */
static inline __attribute__((always_inline)) void few_rows(struct scaling scaling, const struct rows *rows,
                                                           int64_t count, const element *x, const element *y,
                                                           element *out, int vectors, bool x_stays, part last) {
    for (int64_t row = 0; row < count; row++) {
        accumulator sum;
        if (vectors > 0) {
            struct x_row x_row;
            load_x_row(&x_row, x, vectors, last);
            sum = short_row(&x_row, y, vectors, last);
        } else {
            sum = long_row(x, y, rows->k, last, x_stays, ANYWHERE);
        }
        finish_element(scaling, out, result_of_row(rows->product, sum));
        x = stepped(x + rows->x_step);
        y = stepped(y + rows->y_step);
        out = stepped_output(out + rows->out_step);
    }
}

static inline __attribute__((always_inline)) void finish_group(struct scaling scaling, const struct rows *rows,
                                                               int64_t count, vec results, element *out) {
    if (rows->out_step == 1) {
        finish_part(scaling, out, results, first_lanes(count));
        return;
    }
    element apart[LANES];
    store(apart, results);
    for (int64_t i = 0; i < count; i++)
        finish_element(scaling, out + i * rows->out_step, apart[i]);
}

static inline __attribute__((always_inline)) void rows_of_item(struct scaling scaling, const struct rows *rows,
                                                               const element *x, const element *y, element *out,
                                                               int vectors, bool x_stays, part last) {
    const struct product *const product = rows->product;
    const int at_once = vectors == 0 ? rows_at_once(product, rows) : 1;
    long_group_function *const one_by_one = vectors == 0 ? long_group_of(product, rows, x_stays) : NULL;
    for (int64_t row = 0; row < rows->count; row += LANES) {
        const int64_t count = rows->count - row < LANES ? rows->count - row : LANES;
        if (count <= LANES / 4)
            few_rows(scaling, rows, count, x, y, out, vectors, x_stays, last);
        else if (vectors == 0 && (count < LANES || at_once == 1))
            finish_group(scaling, rows, count, one_by_one(rows, count, x, y, last), out);
        else if (vectors == 0 && at_once == MOST_ROWS_AT_ONCE)
            finish_group(scaling, rows, LANES, long_most(rows, x, y, last), out);
        else if (vectors == 0)
            finish_group(scaling, rows, LANES, long_cached(rows, x, y, last), out);
        else if (count == LANES)
            finish_group(scaling, rows, LANES, short_group(rows, LANES, x, y, vectors, x_stays, last), out);
        else
            finish_group(scaling, rows, count, short_group(rows, count, x, y, vectors, x_stays, last), out);
        x = stepped(x + LANES * rows->x_step);
        y = stepped(y + LANES * rows->y_step);
        out = stepped_output(out + LANES * rows->out_step);
    }
}

/* Whether rows can be computed in whole groups, the last of which does some rows again and stores them over what they
 * were. */
static inline bool fit_whole_groups(struct scaling scaling, const struct rows *rows) {
    return rows->count >= LANES && rows->out_step == 1 && !scaling.reads_out;
}

/* Short rows that fit, in one loop with hardly a jump: jumps and addresses took a sixth of the time of rows from the
 * first-level cache. Where the next group begins is added up, since its first loads would wait for a multiplication. */
static inline __attribute__((always_inline)) void whole_groups(struct scaling scaling, const struct rows *rows,
                                                               const element *x, const element *y, element *out,
                                                               int vectors, bool x_stays, part last) {
    const int64_t rest = rows->count % LANES, few = rest <= LANES / 4 ? rest : 0;
    const int64_t in_groups = rows->count - few, last_row = in_groups - LANES;
    const element *x_rows = x, *y_rows = y;
    for (int64_t row = 0;;) {
        finish(scaling, out + row, short_group(rows, LANES, x_rows, y_rows, vectors, x_stays, last));
        if (row == last_row)
            break;
        row += LANES;
        x_rows = x_stays ? x : stepped(x_rows + LANES * rows->x_step);
        y_rows = stepped(y_rows + LANES * rows->y_step);
        if (row > last_row) {
            x_rows = x_stays ? x : stepped(x + last_row * rows->x_step);
            y_rows = stepped(y + last_row * rows->y_step);
            row = last_row;
        }
    }
    if (few > 0)
        few_rows(scaling, rows, few, stepped(x + in_groups * rows->x_step), stepped(y + in_groups * rows->y_step),
                 stepped_output(out + in_groups), vectors, x_stays, last);
}

static inline __attribute__((always_inline)) struct rows rows_of(const struct product *product, bool x_stays) {
    struct rows rows = {.product = product, .k = product->k, .items = 1};
    if (x_stays) {
        rows.count = product->n;
        rows.y_step = product->y_n;
        rows.out_step = product->out_n;
        rows.items = product->items;
        rows.x_item = product->x_item;
        rows.y_item = product->y_item;
        rows.out_item = product->out_item;
    } else {
        rows.count = product->items;
        rows.x_step = product->x_item;
        rows.y_step = product->y_item;
        rows.out_step = product->out_item;
    }
    return rows;
}

static inline __attribute__((always_inline)) void dot_rows(const struct product *product, const element *x,
                                                           const element *y, element *out, int vectors, bool x_stays) {
    const struct rows rows = rows_of(product, x_stays);
    const struct scaling scaling = scaling_of(product);
    const part last = first_lanes(rows.k % LANES ? rows.k % LANES : LANES);
    const bool in_whole_groups = vectors > 0 && fit_whole_groups(scaling, &rows);
    for (int64_t item = 0; item < rows.items; item++) {
        if (in_whole_groups)
            whole_groups(scaling, &rows, x, y, out, vectors, x_stays, last);
        else
            rows_of_item(scaling, &rows, x, y, out, vectors, x_stays, last);
        x = stepped(x + rows.x_item);
        y = stepped(y + rows.y_item);
        out = stepped_output(out + rows.out_item);
    }
}

typedef void dot_function(const struct product *product, const element *x, const element *y, element *out);

#define DOTS_OF(vectors) DOT(vectors, false) DOT(vectors, true)
#define DOTS DOTS_OF(0) DOTS_OF(1) DOTS_OF(2) DOTS_OF(3) DOTS_OF(4) DOTS_OF(5) DOTS_OF(6) DOTS_OF(7) DOTS_OF(8)

#define DOT(vectors, x_stays)                                                                                          \
    static void dot_##vectors##_##x_stays(const struct product *product, const element *x, const element *y,           \
                                          element *out) {                                                              \
        dot_rows(product, x, y, out, vectors, x_stays);                                                                \
    }
DOTS
#undef DOT

    static dot_function *const dot_functions[SHORT_ROW + 1][2] = {
#define DOT(vectors, x_stays) [vectors][x_stays] = dot_##vectors##_##x_stays,
        DOTS
#undef DOT
};
#undef DOTS
#undef DOTS_OF

static void dot_product(const struct product *product, const element *x, const element *y, element *out) {
    const int64_t vectors = bd_divide_up(product->k, LANES);
    dot_function *const *const dots =
        dot_functions[vectors > SHORT_ROW || (vectors > ONE_CHAIN && rows_want_a_loop(product)) ? 0 : vectors];
    dots[product->n != 1](product, x, y, out);
}

static bool dot_accepts(const struct product *product) {
    return product->m == 1 && product->x_k == 1 && product->y_k == 1 && (product->k > 1 || product->n == 1) &&
           !halves_fit_dots(product);
}
