/* The shape of a result: axes, the six rules and their order, the (batch, 1) rule, ranks, element counts. */
#include "test_api_support.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BIG62 ((int64_t)1 << 62)
#define NO_AXES                                                                                                        \
    false, {                                                                                                           \
        0, 0                                                                                                           \
    }
#define WITH_AXES(x, y)                                                                                                \
    true, {                                                                                                            \
        (x), (y)                                                                                                       \
    }

#define ONES_8 1, 1, 1, 1, 1, 1, 1, 1
static const int64_t ones[] = {ONES_8, ONES_8, ONES_8, ONES_8, ONES_8, ONES_8, ONES_8, ONES_8, ONES_8};
static const int64_t ones_and_a_two[34] = {ONES_8, ONES_8, ONES_8, ONES_8, 1, 2};

/* ---- What is inferred ------------------------------------------------------------------------------------------- */

typedef struct shape_row {
    const char *name;
    int x_ndim;
    const int64_t *x;
    int y_ndim;
    const int64_t *y;
    bool has_axes;
    batchdot_axes axes;
    int out_ndim;
    const int64_t *out;
} shape_row;

static const shape_row shape_rows[] = {
    {"Keras's example", DIMS(32, 20, 1), DIMS(32, 30, 20), WITH_AXES(1, 2), DIMS(32, 1, 30)},
    {"Keras's other example", DIMS(100, 20), DIMS(100, 30, 20), WITH_AXES(1, 2), DIMS(100, 30)},
    {"the batch alone", DIMS(5, 3), DIMS(5, 3), WITH_AXES(1, 1), DIMS(5, 1)},
    {"the batch alone, no axes", DIMS(5, 3), DIMS(5, 3), NO_AXES, DIMS(5, 1)},
    {"no axes, 3 and 3", DIMS(2, 3, 4), DIMS(2, 4, 5), NO_AXES, DIMS(2, 3, 5)},
    {"no axes, y of rank 2", DIMS(2, 3, 4), DIMS(2, 4), NO_AXES, DIMS(2, 3)},
    {"no axes, x of rank 2", DIMS(2, 3), DIMS(2, 3, 4), NO_AXES, DIMS(2, 4)},
    {"no axes, 4 and 4", DIMS(2, 3, 4, 5), DIMS(2, 6, 5, 7), NO_AXES, DIMS(2, 3, 4, 6, 7)},
    {"no axes, 3 and 4", DIMS(2, 3, 4), DIMS(2, 5, 4, 6), NO_AXES, DIMS(2, 3, 5, 6)},
    {"one axis for both, 1", DIMS(2, 3, 4), DIMS(2, 3, 5), WITH_AXES(1, 1), DIMS(2, 4, 5)},
    {"one axis for both, 2", DIMS(2, 3, 4), DIMS(2, 5, 4), WITH_AXES(2, 2), DIMS(2, 3, 5)},
    {"one axis for both, -1", DIMS(2, 3, 4), DIMS(2, 5, 6, 4), WITH_AXES(-1, -1), DIMS(2, 3, 5, 6)},
    {"negative x", DIMS(2, 3, 4), DIMS(2, 4, 5), WITH_AXES(-1, 1), DIMS(2, 3, 5)},
    {"negative y", DIMS(2, 3, 4), DIMS(2, 5, 3), WITH_AXES(1, -1), DIMS(2, 4, 5)},
    {"negative inner", DIMS(2, 3, 4, 5), DIMS(2, 3, 6), WITH_AXES(-3, -2), DIMS(2, 4, 5, 6)},
    {"middle axes", DIMS(2, 3, 4, 5), DIMS(2, 6, 4, 7), WITH_AXES(2, 2), DIMS(2, 3, 5, 6, 7)},
    {"free 1 stays", DIMS(2, 1, 3), DIMS(2, 3, 1), NO_AXES, DIMS(2, 1, 1)},
    {"free 1 in the middle stays", DIMS(2, 1, 4, 3), DIMS(2, 1, 3), WITH_AXES(3, 2), DIMS(2, 1, 4, 1)},
    {"contracted 1", DIMS(2, 3, 1), DIMS(2, 1, 4), NO_AXES, DIMS(2, 3, 4)},
    {"all 1", DIMS(1, 1), DIMS(1, 1), NO_AXES, DIMS(1, 1)},
    {"batch 0", DIMS(0, 3), DIMS(0, 3), NO_AXES, DIMS(0, 1)},
    {"batch 0, free axes", DIMS(0, 2, 3), DIMS(0, 3, 4), NO_AXES, DIMS(0, 2, 4)},
    {"free 0", DIMS(2, 0, 3), DIMS(2, 3, 4), NO_AXES, DIMS(2, 0, 4)},
    {"contracted 0", DIMS(2, 3, 0), DIMS(2, 0, 4), NO_AXES, DIMS(2, 3, 4)},
    {"contracted 0, the batch alone", DIMS(2, 0), DIMS(2, 0), NO_AXES, DIMS(2, 1)},
    {"all 0", DIMS(0, 0), DIMS(0, 0), NO_AXES, DIMS(0, 1)},
    {"INT64_MAX elements", DIMS(INT64_MAX, 1), DIMS(INT64_MAX, 1), NO_AXES, DIMS(INT64_MAX, 1)},
    {"2^62 in the result", DIMS(1, BIG62 >> 31, 1), DIMS(1, 1, BIG62 >> 31), NO_AXES,
     DIMS(1, BIG62 >> 31, BIG62 >> 31)},
    {"nothing, of vast extents", DIMS(BIG62, 4, 0), DIMS(BIG62, 4, 0), WITH_AXES(1, 1), DIMS(BIG62, 0, 0)},
};

