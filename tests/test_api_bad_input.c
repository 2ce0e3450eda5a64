/* Bad input other than bad shapes: NULL, dtypes, outputs of the wrong shape, sizes beyond what can be addressed. */
#include "test_api_support.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BIG62 ((int64_t)1 << 62)

/* x (2, 3, 4) . y (2, 4, 5) -> (2, 3, 5), the product most tests here break in one place. */
static double x_data[24], y_data[40], out_data[30];
static const batchdot_tensor good_x = {x_data, BATCHDOT_F64, DIMS(2, 3, 4), NULL};
static const batchdot_tensor good_y = {y_data, BATCHDOT_F64, DIMS(2, 4, 5), NULL};
static const batchdot_tensor good_out = {out_data, BATCHDOT_F64, DIMS(2, 3, 5), NULL};

static int fill_output(void **state) {
    (void)state;
    test_set_row("");
    test_fill(out_data, sizeof out_data);
    return 0;
}

/* What a failed plan_create must overwrite with NULL. */
static batchdot_plan *stale_plan(void) {
    return (batchdot_plan *)(void *)x_data;
}

/* The same status from the call and from the plan; nothing written; no plan. NULL for out means a plan without one. */
static void check_refused(batchdot_status status, const batchdot_tensor *x, const batchdot_tensor *y,
                          const batchdot_axes *axes, const batchdot_tensor *out, const char *first,
                          const char *second) {
    if (out != NULL)
        assert_fails(status, batchdot(x, y, axes, out), first, second);
    batchdot_plan *plan = stale_plan();
    assert_fails(status, batchdot_plan_create(&plan, x, y, axes, out, NULL), first, second);
    assert_null(plan);
    assert_filled(out_data, sizeof out_data);
}

static void the_good_product_is_good(void **state) {
    (void)state;
    assert_ok(batchdot(&good_x, &good_y, NULL, &good_out));
    assert_ok(test_run(&good_x, &good_y, NULL, &good_out, NULL));
}

/* ---- NULL ------------------------------------------------------------------------------------------------------- */

static void infer_shape_refuses_null(void **state) {
    (void)state;
    const int64_t extents[] = {2, 3};
    int ndim;
    int64_t shape[BATCHDOT_MAX_NDIM];
    test_fill(&ndim, sizeof ndim);
    test_fill(shape, sizeof shape);
    assert_fails(BATCHDOT_ERROR_NULL, batchdot_infer_shape(2, NULL, 2, extents, NULL, &ndim, shape), NULL);
    assert_fails(BATCHDOT_ERROR_NULL, batchdot_infer_shape(2, extents, 2, NULL, NULL, &ndim, shape), NULL);
    assert_fails(BATCHDOT_ERROR_NULL, batchdot_infer_shape(2, extents, 2, extents, NULL, NULL, shape), NULL);
    assert_fails(BATCHDOT_ERROR_NULL, batchdot_infer_shape(2, extents, 2, extents, NULL, &ndim, NULL), NULL);
    assert_filled(&ndim, sizeof ndim);
    assert_filled(shape, sizeof shape);
}

static void tensors_must_not_be_null(void **state) {
    (void)state;
    assert_fails(BATCHDOT_ERROR_NULL, batchdot(NULL, &good_y, NULL, &good_out), NULL);
    assert_fails(BATCHDOT_ERROR_NULL, batchdot(&good_x, NULL, NULL, &good_out), NULL);
    assert_fails(BATCHDOT_ERROR_NULL, batchdot(&good_x, &good_y, NULL, NULL), NULL);
    assert_fails(BATCHDOT_ERROR_NULL, batchdot_plan_create(NULL, &good_x, &good_y, NULL, &good_out, NULL), NULL);
    batchdot_plan *plan = stale_plan();
    assert_fails(BATCHDOT_ERROR_NULL, batchdot_plan_create(&plan, NULL, &good_y, NULL, &good_out, NULL), NULL);
    assert_null(plan);
    plan = stale_plan();
    assert_fails(BATCHDOT_ERROR_NULL, batchdot_plan_create(&plan, &good_x, NULL, NULL, &good_out, NULL), NULL);
    assert_null(plan);
    assert_filled(out_data, sizeof out_data);
}

