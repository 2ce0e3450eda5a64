/* The products themselves: what is summed over what, empty extents, and items that do not depend on their neighbours.
 */
#include "test_api_support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Products written by hand ----------------------------------------------------------------------------------- */

typedef struct operand {
    int ndim;
    const int64_t *shape;
    const double *values;
} operand;

typedef struct product_row {
    const char *name;
    operand x, y, out;
    batchdot_axes axes;
} product_row;

#define VALUES(...) ((const double[]){__VA_ARGS__})

static const product_row product_rows[] = {
    {"the batch alone",
     {DIMS(2, 3), VALUES(1, 2, 3, 4, 5, 6)},
     {DIMS(2, 3), VALUES(1, 3, 5, 7, 2, 4)},
     {DIMS(2, 1), VALUES(22, 62)},
     {1, 1}},
    {"matrix and vector",
     {DIMS(2, 2), VALUES(1, 2, 3, 4)},
     {DIMS(2, 2, 2), VALUES(1, 2, 3, 4, 5, 6, 7, 8)},
     {DIMS(2, 2), VALUES(7, 10, 43, 50)},
     {1, 1}},
    {"matrix and vector, the other axis",
     {DIMS(2, 2), VALUES(1, 2, 3, 4)},
     {DIMS(2, 2, 2), VALUES(1, 2, 3, 4, 5, 6, 7, 8)},
     {DIMS(2, 2), VALUES(5, 11, 39, 53)},
     {1, 2}},
    {"matrices",
     {DIMS(1, 2, 2), VALUES(1, 2, 3, 4)},
     {DIMS(1, 2, 3), VALUES(1, 10, 50, 2, 20, 40)},
     {DIMS(1, 2, 3), VALUES(5, 50, 130, 11, 110, 310)},
     {2, 1}},
    {"the first axes",
     {DIMS(1, 2, 2), VALUES(1, 2, 3, 4)},
     {DIMS(1, 2, 3), VALUES(1, 10, 20, 2, 5, 40)},
     {DIMS(1, 2, 3), VALUES(7, 25, 140, 10, 40, 200)},
     {1, 1}},
    {"outer products",
     {DIMS(2, 2, 1), VALUES(1, 2, 3, 4)},
     {DIMS(2, 1, 2), VALUES(1, 10, 20, 60)},
     {DIMS(2, 2, 2), VALUES(1, 10, 2, 20, 60, 180, 80, 240)},
     {2, 1}},
    {"free axes of 1 are not broadcast",
     {DIMS(2, 1, 2), VALUES(1, 2, 3, 4)},
     {DIMS(2, 2, 1), VALUES(1, 10, 20, 30)},
     {DIMS(2, 1, 1), VALUES(21, 180)},
     {2, 1}},
    {"one of everything", {DIMS(1, 1), VALUES(3)}, {DIMS(1, 1), VALUES(7)}, {DIMS(1, 1), VALUES(21)}, {-1, -1}},
    {"a middle axis, two free axes",
     {DIMS(1, 2, 2, 2), VALUES(1, 2, 3, 4, 5, 6, 7, 8)},
     {DIMS(1, 2), VALUES(1, 10)},
     {DIMS(1, 2, 2), VALUES(31, 42, 75, 86)},
     {2, 1}},
    {"y's free axes alone",
     {DIMS(1, 2), VALUES(1, 10)},
     {DIMS(1, 2, 2, 2), VALUES(1, 2, 3, 4, 5, 6, 7, 8)},
     {DIMS(1, 2, 2), VALUES(31, 42, 75, 86)},
     {1, 2}},
    {"wide values",
     {DIMS(1, 2), VALUES(1000, 2000)},
     {DIMS(1, 2), VALUES(3000, -4000)},
     {DIMS(1, 1), VALUES(-5000000)},
     {1, 1}},
    {"negative values", {DIMS(1, 2), VALUES(-100, 7)}, {DIMS(1, 2), VALUES(2, -8)}, {DIMS(1, 1), VALUES(-256)}, {1, 1}},
};

static int64_t element_count(int ndim, const int64_t *shape) {
    int64_t count = 1;
    for (int i = 0; i < ndim; i++)
        count *= shape[i];
    return count;
}

/* Whether every value is exact in this dtype. */
static bool fits(const operand *values, batchdot_dtype dtype) {
    for (int64_t i = 0; i < element_count(values->ndim, values->shape); i++) {
        const double value = values->values[i], size = fabs(value);
        if ((dtype == BATCHDOT_F16 && size > 2048.0) || (dtype == BATCHDOT_BF16 && size > 256.0))
            return false;
        if ((dtype == BATCHDOT_I8 && size > 127.0) || (dtype == BATCHDOT_U8 && (value < 0.0 || value > 255.0)))
            return false;
    }
    return true;
}

