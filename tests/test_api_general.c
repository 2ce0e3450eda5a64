/* Lists of axes: which shape they give, what is refused and in which order; and plans of them and of expressions. */
#include "test_api_support.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BIG62 ((int64_t)1 << 62)
#define ONES_8 1, 1, 1, 1, 1, 1, 1, 1
static const int64_t ones[] = {ONES_8, ONES_8, ONES_8, ONES_8, ONES_8, ONES_8, ONES_8, ONES_8, ONES_8};
static const int64_t ones_and_a_two[34] = {ONES_8, ONES_8, ONES_8, ONES_8, 1, 2};

/* A count of axes and the lists of x and y. */
#define AXIS_LIST(...) ((const int[]){__VA_ARGS__})
#define NONE 0, NULL, NULL
#define PAIR(x, y) 1, AXIS_LIST(x), AXIS_LIST(y)
#define PAIRS(x1, y1, x2, y2) 2, AXIS_LIST(x1, x2), AXIS_LIST(y1, y2)

/* ---- Lists of axes: shapes -------------------------------------------------------------------------------------- */

typedef struct dims_shape_row {
    const char *name;
    int x_ndim;
    const int64_t *x;
    int y_ndim;
    const int64_t *y;
    int batch_count;
    const int *x_batch, *y_batch;
    int contract_count;
    const int *x_contract, *y_contract;
    int out_ndim;
    const int64_t *out;
} dims_shape_row;

static const dims_shape_row dims_shape_rows[] = {
    {"scalars", 0, NULL, 0, NULL, NONE, NONE, 0, ones},
    {"a scalar and a vector", 0, NULL, DIMS(3), NONE, NONE, DIMS(3)},
    {"a vector and a scalar", DIMS(3), 0, NULL, NONE, NONE, DIMS(3)},
    {"vectors contracted", DIMS(3), DIMS(3), NONE, PAIR(0, 0), 0, ones},
    {"vectors of a batch", DIMS(3), DIMS(3), PAIR(0, 0), NONE, DIMS(3)},
    {"outer product", DIMS(2, 3), DIMS(4, 5), NONE, NONE, DIMS(2, 3, 4, 5)},
    {"a matrix product", DIMS(2, 3), DIMS(3, 4), NONE, PAIR(1, 0), DIMS(2, 4)},
    {"all contracted", DIMS(2, 3), DIMS(3, 2), NONE, PAIRS(0, 1, 1, 0), 0, ones},
    {"all batch", DIMS(2, 3), DIMS(3, 2), PAIRS(1, 0, 0, 1), NONE, DIMS(3, 2)},
    {"attention", DIMS(2, 7, 3, 5), DIMS(2, 6, 3, 5), PAIRS(0, 0, 2, 2), PAIR(3, 3), DIMS(2, 3, 7, 6)},
    {"no axis of 1 is appended", DIMS(2, 3), DIMS(2, 3), PAIR(0, 0), PAIR(1, 1), DIMS(2)},
    {"batch in the order of its list", DIMS(2, 3, 4), DIMS(4, 3), PAIRS(2, 0, 1, 1), NONE, DIMS(4, 3, 2)},
    {"free axes in the order of x and y", DIMS(2, 3, 4, 5), DIMS(6, 4, 7, 2), PAIR(2, 1), PAIR(0, 3),
     DIMS(4, 3, 5, 6, 7)},
    {"negative axes", DIMS(2, 3, 4), DIMS(4, 2, 5), PAIR(-3, -2), PAIR(-1, -3), DIMS(2, 3, 5)},
    {"axis 0 contracted", DIMS(3, 2), DIMS(3, 4), NONE, PAIR(0, 0), DIMS(2, 4)},
    {"extents of 1", DIMS(1, 1), DIMS(1, 1), PAIR(0, 0), PAIR(1, 1), DIMS(1)},
    {"extents of 0", DIMS(0, 2, 0), DIMS(0, 0, 3), PAIR(0, 0), PAIR(2, 1), DIMS(0, 2, 3)},
    {"contracted 0", DIMS(2, 0), DIMS(0, 3), NONE, PAIR(1, 0), DIMS(2, 3)},
    {"nothing, of vast extents", DIMS(BIG62, 0, 4), DIMS(4, BIG62, 0), NONE, PAIR(2, 0), DIMS(BIG62, 0, BIG62, 0)},
    {"64 axes", 64, ones, 0, NULL, NONE, NONE, 64, ones},
    {"64 and 1", 64, ones, 1, ones, NONE, PAIR(63, 0), 63, ones},
    {"32 and 32", 32, ones, 32, ones, NONE, NONE, 64, ones},
};