static void shapes_must_not_be_null(void **state) {
    (void)state;
    batchdot_tensor x = good_x, y = good_y, out = good_out;
    x.shape = y.shape = out.shape = NULL;
    check_refused(BATCHDOT_ERROR_NULL, &x, &good_y, NULL, &good_out, NULL, NULL);
    check_refused(BATCHDOT_ERROR_NULL, &good_x, &y, NULL, &good_out, NULL, NULL);
    check_refused(BATCHDOT_ERROR_NULL, &good_x, &good_y, NULL, &out, NULL, NULL);
}

static void data_must_not_be_null(void **state) {
    (void)state;
    batchdot_tensor x = good_x, y = good_y, out = good_out;
    x.data = y.data = out.data = NULL;
    assert_fails(BATCHDOT_ERROR_NULL, batchdot(&x, &good_y, NULL, &good_out), NULL);
    assert_fails(BATCHDOT_ERROR_NULL, batchdot(&good_x, &y, NULL, &good_out), NULL);
    assert_fails(BATCHDOT_ERROR_NULL, batchdot(&good_x, &good_y, NULL, &out), NULL);

    batchdot_plan *plan = NULL;
    assert_ok(batchdot_plan_create(&plan, &x, &y, NULL, &out, NULL));
    assert_fails(BATCHDOT_ERROR_NULL, batchdot_plan_execute(plan, NULL, y_data, out_data), NULL);
    assert_fails(BATCHDOT_ERROR_NULL, batchdot_plan_execute(plan, x_data, NULL, out_data), NULL);
    assert_fails(BATCHDOT_ERROR_NULL, batchdot_plan_execute(plan, x_data, y_data, NULL), NULL);
    assert_filled(out_data, sizeof out_data);
    assert_fails(BATCHDOT_ERROR_NULL, batchdot_plan_execute(NULL, x_data, y_data, out_data), NULL);
    assert_filled(out_data, sizeof out_data);
    batchdot_plan_destroy(plan);
    batchdot_plan_destroy(NULL);
}

/* Only a tensor without elements may have no data; the others still must. */
static void data_may_be_null_where_there_are_no_elements(void **state) {
    (void)state;
    const batchdot_tensor *no_x = TENSOR(NULL, BATCHDOT_F64, DIMS(0, 3, 4)),
                          *no_y = TENSOR(NULL, BATCHDOT_F64, DIMS(0, 4, 5)),
                          *no_out = TENSOR(NULL, BATCHDOT_F64, DIMS(0, 3, 5));
    assert_ok(batchdot(no_x, no_y, NULL, no_out));
    assert_ok(test_run(no_x, no_y, NULL, no_out, NULL));

    const batchdot_tensor *empty_y = TENSOR(NULL, BATCHDOT_F64, DIMS(2, 4, 0)),
                          *empty_out = TENSOR(NULL, BATCHDOT_F64, DIMS(2, 3, 0));
    assert_ok(batchdot(&good_x, empty_y, NULL, empty_out));
    batchdot_tensor x = good_x;
    x.data = NULL;
    assert_fails(BATCHDOT_ERROR_NULL, batchdot(&x, empty_y, NULL, empty_out), NULL);

    const batchdot_tensor *thin_x = TENSOR(NULL, BATCHDOT_F64, DIMS(2, 3, 0)),
                          *thin_y = TENSOR(NULL, BATCHDOT_F64, DIMS(2, 0, 5));
    assert_ok(batchdot(thin_x, thin_y, NULL, &good_out));
    for (int i = 0; i < 30; i++)
        assert_element(BATCHDOT_F64, out_data, i, 0);
    batchdot_tensor out = good_out;
    out.data = NULL;
    assert_fails(BATCHDOT_ERROR_NULL, batchdot(thin_x, thin_y, NULL, &out), NULL);
}

/* ---- Dtypes ----------------------------------------------------------------------------------------------------- */

static bool dtypes_go_together(batchdot_dtype x, batchdot_dtype y, batchdot_dtype out) {
    const bool x_is_byte = x == BATCHDOT_I8 || x == BATCHDOT_U8, y_is_byte = y == BATCHDOT_I8 || y == BATCHDOT_U8;
    if (x_is_byte && y_is_byte)
        return out == BATCHDOT_I32;
    if (x_is_byte || y_is_byte || x != y)
        return false;
    return out == x || ((x == BATCHDOT_F16 || x == BATCHDOT_BF16) && out == BATCHDOT_F32);
}

