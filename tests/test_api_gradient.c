/* Gradients of batch_dot: against differences of the product itself, where the rank must be found out, and what is
 * refused in which order. test_gradient.c has them against their definition. */
#include "test_api_support.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

typedef enum gradient { BY_X, BY_Y } gradient;

/* With grad_out and y for the gradient by x, grad_out and x for that by y. */
static batchdot_status create(gradient which, batchdot_plan **plan, const batchdot_tensor *grad_out,
                              const batchdot_tensor *other, const batchdot_axes *axes, const batchdot_tensor *grad,
                              const batchdot_options *options) {
    if (which == BY_X)
        return batchdot_plan_create_grad_x(plan, grad_out, other, axes, grad, options);
    return batchdot_plan_create_grad_y(plan, grad_out, other, axes, grad, options);
}

/* grad may lack dtype and shape where is_null: then it says only where the data goes. */
static batchdot_status run(gradient which, const batchdot_tensor *grad_out, const batchdot_tensor *other,
                           const batchdot_axes *axes, const batchdot_tensor *grad, bool is_null,
                           const batchdot_options *options) {
    batchdot_plan *plan = NULL;
    batchdot_status status = create(which, &plan, grad_out, other, axes, is_null ? NULL : grad, options);
    if (status == BATCHDOT_OK)
        status = batchdot_plan_execute(plan, grad_out->data, other->data, grad->data);
    batchdot_plan_destroy(plan);
    return status;
}

/* ---- Differences ------------------------------------------------------------------------------------------------ */

enum { MOST_RANK = 4, MOST_ELEMENTS = 200 };

/* out = batch_dot(x, y, axes), and L the real part of the sum of conj(weight) * out: its gradient by out is weight. L
 * is linear in each component of x and y, and all are small whole numbers: differences are exact. */
typedef struct product {
    batchdot_dtype dtype;
    int64_t shape[3][2 * MOST_RANK]; /* of x, y and out */
    batchdot_tensor x, y, out;
    batchdot_axes chosen;
    const batchdot_axes *axes; /* chosen, or NULL */
    batchdot_options options;
    double x_data[2 * MOST_ELEMENTS], y_data[2 * MOST_ELEMENTS], out_data[2 * MOST_ELEMENTS];
    double weight[2 * MOST_ELEMENTS];
} product;

static int64_t count_of(const batchdot_tensor *tensor) {
    int64_t count = 1;
    for (int axis = 0; axis < tensor->ndim; axis++)
        count *= tensor->shape[axis];
    assert_true(count <= MOST_ELEMENTS);
    return count;
}

static void fill_whole(batchdot_dtype dtype, double *data, int64_t count, int64_t seed) {
    for (int64_t i = 0; i < count; i++)
        test_store(dtype, data, i, (double)((i * 7 + seed) % 11 - 5),
                   test_dtype_is_complex(dtype) ? (double)((i * 5 + seed) % 7 - 3) : 0.0);
}

/* Axis 0 for both: none, as in Keras. */
static void make_product(product *made, batchdot_dtype dtype, int x_ndim, int y_ndim, int x_axis, int y_axis) {
    static const int64_t x_extents[] = {2, 3, 2, 1}, y_extents[] = {2, 2, 1, 3};
    enum { CONTRACTED = 3 };
    made->dtype = dtype;
    made->chosen = (batchdot_axes){x_axis, y_axis};
    made->axes = x_axis != 0 ? &made->chosen : NULL;
    memcpy(made->shape[0], x_extents, sizeof x_extents);
    memcpy(made->shape[1], y_extents, sizeof y_extents);
    made->shape[0][x_axis != 0 ? x_axis : x_ndim - 1] = CONTRACTED;
    made->shape[1][y_axis != 0 ? y_axis : y_ndim == 2 ? 1 : y_ndim - 2] = CONTRACTED;
    made->x = (batchdot_tensor){made->x_data, dtype, x_ndim, made->shape[0], NULL};
    made->y = (batchdot_tensor){made->y_data, dtype, y_ndim, made->shape[1], NULL};
    made->out = (batchdot_tensor){made->out_data, dtype, 0, made->shape[2], NULL};
    int64_t shape[BATCHDOT_MAX_NDIM];
    assert_ok(batchdot_infer_shape(x_ndim, made->shape[0], y_ndim, made->shape[1], made->axes, &made->out.ndim, shape));
    memcpy(made->shape[2], shape, (size_t)made->out.ndim * sizeof *shape);
    fill_whole(dtype, made->x_data, count_of(&made->x), 1);
    fill_whole(dtype, made->y_data, count_of(&made->y), 4);
    fill_whole(dtype, made->weight, count_of(&made->out), 2);
}