static void lists_of_axes_give_this_shape(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(dims_shape_rows); i++) {
        const dims_shape_row *row = &dims_shape_rows[i];
        const batchdot_dims dims = {row->batch_count, row->contract_count, row->x_batch,
                                    row->y_batch,     row->x_contract,     row->y_contract};
        int ndim = -1;
        int64_t shape[BATCHDOT_MAX_NDIM];
        test_set_row(row->name);
        assert_ok(batchdot_infer_shape_general(row->x_ndim, row->x, row->y_ndim, row->y, &dims, &ndim, shape));
        assert_int_equal(ndim, row->out_ndim);
        if (ndim > 0)
            assert_memory_equal(shape, row->out, sizeof(int64_t) * (size_t)ndim);
    }
}

/* ---- Lists of axes: what is refused ----------------------------------------------------------------------------- */

typedef struct dims_row {
    const char *name;
    int x_ndim;
    const int64_t *x;
    int y_ndim;
    const int64_t *y;
    int batch_count;
    const int *x_batch, *y_batch;
    int contract_count;
    const int *x_contract, *y_contract;
    batchdot_status status;
    const char *needles[5];
} dims_row;

static const dims_row dims_rows[] = {
    {"no x_batch", DIMS(2, 3), DIMS(2, 3), 1, NULL, AXIS_LIST(0), NONE, BATCHDOT_ERROR_NULL, {NULL}},
    {"no y_batch", DIMS(2, 3), DIMS(2, 3), 1, AXIS_LIST(0), NULL, NONE, BATCHDOT_ERROR_NULL, {NULL}},
    {"no x_contract", DIMS(2, 3), DIMS(2, 3), NONE, 1, NULL, AXIS_LIST(0), BATCHDOT_ERROR_NULL, {NULL}},
    {"no y_contract", DIMS(2, 3), DIMS(2, 3), NONE, 1, AXIS_LIST(0), NULL, BATCHDOT_ERROR_NULL, {NULL}},
    {"NULL list before rank", -1, ones, 65, ones, 1, NULL, AXIS_LIST(0), NONE, BATCHDOT_ERROR_NULL, {NULL}},

    {"x of rank -1", -1, ones, DIMS(2), NONE, NONE, BATCHDOT_ERROR_RANK, {"-1"}},
    {"y of rank -1", DIMS(2), -1, ones, NONE, NONE, BATCHDOT_ERROR_RANK, {"-1"}},
    {"x of rank 65", 65, ones, DIMS(2), NONE, NONE, BATCHDOT_ERROR_RANK, {"65"}},
    {"y of rank 65", DIMS(2), 65, ones, NONE, NONE, BATCHDOT_ERROR_RANK, {"65"}},
    {"y of rank INT_MAX", DIMS(2), INT_MAX, ones, NONE, NONE, BATCHDOT_ERROR_RANK, {"2147483647"}},
    {"x of rank INT_MIN", INT_MIN, ones, DIMS(2), NONE, NONE, BATCHDOT_ERROR_RANK, {"-2147483648"}},
    {"rank before NULL shape", 1, NULL, 65, ones, NONE, NONE, BATCHDOT_ERROR_RANK, {"65"}},
    {"rank before extent", DIMS(-2), 65, ones, NONE, NONE, BATCHDOT_ERROR_RANK, {"65"}},

    {"no shape of x", 1, NULL, DIMS(2), NONE, NONE, BATCHDOT_ERROR_NULL, {NULL}},
    {"no shape of y", DIMS(2), 64, NULL, NONE, NONE, BATCHDOT_ERROR_NULL, {NULL}},
    {"NULL shape before extent", DIMS(-2), 1, NULL, NONE, NONE, BATCHDOT_ERROR_NULL, {NULL}},
    {"NULL shape before count", 0, NULL, 1, NULL, -1, NULL, NULL, NONE, BATCHDOT_ERROR_NULL, {NULL}},

    {"negative extent of x", DIMS(2, -3), DIMS(2), NONE, NONE, BATCHDOT_ERROR_SHAPE, {"(2, -3)"}},
    {"negative extent of y", DIMS(2), DIMS(INT64_MIN), NONE, NONE, BATCHDOT_ERROR_SHAPE, {"-9223372036854775808"}},
    {"negative count of batch", DIMS(2, 3), DIMS(2, 3), -1, NULL, NULL, NONE, BATCHDOT_ERROR_SHAPE, {"-1"}},
    {"negative count of contracted", DIMS(2), DIMS(2), NONE, -7, NULL, NULL, BATCHDOT_ERROR_SHAPE, {"-7"}},
    {"count INT_MIN", DIMS(2), DIMS(2), NONE, INT_MIN, NULL, NULL, BATCHDOT_ERROR_SHAPE, {"-2147483648"}},
    {"count INT_MAX",
     DIMS(2),
     DIMS(2),
     NONE,
     INT_MAX,
     AXIS_LIST(0),
     AXIS_LIST(0),
     BATCHDOT_ERROR_SHAPE,
     {"2147483647"}},
    {"more batch than x", DIMS(3), DIMS(3, 3), PAIRS(0, 0, -1, 1), NONE, BATCHDOT_ERROR_SHAPE, {"2", "(3,)"}},
    {"more batch than y", DIMS(3, 3), DIMS(3), PAIRS(0, 0, 1, -1), NONE, BATCHDOT_ERROR_SHAPE, {"2", "(3,)"}},
    {"more contracted than x", DIMS(3), DIMS(3, 3), NONE, PAIRS(0, 0, -1, 1), BATCHDOT_ERROR_SHAPE, {"2", "(3,)"}},
    {"more contracted than y", DIMS(3, 3), DIMS(3), NONE, PAIRS(0, 0, 1, 0), BATCHDOT_ERROR_SHAPE, {"2", "(3,)"}},
    {"a scalar has no batch", 0, NULL, DIMS(2), PAIR(0, 0), NONE, BATCHDOT_ERROR_SHAPE, {"1", "()"}},
    {"a scalar is not contracted", DIMS(2), 0, NULL, NONE, PAIR(0, 0), BATCHDOT_ERROR_SHAPE, {"1", "()"}},
    {"extent before axis", DIMS(2, -3), DIMS(2), NONE, PAIR(2, 0), BATCHDOT_ERROR_SHAPE, {"(2, -3)"}},
    {"count before axis", DIMS(2), DIMS(2), PAIR(7, 7), -1, NULL, NULL, BATCHDOT_ERROR_SHAPE, {"-1"}},

    {"x's batch too high", DIMS(2, 3), DIMS(2, 4), PAIR(2, 0), NONE, BATCHDOT_ERROR_AXIS_RANGE, {"2", "(2, 3)"}},
    {"y's batch too low", DIMS(2, 3), DIMS(2, 4), PAIR(0, -3), NONE, BATCHDOT_ERROR_AXIS_RANGE, {"-3", "(2, 4)"}},
    {"x's contracted too low", DIMS(2, 3), DIMS(2, 4), NONE, PAIR(-3, 0), BATCHDOT_ERROR_AXIS_RANGE, {"-3", "(2, 3)"}},
    {"y's contracted too high", DIMS(2, 3), DIMS(2, 4), NONE, PAIR(0, 5), BATCHDOT_ERROR_AXIS_RANGE, {"5", "(2, 4)"}},
    {"axis INT_MAX", DIMS(2, 3), DIMS(2), NONE, PAIR(INT_MAX, 0), BATCHDOT_ERROR_AXIS_RANGE, {"2147483647"}},
    {"axis INT_MIN", DIMS(2, 3), DIMS(2), PAIR(0, INT_MIN), NONE, BATCHDOT_ERROR_AXIS_RANGE, {"-2147483648"}},
    {"twice in x_batch", DIMS(2, 2), DIMS(2, 2), PAIRS(1, 0, 1, 1), NONE, BATCHDOT_ERROR_AXIS_RANGE, {"1", "(2, 2)"}},
    {"twice in y_batch", DIMS(2, 2), DIMS(2, 2), PAIRS(0, -1, 1, 1), NONE, BATCHDOT_ERROR_AXIS_RANGE, {"1", "(2, 2)"}},
    {"twice in x_contract", DIMS(2, 2), DIMS(2, 2), NONE, PAIRS(1, 0, -1, 1), BATCHDOT_ERROR_AXIS_RANGE, {"1"}},
    {"twice in y_contract", DIMS(2, 2), DIMS(2, 2), NONE, PAIRS(0, 1, 1, -1), BATCHDOT_ERROR_AXIS_RANGE, {"1"}},
    {"x's in both", DIMS(2, 2), DIMS(2, 2), PAIR(1, 0), PAIR(-1, 1), BATCHDOT_ERROR_AXIS_RANGE, {"1", "(2, 2)"}},
    {"y's in both", DIMS(2, 2), DIMS(2, 2), PAIR(0, 1), PAIR(1, -1), BATCHDOT_ERROR_AXIS_RANGE, {"1", "(2, 2)"}},
    {"axis before batch", DIMS(2, 3), DIMS(4, 3), PAIR(0, 0), PAIR(1, 2), BATCHDOT_ERROR_AXIS_RANGE, {"2", "(4, 3)"}},
    {"twice before contracted", DIMS(2, 3), DIMS(4, 5), PAIR(0, 0), PAIR(1, 0), BATCHDOT_ERROR_AXIS_RANGE, {"0"}},

    {"batch", DIMS(7, 8), DIMS(9, 6), PAIR(0, 1), NONE, BATCHDOT_ERROR_BATCH, {"(7, 8)", "(9, 6)", "7", "6"}},
    {"second batch", DIMS(7, 8), DIMS(7, 6), PAIRS(0, 0, 1, 1), NONE, BATCHDOT_ERROR_BATCH, {"(7, 8)", "(7, 6)"}},
    {"batch 1", DIMS(1, 8), DIMS(7, 8), PAIR(0, 0), NONE, BATCHDOT_ERROR_BATCH, {"(1, 8)", "(7, 8)"}},
    {"batch 0", DIMS(0, 8), DIMS(1, 8), PAIR(0, 0), NONE, BATCHDOT_ERROR_BATCH, {"(0, 8)", "(1, 8)"}},
    {"batch before contracted", DIMS(2, 3), DIMS(4, 5), PAIR(0, 0), PAIR(1, 1), BATCHDOT_ERROR_BATCH, {"2", "4"}},
    {"contracted", DIMS(7, 8), DIMS(9, 6), NONE, PAIR(-1, 0), BATCHDOT_ERROR_CONTRACTED, {"(7, 8)", "(9, 6)", "8"}},
    {"second contracted", DIMS(7, 8), DIMS(5, 7), NONE, PAIRS(0, 1, 1, 0), BATCHDOT_ERROR_CONTRACTED, {"8", "5"}},
    {"contracted 1", DIMS(7, 1), DIMS(8, 7), NONE, PAIR(1, 0), BATCHDOT_ERROR_CONTRACTED, {"(7, 1)", "(8, 7)"}},
    {"contracted 0", DIMS(7, 0), DIMS(8, 7), PAIR(0, 1), PAIR(1, 0), BATCHDOT_ERROR_CONTRACTED, {"(7, 0)", "(8, 7)"}},
    {"extents before result's rank",
     34,
     ones,
     34,
     ones_and_a_two,
     NONE,
     PAIR(-1, -1),
     BATCHDOT_ERROR_CONTRACTED,
     {"1", "2"}},
    {"extents before count", DIMS(BIG62, 2), DIMS(BIG62, 3), PAIR(0, 0), PAIR(1, 1), BATCHDOT_ERROR_CONTRACTED, {"3"}},

    {"result of rank 65", 64, ones, 1, ones, NONE, NONE, BATCHDOT_ERROR_RANK, {"65"}},
    {"result of rank 128", 64, ones, 64, ones, NONE, NONE, BATCHDOT_ERROR_RANK, {"128"}},
    {"result of rank 126", 64, ones, 64, ones, NONE, PAIR(3, 60), BATCHDOT_ERROR_RANK, {"126"}},
    {"x too large", DIMS(BIG62, 2), DIMS(2), NONE, PAIR(1, 0), BATCHDOT_ERROR_OVERFLOW, {"4611686018427387904"}},
    {"y too large", DIMS(2), DIMS(2, INT64_MAX), PAIR(0, 0), NONE, BATCHDOT_ERROR_OVERFLOW, {"9223372036854775807"}},
    {"result too large", DIMS(BIG62 >> 31), DIMS(BIG62 >> 30), NONE, NONE, BATCHDOT_ERROR_OVERFLOW, {NULL}},
    {"result of nothing", DIMS(BIG62, 0), DIMS(0, 4), NONE, PAIR(1, 0), BATCHDOT_ERROR_OVERFLOW, {NULL}},
};