static void every_triple_of_dtypes(void **state) {
    (void)state;
    for (int triple = 0; triple < 1000; triple++) {
        batchdot_tensor x = good_x, y = good_y, out = good_out;
        x.dtype = (batchdot_dtype)(triple / 100);
        y.dtype = (batchdot_dtype)(triple / 10 % 10);
        out.dtype = (batchdot_dtype)(triple % 10);
        x.data = y.data = out.data = NULL;
        char name[32];
        snprintf(name, sizeof name, "dtypes %d %d -> %d", (int)x.dtype, (int)y.dtype, (int)out.dtype);
        test_set_row(name);
        batchdot_plan *plan = stale_plan();
        if (dtypes_go_together(x.dtype, y.dtype, out.dtype)) {
            assert_ok(batchdot_plan_create(&plan, &x, &y, NULL, &out, NULL));
            batchdot_plan_destroy(plan);
        } else {
            check_refused(BATCHDOT_ERROR_DTYPE, &x, &y, NULL, &out, NULL, NULL);
        }
    }
    test_set_row("");
}

/* Without an output the inputs alone decide. */
static void every_pair_of_dtypes(void **state) {
    (void)state;
    for (int pair = 0; pair < 100; pair++) {
        batchdot_tensor x = good_x, y = good_y;
        x.dtype = (batchdot_dtype)(pair / 10);
        y.dtype = (batchdot_dtype)(pair % 10);
        batchdot_plan *plan = stale_plan();
        if (dtypes_go_together(x.dtype, y.dtype, test_default_out(x.dtype))) {
            assert_ok(batchdot_plan_create(&plan, &x, &y, NULL, NULL, NULL));
            batchdot_plan_destroy(plan);
        } else {
            check_refused(BATCHDOT_ERROR_DTYPE, &x, &y, NULL, NULL, NULL, NULL);
        }
    }
}

static void unknown_dtypes(void **state) {
    (void)state;
    static const int values[] = {-1, 10, 1000, INT_MAX, INT_MIN};
    for (size_t i = 0; i < COUNT(values); i++) {
        batchdot_tensor x = good_x, y = good_y, out = good_out;
        x.dtype = y.dtype = out.dtype = (batchdot_dtype)values[i];
        check_refused(BATCHDOT_ERROR_DTYPE, &x, &good_y, NULL, &good_out, NULL, NULL);
        check_refused(BATCHDOT_ERROR_DTYPE, &good_x, &y, NULL, &good_out, NULL, NULL);
        check_refused(BATCHDOT_ERROR_DTYPE, &good_x, &good_y, NULL, &out, NULL, NULL);
        check_refused(BATCHDOT_ERROR_DTYPE, &x, &y, NULL, &out, NULL, NULL);
        check_refused(BATCHDOT_ERROR_DTYPE, &x, &y, NULL, NULL, NULL, NULL);
    }
}

/* ---- The output's shape ----------------------------------------------------------------------------------------- */

typedef struct output_row {
    const char *name;
    int ndim;
    const int64_t *shape;
    const char *needle;
} output_row;

static const output_row output_rows[] = {
    {"an extent too large", DIMS(2, 3, 6), "(2, 3, 6)"},
    {"an extent too small", DIMS(2, 3, 4), "(2, 3, 4)"},
    {"another batch", DIMS(1, 3, 5), "(1, 3, 5)"},
    {"axes swapped", DIMS(2, 5, 3), "(2, 5, 3)"},
    {"same count", DIMS(2, 15, 1), "(2, 15, 1)"},
    {"an axis of 1 more", DIMS(2, 3, 5, 1), "(2, 3, 5, 1)"},
    {"an axis less", DIMS(2, 15), "(2, 15)"},
    {"rank 1", DIMS(30), "(30,)"},
    {"rank 0", 0, EXTENTS(2, 3, 5), "()"},
    {"rank -1", -1, EXTENTS(2, 3, 5), "-1"},
    {"rank INT_MAX", INT_MAX, EXTENTS(2, 3, 5), "2147483647"},
    {"rank INT_MIN", INT_MIN, EXTENTS(2, 3, 5), "-2147483648"},
    {"an extent of 0", DIMS(2, 0, 5), "(2, 0, 5)"},
    {"a negative extent", DIMS(2, -3, 5), "(2, -3, 5)"},
    {"a vast extent", DIMS(2, INT64_MAX, INT64_MAX), "9223372036854775807"},
};