static double loss(const product *of) {
    double sum = 0.0;
    assert_ok(test_run(&of->x, &of->y, of->axes, &of->out, &of->options));
    for (int64_t i = 0; i < count_of(&of->out); i++)
        sum += test_real(of->dtype, of->weight, i) * test_real(of->dtype, of->out_data, i) +
               test_imaginary(of->dtype, of->weight, i) * test_imaginary(of->dtype, of->out_data, i);
    return sum;
}

/* What L grows by with one more of an element's real or imaginary part. */
static double growth(product *of, double *data, int64_t index, double real, double imaginary, double before) {
    const double old_real = test_real(of->dtype, data, index), old_imaginary = test_imaginary(of->dtype, data, index);
    test_store(of->dtype, data, index, old_real + real, old_imaginary + imaginary);
    const double after = loss(of);
    test_store(of->dtype, data, index, old_real, old_imaginary);
    return after - before;
}

static void check_differences(product *of, gradient which) {
    const batchdot_tensor *operand = which == BY_X ? &of->x : &of->y, *other = which == BY_X ? &of->y : &of->x;
    const int64_t count = count_of(operand);
    const size_t bytes = (size_t)count * test_dtype_size(of->dtype);
    const double before = loss(of);
    double grad_data[2 * MOST_ELEMENTS + 1];
    batchdot_tensor grad_out = of->out, grad = *operand;
    grad_out.data = of->weight;
    grad.data = grad_data;
    for (int is_null = 0; is_null <= 1; is_null++) {
        test_fill(grad_data, sizeof grad_data);
        assert_ok(run(which, &grad_out, other, of->axes, &grad, is_null, &of->options));
        for (int64_t i = 0; i < count; i++) {
            const bool is_complex = test_dtype_is_complex(of->dtype);
            assert_complex(of->dtype, grad_data, i, growth(of, operand->data, i, 1.0, 0.0, before),
                           is_complex ? growth(of, operand->data, i, 0.0, 1.0, before) : 0.0);
        }
        assert_filled((char *)grad_data + bytes, sizeof grad_data - bytes);
    }
}

static void check_axes(int x_ndim, int y_ndim, int x_axis, int y_axis) {
    static const batchdot_dtype dtypes[] = {BATCHDOT_F64, BATCHDOT_C128, BATCHDOT_F32, BATCHDOT_C64};
    product made;
    char name[64];
    for (size_t d = 0; d < COUNT(dtypes); d++) {
        make_product(&made, dtypes[d], x_ndim, y_ndim, x_axis, y_axis);
        for (int conjugated = 0; conjugated < 4; conjugated++) {
            made.options = (batchdot_options)BATCHDOT_OPTIONS_INIT;
            made.options.conj_x = conjugated & 1;
            made.options.conj_y = conjugated & 2;
            snprintf(name, sizeof name, "ranks %d, %d, axes %d, %d, dtype %d, conj %d", x_ndim, y_ndim, x_axis, y_axis,
                     (int)dtypes[d], conjugated);
            test_set_row(name);
            check_differences(&made, BY_X);
            check_differences(&made, BY_Y);
        }
    }
    test_set_row("");
}