/* What a failed plan_create must overwrite with NULL. */
static batchdot_plan *stale_plan(void) {
    static double memory;
    return (batchdot_plan *)(void *)&memory;
}

static bool is_fault_of_axes(batchdot_status status) {
    return status == BATCHDOT_ERROR_AXIS_RANGE || status == BATCHDOT_ERROR_BATCH || status == BATCHDOT_ERROR_CONTRACTED;
}

static void check_dims_row(const dims_row *row) {
    const batchdot_dims dims = {row->batch_count, row->contract_count, row->x_batch,
                                row->y_batch,     row->x_contract,     row->y_contract};
    const char *const *needles = row->needles;
    int ndim;
    int64_t shape[BATCHDOT_MAX_NDIM];
    test_fill(&ndim, sizeof ndim);
    test_fill(shape, sizeof shape);
    assert_fails(row->status,
                 batchdot_infer_shape_general(row->x_ndim, row->x, row->y_ndim, row->y, &dims, &ndim, shape),
                 needles[0], needles[1], needles[2], needles[3]);
    assert_filled(&ndim, sizeof ndim);
    assert_filled(shape, sizeof shape);

    const batchdot_tensor x = {NULL, BATCHDOT_F64, row->x_ndim, row->x, NULL};
    const batchdot_tensor y = {NULL, BATCHDOT_F64, row->y_ndim, row->y, NULL};
    batchdot_plan *plan = stale_plan();
    assert_fails(row->status, batchdot_plan_create_general(&plan, &x, &y, &dims, NULL, NULL), needles[0], needles[1],
                 needles[2], needles[3]);
    assert_null(plan);
    if (is_fault_of_axes(row->status))
        test_check_named(needles, &x, &y, NULL);
}