static void the_output_must_have_the_inferred_shape(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(output_rows); i++) {
        const output_row *row = &output_rows[i];
        test_set_row(row->name);
        const batchdot_tensor out = {out_data, BATCHDOT_F64, row->ndim, row->shape, NULL};
        check_refused(BATCHDOT_ERROR_OUTPUT, &good_x, &good_y, NULL, &out, "(2, 3, 5)", row->needle);
    }
    test_set_row("(batch,) for (batch, 1)");
    const batchdot_tensor *rows = TENSOR(x_data, BATCHDOT_F64, DIMS(2, 3));
    check_refused(BATCHDOT_ERROR_OUTPUT, rows, rows, NULL, TENSOR(out_data, BATCHDOT_F64, DIMS(2)), "(2, 1)", "(2,)");
}

/* ---- Sizes ------------------------------------------------------------------------------------------------------ */

typedef struct stride_row {
    const char *name;
    int64_t outer, inner;
} stride_row;

/* Strides of axes of extent 2 and 3 whose elements lie too far apart, counted in bytes of f64. */
static const stride_row stride_rows[] = {
    {"INT64_MAX outside", INT64_MAX, 1},
    {"INT64_MAX inside", 1, INT64_MAX},
    {"INT64_MIN outside", INT64_MIN, 1},
    {"INT64_MIN inside", 1, INT64_MIN},
    {"both", INT64_MAX, INT64_MAX},
    {"both ways", INT64_MAX, INT64_MIN},
    {"twice the step", 1, BIG62},
    {"the sum", BIG62, BIG62},
    {"the bytes", BIG62 >> 2, 1},
    {"the bytes, downwards", -(BIG62 >> 2), 1},
    {"a byte count that wraps to 0", BIG62 >> 1, 1},
    {"the bytes of both ways together", BIG62 >> 3, -(BIG62 >> 4)},
};

static void strides_that_reach_too_far(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(stride_rows); i++) {
        const int64_t outer = stride_rows[i].outer, inner = stride_rows[i].inner;
        test_set_row(stride_rows[i].name);
        batchdot_tensor x = good_x, y = good_y, out = good_out;
        const int64_t x_strides[] = {outer, inner, 1}, y_strides[] = {outer, 1, inner},
                      out_strides[] = {outer, inner, 5};
        x.strides = x_strides;
        y.strides = y_strides;
        out.strides = out_strides;
        check_refused(BATCHDOT_ERROR_OVERFLOW, &x, &good_y, NULL, &good_out, "(2, 3, 4)", NULL);
        check_refused(BATCHDOT_ERROR_OVERFLOW, &good_x, &y, NULL, &good_out, "(2, 4, 5)", NULL);
        check_refused(BATCHDOT_ERROR_OVERFLOW, &good_x, &good_y, NULL, &out, "(2, 3, 5)", NULL);
    }
}

typedef struct size_row {
    const char *name;
    batchdot_status status;
    batchdot_dtype dtype;
    int x_ndim;
    const int64_t *x;
    int y_ndim;
    const int64_t *y;
    bool zero_strides;
} size_row;

static const size_row size_rows[] = {
    {"count", BATCHDOT_ERROR_OVERFLOW, BATCHDOT_I8, DIMS(2, BIG62, 1), DIMS(2, 1), false},
    {"count at stride 0", BATCHDOT_ERROR_OVERFLOW, BATCHDOT_F64, DIMS(2, BIG62, 1), DIMS(2, 1), true},
    {"y's count at stride 0", BATCHDOT_ERROR_OVERFLOW, BATCHDOT_F64, DIMS(2, 1), DIMS(2, 1, BIG62), true},
    {"result's count at stride 0", BATCHDOT_ERROR_OVERFLOW, BATCHDOT_F64, DIMS(1, BIG62, 1), DIMS(1, 1, 2), true},
    {"bytes of f64", BATCHDOT_ERROR_OVERFLOW, BATCHDOT_F64, DIMS(1, BIG62 >> 2), DIMS(1, BIG62 >> 2), false},
    {"bytes of c128", BATCHDOT_ERROR_OVERFLOW, BATCHDOT_C128, DIMS(1, BIG62 >> 3), DIMS(1, BIG62 >> 3), false},
    {"bytes of f16", BATCHDOT_ERROR_OVERFLOW, BATCHDOT_F16, DIMS(1, BIG62), DIMS(1, BIG62), false},
    {"bytes that wrap to 0", BATCHDOT_ERROR_OVERFLOW, BATCHDOT_F64, DIMS(1, BIG62 >> 1), DIMS(1, BIG62 >> 1), false},
    {"bytes of y", BATCHDOT_ERROR_OVERFLOW, BATCHDOT_F32, DIMS(1, 2), DIMS(1, 2, BIG62 >> 2), false},
    {"bytes of the result", BATCHDOT_ERROR_OVERFLOW, BATCHDOT_F64, DIMS(1, BIG62 >> 31, 1), DIMS(1, 1, BIG62 >> 33),
     true},
    {"bytes of a wider result", BATCHDOT_ERROR_OVERFLOW, BATCHDOT_I8, DIMS(1, BIG62 >> 31, 1), DIMS(1, 1, BIG62 >> 32),
     true},
    {"many elements in one place", BATCHDOT_OK, BATCHDOT_F64, DIMS(1, BIG62), DIMS(1, BIG62), true},
    {"nothing of vast extents", BATCHDOT_OK, BATCHDOT_F64, DIMS(0, INT64_MAX), DIMS(0, INT64_MAX), false},
    {"nothing of vast extents, inside", BATCHDOT_OK, BATCHDOT_F64, DIMS(0, BIG62, 4), DIMS(0, 4), false},
};