static void the_result_has_this_shape(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(shape_rows); i++) {
        const shape_row *row = &shape_rows[i];
        test_set_row(row->name);
        int ndim = -1;
        int64_t shape[BATCHDOT_MAX_NDIM];
        const batchdot_axes *axes = row->has_axes ? &row->axes : NULL;
        assert_ok(batchdot_infer_shape(row->x_ndim, row->x, row->y_ndim, row->y, axes, &ndim, shape));
        assert_int_equal(ndim, row->out_ndim);
        assert_memory_equal(shape, row->out, sizeof(int64_t) * (size_t)ndim);
    }
}

/* ---- What is refused, and in which order ------------------------------------------------------------------------ */

typedef struct failure_row {
    const char *name;
    int x_ndim;
    const int64_t *x;
    int y_ndim;
    const int64_t *y;
    bool has_axes;
    batchdot_axes axes;
    batchdot_status status;
    const char *needles[3];
} failure_row;

static const failure_row failure_rows[] = {
    {"x of rank 1", DIMS(4), DIMS(4, 3), WITH_AXES(0, 1), BATCHDOT_ERROR_RANK, {"(4,)", "(4, 3)"}},
    {"y of rank 1", DIMS(4, 3), DIMS(4), NO_AXES, BATCHDOT_ERROR_RANK, {"(4, 3)", "(4,)"}},
    {"both of rank 1", DIMS(4), DIMS(4), NO_AXES, BATCHDOT_ERROR_RANK, {"(4,)"}},
    {"x of rank 0", 0, ones, DIMS(4, 3), NO_AXES, BATCHDOT_ERROR_RANK, {"()", "(4, 3)"}},
    {"y of rank 0", DIMS(4, 3), 0, ones, NO_AXES, BATCHDOT_ERROR_RANK, {"()", "(4, 3)"}},
    {"x of rank -1", -1, ones, DIMS(4, 3), NO_AXES, BATCHDOT_ERROR_RANK, {"-1"}},
    {"y of rank -1", DIMS(4, 3), -1, ones, NO_AXES, BATCHDOT_ERROR_RANK, {"-1"}},
    {"x of rank INT_MAX", INT_MAX, ones, DIMS(4, 3), NO_AXES, BATCHDOT_ERROR_RANK, {"2147483647"}},
    {"y of rank INT_MAX", DIMS(4, 3), INT_MAX, ones, NO_AXES, BATCHDOT_ERROR_RANK, {"2147483647"}},
    {"x of rank INT_MIN", INT_MIN, ones, DIMS(4, 3), NO_AXES, BATCHDOT_ERROR_RANK, {"-2147483648"}},
    {"y of rank INT_MIN", DIMS(4, 3), INT_MIN, ones, NO_AXES, BATCHDOT_ERROR_RANK, {"-2147483648"}},
    {"x of rank 65", 65, ones, DIMS(1, 1), NO_AXES, BATCHDOT_ERROR_RANK, {"65"}},
    {"y of rank 65", DIMS(1, 1), 65, ones, NO_AXES, BATCHDOT_ERROR_RANK, {"65"}},
    {"rank before extents", DIMS(-4), DIMS(4, 3), NO_AXES, BATCHDOT_ERROR_RANK, {"(-4,)"}},
    {"rank before batch", DIMS(4), DIMS(5, 3), WITH_AXES(0, 0), BATCHDOT_ERROR_RANK, {"(4,)", "(5, 3)"}},
    {"rank before axes", DIMS(4), DIMS(4, 3), WITH_AXES(9, 9), BATCHDOT_ERROR_RANK, {"(4,)", "(4, 3)"}},
    {"negative x", DIMS(2, -3), DIMS(2, 3), NO_AXES, BATCHDOT_ERROR_SHAPE, {"(2, -3)"}},
    {"negative y", DIMS(2, 3), DIMS(2, -3), NO_AXES, BATCHDOT_ERROR_SHAPE, {"(2, -3)"}},
    {"negative batches", DIMS(-2, 3), DIMS(-2, 3), NO_AXES, BATCHDOT_ERROR_SHAPE, {"(-2, 3)"}},
    {"the least extent", DIMS(2, 3), DIMS(2, 3, INT64_MIN), NO_AXES, BATCHDOT_ERROR_SHAPE, {"-9223372036854775808"}},
    {"negative among zeros", DIMS(0, 0), DIMS(0, -1), NO_AXES, BATCHDOT_ERROR_SHAPE, {"(0, -1)"}},
    {"extents before batch", DIMS(-1, 3), DIMS(2, 3), WITH_AXES(9, 9), BATCHDOT_ERROR_SHAPE, {"(-1, 3)"}},
    {"batch", DIMS(4, 3), DIMS(5, 3), WITH_AXES(1, 1), BATCHDOT_ERROR_BATCH, {"(4, 3)", "(5, 3)"}},
    {"batch of 1 in x", DIMS(1, 3), DIMS(5, 3), NO_AXES, BATCHDOT_ERROR_BATCH, {"(1, 3)", "(5, 3)"}},
    {"batch of 1 in y", DIMS(5, 3, 2), DIMS(1, 2), NO_AXES, BATCHDOT_ERROR_BATCH, {"(5, 3, 2)", "(1, 2)"}},
    {"batch of 0 and 1", DIMS(0, 3), DIMS(1, 3), NO_AXES, BATCHDOT_ERROR_BATCH, {"(0, 3)", "(1, 3)"}},
    {"batch before range", DIMS(4, 3), DIMS(5, 3), WITH_AXES(2, 9), BATCHDOT_ERROR_BATCH, {"(4, 3)", "(5, 3)"}},
    {"batch before axis 0", DIMS(4, 3), DIMS(5, 3), WITH_AXES(0, 1), BATCHDOT_ERROR_BATCH, {"(4, 3)", "(5, 3)"}},
    {"batch before extents", DIMS(4, 3), DIMS(5, 6), WITH_AXES(1, 1), BATCHDOT_ERROR_BATCH, {"(4, 3)", "(5, 6)"}},
    {"x axis = ndim", DIMS(4, 3), DIMS(4, 3), WITH_AXES(2, 1), BATCHDOT_ERROR_AXIS_RANGE, {"2", "(4, 3)"}},
    {"y axis = ndim", DIMS(4, 3), DIMS(4, 5, 3), WITH_AXES(1, 6), BATCHDOT_ERROR_AXIS_RANGE, {"6", "(4, 5, 3)"}},
    {"x axis < -ndim", DIMS(4, 3), DIMS(4, 5, 3), WITH_AXES(-3, 2), BATCHDOT_ERROR_AXIS_RANGE, {"-3", "(4, 3)"}},
    {"y axis < -ndim", DIMS(4, 3), DIMS(4, 5, 3), WITH_AXES(1, -4), BATCHDOT_ERROR_AXIS_RANGE, {"-4", "(4, 5, 3)"}},
    {"x axis INT_MIN", DIMS(4, 3), DIMS(4, 3), WITH_AXES(INT_MIN, 1), BATCHDOT_ERROR_AXIS_RANGE, {"-2147483648"}},
    {"x axis INT_MAX", DIMS(4, 3), DIMS(4, 3), WITH_AXES(INT_MAX, 1), BATCHDOT_ERROR_AXIS_RANGE, {"2147483647"}},
    {"y axis INT_MIN", DIMS(4, 3), DIMS(4, 3), WITH_AXES(1, INT_MIN), BATCHDOT_ERROR_AXIS_RANGE, {"-2147483648"}},
    {"y axis INT_MAX", DIMS(4, 3), DIMS(4, 3), WITH_AXES(1, INT_MAX), BATCHDOT_ERROR_AXIS_RANGE, {"2147483647"}},
    {"range before axis 0, y", DIMS(4, 3), DIMS(4, 3), WITH_AXES(0, 5), BATCHDOT_ERROR_AXIS_RANGE, {"5", "(4, 3)"}},
    {"range before axis 0, x", DIMS(4, 3), DIMS(4, 3), WITH_AXES(5, 0), BATCHDOT_ERROR_AXIS_RANGE, {"5", "(4, 3)"}},
    {"range before extents", DIMS(4, 3), DIMS(4, 5), WITH_AXES(1, 2), BATCHDOT_ERROR_AXIS_RANGE, {"2", "(4, 5)"}},
    {"axis 0 of x", DIMS(4, 4), DIMS(4, 4), WITH_AXES(0, 1), BATCHDOT_ERROR_AXIS_BATCH, {"dummy batch", "(4, 4)"}},
    {"axis 0 of y", DIMS(4, 4), DIMS(4, 4), WITH_AXES(1, 0), BATCHDOT_ERROR_AXIS_BATCH, {"dummy batch", "(4, 4)"}},
    {"axis 0 of both", DIMS(4, 5), DIMS(4, 5), WITH_AXES(0, 0), BATCHDOT_ERROR_AXIS_BATCH, {"dummy batch", "(4, 5)"}},
    {"axis -2 of x", DIMS(4, 4), DIMS(4, 4), WITH_AXES(-2, 1), BATCHDOT_ERROR_AXIS_BATCH, {"dummy batch", "(4, 4)"}},
    {"axis -3 of y", DIMS(4, 4), DIMS(4, 2, 4), WITH_AXES(1, -3), BATCHDOT_ERROR_AXIS_BATCH, {"dummy batch"}},
    {"axis 0 before extents", DIMS(4, 3), DIMS(4, 5), WITH_AXES(0, 1), BATCHDOT_ERROR_AXIS_BATCH, {"dummy batch"}},
    {"extents", DIMS(4, 3), DIMS(4, 5), WITH_AXES(1, 1), BATCHDOT_ERROR_CONTRACTED, {"(4, 3)", "(4, 5)"}},
    {"extents, 1 in x", DIMS(4, 1), DIMS(4, 5), WITH_AXES(1, 1), BATCHDOT_ERROR_CONTRACTED, {"(4, 1)", "(4, 5)"}},
    {"extents, 1 in y", DIMS(4, 5), DIMS(4, 1), NO_AXES, BATCHDOT_ERROR_CONTRACTED, {"(4, 5)", "(4, 1)"}},
    {"extents, 0", DIMS(4, 5), DIMS(4, 0), NO_AXES, BATCHDOT_ERROR_CONTRACTED, {"(4, 5)", "(4, 0)"}},
    {"extents, no axes", DIMS(4, 2, 3), DIMS(4, 2, 3), NO_AXES, BATCHDOT_ERROR_CONTRACTED, {"(4, 2, 3)", "2", "3"}},
    {"extents of an empty batch", DIMS(0, 3), DIMS(0, 5), NO_AXES, BATCHDOT_ERROR_CONTRACTED, {"(0, 3)", "(0, 5)"}},
    {"extents before result's rank",
     34,
     ones,
     34,
     ones_and_a_two,
     WITH_AXES(-1, -1),
     BATCHDOT_ERROR_CONTRACTED,
     {"1", "2"}},
    {"extents before count", DIMS(BIG62, 2), DIMS(BIG62, 3), NO_AXES, BATCHDOT_ERROR_CONTRACTED, {"2", "3"}},
    {"result of rank 65", 34, ones, 34, ones, NO_AXES, BATCHDOT_ERROR_RANK, {"65"}},
    {"result of rank 125", 64, ones, 64, ones, NO_AXES, BATCHDOT_ERROR_RANK, {"125"}},
    {"x and y too large", DIMS(BIG62, 2), DIMS(BIG62, 2), NO_AXES, BATCHDOT_ERROR_OVERFLOW, {"4611686018427387904"}},
    {"x too large", DIMS(2, BIG62, 3), DIMS(2, 3), NO_AXES, BATCHDOT_ERROR_OVERFLOW, {"4611686018427387904"}},
    {"y too large", DIMS(2, 3), DIMS(2, 3, INT64_MAX), NO_AXES, BATCHDOT_ERROR_OVERFLOW, {"9223372036854775807"}},
    {"x wraps to 0", DIMS(4, BIG62, 1), DIMS(4, 1), NO_AXES, BATCHDOT_ERROR_OVERFLOW, {"4611686018427387904"}},
    {"result of 2^63", DIMS(1, BIG62 >> 31, 1), DIMS(1, 1, BIG62 >> 30), NO_AXES, BATCHDOT_ERROR_OVERFLOW, {NULL}},
    {"result of nothing", DIMS(1, BIG62, 0), DIMS(1, 0, 4), NO_AXES, BATCHDOT_ERROR_OVERFLOW, {NULL}},
};