static batchdot_tensor stored(const operand *values, batchdot_dtype dtype) {
    const int64_t count = element_count(values->ndim, values->shape);
    void *data = test_alloc((size_t)count * test_dtype_size(dtype));
    for (int64_t i = 0; i < count; i++)
        test_store(dtype, data, i, values->values[i], 0.0);
    return (batchdot_tensor){data, dtype, values->ndim, values->shape, NULL};
}

static void check_product(const product_row *row, batchdot_dtype dtype, const batchdot_options *options) {
    const batchdot_dtype out_dtype = test_default_out(dtype);
    const int64_t out_count = element_count(row->out.ndim, row->out.shape);
    const batchdot_tensor x = stored(&row->x, dtype), y = stored(&row->y, dtype), out = stored(&row->out, out_dtype);
    for (int call = 0; call < 2; call++) {
        test_fill(out.data, (size_t)out_count * test_dtype_size(out_dtype));
        assert_ok(call == 0 ? batchdot(&x, &y, &row->axes, &out) : test_run(&x, &y, &row->axes, &out, options));
        for (int64_t i = 0; i < out_count; i++)
            assert_element(out_dtype, out.data, i, row->out.values[i]);
    }
    free(x.data);
    free(y.data);
    free(out.data);
}

static void products_of_every_dtype_on_every_engine(void **state) {
    (void)state;
    batchdot_engine engines[3];
    const int engine_count = test_engines(engines);
    for (int d = 0; d < TEST_DTYPE_COUNT; d++) {
        const batchdot_dtype dtype = (batchdot_dtype)d;
        int rows = 0;
        for (size_t i = 0; i < COUNT(product_rows); i++) {
            const product_row *row = &product_rows[i];
            if (!fits(&row->x, dtype) || !fits(&row->y, dtype) || !fits(&row->out, test_default_out(dtype)))
                continue;
            test_set_row(row->name);
            rows++;
            for (int e = 0; e < engine_count; e++) {
                const batchdot_options options = test_options(engines[e]);
                check_product(row, dtype, &options);
            }
        }
        assert_true(rows >= 9);
    }
    test_set_row("");
}

/* ---- Every axis of four ----------------------------------------------------------------------------------------- */

typedef struct four {
    int64_t shape[4];
    int64_t k_stride, free_strides[2];
    double data[2 * 4 * 6 * 6];
} four;

/* (batch 2, and in place `axis` the contracted 4, and the two free extents around it). */
static void make_four(four *tensor, int axis, int64_t free_0, int64_t free_1, int seed) {
    const int64_t extents[2] = {free_0, free_1};
    int64_t stride = 1;
    tensor->shape[0] = 2;
    for (int i = 3, left = 2; i > 0; i--) {
        tensor->shape[i] = i == axis ? 4 : extents[--left];
        if (i == axis)
            tensor->k_stride = stride;
        else
            tensor->free_strides[left] = stride;
        stride *= tensor->shape[i];
    }
    for (int64_t i = 0; i < 2 * stride; i++)
        tensor->data[i] = (double)((i * 7 + seed) % 11 - 5);
}

/* The offsets of one batch item and a place (i, j) on the free axes, at k = 0. */
static const double *at(const four *tensor, int64_t b, int64_t i, int64_t j) {
    const int64_t item = tensor->shape[1] * tensor->shape[2] * tensor->shape[3];
    return tensor->data + b * item + i * tensor->free_strides[0] + j * tensor->free_strides[1];
}

static void check_four(const four *x, const four *y, const batchdot_axes *axes) {
    double result[2 * 3 * 2 * 5 * 6];
    test_fill(result, sizeof result);
    assert_ok(batchdot(VIEW((void *)x->data, BATCHDOT_F64, 4, x->shape, NULL),
                       VIEW((void *)y->data, BATCHDOT_F64, 4, y->shape, NULL), axes,
                       TENSOR(result, BATCHDOT_F64, DIMS(2, 3, 2, 5, 6))));
    for (int64_t place = 0; place < (int64_t)COUNT(result); place++) {
        const int64_t l = place % 6, j = place / 6 % 5, i = place / 30 % 2, h = place / 60 % 3, b = place / 180;
        double sum = 0.0;
        for (int64_t k = 0; k < 4; k++)
            sum += at(x, b, h, i)[k * x->k_stride] * at(y, b, j, l)[k * y->k_stride];
        assert_element(BATCHDOT_F64, result, place, sum);
    }
}

