/* Strides: any for the inputs, any that keep the elements apart for the output, and nothing touched between them. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "test_api_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ROOM = 256 };

/* A view of three axes into a buffer of ROOM elements. */
typedef struct view {
    const char *name;
    int64_t offset;
    int64_t strides[3];
} view;

/* x (2, 3, 4) */
static const view x_views[] = {
    {"contiguous", 0, {12, 4, 1}},           {"axes reversed", 0, {1, 2, 6}},
    {"middle axis outermost", 0, {4, 8, 1}}, {"gaps", 5, {100, 21, 3}},
    {"one item for all", 0, {0, 4, 1}},      {"one row for all", 0, {12, 0, 1}},
    {"one element a row", 0, {12, 4, 0}},    {"one element for all", 7, {0, 0, 0}},
    {"backwards along k", 3, {12, 4, -1}},   {"backwards along the batch", 12, {-12, 4, 1}},
    {"backwards", 23, {-12, -4, -1}},        {"backwards with gaps", 250, {-99, -17, -5}},
    {"a sliding window", 0, {1, 1, 1}},      {"odd steps", 30, {7, -5, 11}},
};

/* y (2, 4, 5) */
static const view y_views[] = {
    {"contiguous", 0, {20, 5, 1}},
    {"transposed", 0, {20, 1, 4}},
    {"axes reversed", 0, {1, 2, 8}},
    {"gaps", 3, {90, 21, 4}},
    {"one item for all", 0, {0, 5, 1}},
    {"one row for all", 0, {5, 0, 1}},
    {"one column for all", 0, {4, 1, 0}},
    {"backwards", 39, {-20, -5, -1}},
    {"transposed backwards", 23, {20, -1, -4}},
};

/* out (2, 3, 5) */
static const view out_views[] = {
    {"contiguous", 0, {15, 5, 1}},
    {"transposed", 0, {15, 1, 3}},
    {"axes reversed", 0, {1, 2, 6}},
    {"batch innermost", 0, {1, 10, 2}},
    {"padded rows", 2, {40, 12, 1}},
    {"gaps", 1, {100, 31, 3}},
    {"backwards", 29, {-15, -5, -1}},
    {"rows backwards", 10, {15, -5, 1}},
    {"columns backwards with gaps", 150, {70, 2, -12}},
    {"interleaved", 0, {1, 20, 3}},
    {"interleaved without an order", 0, {15, 2, 3}},
};

/* Whether the elements are apart, so that a wrong row of the table above cannot pass for a finding. */
static bool view_offset_is_used(const view *v, int64_t offset) {
    int uses = 0;
    for (int64_t i = 0; i < 30; i++)
        uses += v->offset + i / 15 * v->strides[0] + i / 5 % 3 * v->strides[1] + i % 5 * v->strides[2] == offset;
    assert_true(uses <= 1);
    return uses == 1;
}

static double expected_at(const view *x, const view *y, int64_t b, int64_t i, int64_t j, const double *x_data,
                          const double *y_data) {
    double sum = 0.0;
    for (int64_t k = 0; k < 4; k++) {
        sum += x_data[x->offset + b * x->strides[0] + i * x->strides[1] + k * x->strides[2]] *
               y_data[y->offset + b * y->strides[0] + k * y->strides[1] + j * y->strides[2]];
    }
    return sum;
}

typedef struct stride_case {
    const view *x, *y, *out;
    batchdot_dtype dtype;
    batchdot_engine engine;
} stride_case;

static void *moved(void *data, batchdot_dtype dtype, int64_t offset) {
    return (char *)data + offset * (int64_t)test_dtype_size(dtype);
}