/* Every entry says the same of a row, and none writes anything. */
static void check_failure(const failure_row *row) {
    const batchdot_axes *axes = row->has_axes ? &row->axes : NULL;
    const char *const *needles = row->needles;
    int ndim;
    int64_t shape[BATCHDOT_MAX_NDIM];
    test_fill(&ndim, sizeof ndim);
    test_fill(shape, sizeof shape);
    assert_fails(row->status, batchdot_infer_shape(row->x_ndim, row->x, row->y_ndim, row->y, axes, &ndim, shape),
                 needles[0], needles[1], needles[2]);
    assert_filled(&ndim, sizeof ndim);
    assert_filled(shape, sizeof shape);

    double data[64] = {0.0}, result[64];
    test_fill(result, sizeof result);
    const batchdot_tensor x = {data, BATCHDOT_F64, row->x_ndim, row->x, NULL};
    const batchdot_tensor y = {data, BATCHDOT_F64, row->y_ndim, row->y, NULL};
    assert_fails(row->status, batchdot(&x, &y, axes, TENSOR(result, BATCHDOT_F64, DIMS(4, 1))), needles[0], needles[1],
                 needles[2]);
    assert_filled(result, sizeof result);

    batchdot_plan *plan = (batchdot_plan *)(void *)data;
    assert_fails(row->status, batchdot_plan_create(&plan, &x, &y, axes, NULL, NULL), needles[0], needles[1],
                 needles[2]);
    assert_null(plan);
}