static void lists_of_axes_that_are_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(dims_rows); i++) {
        test_set_row(dims_rows[i].name);
        check_dims_row(&dims_rows[i]);
    }
}

/* ---- Plans ------------------------------------------------------------------------------------------------------ */

/* x (2, 3, 4) . y (2, 4, 5) -> (2, 3, 5), by lists or by letters. */
static double x_data[24], y_data[40], out_data[30];
static const batchdot_tensor good_x = {x_data, BATCHDOT_F64, DIMS(2, 3, 4), NULL};
static const batchdot_tensor good_y = {y_data, BATCHDOT_F64, DIMS(2, 4, 5), NULL};
static const batchdot_tensor good_out = {out_data, BATCHDOT_F64, DIMS(2, 3, 5), NULL};
static const int axis_0[] = {0}, axis_1[] = {1}, axis_2[] = {2};
static const batchdot_dims good_dims = {1, 1, axis_0, axis_0, axis_2, axis_1};
static const char good_expression[] = "bik,bkj->bij";

static void infer_shape_refuses_null(void **state) {
    (void)state;
    const int64_t *const x = good_x.shape, *const y = good_y.shape;
    int ndim;
    int64_t shape[BATCHDOT_MAX_NDIM];
    test_fill(&ndim, sizeof ndim);
    test_fill(shape, sizeof shape);
    assert_fails(BATCHDOT_ERROR_NULL, batchdot_infer_shape_general(-1, x, 3, y, NULL, &ndim, shape), NULL);
    assert_fails(BATCHDOT_ERROR_NULL, batchdot_infer_shape_general(-1, x, 3, y, &good_dims, NULL, shape), NULL);
    assert_fails(BATCHDOT_ERROR_NULL, batchdot_infer_shape_general(-1, x, 3, y, &good_dims, &ndim, NULL), NULL);
    assert_fails(BATCHDOT_ERROR_NULL, batchdot_infer_shape_einsum(NULL, -1, x, 3, y, &ndim, shape), NULL);
    assert_fails(BATCHDOT_ERROR_NULL, batchdot_infer_shape_einsum(good_expression, -1, x, 3, y, NULL, shape), NULL);
    assert_fails(BATCHDOT_ERROR_NULL, batchdot_infer_shape_einsum(good_expression, -1, x, 3, y, &ndim, NULL), NULL);
    assert_filled(&ndim, sizeof ndim);
    assert_filled(shape, sizeof shape);
}