static void check_strides(const stride_case *c) {
    static double x_values[ROOM], y_values[ROOM];
    static uint64_t x_data[2 * ROOM], y_data[2 * ROOM], out_data[2 * ROOM];
    const batchdot_dtype out_dtype = test_default_out(c->dtype);
    const size_t out_size = test_dtype_size(out_dtype);
    for (int64_t i = 0; i < ROOM; i++) {
        x_values[i] = (double)(i * 5 % 7);
        y_values[i] = (double)(i * 3 % 8);
        test_store(c->dtype, x_data, i, x_values[i], 0.0);
        test_store(c->dtype, y_data, i, y_values[i], 0.0);
    }
    test_fill(out_data, sizeof out_data);
    char name[160];
    snprintf(name, sizeof name, "x %s, y %s, out %s, dtype %d, engine %d", c->x->name, c->y->name, c->out->name,
             (int)c->dtype, (int)c->engine);
    test_set_row(name);
    const batchdot_options options = test_options(c->engine);
    assert_ok(test_run(VIEW(moved(x_data, c->dtype, c->x->offset), c->dtype, DIMS(2, 3, 4), c->x->strides),
                       VIEW(moved(y_data, c->dtype, c->y->offset), c->dtype, DIMS(2, 4, 5), c->y->strides), NULL,
                       VIEW(moved(out_data, out_dtype, c->out->offset), out_dtype, DIMS(2, 3, 5), c->out->strides),
                       &options));
    for (int64_t i = 0; i < 30; i++) {
        const int64_t b = i / 15, row = i / 5 % 3, column = i % 5, *strides = c->out->strides;
        assert_element(out_dtype, out_data, c->out->offset + b * strides[0] + row * strides[1] + column * strides[2],
                       expected_at(c->x, c->y, b, row, column, x_values, y_values));
    }
    for (int64_t offset = 0; offset < ROOM; offset++) {
        if (!view_offset_is_used(c->out, offset))
            assert_filled(moved(out_data, out_dtype, offset), out_size);
    }
    test_set_row("");
}

/* Every combination with f64; the other dtypes walk through the combinations in steps that reach every view. */
static void every_view_of_every_tensor(void **state) {
    (void)state;
    batchdot_engine engines[3];
    const int engine_count = test_engines(engines);
    const size_t combinations = COUNT(x_views) * COUNT(y_views) * COUNT(out_views);
    for (size_t dtype = 0; dtype < TEST_DTYPE_COUNT; dtype++) {
        for (size_t i = dtype; i < combinations; i += dtype == BATCHDOT_F64 ? 1 : 17) {
            stride_case c = {&x_views[i % COUNT(x_views)], &y_views[i / COUNT(x_views) % COUNT(y_views)],
                             &out_views[i / COUNT(x_views) / COUNT(y_views)], (batchdot_dtype)dtype, engines[0]};
            for (int e = 0; e < engine_count; e++) {
                c.engine = engines[e];
                check_strides(&c);
            }
        }
    }
}

/* An axis of extent 1 is never stepped along, so its stride does not matter; nor does any stride of an empty tensor. */
static void strides_that_are_never_used(void **state) {
    (void)state;
    const int64_t x_strides[] = {INT64_MAX, 2, INT64_MIN, 1}, y_strides[] = {INT64_MIN, 1, 2};
    const int64_t out_strides[] = {INT64_MIN, 2, INT64_MAX, 1}, flat[] = {0, 2, 0, 1};
    double x[] = {1, 2, 3, 4, 5, 6}, y[] = {1, 2, 3, 4};
    const batchdot_tensor *x_tensor = VIEW(x, BATCHDOT_F64, DIMS(1, 3, 1, 2), x_strides),
                          *y_tensor = VIEW(y, BATCHDOT_F64, DIMS(1, 2, 2), y_strides);
    for (int wild = 0; wild < 2; wild++) {
        double out[6] = {0};
        const double expected[] = {5, 11, 11, 25, 17, 39};
        assert_ok(
            batchdot(x_tensor, y_tensor, NULL, VIEW(out, BATCHDOT_F64, DIMS(1, 3, 1, 2), wild ? out_strides : flat)));
        for (int i = 0; i < 6; i++)
            assert_element(BATCHDOT_F64, out, i, expected[i]);
    }
    const int64_t far[] = {INT64_MAX, INT64_MIN, INT64_MAX}, zeros[] = {0, 0, 0};
    double out[1];
    test_fill(out, sizeof out);
    assert_ok(batchdot(VIEW(x, BATCHDOT_F64, DIMS(0, 2, 3), far), VIEW(x, BATCHDOT_F64, DIMS(0, 3, 2), far), NULL,
                       VIEW(out, BATCHDOT_F64, DIMS(0, 2, 2), far)));
    assert_ok(batchdot(VIEW(x, BATCHDOT_F64, DIMS(2, 0, 3), far), TENSOR(x, BATCHDOT_F64, DIMS(2, 3, 1)), NULL,
                       VIEW(out, BATCHDOT_F64, DIMS(2, 0, 1), zeros)));
    assert_filled(out, sizeof out);
}