static void a_broken_rule_is_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(failure_rows); i++) {
        test_set_row(failure_rows[i].name);
        check_failure(&failure_rows[i]);
    }
}

/* The numbers also stand in the shapes, so they must stand outside of them too. */
static void a_contracted_message_gives_axes_and_extents(void **state) {
    (void)state;
    int ndim = 0;
    int64_t shape[BATCHDOT_MAX_NDIM];
    assert_fails(BATCHDOT_ERROR_CONTRACTED,
                 batchdot_infer_shape(DIMS(7, 8, 9), DIMS(7, 5, 8, 6), AXES(2, 1), &ndim, shape), "(7, 8, 9)",
                 "(7, 5, 8, 6)");
    char text[4096];
    assert_true(strlen(batchdot_last_error()) < sizeof text);
    strcpy(text, batchdot_last_error());
    static const char *const shapes[] = {"(7, 8, 9)", "(7, 5, 8, 6)"};
    for (size_t i = 0; i < COUNT(shapes); i++) {
        for (char *at = strstr(text, shapes[i]); at != NULL; at = strstr(at, shapes[i]))
            memset(at, ' ', strlen(shapes[i]));
    }
    static const char *const numbers[] = {"2", "1", "9", "5"};
    for (size_t i = 0; i < COUNT(numbers); i++) {
        test_set_row(numbers[i]);
        assert_true(test_holds(text, numbers[i]));
    }
}