static void gradients_are_the_differences(void **state) {
    (void)state;
    for (int x_ndim = 2; x_ndim <= MOST_RANK; x_ndim++) {
        for (int y_ndim = 2; y_ndim <= MOST_RANK; y_ndim++) {
            check_axes(x_ndim, y_ndim, 0, 0);
            for (int pair = 0; pair < (x_ndim - 1) * (y_ndim - 1); pair++)
                check_axes(x_ndim, y_ndim, 1 + pair / (y_ndim - 1), 1 + pair % (y_ndim - 1));
        }
    }
}

/* ---- By hand ---------------------------------------------------------------------------------------------------- */

static void vectors_with_a_result_of_batch_and_1(void **state) {
    (void)state;
    double weight[] = {10, -1}, other[] = {1, 2, 3, 4, 5, 6}, grad[7];
    const double expected[] = {10, 20, 30, -4, -5, -6};
    const batchdot_tensor *grad_out = TENSOR(weight, BATCHDOT_F64, DIMS(2, 1)),
                          *vectors = TENSOR(other, BATCHDOT_F64, DIMS(2, 3));
    for (int i = 0; i < 8; i++) {
        test_fill(grad, sizeof grad);
        assert_ok(run(i % 2 == 0 ? BY_X : BY_Y, grad_out, vectors, i < 4 ? NULL : AXES(-1, 1),
                      TENSOR(grad, BATCHDOT_F64, DIMS(2, 3)), i % 4 < 2, NULL));
        for (int at = 0; at < 6; at++)
            assert_element(BATCHDOT_F64, grad, at, expected[at]);
        assert_filled(grad + 6, sizeof grad[0]);
    }
}

/* x stands twice in x . y + x . z: the second gradient is added to the first. */
static void beta_accumulates(void **state) {
    (void)state;
    double weight[] = {2, 3}, y[] = {1, 10, 2, 20}, z[] = {5, 50, 6, 60}, grad[2];
    const batchdot_tensor *grad_out = TENSOR(weight, BATCHDOT_F64, DIMS(1, 2)),
                          *grad_x = TENSOR(grad, BATCHDOT_F64, DIMS(1, 2));
    batchdot_options options = BATCHDOT_OPTIONS_INIT;
    test_fill(grad, sizeof grad);
    assert_ok(run(BY_X, grad_out, TENSOR(y, BATCHDOT_F64, DIMS(1, 2, 2)), NULL, grad_x, false, &options));
    assert_element(BATCHDOT_F64, grad, 0, 32); /* 2 * 1 + 3 * 10 */
    assert_element(BATCHDOT_F64, grad, 1, 64);
    options.beta[0] = 1.0;
    options.alpha[0] = -1.0;
    assert_ok(run(BY_X, grad_out, TENSOR(z, BATCHDOT_F64, DIMS(1, 2, 2)), NULL, grad_x, true, &options));
    assert_element(BATCHDOT_F64, grad, 0, 32 - 160);
    assert_element(BATCHDOT_F64, grad, 1, 64 - 192);
}

/* Without a free axis of y there is nothing to sum over but one term; with one of extent 0, nothing at all. */
static void empty_sums_are_zero(void **state) {
    (void)state;
    double grad[6];
    for (int i = 0; i < 6; i++)
        grad[i] = i + 1;
    const batchdot_tensor *grad_out = TENSOR(NULL, BATCHDOT_F64, DIMS(2, 0)),
                          *y = TENSOR(NULL, BATCHDOT_F64, DIMS(2, 3, 0)),
                          *grad_x = TENSOR(grad, BATCHDOT_F64, DIMS(2, 3));
    batchdot_options options = BATCHDOT_OPTIONS_INIT;
    options.beta[0] = 2.0;
    assert_ok(run(BY_X, grad_out, y, NULL, grad_x, false, &options));
    for (int i = 0; i < 6; i++)
        assert_element(BATCHDOT_F64, grad, i, 2 * (i + 1));
    assert_ok(run(BY_X, grad_out, y, NULL, grad_x, true, NULL));
    for (int i = 0; i < 6; i++)
        assert_element(BATCHDOT_F64, grad, i, 0);
}