/* ---- Bounds ----------------------------------------------------------------------------------------------------- */

/* A page that may be used between two that may not. */
typedef struct guarded {
    char *pages;
    size_t page;
} guarded;

static guarded make_guarded(void) {
    const guarded made = {
        .page = (size_t)sysconf(_SC_PAGESIZE),
        .pages = mmap(NULL, 3 * (size_t)sysconf(_SC_PAGESIZE), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)};
    assert_true(made.pages != MAP_FAILED);
    assert_int_equal(mprotect(made.pages + made.page, made.page, PROT_READ | PROT_WRITE), 0);
    return made;
}

/* The first byte of a tensor of this size that touches the guard behind it, or the one before it. */
static void *against_guard(const guarded *g, bool behind, size_t size) {
    assert_true(size <= g->page);
    return g->pages + g->page + (behind ? g->page - size : 0);
}

static void check_bounds(const guarded g[3], batchdot_dtype dtype, int64_t m, int64_t n, int64_t k, unsigned layout) {
    const batchdot_dtype out_dtype = test_default_out(dtype);
    const size_t size = test_dtype_size(dtype), out_size = test_dtype_size(out_dtype);
    void *x = against_guard(&g[0], layout & 1, (size_t)(m * k) * size);
    void *y = against_guard(&g[1], layout & 1, (size_t)(k * n) * size);
    void *out = against_guard(&g[2], layout & 1, (size_t)(m * n) * out_size);
    for (int64_t i = 0; i < m * k; i++)
        test_store(dtype, x, i, (double)(i % 3), 0.0);
    for (int64_t i = 0; i < k * n; i++)
        test_store(dtype, y, i, 1.0, 0.0);
    const int64_t x_across[] = {m * k, 1, m}, x_along[] = {m * k, k, 1};
    const int64_t y_across[] = {k * n, 1, k}, y_along[] = {k * n, n, 1};
    assert_ok(batchdot(VIEW(x, dtype, DIMS(1, m, k), layout & 2 ? x_across : x_along),
                       VIEW(y, dtype, DIMS(1, k, n), layout & 4 ? y_across : y_along), NULL,
                       TENSOR(out, out_dtype, DIMS(1, m, n))));
    for (int64_t i = 0; i < m * n; i++) {
        double sum = 0.0;
        for (int64_t l = 0; l < k; l++)
            sum += (double)((layout & 2 ? l * m + i / n : i / n * k + l) % 3);
        assert_element(out_dtype, out, i, sum);
    }
}

/* The processor ends the program that reads or writes one byte too far. */
static void nothing_is_read_beyond_the_tensors(void **state) {
    (void)state;
    const guarded guards[3] = {make_guarded(), make_guarded(), make_guarded()};
    static const int64_t sizes[] = {1, 2, 3, 5, 8, 15};
    for (unsigned i = 0; i < TEST_DTYPE_COUNT * 8 * COUNT(sizes) * COUNT(sizes); i++) {
        const int64_t n = sizes[i % COUNT(sizes)], m = sizes[i / COUNT(sizes) % COUNT(sizes)];
        const unsigned rest = i / (unsigned)(COUNT(sizes) * COUNT(sizes));
        for (int64_t k = 1; k <= 17; k += k < 9 ? 1 : 4)
            check_bounds(guards, (batchdot_dtype)(rest / 8), m, n, k, rest % 8);
    }
    for (size_t i = 0; i < COUNT(guards); i++)
        assert_int_equal(munmap(guards[i].pages, 3 * guards[i].page), 0);
}