/* ---- Ranks ------------------------------------------------------------------------------------------------------ */

/* (2, 1, ..., 1, 3), and the same for y; the result is (2, 1, ..., 1), or (2, 1) for two matrices. */
static void check_ranks(int x_ndim, int y_ndim) {
    int64_t x_shape[BATCHDOT_MAX_NDIM], y_shape[BATCHDOT_MAX_NDIM], shape[BATCHDOT_MAX_NDIM];
    memcpy(x_shape, ones, sizeof x_shape);
    memcpy(y_shape, ones, sizeof y_shape);
    x_shape[0] = y_shape[0] = 2;
    x_shape[x_ndim - 1] = y_shape[y_ndim - 1] = 3;
    char name[32];
    snprintf(name, sizeof name, "ranks %d and %d", x_ndim, y_ndim);
    test_set_row(name);

    int ndim = 0;
    assert_ok(batchdot_infer_shape(x_ndim, x_shape, y_ndim, y_shape, AXES(-1, -1), &ndim, shape));
    assert_int_equal(ndim, x_ndim + y_ndim == 4 ? 2 : x_ndim + y_ndim - 3);
    for (int i = 0; i < ndim; i++)
        assert_int_equal(shape[i], i == 0 ? 2 : 1);

    double x_data[] = {1, 2, 3, 4, 5, 6}, y_data[] = {1, 10, 100, 2, 20, 200}, result[2] = {0};
    const batchdot_tensor x = {x_data, BATCHDOT_F64, x_ndim, x_shape, NULL};
    const batchdot_tensor y = {y_data, BATCHDOT_F64, y_ndim, y_shape, NULL};
    const batchdot_tensor out = {result, BATCHDOT_F64, ndim, shape, NULL};
    assert_ok(batchdot(&x, &y, AXES(x_ndim - 1, -1), &out));
    assert_element(BATCHDOT_F64, result, 0, 321);
    assert_element(BATCHDOT_F64, result, 1, 1308);
    test_set_row("");
}