/* ---- The rank of what is not given ------------------------------------------------------------------------------ */

typedef struct rank_row {
    const char *name;
    gradient which;
    int grad_out_ndim;
    const int64_t *grad_out;
    int other_ndim;
    const int64_t *other;
    bool has_axes;
    batchdot_axes axes;
    size_t count; /* of the gradient's elements */
} rank_row;

static const rank_row rank_rows[] = {
    {"a vector", BY_X, DIMS(2, 1), DIMS(2, 3), WITH_AXES(1, 1), 6},
    {"a vector, no axes", BY_X, DIMS(2, 1), DIMS(2, 3), NO_AXES, 6},
    {"a vector, axis -1", BY_X, DIMS(2, 1), DIMS(2, 3), WITH_AXES(-1, -1), 6},
    {"a matrix for its axis", BY_X, DIMS(2, 1), DIMS(2, 3), WITH_AXES(2, 1), 6},
    {"a matrix for its axis -2", BY_X, DIMS(2, 1), DIMS(2, 3), WITH_AXES(-2, 1), 6},
    {"a vector y", BY_Y, DIMS(2, 1), DIMS(2, 3), WITH_AXES(1, 1), 6},
    {"a vector y, no axes", BY_Y, DIMS(2, 1), DIMS(2, 3), NO_AXES, 6},
    {"a matrix y for its axis", BY_Y, DIMS(2, 1), DIMS(2, 3), WITH_AXES(1, 2), 6},
    {"a matrix y for its axis -2", BY_Y, DIMS(2, 1), DIMS(2, 3), WITH_AXES(1, -2), 6},
    {"a vector beside a matrix", BY_X, DIMS(2, 1), DIMS(2, 1, 3), WITH_AXES(1, 2), 6},
    {"a vector beside a matrix, no axes", BY_X, DIMS(2, 5), DIMS(2, 3, 5), NO_AXES, 6},
    {"a matrix beside a vector", BY_X, DIMS(2, 5), DIMS(2, 3), WITH_AXES(1, 1), 30},
    {"a matrix y beside a vector", BY_Y, DIMS(2, 5), DIMS(2, 3), NO_AXES, 30},
    {"rank 4 beside a vector", BY_X, DIMS(2, 5, 4), DIMS(2, 3), WITH_AXES(-3, 1), 120},
    {"rank 4 beside rank 3", BY_Y, DIMS(2, 5, 4, 7), DIMS(2, 3, 5), WITH_AXES(1, -1), 168},
    {"rank 64 beside a vector", BY_X, 63, ones, DIMS(1, 3), WITH_AXES(63, 1), 3},
};

static void a_rank_follows_from_the_others(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(rank_rows); i++) {
        const rank_row *row = &rank_rows[i];
        double zeros[280] = {0}, grad[200];
        const batchdot_tensor grad_out = {zeros, BATCHDOT_F64, row->grad_out_ndim, row->grad_out, NULL};
        const batchdot_tensor other = {zeros, BATCHDOT_F64, row->other_ndim, row->other, NULL};
        test_set_row(row->name);
        test_fill(grad, sizeof grad);
        assert_ok(run(row->which, &grad_out, &other, row->has_axes ? &row->axes : NULL,
                      TENSOR(grad, BATCHDOT_F64, DIMS(0)), true, NULL));
        for (size_t at = 0; at < row->count; at++)
            assert_element(BATCHDOT_F64, grad, (int64_t)at, 0);
        assert_filled(grad + row->count, sizeof grad - row->count * sizeof grad[0]);
    }
    test_set_row("");
}

/* ---- What is refused -------------------------------------------------------------------------------------------- */