/* Broadcasting makes extents possible whose product fits no integer: a plan must not stumble over that. */
static void test_plans_of_endless_broadcasts(void **state) {
    (void)state;
    static const int64_t endless = INT64_C(1) << 48, steps[][2] = {{0, 1}, {1, 0}, {0, 0}};
    static const batchdot_dtype dtypes[] = {BATCHDOT_F32, BATCHDOT_F64, BATCHDOT_C64, BATCHDOT_I8};
    for (int i = 0; i < 4 * 3 * 3; i++) {
        const int64_t *const x_step = steps[i % 3], *const y_step = steps[i / 3 % 3];
        const int64_t x_shape[] = {2, 4096, endless}, y_shape[] = {2, endless, 4096};
        const int64_t x_strides[] = {0, x_step[0], x_step[1] && i % 2},
                      y_strides[] = {0, y_step[1] && i % 2, y_step[0]};
        const batchdot_tensor x = {NULL, dtypes[i / 9], 3, x_shape, x_strides};
        const batchdot_tensor y = {NULL, dtypes[i / 9], 3, y_shape, y_strides};
        batchdot_plan *plan;
        char text[4096];
        assert_int_equal(batchdot_plan_create(&plan, &x, &y, NULL, NULL, NULL), BATCHDOT_OK);
        assert_true(batchdot_plan_explain(plan, text, sizeof text) > 0);
        batchdot_plan_destroy(plan);
    }
}

/* One y for all items, which may be computed together, and each item by itself. */
static void check_shared_y(batchdot_dtype dtype, int64_t items, int64_t m, int64_t n, int64_t k, bool y_by_columns) {
    const batchdot_dtype out_dtype = test_default_out(dtype);
    const double unit = dtype <= BATCHDOT_C128 ? 7 : 64; /* sums that round, where the elements may */
    const size_t size = test_dtype_size(dtype), out_size = test_dtype_size(out_dtype);
    char *const x = test_alloc((size_t)(items * m * k) * size), *const y = test_alloc((size_t)(k * n) * size);
    char *const out = test_alloc((size_t)(items * m * n) * out_size), *const alone =
                                                                          test_alloc((size_t)(m * n) * out_size);
    for (int64_t i = 0; i < items * m * k; i++)
        test_store(dtype, x, i, (double)((i * 37 + 11) % 101 - 50) / unit, (double)(i * 53 % 89) / 16);
    for (int64_t i = 0; i < k * n; i++)
        test_store(dtype, y, i, (double)((i * 29 + 5) % 97 - 45) / unit, (double)(i * 31 % 83) / 8);
    const int64_t rows[] = {0, n, 1}, columns[] = {0, 1, k};
    assert_ok(batchdot(TENSOR(x, dtype, DIMS(items, m, k)),
                       VIEW(y, dtype, DIMS(items, k, n), y_by_columns ? columns : rows), NULL,
                       TENSOR(out, out_dtype, DIMS(items, m, n))));
    for (int64_t item = 0; item < items; item++) {
        assert_ok(batchdot(TENSOR(x + (size_t)(item * m * k) * size, dtype, DIMS(1, m, k)),
                           VIEW(y, dtype, DIMS(1, k, n), y_by_columns ? columns : rows), NULL,
                           TENSOR(alone, out_dtype, DIMS(1, m, n))));
        assert_memory_equal(alone, out + (size_t)(item * m * n) * out_size, (size_t)(m * n) * out_size);
    }
    free(x);
    free(y);
    free(out);
    free(alone);
}

static void items_that_share_y_keep_their_bits(void **state) {
    (void)state;
    for (int dtype = BATCHDOT_F32; dtype <= BATCHDOT_C128; dtype++) /* tiles for an item, panels for all of them */
        check_shared_y((batchdot_dtype)dtype, 40, 1, 256, 300, false);
    static const int64_t ms[] = {1, 2, 4, 13}, ns[] = {1, 3, 4, 16, 40}, ks[] = {1, 3, 4, 20, 64, 256, 257, 700};
    for (unsigned i = 0; i < TEST_DTYPE_COUNT * COUNT(ms) * COUNT(ns) * COUNT(ks); i++) {
        const unsigned shape = i / TEST_DTYPE_COUNT;
        for (int by_columns = 0; by_columns < 2; by_columns++)
            check_shared_y((batchdot_dtype)(i % TEST_DTYPE_COUNT), 5, ms[shape % COUNT(ms)],
                           ns[shape / COUNT(ms) % COUNT(ns)], ks[shape / COUNT(ms) / COUNT(ns)], by_columns);
    }
}