static void every_pair_of_axes_of_rank_4(void **state) {
    (void)state;
    static four x, y;
    for (int ax = 1; ax < 4; ax++) {
        for (int ay = 1; ay < 4; ay++) {
            make_four(&x, ax, 3, 2, 1);
            make_four(&y, ay, 5, 6, 4);
            check_four(&x, &y, AXES(ax, ay));
            check_four(&x, &y, AXES(ax - 4, ay));
            check_four(&x, &y, AXES(ax, ay - 4));
        }
    }
    make_four(&x, 3, 3, 2, 1);
    make_four(&y, 2, 5, 6, 4);
    check_four(&x, &y, NULL);
}

/* ---- Empty extents ---------------------------------------------------------------------------------------------- */

typedef struct empty_row {
    const char *name;
    int x_ndim;
    const int64_t *x;
    int y_ndim;
    const int64_t *y;
    int out_ndim;
    const int64_t *out;
} empty_row;

static const empty_row zero_rows[] = {
    {"nothing contracted, the batch alone", DIMS(2, 0), DIMS(2, 0), DIMS(2, 1)},
    {"nothing contracted, a vector of x", DIMS(2, 3, 0), DIMS(2, 0), DIMS(2, 3)},
    {"nothing contracted, a vector of y", DIMS(2, 0), DIMS(2, 0, 3), DIMS(2, 3)},
    {"nothing contracted, matrices", DIMS(2, 3, 0), DIMS(2, 0, 2), DIMS(2, 3, 2)},
    {"nothing contracted, rank 4", DIMS(2, 1, 3, 0), DIMS(2, 2, 0, 1), DIMS(2, 1, 3, 2, 1)},
    {"nothing contracted, one item", DIMS(1, 0), DIMS(1, 0), DIMS(1, 1)},
};

static const empty_row empty_rows[] = {
    {"no batch", DIMS(0, 3), DIMS(0, 3), DIMS(0, 1)},
    {"no batch, matrices", DIMS(0, 2, 3), DIMS(0, 3, 4), DIMS(0, 2, 4)},
    {"no rows", DIMS(2, 0, 3), DIMS(2, 3, 4), DIMS(2, 0, 4)},
    {"no columns", DIMS(2, 4, 3), DIMS(2, 3, 0), DIMS(2, 4, 0)},
    {"no rows, no columns", DIMS(2, 0, 3), DIMS(2, 3, 0), DIMS(2, 0, 0)},
    {"no rows, a vector", DIMS(2, 0, 3), DIMS(2, 3), DIMS(2, 0)},
    {"nothing at all", DIMS(0, 0, 0), DIMS(0, 0, 0), DIMS(0, 0, 0)},
    {"no inner free axis", DIMS(2, 4, 0, 3), DIMS(2, 3, 5), DIMS(2, 4, 0, 5)},
};

/* A contracted axis of 0 gives zeros over whatever stood there, and beta * out where a beta is given. */
static void check_zeros(const empty_row *row, batchdot_dtype dtype, const batchdot_options *options, double before) {
    const batchdot_dtype out_dtype = test_default_out(dtype);
    const int64_t count = element_count(row->out_ndim, row->out);
    uint64_t result[2 * 16];
    const batchdot_tensor x = {NULL, dtype, row->x_ndim, row->x, NULL}, y = {NULL, dtype, row->y_ndim, row->y, NULL};
    const batchdot_tensor out = {result, out_dtype, row->out_ndim, row->out, NULL};
    test_fill(result, sizeof result);
    for (int64_t i = 0; i < count; i++)
        test_store(out_dtype, result, i, before, 0.0);
    assert_ok(test_run(&x, &y, NULL, &out, options));
    for (int64_t i = 0; i < count; i++)
        assert_element(out_dtype, result, i, options->beta[0] == 0.0 ? 0.0 : options->beta[0] * before);
    const size_t written = (size_t)count * test_dtype_size(out_dtype);
    assert_filled((const char *)result + written, sizeof result - written);
}

static void a_contracted_axis_of_0_gives_zeros(void **state) {
    (void)state;
    batchdot_engine engines[3];
    const int engine_count = test_engines(engines);
    for (int i = 0; i < (int)COUNT(zero_rows) * TEST_DTYPE_COUNT * engine_count; i++) {
        const empty_row *row = &zero_rows[i % (int)COUNT(zero_rows)];
        const batchdot_dtype dtype = (batchdot_dtype)(i / (int)COUNT(zero_rows) % TEST_DTYPE_COUNT);
        batchdot_options options = test_options(engines[i / (int)COUNT(zero_rows) / TEST_DTYPE_COUNT]);
        const bool integer = dtype >= BATCHDOT_I8;
        test_set_row(row->name);
        check_zeros(row, dtype, &options, integer ? 5.0 : NAN);
        options.beta[0] = 1.0;
        check_zeros(row, dtype, &options, -7.0);
        options.beta[0] = 2.0;
        if (!integer)
            check_zeros(row, dtype, &options, -7.0);
    }
}