typedef struct failure_row {
    const char *name;
    gradient which;
    int grad_out_ndim;
    const int64_t *grad_out;
    int other_ndim;
    const int64_t *other;
    bool has_axes;
    batchdot_axes axes;
    int grad_ndim; /* NO_GRAD: no gradient's tensor is given */
    const int64_t *grad;
    batchdot_status status;
    const char *needles[4];
} failure_row;

#define NO_GRAD INT_MIN, NULL
#define ERROR(name, ...)                                                                                               \
    BATCHDOT_ERROR_##name, {                                                                                           \
        __VA_ARGS__, NULL                                                                                              \
    }

static const failure_row failure_rows[] = {
    {"grad_out of rank 1", BY_X, DIMS(2), DIMS(2, 3), NO_AXES, NO_GRAD, ERROR(RANK, "1")},
    {"grad_out of rank 0", BY_X, 0, NULL, DIMS(2, 3), NO_AXES, NO_GRAD, ERROR(RANK, "0")},
    {"grad_out of rank -1", BY_X, -1, NULL, DIMS(2, 3), NO_AXES, NO_GRAD, ERROR(RANK, "-1")},
    {"grad_out of rank 65", BY_Y, 65, ones, DIMS(1, 1), NO_AXES, NO_GRAD, ERROR(RANK, "65")},
    {"grad_out of rank 0 and a gradient", BY_Y, 0, NULL, DIMS(2, 3), NO_AXES, DIMS(2, 3), ERROR(RANK, "0")},
    {"grad_out of rank -1 and a gradient", BY_X, -1, NULL, DIMS(2, 3), NO_AXES, DIMS(2, 3), ERROR(RANK, "-1")},
    {"grad_out of rank INT_MAX", BY_X, INT_MAX, NULL, DIMS(2, 3), NO_AXES, DIMS(2, 3), ERROR(RANK, "2147483647")},
    {"y of rank 1", BY_X, DIMS(2, 1), DIMS(2), NO_AXES, NO_GRAD, ERROR(RANK, "1")},
    {"x of rank 0", BY_Y, DIMS(2, 1), 0, NULL, NO_AXES, NO_GRAD, ERROR(RANK, "0")},
    {"x of rank INT_MAX", BY_Y, DIMS(2, 1), INT_MAX, ones, NO_AXES, NO_GRAD, ERROR(RANK, "2147483647")},
    {"free axes of y", BY_X, DIMS(2, 1), DIMS(2, 1, 1, 3), WITH_AXES(1, 3), NO_GRAD, ERROR(RANK, "2", "4")},
    {"free axes of y, with grad_x", BY_X, DIMS(2, 1), DIMS(2, 1, 1, 3), WITH_AXES(1, 3), DIMS(2, 3), ERROR(RANK, "4")},
    {"x beyond rank 64", BY_X, 64, ones, DIMS(1, 1), WITH_AXES(1, 1), NO_GRAD, ERROR(RANK, "64")},
    {"rank before extent", BY_X, DIMS(2), DIMS(2, -3), NO_AXES, NO_GRAD, ERROR(RANK, NULL)},
    {"rank before batch", BY_Y, DIMS(2, 1), DIMS(3, 4, 4, 4), NO_AXES, DIMS(5, 6), ERROR(RANK, NULL)},

    {"grad_x of rank 1", BY_X, DIMS(2, 1), DIMS(2, 3), NO_AXES, DIMS(2), ERROR(RANK, "(2,)")},
    {"grad_y of rank 65", BY_Y, DIMS(2, 1), DIMS(2, 3), NO_AXES, 65, ones, ERROR(RANK, "65")},
    {"no shape of y", BY_X, DIMS(2, 1), 2, NULL, NO_AXES, DIMS(2, 3), ERROR(NULL, NULL)},
    {"no shape of y alone", BY_X, DIMS(2, 1), 2, NULL, NO_AXES, NO_GRAD, ERROR(NULL, NULL)},
    {"no shape of grad_x", BY_X, DIMS(2, 1), DIMS(2, 3), NO_AXES, 2, NULL, ERROR(NULL, NULL)},
    {"no shape of grad_out", BY_X, 2, NULL, DIMS(2, 3), NO_AXES, DIMS(2, 3), ERROR(NULL, NULL)},
    {"no shape of grad_out, no grad_x", BY_X, 2, NULL, DIMS(2, 3), NO_AXES, NO_GRAD, ERROR(NULL, NULL)},
    {"extent of y", BY_X, DIMS(2, 1), DIMS(2, -3), NO_AXES, DIMS(2, 3), ERROR(SHAPE, "(2, -3)")},
    {"extent of grad_y", BY_Y, DIMS(2, 1), DIMS(2, 3), NO_AXES, DIMS(2, -4), ERROR(SHAPE, "(2, -4)")},
    {"extent of x alone", BY_Y, DIMS(2, 1), DIMS(2, -3), NO_AXES, NO_GRAD, ERROR(SHAPE, "(2, -3)")},
    {"batch", BY_X, DIMS(2, 1), DIMS(2, 3), NO_AXES, DIMS(5, 4), ERROR(BATCH, "(5, 4)", "(2, 3)")},
    {"batch of grad_y", BY_Y, DIMS(2, 1), DIMS(1, 3), NO_AXES, DIMS(2, 3), ERROR(BATCH, "(1, 3)", "(2, 3)")},
    {"batch before axis", BY_Y, DIMS(2, 1), DIMS(1, 3), WITH_AXES(9, 9), DIMS(2, 3), ERROR(BATCH, NULL)},
    {"x's axis", BY_X, DIMS(2, 1), DIMS(2, 3), WITH_AXES(2, 1), DIMS(2, 3), ERROR(AXIS_RANGE, "2")},
    {"x's axis alone", BY_X, DIMS(2, 1), DIMS(2, 3), WITH_AXES(3, 1), NO_GRAD, ERROR(AXIS_RANGE, "3")},
    {"x's axis alone, too low", BY_X, DIMS(2, 5), DIMS(2, 3), WITH_AXES(-4, 1), NO_GRAD, ERROR(AXIS_RANGE, "-4")},
    {"y's axis alone", BY_X, DIMS(2, 1), DIMS(2, 3), WITH_AXES(1, 5), NO_GRAD, ERROR(AXIS_RANGE, "5")},
    {"x's batch", BY_X, DIMS(2, 1), DIMS(2, 3), WITH_AXES(0, 1), DIMS(2, 3), ERROR(AXIS_BATCH, "batch")},
    {"x's batch alone", BY_X, DIMS(2, 1), DIMS(2, 3), WITH_AXES(0, 1), NO_GRAD, ERROR(AXIS_BATCH, "batch")},
    {"x's batch beside y", BY_Y, DIMS(2, 1), DIMS(2, 3), WITH_AXES(-2, 1), NO_GRAD, ERROR(AXIS_BATCH, "batch")},
    {"contracted", BY_X, DIMS(2, 1), DIMS(2, 3), NO_AXES, DIMS(2, 4), ERROR(CONTRACTED, "3", "4")},
    {"contracted before output", BY_Y, DIMS(2, 7), DIMS(2, 6, 3), NO_AXES, DIMS(2, 4), ERROR(CONTRACTED, "3", "4")},

    {"grad_out's extent", BY_X, DIMS(2, 5), DIMS(2, 4), NO_AXES, DIMS(2, 3, 4), ERROR(OUTPUT, "(2, 5)", "(2, 3)")},
    {"grad_out's batch", BY_X, DIMS(3, 5), DIMS(2, 4), NO_AXES, DIMS(2, 5, 4), ERROR(OUTPUT, "(3, 5)", "(2, 5)")},
    {"grad_out's rank", BY_Y, DIMS(2, 3, 1), DIMS(2, 4), WITH_AXES(1, 2), DIMS(2, 3, 4), ERROR(OUTPUT, "(2, 3, 1)")},
    {"a rank without a shape", BY_X, 5, NULL, DIMS(2, 3), NO_AXES, DIMS(2, 3), ERROR(OUTPUT, "(2, 1)")},
    {"grad_out of vectors", BY_X, DIMS(2, 2), DIMS(2, 4), NO_AXES, DIMS(2, 4), ERROR(OUTPUT, "(2, 2)", "(2, 1)")},
    {"grad_out beside y alone", BY_X, DIMS(2, 3), DIMS(2, 4, 5), NO_AXES, NO_GRAD, ERROR(OUTPUT, "(2, 3)", "(2, 5)")},
    {"grad_out beside x alone", BY_Y, DIMS(2, 3, 9), DIMS(2, 4, 5), NO_AXES, NO_GRAD, ERROR(OUTPUT, "(2, 3, 9)")},
};