static void check_refused(batchdot_status status, const batchdot_tensor *x, const batchdot_tensor *y,
                          const batchdot_tensor *out, const batchdot_options *options, const char *needle) {
    batchdot_plan *plan = stale_plan();
    assert_fails(status, batchdot_plan_create_general(&plan, x, y, &good_dims, out, options), needle);
    assert_null(plan);
    plan = stale_plan();
    assert_fails(status, batchdot_plan_create_einsum(&plan, good_expression, x, y, out, options), needle);
    assert_null(plan);
}

static void plans_refuse_null(void **state) {
    (void)state;
    const batchdot_tensor rank_65 = {NULL, BATCHDOT_F64, 65, ones, NULL};
    batchdot_plan *plan = stale_plan();
    assert_fails(BATCHDOT_ERROR_NULL, batchdot_plan_create_general(NULL, &good_x, &good_y, &good_dims, NULL, NULL),
                 NULL);
    assert_fails(BATCHDOT_ERROR_NULL, batchdot_plan_create_einsum(NULL, good_expression, &good_x, &good_y, NULL, NULL),
                 NULL);
    check_refused(BATCHDOT_ERROR_NULL, NULL, &rank_65, NULL, NULL, NULL);
    check_refused(BATCHDOT_ERROR_NULL, &rank_65, NULL, NULL, NULL, NULL);
    assert_fails(BATCHDOT_ERROR_NULL, batchdot_plan_create_general(&plan, &rank_65, &good_y, NULL, NULL, NULL), NULL);
    assert_null(plan);
    plan = stale_plan();
    assert_fails(BATCHDOT_ERROR_NULL, batchdot_plan_create_einsum(&plan, NULL, &rank_65, &good_y, NULL, NULL), NULL);
    assert_null(plan);
}