static void an_empty_result_is_not_written(void **state) {
    (void)state;
    batchdot_engine engines[3];
    const int engine_count = test_engines(engines);
    double data[64] = {0.0}, result[4];
    test_fill(result, sizeof result);
    for (int i = 0; i < (int)COUNT(empty_rows) * TEST_DTYPE_COUNT * engine_count; i++) {
        const empty_row *row = &empty_rows[i % (int)COUNT(empty_rows)];
        const batchdot_dtype dtype = (batchdot_dtype)(i / (int)COUNT(empty_rows) % TEST_DTYPE_COUNT);
        batchdot_options options = test_options(engines[i / (int)COUNT(empty_rows) / TEST_DTYPE_COUNT]);
        options.beta[0] = i / (int)COUNT(empty_rows) % 2;
        test_set_row(row->name);
        const batchdot_tensor x = {data, dtype, row->x_ndim, row->x, NULL},
                              y = {data, dtype, row->y_ndim, row->y, NULL};
        const batchdot_tensor out = {result, test_default_out(dtype), row->out_ndim, row->out, NULL};
        assert_ok(test_run(&x, &y, NULL, &out, &options));
        assert_ok(batchdot(&x, &y, NULL, &out));
        assert_filled(result, sizeof result);
    }
}

/* ---- Items ------------------------------------------------------------------------------------------------------ */

enum { ITEMS = 37, ROWS = 5, SUMMED = 43, COLUMNS = 7 };

/* The bits of an item are those that it has alone, wherever it stands and however many threads work. */
static void check_items(batchdot_dtype dtype, int num_threads) {
    const size_t size = test_dtype_size(dtype);
    char *x = test_alloc(ITEMS * ROWS * SUMMED * size), *y = test_alloc(ITEMS * SUMMED * COLUMNS * size);
    char *all = test_alloc(ITEMS * ROWS * COLUMNS * size), *alone = test_alloc(ROWS * COLUMNS * size);
    /* Exact in every dtype here, and of such different sizes that the sums depend on their order. */
    for (int64_t i = 0; i < ITEMS * ROWS * SUMMED; i++)
        test_store(dtype, x, i, (double)(i * 37 % 127 - 64) * 0.25, (double)(i * 11 % 63) * 0.25);
    for (int64_t i = 0; i < ITEMS * SUMMED * COLUMNS; i++)
        test_store(dtype, y, i, ldexp((double)(i * 29 % 127 - 64), (int)(i % 9) - 8), (double)(i * 13 % 63) * 0.25);
    batchdot_options options = test_options(BATCHDOT_ENGINE_NATIVE);
    options.num_threads = num_threads;
    assert_ok(test_run(TENSOR(x, dtype, DIMS(ITEMS, ROWS, SUMMED)), TENSOR(y, dtype, DIMS(ITEMS, SUMMED, COLUMNS)),
                       NULL, TENSOR(all, dtype, DIMS(ITEMS, ROWS, COLUMNS)), &options));
    options.num_threads = 1;
    for (size_t b = 0; b < ITEMS; b++) {
        assert_ok(test_run(TENSOR(x + b * ROWS * SUMMED * size, dtype, DIMS(1, ROWS, SUMMED)),
                           TENSOR(y + b * SUMMED * COLUMNS * size, dtype, DIMS(1, SUMMED, COLUMNS)), NULL,
                           TENSOR(alone, dtype, DIMS(1, ROWS, COLUMNS)), &options));
        assert_memory_equal(all + b * ROWS * COLUMNS * size, alone, ROWS * COLUMNS * size);
    }
    free(x);
    free(y);
    free(all);
    free(alone);
}

static void an_item_depends_on_itself_alone(void **state) {
    (void)state;
    for (int dtype = BATCHDOT_F32; dtype <= BATCHDOT_BF16; dtype++) {
        for (int num_threads = 0; num_threads <= 3; num_threads++)
            check_items((batchdot_dtype)dtype, num_threads);
    }
}

/* ---- Outputs larger than the caches ----------------------------------------------------------------------------- */

/* Where the last-level cache is not larger, such an output is written past it, for which its place in memory matters.
 */