/* x as [m, k, items] and y as [k, n, items], or one y for all; the output item by item, or as [m, n, items] too. Sums
 * that round must have the bits that each item has alone, and whole numbers be right. */
static void check_side_by_side(batchdot_dtype dtype, int64_t items, int64_t m, int64_t n, int64_t k, unsigned kind) {
    const bool rounds = kind & 1, shares_y = kind & 2, is_out_beside = kind & 4;
    const batchdot_dtype out_dtype = test_default_out(dtype);
    const double unit = rounds && dtype <= BATCHDOT_C128 ? 7 : 1;
    const size_t size = test_dtype_size(dtype), out_size = test_dtype_size(out_dtype);
    char *const x = test_alloc((size_t)(items * m * k) * size), *const y = test_alloc((size_t)(items * k * n) * size);
    char *const out = test_alloc((size_t)(items * m * n) * out_size);
    char *const alone = test_alloc((size_t)(items * m * n) * out_size);
    for (int64_t i = 0; i < items * m * k; i++)
        test_store(dtype, x, i, (double)(i * 37 % 5) / unit, 0);
    for (int64_t i = 0; i < items * k * n; i++)
        test_store(dtype, y, i, (double)(i * 29 % 3) / unit, 0);
    const int64_t x_strides[] = {1, k * items, items}, y_strides[] = {!shares_y, n * items, items};
    const int64_t out_strides[] = {is_out_beside ? 1 : m * n, is_out_beside ? n * items : n, is_out_beside ? items : 1};
    assert_ok(batchdot(VIEW(x, dtype, DIMS(items, m, k), x_strides), VIEW(y, dtype, DIMS(items, k, n), y_strides), NULL,
                       VIEW(out, out_dtype, DIMS(items, m, n), out_strides)));
    for (int64_t item = 0; item < items; item++) {
        char *const item_out = alone + (size_t)(item * out_strides[0]) * out_size;
        assert_ok(batchdot(VIEW(x + (size_t)item * size, dtype, DIMS(1, m, k), x_strides),
                           VIEW(y + (size_t)(item * y_strides[0]) * size, dtype, DIMS(1, k, n), y_strides), NULL,
                           VIEW(item_out, out_dtype, DIMS(1, m, n), out_strides)));
        for (int64_t i = 0; i < m * n && !rounds; i++) {
            double sum = 0;
            for (int64_t step = 0; step < k; step++)
                sum += (double)((((i / n * k + step) * items + item) * 37 % 5) *
                                (((step * n + i % n) * items + item * y_strides[0]) * 29 % 3));
            assert_element(out_dtype, out, item * out_strides[0] + i / n * out_strides[1] + i % n * out_strides[2],
                           sum);
        }
    }
    assert_memory_equal(alone, out, (size_t)(items * m * n) * out_size);
    free(x);
    free(y);
    free(out);
    free(alone);
}

static void items_that_lie_side_by_side(void **state) {
    (void)state;
    static const int64_t items[] = {1, 7, 16, 64, 100}, extents[][3] = {{1, 1, 1},  {1, 1, 5},  {3, 3, 3},  {5, 4, 2},
                                                                        {1, 6, 20}, {2, 1, 64}, {2, 3, 300}};
    for (unsigned i = 0; i < TEST_DTYPE_COUNT * 8 * COUNT(items) * COUNT(extents); i++) {
        const unsigned rest = i / (TEST_DTYPE_COUNT * 8);
        const int64_t *const extent = extents[rest % COUNT(extents)];
        check_side_by_side((batchdot_dtype)(i % TEST_DTYPE_COUNT), items[rest / COUNT(extents)], extent[0], extent[1],
                           extent[2], i / TEST_DTYPE_COUNT % 8);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plans_of_endless_broadcasts), cmocka_unit_test(every_view_of_every_tensor),
        cmocka_unit_test(strides_that_are_never_used),      cmocka_unit_test(items_that_share_y_keep_their_bits),
        cmocka_unit_test(items_that_lie_side_by_side),      cmocka_unit_test(nothing_is_read_beyond_the_tensors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