/* Each step mends the first fault of the step before, so the status walks down the documented order. */
static void the_first_fault_is_named(void **state) {
    (void)state;
    const int64_t far[] = {INT64_MAX, 1, 1}, same[] = {0, 5, 1};
    batchdot_tensor x = {NULL, BATCHDOT_F32, DIMS(2, 3, 6), far}, y = good_y,
                    out = {out_data, BATCHDOT_F64, DIMS(9), NULL};
    batchdot_options options = BATCHDOT_OPTIONS_INIT;
    options.num_threads = -1;
    check_refused(BATCHDOT_ERROR_CONTRACTED, &x, &y, &out, &options, "(2, 3, 6)");
    x.shape = good_x.shape;
    check_refused(BATCHDOT_ERROR_DTYPE, &x, &y, &out, &options, NULL);
    x.dtype = BATCHDOT_F64;
    check_refused(BATCHDOT_ERROR_OUTPUT, &x, &y, &out, &options, "(9,)");
    out.ndim = 3;
    out.shape = NULL;
    check_refused(BATCHDOT_ERROR_NULL, &x, &y, &out, &options, NULL);
    out.shape = EXTENTS(2, 5, 3);
    check_refused(BATCHDOT_ERROR_OUTPUT, &x, &y, &out, &options, "(2, 5, 3)");
    out.shape = good_out.shape;
    out.strides = same;
    check_refused(BATCHDOT_ERROR_OVERFLOW, &x, &y, &out, &options, NULL);
    x.strides = NULL;
    check_refused(BATCHDOT_ERROR_OVERLAP, &x, &y, &out, &options, NULL);
    out.strides = NULL;
    check_refused(BATCHDOT_ERROR_OPTION, &x, &y, &out, &options, "num_threads");
    options.num_threads = 1;
    x.data = x_data;
    assert_ok(test_run_general(&x, &y, &good_dims, &out, &options));
    assert_ok(test_run_einsum(good_expression, &x, &y, &out, &options));
}