static void large_outer_products_at_any_place(void **state) {
    (void)state;
    enum { M = 1400, N = 1600, BATCH = 4, PLACES = 3, VECTOR = 64 };
    static const batchdot_dtype dtypes[] = {BATCHDOT_F32, BATCHDOT_F64};
    batchdot_options options = test_options(BATCHDOT_ENGINE_NATIVE);
    options.num_threads = 1; /* whose share is then large */
    for (size_t i = 0; i < COUNT(dtypes); i++) {
        const batchdot_dtype dtype = dtypes[i];
        const size_t size = test_dtype_size(dtype);
        char *const x = test_alloc(size * BATCH * M), *const y = test_alloc(size * BATCH * N);
        char *const memory = test_alloc(VECTOR + size * (BATCH * M * N + PLACES));
        char *const out = memory + (VECTOR - (uintptr_t)memory % VECTOR); /* the first place is aligned */
        for (int64_t at = 0; at < BATCH * M; at++)
            test_store(dtype, x, at, (double)(at % 61) - 30, 0);
        for (int64_t at = 0; at < BATCH * N; at++)
            test_store(dtype, y, at, (double)(at % 53) - 26, 0);
        for (int place = 0; place < PLACES; place++) {
            assert_ok(test_run(TENSOR(x, dtype, DIMS(BATCH, M, 1)), TENSOR(y, dtype, DIMS(BATCH, 1, N)), AXES(2, 1),
                               TENSOR(out + (size_t)place * size, dtype, DIMS(BATCH, M, N)), &options));
            for (int64_t at = 0; at < BATCH * M * N; at++) {
                const double expected = test_real(dtype, x, at / N) * test_real(dtype, y, at / (M * N) * N + at % N);
                if (test_real(dtype, out + (size_t)place * size, at) != expected)
                    assert_element(dtype, out + (size_t)place * size, at, expected);
            }
        }
        free(x);
        free(y);
        free(memory);
    }
}

/* Rows of y that lie a multiple of 4 KiB apart, of which kernels may pack those of a large one for few rows of x. */
static void few_rows_by_a_large_matrix(void **state) {
    (void)state;
    enum { K = 400, BYTES_OF_A_ROW = 4096, SOME = 7, BATCH = 2 };
    static const batchdot_dtype dtypes[] = {BATCHDOT_F32, BATCHDOT_F64, BATCHDOT_C64, BATCHDOT_I32};
    static const int64_t rows_of_x[] = {1, 3, 13, 40};
    batchdot_options options = test_options(BATCHDOT_ENGINE_NATIVE);
    options.num_threads = 1; /* several would take some of the columns each */
    for (size_t i = 0; i < COUNT(dtypes) * COUNT(rows_of_x); i++) {
        const batchdot_dtype dtype = dtypes[i / COUNT(rows_of_x)];
        const int64_t m = rows_of_x[i % COUNT(rows_of_x)];
        const size_t size = test_dtype_size(dtype);
        const int64_t n = BYTES_OF_A_ROW / (int64_t)size;
        char *const x = test_alloc(size * (size_t)(BATCH * m * K)),
                    *const y = test_alloc(size * (size_t)(BATCH * K * n)),
                    *const out = test_alloc(size * (size_t)(BATCH * m * n));
        for (int64_t at = 0; at < BATCH * m * K; at++)
            test_store(dtype, x, at, (double)(at * 37 % 61) - 30, 0);
        for (int64_t at = 0; at < BATCH * K * n; at++)
            test_store(dtype, y, at, (double)(at * 29 % 53) - 26, 0);
        assert_ok(test_run(TENSOR(x, dtype, DIMS(BATCH, m, K)), TENSOR(y, dtype, DIMS(BATCH, K, n)), AXES(2, 1),
                           TENSOR(out, dtype, DIMS(BATCH, m, n)), &options));
        for (int64_t at = 0; at < BATCH * m * n; at += SOME) {
            const int64_t item = at / (m * n);
            double expected = 0;
            for (int64_t k = 0; k < K; k++)
                expected += test_real(dtype, x, at / n * K + k) * test_real(dtype, y, (item * K + k) * n + at % n);
            assert_element(dtype, out, at, expected);
        }
        free(x);
        free(y);
        free(out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_of_every_dtype_on_every_engine),
        cmocka_unit_test(every_pair_of_axes_of_rank_4),
        cmocka_unit_test(a_contracted_axis_of_0_gives_zeros),
        cmocka_unit_test(an_empty_result_is_not_written),
        cmocka_unit_test(an_item_depends_on_itself_alone),
        cmocka_unit_test(large_outer_products_at_any_place),
        cmocka_unit_test(few_rows_by_a_large_matrix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