static void every_rank_is_taken(void **state) {
    (void)state;
    for (int ndim = 2; ndim <= BATCHDOT_MAX_NDIM; ndim++) {
        check_ranks(ndim, 2);
        check_ranks(2, ndim);
        check_ranks(ndim, 67 - ndim > BATCHDOT_MAX_NDIM ? 3 : 67 - ndim);
    }
}

/* 34 + 33 - 3 = 64 is the last that fits; one more axis of 1 is refused, though it changes no element. */
static void the_result_rank_is_bounded(void **state) {
    (void)state;
    int ndim = 0;
    int64_t shape[BATCHDOT_MAX_NDIM];
    assert_ok(batchdot_infer_shape(34, ones, 33, ones, NULL, &ndim, shape));
    assert_int_equal(ndim, 64);
    assert_ok(batchdot_infer_shape(64, ones, 3, ones, NULL, &ndim, shape));
    assert_int_equal(ndim, 64);
    assert_fails(BATCHDOT_ERROR_RANK, batchdot_infer_shape(64, ones, 4, ones, NULL, &ndim, shape), "65");
    assert_fails(BATCHDOT_ERROR_RANK, batchdot_infer_shape(33, ones, 35, ones, NULL, &ndim, shape), "65");
}

/* A message has room for two shapes of the greatest rank. */
static void long_shapes_are_named_in_full(void **state) {
    (void)state;
    int64_t x[BATCHDOT_MAX_NDIM], y[BATCHDOT_MAX_NDIM], shape[BATCHDOT_MAX_NDIM];
    for (int i = 0; i < BATCHDOT_MAX_NDIM; i++) {
        x[i] = 1000 + i;
        y[i] = 2000 - i;
    }
    int ndim = 0;
    char x_text[1024], y_text[1024];
    test_shape_text(x_text, sizeof x_text, BATCHDOT_MAX_NDIM, x);
    test_shape_text(y_text, sizeof y_text, BATCHDOT_MAX_NDIM, y);
    assert_fails(BATCHDOT_ERROR_BATCH,
                 batchdot_infer_shape(BATCHDOT_MAX_NDIM, x, BATCHDOT_MAX_NDIM, y, NULL, &ndim, shape), x_text, y_text);
    y[0] = x[0];
    test_shape_text(y_text, sizeof y_text, BATCHDOT_MAX_NDIM, y);
    assert_fails(BATCHDOT_ERROR_CONTRACTED,
                 batchdot_infer_shape(BATCHDOT_MAX_NDIM, x, BATCHDOT_MAX_NDIM, y, NULL, &ndim, shape), x_text, y_text,
                 "62", "63");
}