static void execute_checks_pointers(void **state) {
    (void)state;
    batchdot_plan *plans[2] = {NULL, NULL};
    assert_ok(batchdot_plan_create_general(&plans[0], &good_x, &good_y, &good_dims, NULL, NULL));
    assert_ok(batchdot_plan_create_einsum(&plans[1], good_expression, &good_x, &good_y, NULL, NULL));
    for (size_t i = 0; i < COUNT(plans); i++) {
        test_fill(out_data, sizeof out_data);
        assert_fails(BATCHDOT_ERROR_NULL, batchdot_plan_execute(plans[i], NULL, y_data, out_data), NULL);
        assert_fails(BATCHDOT_ERROR_NULL, batchdot_plan_execute(plans[i], x_data, NULL, out_data), NULL);
        assert_fails(BATCHDOT_ERROR_NULL, batchdot_plan_execute(plans[i], x_data, y_data, NULL), NULL);
        assert_fails(BATCHDOT_ERROR_OVERLAP, batchdot_plan_execute(plans[i], x_data, out_data + 29, out_data), NULL);
        assert_filled(out_data, sizeof out_data);
        assert_ok(batchdot_plan_execute(plans[i], x_data, y_data, out_data));
        batchdot_plan_destroy(plans[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_of_axes_give_this_shape), cmocka_unit_test(lists_of_axes_that_are_refused),
        cmocka_unit_test(infer_shape_refuses_null),      cmocka_unit_test(plans_refuse_null),
        cmocka_unit_test(the_first_fault_is_named),      cmocka_unit_test(execute_checks_pointers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