static void sizes_that_cannot_be_addressed(void **state) {
    (void)state;
    static const int64_t zeros[3] = {0, 0, 0};
    for (size_t i = 0; i < COUNT(size_rows); i++) {
        const size_row *row = &size_rows[i];
        test_set_row(row->name);
        const int64_t *strides = row->zero_strides ? zeros : NULL;
        const batchdot_tensor x = {x_data, row->dtype, row->x_ndim, row->x, strides};
        const batchdot_tensor y = {y_data, row->dtype, row->y_ndim, row->y, strides};
        if (row->status != BATCHDOT_OK) {
            check_refused(row->status, &x, &y, AXES(-1, 1), NULL, NULL, NULL);
            continue;
        }
        batchdot_plan *plan = NULL;
        assert_ok(batchdot_plan_create(&plan, &x, &y, AXES(-1, 1), NULL, NULL));
        batchdot_plan_destroy(plan);
    }
}

/* ---- Order ------------------------------------------------------------------------------------------------------ */

/* Each step mends the first fault of the step before, so the status walks down the documented order. */
static void the_first_fault_is_named(void **state) {
    (void)state;
    const int64_t far[] = {INT64_MAX, 1, 1}, same[] = {0, 5, 1};
    batchdot_tensor x = {NULL, BATCHDOT_F32, DIMS(2, 3, 6), far}, y = good_y,
                    out = {out_data, BATCHDOT_F64, DIMS(9), NULL};
    check_refused(BATCHDOT_ERROR_CONTRACTED, &x, &y, NULL, &out, "(2, 3, 6)", "(2, 4, 5)");
    x.shape = good_x.shape;
    check_refused(BATCHDOT_ERROR_DTYPE, &x, &y, NULL, &out, NULL, NULL);
    x.dtype = BATCHDOT_F64;
    check_refused(BATCHDOT_ERROR_OUTPUT, &x, &y, NULL, &out, "(9,)", NULL);
    out.ndim = 3;
    out.shape = good_out.shape;
    out.strides = same;
    check_refused(BATCHDOT_ERROR_OVERFLOW, &x, &y, NULL, &out, NULL, NULL);
    x.strides = NULL;
    check_refused(BATCHDOT_ERROR_OVERLAP, &x, &y, NULL, &out, NULL, NULL);
    out.strides = NULL;
    assert_fails(BATCHDOT_ERROR_NULL, batchdot(&x, &y, NULL, &out), NULL);
    x.data = x_data;
    assert_filled(out_data, sizeof out_data);
    assert_ok(batchdot(&x, &y, NULL, &out));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_good_product_is_good, fill_output),
        cmocka_unit_test_setup(infer_shape_refuses_null, fill_output),
        cmocka_unit_test_setup(tensors_must_not_be_null, fill_output),
        cmocka_unit_test_setup(shapes_must_not_be_null, fill_output),
        cmocka_unit_test_setup(data_must_not_be_null, fill_output),
        cmocka_unit_test_setup(data_may_be_null_where_there_are_no_elements, fill_output),
        cmocka_unit_test_setup(every_triple_of_dtypes, fill_output),
        cmocka_unit_test_setup(every_pair_of_dtypes, fill_output),
        cmocka_unit_test_setup(unknown_dtypes, fill_output),
        cmocka_unit_test_setup(the_output_must_have_the_inferred_shape, fill_output),
        cmocka_unit_test_setup(strides_that_reach_too_far, fill_output),
        cmocka_unit_test_setup(sizes_that_cannot_be_addressed, fill_output),
        cmocka_unit_test_setup(the_first_fault_is_named, fill_output),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