/* With the longest extents of all there may be no room for all of them, but what is wrong is said. */
static void the_longest_shapes_leave_room_for_the_fault(void **state) {
    (void)state;
    int64_t x[BATCHDOT_MAX_NDIM], y[BATCHDOT_MAX_NDIM], shape[BATCHDOT_MAX_NDIM];
    for (int i = 0; i < BATCHDOT_MAX_NDIM; i++)
        x[i] = y[i] = INT64_MAX;
    x[63] = INT64_MAX - 1;
    y[62] = INT64_MAX - 2;
    int ndim = 0;
    assert_fails(BATCHDOT_ERROR_CONTRACTED,
                 batchdot_infer_shape(BATCHDOT_MAX_NDIM, x, BATCHDOT_MAX_NDIM, y, NULL, &ndim, shape), "62", "63",
                 "9223372036854775806", "9223372036854775805");
    x[63] = y[62];
    assert_fails(BATCHDOT_ERROR_RANK,
                 batchdot_infer_shape(BATCHDOT_MAX_NDIM, x, BATCHDOT_MAX_NDIM, y, NULL, &ndim, shape), "125");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_result_has_this_shape),
        cmocka_unit_test(a_broken_rule_is_refused),
        cmocka_unit_test(a_contracted_message_gives_axes_and_extents),
        cmocka_unit_test(every_rank_is_taken),
        cmocka_unit_test(the_result_rank_is_bounded),
        cmocka_unit_test(long_shapes_are_named_in_full),
        cmocka_unit_test(the_longest_shapes_leave_room_for_the_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