static void check_failure(const failure_row *row) {
    const batchdot_tensor grad_out = {NULL, BATCHDOT_F64, row->grad_out_ndim, row->grad_out, NULL};
    /* Another dtype: what is wrong with the shapes comes first. */
    const batchdot_tensor other = {NULL, BATCHDOT_I32, row->other_ndim, row->other, NULL};
    const batchdot_tensor grad = {NULL, BATCHDOT_F64, row->grad_ndim, row->grad, NULL};
    double mark = 0.0;
    batchdot_plan *plan = (batchdot_plan *)(void *)&mark;
    test_set_row(row->name);
    assert_fails(row->status,
                 create(row->which, &plan, &grad_out, &other, row->has_axes ? &row->axes : NULL,
                        row->grad_ndim == INT_MIN ? NULL : &grad, NULL),
                 row->needles[0], row->needles[1], row->needles[2]);
    assert_null(plan);
}

static void a_broken_rule_is_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(failure_rows); i++)
        check_failure(&failure_rows[i]);
    test_set_row("");
}

/* The inferred x takes its batch from one of the two: which is at fault is a matter of taste. */
static void batches_that_differ_without_a_gradient(void **state) {
    (void)state;
    for (int which = BY_X; which <= BY_Y; which++) {
        batchdot_plan *plan = NULL;
        const batchdot_status status = create((gradient)which, &plan, TENSOR(NULL, BATCHDOT_F64, DIMS(3, 5)),
                                              TENSOR(NULL, BATCHDOT_F64, DIMS(2, 4)), NULL, NULL, NULL);
        assert_true(status == BATCHDOT_ERROR_BATCH || status == BATCHDOT_ERROR_OUTPUT);
        assert_null(plan);
    }
}

static void tensors_must_not_be_null(void **state) {
    (void)state;
    const batchdot_tensor *matrix = TENSOR(NULL, BATCHDOT_F64, DIMS(2, 1)),
                          *scalar = TENSOR(NULL, BATCHDOT_F64, 0, NULL);
    double mark = 0.0;
    for (int which = BY_X; which <= BY_Y; which++) {
        assert_fails(BATCHDOT_ERROR_NULL, create((gradient)which, NULL, matrix, matrix, NULL, NULL, NULL), NULL);
        batchdot_plan *plan = (batchdot_plan *)(void *)&mark;
        assert_fails(BATCHDOT_ERROR_NULL, create((gradient)which, &plan, NULL, scalar, NULL, NULL, NULL), NULL);
        assert_null(plan);
        plan = (batchdot_plan *)(void *)&mark;
        assert_fails(BATCHDOT_ERROR_NULL, create((gradient)which, &plan, scalar, NULL, NULL, NULL, NULL), NULL);
        assert_null(plan);
    }
}

/* Each step mends the first fault of the step before, so the status walks down the documented order. */
static void check_order(gradient which) {
    const int64_t far[] = {INT64_MAX, 1, 1}, same[] = {0, 4, 1};
    static double weight[6], other_data[8], grad_data[24];
    batchdot_tensor grad_out = {weight, BATCHDOT_F32, DIMS(2, 5), NULL};
    batchdot_tensor other = {other_data, BATCHDOT_F64, DIMS(2, 4), far};
    batchdot_tensor grad = {grad_data, BATCHDOT_F64, DIMS(2, 3, 4), same};
    batchdot_options options = BATCHDOT_OPTIONS_INIT;
    batchdot_plan *plan;
    const batchdot_axes axes = which == BY_X ? (batchdot_axes){2, 1} : (batchdot_axes){1, 2};
    options.normalize = 1;
    assert_fails(BATCHDOT_ERROR_OUTPUT, create(which, &plan, &grad_out, &other, &axes, &grad, &options), "(2, 5)");
    grad_out.shape = EXTENTS(2, 3);
    assert_fails(BATCHDOT_ERROR_DTYPE, create(which, &plan, &grad_out, &other, &axes, &grad, &options), NULL);
    grad_out.dtype = BATCHDOT_F64;
    grad.dtype = BATCHDOT_F32;
    assert_fails(BATCHDOT_ERROR_DTYPE, create(which, &plan, &grad_out, &other, &axes, &grad, &options), NULL);
    grad.dtype = BATCHDOT_F64;
    assert_fails(BATCHDOT_ERROR_OVERFLOW, create(which, &plan, &grad_out, &other, &axes, &grad, &options), NULL);
    other.strides = NULL;
    assert_fails(BATCHDOT_ERROR_OVERLAP, create(which, &plan, &grad_out, &other, &axes, &grad, &options), NULL);
    grad.strides = NULL;
    assert_fails(BATCHDOT_ERROR_OPTION, create(which, &plan, &grad_out, &other, &axes, &grad, &options), "normalize");
    assert_fails(BATCHDOT_ERROR_OPTION, create(which, &plan, &grad_out, &other, &axes, NULL, &options), "normalize");
    options.normalize = 0;
    options.num_threads = -1;
    assert_fails(BATCHDOT_ERROR_OPTION, create(which, &plan, &grad_out, &other, &axes, &grad, &options), "num_threads");
    assert_null(plan);
    options.num_threads = 0;
    assert_ok(create(which, &plan, &grad_out, &other, &axes, &grad, &options));
    test_fill(grad_data, sizeof grad_data);
    assert_fails(BATCHDOT_ERROR_NULL, batchdot_plan_execute(plan, NULL, other_data, grad_data), NULL);
    assert_fails(BATCHDOT_ERROR_NULL, batchdot_plan_execute(plan, weight, NULL, grad_data), NULL);
    assert_fails(BATCHDOT_ERROR_NULL, batchdot_plan_execute(plan, weight, other_data, NULL), NULL);
    assert_fails(BATCHDOT_ERROR_OVERLAP, batchdot_plan_execute(plan, grad_data + 23, other_data, grad_data), NULL);
    assert_fails(BATCHDOT_ERROR_OVERLAP, batchdot_plan_execute(plan, weight, grad_data + 23, grad_data), NULL);
    assert_filled(grad_data, sizeof grad_data);
    assert_ok(batchdot_plan_execute(plan, weight, other_data, grad_data));
    batchdot_plan_destroy(plan);
}

static void the_first_fault_is_named(void **state) {
    (void)state;
    check_order(BY_X);
    check_order(BY_Y);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_are_the_differences),
        cmocka_unit_test(vectors_with_a_result_of_batch_and_1),
        cmocka_unit_test(beta_accumulates),
        cmocka_unit_test(empty_sums_are_zero),
        cmocka_unit_test(a_rank_follows_from_the_others),
        cmocka_unit_test(a_broken_rule_is_refused),
        cmocka_unit_test(batches_that_differ_without_a_gradient),
        cmocka_unit_test(tensors_must_not_be_null),
        cmocka_unit_test(the_first_fault_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
