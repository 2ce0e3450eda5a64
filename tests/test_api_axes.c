/* Products by lists of axes and by einsum expressions at the edges of what can be asked for: no axes, 64 axes, no
 * elements, no lists. */
#include "test_api_support.h"

#include <stdlib.h>
#include <string.h>

#define AXIS_LIST(...) ((const int[]){__VA_ARGS__})
static const batchdot_dims no_lists = {0, 0, NULL, NULL, NULL, NULL};

/* ---- Rank 0 ----------------------------------------------------------------------------------------------------- */

static void scalars_multiply(void **state) {
    (void)state;
    batchdot_engine engines[3];
    const int engine_count = test_engines(engines);
    for (int i = 0; i < TEST_DTYPE_COUNT * engine_count; i++) {
        const batchdot_dtype dtype = (batchdot_dtype)(i / engine_count), out_dtype = test_default_out(dtype);
        batchdot_options options = test_options(engines[i % engine_count]);
        double x[2], y[2], out[2] = {0};
        test_store(dtype, x, 0, 3.0, 0.0);
        test_store(dtype, y, 0, 5.0, 0.0);
        const batchdot_tensor x_tensor = {x, dtype, 0, NULL, NULL}, y_tensor = {y, dtype, 0, NULL, NULL};
        const batchdot_tensor out_tensor = {out, out_dtype, 0, NULL, NULL};
        assert_ok(test_run_general(&x_tensor, &y_tensor, &no_lists, &out_tensor, &options));
        assert_element(out_dtype, out, 0, 15);
        options.beta[0] = 1.0;
        assert_ok(test_run_einsum(",->", &x_tensor, &y_tensor, &out_tensor, &options));
        assert_element(out_dtype, out, 0, 30);
        assert_ok(test_run_einsum(",", &x_tensor, &y_tensor, &out_tensor, &options));
        assert_element(out_dtype, out, 0, 45);
    }
}

/* A scalar times a matrix, from either side, into any layout. */
static void a_scalar_scales(void **state) {
    (void)state;
    double scalar = 10.0, matrix[] = {1, 2, 3, 4, 5, 6}, out[6];
    const batchdot_tensor *s = TENSOR(&scalar, BATCHDOT_F64, 0, NULL), *m = TENSOR(matrix, BATCHDOT_F64, DIMS(2, 3));
    const batchdot_tensor *result = TENSOR(out, BATCHDOT_F64, DIMS(2, 3));
    for (int from_left = 0; from_left <= 1; from_left++) {
        test_fill(out, sizeof out);
        assert_ok(test_run_general(from_left ? s : m, from_left ? m : s, &no_lists, result, NULL));
        for (int i = 0; i < 6; i++)
            assert_element(BATCHDOT_F64, out, i, 10 * matrix[i]);
        assert_ok(test_run_einsum(from_left ? ",ij->ji" : "ij,->ji", from_left ? s : m, from_left ? m : s,
                                  TENSOR(out, BATCHDOT_F64, DIMS(3, 2)), NULL));
        for (int i = 0; i < 6; i++)
            assert_element(BATCHDOT_F64, out, i, 10 * matrix[i % 2 * 3 + i / 2]);
        assert_ok(test_run_einsum(from_left ? ",ij->" : "ij,->", from_left ? s : m, from_left ? m : s,
                                  TENSOR(out, BATCHDOT_F64, 0, NULL), NULL));
        assert_element(BATCHDOT_F64, out, 0, 210);
    }
}

/* ---- No lists, and nothing else --------------------------------------------------------------------------------- */

static void no_lists_are_the_outer_product(void **state) {
    (void)state;
    double x[] = {1, 2, 3, 4, 5, 6}, y[] = {1, 10, 100, 1000}, out[24];
    assert_ok(test_run_general(TENSOR(x, BATCHDOT_F64, DIMS(2, 3)), TENSOR(y, BATCHDOT_F64, DIMS(4)), &no_lists,
                               TENSOR(out, BATCHDOT_F64, DIMS(2, 3, 4)), NULL));
    for (int i = 0; i < 24; i++)
        assert_element(BATCHDOT_F64, out, i, x[i / 4] * y[i % 4]);
    assert_ok(test_run_einsum("ij,k->kji", TENSOR(x, BATCHDOT_F64, DIMS(2, 3)), TENSOR(y, BATCHDOT_F64, DIMS(4)),
                              TENSOR(out, BATCHDOT_F64, DIMS(4, 3, 2)), NULL));
    for (int i = 0; i < 24; i++)
        assert_element(BATCHDOT_F64, out, i, y[i / 6] * x[i % 2 * 3 + i / 2 % 3]);
}

static void all_axes_contracted(void **state) {
    (void)state;
    double x[] = {1, 2, 3, 4, 5, 6}, y[] = {1, 1000, 10, 10000, 100, 100000}, out[1];
    const batchdot_tensor *x_tensor = TENSOR(x, BATCHDOT_F64, DIMS(2, 3)),
                          *y_tensor = TENSOR(y, BATCHDOT_F64, DIMS(3, 2));
    const batchdot_tensor *result = TENSOR(out, BATCHDOT_F64, 0, NULL);
    const batchdot_dims dims = {0, 2, NULL, NULL, AXIS_LIST(1, 0), AXIS_LIST(0, -1)};
    assert_ok(test_run_general(x_tensor, y_tensor, &dims, result, NULL));
    assert_element(BATCHDOT_F64, out, 0, 654321);
    out[0] = 0;
    assert_ok(test_run_einsum("ij,ji", x_tensor, y_tensor, result, NULL));
    assert_element(BATCHDOT_F64, out, 0, 654321);
}

static void all_axes_of_the_batch(void **state) {
    (void)state;
    double x[] = {1, 2, 3, 4, 5, 6}, y[] = {1, 1000, 10, 10000, 100, 100000}, out[6];
    const double expected[] = {1, 4000, 20, 50000, 300, 600000};
    const batchdot_tensor *x_tensor = TENSOR(x, BATCHDOT_F64, DIMS(2, 3)),
                          *y_tensor = TENSOR(y, BATCHDOT_F64, DIMS(3, 2));
    const batchdot_dims dims = {2, 0, AXIS_LIST(-1, 0), AXIS_LIST(0, 1), NULL, NULL};
    assert_ok(test_run_general(x_tensor, y_tensor, &dims, TENSOR(out, BATCHDOT_F64, DIMS(3, 2)), NULL));
    for (int i = 0; i < 6; i++)
        assert_element(BATCHDOT_F64, out, i, expected[i]);
    assert_ok(test_run_einsum("ij,ji->ij", x_tensor, y_tensor, TENSOR(out, BATCHDOT_F64, DIMS(2, 3)), NULL));
    for (int i = 0; i < 6; i++)
        assert_element(BATCHDOT_F64, out, i, expected[i % 3 * 2 + i / 3]);
}

/* A letter of one input only: (sum over a of x) times (sum over c of y), in every dtype. */
static void letters_of_one_input_are_summed(void **state) {
    (void)state;
    for (int d = 0; d < TEST_DTYPE_COUNT; d++) {
        const batchdot_dtype dtype = (batchdot_dtype)d, out_dtype = test_default_out(dtype);
        double x[12], y[12], out[6];
        for (int64_t i = 0; i < 6; i++) {
            test_store(dtype, x, i, (double)(i + 1), 0.0);
            test_store(dtype, y, i, (double)(i % 2 + 1), 0.0);
        }
        const batchdot_tensor *x_tensor = TENSOR(x, dtype, DIMS(2, 3)), *y_tensor = TENSOR(y, dtype, DIMS(3, 2));
        assert_ok(test_run_einsum("ab,bc->b", x_tensor, y_tensor, TENSOR(out, out_dtype, DIMS(3)), NULL));
        for (int64_t i = 0; i < 3; i++)
            assert_element(out_dtype, out, i, (double)(3 * (2 * i + 5)));
        assert_ok(test_run_einsum("ab,cd->c", x_tensor, y_tensor, TENSOR(out, out_dtype, DIMS(3)), NULL));
        for (int64_t i = 0; i < 3; i++)
            assert_element(out_dtype, out, i, 63);
        assert_ok(test_run_einsum("ab,bc->", x_tensor, y_tensor, TENSOR(out, out_dtype, 0, NULL), NULL));
        assert_element(out_dtype, out, 0, 63);
    }
}

/* ---- No elements ------------------------------------------------------------------------------------------------ */

/* Without elements to sum, and with an output of elements: zeros, or beta * out. No input needs data. */
static void check_empty_sum(batchdot_dtype dtype, batchdot_engine engine) {
    const batchdot_dtype out_dtype = test_default_out(dtype);
    const batchdot_dims dims = {1, 2, AXIS_LIST(0), AXIS_LIST(1), AXIS_LIST(1, 2), AXIS_LIST(2, 0)};
    const batchdot_tensor *x = TENSOR(NULL, dtype, DIMS(2, 0, 3)), *y = TENSOR(NULL, dtype, DIMS(3, 2, 0, 2));
    double data[8];
    const batchdot_tensor *out = TENSOR(data, out_dtype, DIMS(2, 2));
    batchdot_options options = test_options(engine);
    for (int beta = 0; beta <= 1; beta++) {
        options.beta[0] = beta;
        for (int form = 0; form <= 1; form++) {
            for (int64_t i = 0; i < 4; i++)
                test_store(out_dtype, data, i, (double)(i + 1), 0.0);
            if (form == 0)
                assert_ok(test_run_general(x, y, &dims, out, &options));
            else
                assert_ok(test_run_einsum("bij,jbik->bk", x, y, out, &options));
            for (int64_t i = 0; i < 4; i++)
                assert_element(out_dtype, data, i, (double)(beta * (i + 1)));
        }
    }
    options.beta[0] = 0.0;
    test_store(out_dtype, data, 0, 7.0, 0.0);
    assert_ok(test_run_einsum("bij,jbik->", x, y, TENSOR(data, out_dtype, 0, NULL), &options));
    assert_element(out_dtype, data, 0, 0);
}

static void empty_sums_are_zero(void **state) {
    (void)state;
    batchdot_engine engines[3];
    const int engine_count = test_engines(engines);
    for (int i = 0; i < TEST_DTYPE_COUNT * engine_count; i++)
        check_empty_sum((batchdot_dtype)(i / engine_count), engines[i % engine_count]);
}

/* A sum over an axis of x alone that has no elements. */
static void a_lone_letter_of_extent_0(void **state) {
    (void)state;
    double y[] = {1, 2, 3}, out[3];
    test_fill(out, sizeof out);
    assert_ok(test_run_einsum("a,b->b", TENSOR(NULL, BATCHDOT_F64, DIMS(0)), TENSOR(y, BATCHDOT_F64, DIMS(3)),
                              TENSOR(out, BATCHDOT_F64, DIMS(3)), NULL));
    for (int i = 0; i < 3; i++)
        assert_element(BATCHDOT_F64, out, i, 0);
}

static void an_empty_output_needs_no_data(void **state) {
    (void)state;
    double x[6] = {0};
    const batchdot_dims dims = {0, 1, NULL, NULL, AXIS_LIST(1), AXIS_LIST(0)};
    const batchdot_tensor *x_tensor = TENSOR(x, BATCHDOT_F64, DIMS(2, 3)), *y = TENSOR(NULL, BATCHDOT_F64, DIMS(3, 0)),
                          *out = TENSOR(NULL, BATCHDOT_F64, DIMS(2, 0));
    assert_ok(test_run_general(x_tensor, y, &dims, out, NULL));
    assert_ok(test_run_einsum("ij,jk", x_tensor, y, out, NULL));
    assert_fails(BATCHDOT_ERROR_NULL, test_run_general(TENSOR(NULL, BATCHDOT_F64, DIMS(2, 3)), y, &dims, out, NULL),
                 NULL);
}

/* ---- 64 axes ---------------------------------------------------------------------------------------------------- */

/* Axis 5 of x has extent 2 and axis 40 extent 3; y has the same axes the other way around. */
typedef struct wide_pair {
    int64_t x_shape[BATCHDOT_MAX_NDIM], y_shape[BATCHDOT_MAX_NDIM];
    int x_axes[BATCHDOT_MAX_NDIM], y_axes[BATCHDOT_MAX_NDIM];
} wide_pair;

static const double wide_x[] = {1, 2, 3, 4, 5, 6}, wide_y[] = {1, 1000, 10, 10000, 100, 100000};
static const double wide_products[] = {1, 20, 300, 4000, 50000, 600000};

static wide_pair make_wide_pair(void) {
    wide_pair made;
    for (int i = 0; i < BATCHDOT_MAX_NDIM; i++) {
        const int y_axis = BATCHDOT_MAX_NDIM - 1 - i;
        made.x_axes[i] = i % 3 == 0 ? i - BATCHDOT_MAX_NDIM : i;
        made.y_axes[i] = i % 2 == 0 ? y_axis - BATCHDOT_MAX_NDIM : y_axis;
        made.x_shape[i] = made.y_shape[y_axis] = i == 5 ? 2 : i == 40 ? 3 : 1;
    }
    return made;
}

static batchdot_status run_wide(const wide_pair *pair, const batchdot_dims *dims, int out_ndim,
                                const int64_t *out_shape, void *out) {
    const batchdot_tensor x = {(void *)wide_x, BATCHDOT_F64, BATCHDOT_MAX_NDIM, pair->x_shape, NULL};
    const batchdot_tensor y = {(void *)wide_y, BATCHDOT_F64, BATCHDOT_MAX_NDIM, pair->y_shape, NULL};
    const batchdot_tensor out_tensor = {out, BATCHDOT_F64, out_ndim, out_shape, NULL};
    return test_run_general(&x, &y, dims, &out_tensor, NULL);
}

static void sixty_four_axes(void **state) {
    (void)state;
    const wide_pair pair = make_wide_pair();
    const int *const x = pair.x_axes, *const y = pair.y_axes;
    double out[6];

    const batchdot_dims all_batch = {64, 0, x, y, NULL, NULL};
    assert_ok(run_wide(&pair, &all_batch, 64, pair.x_shape, out));
    for (int i = 0; i < 6; i++)
        assert_element(BATCHDOT_F64, out, i, wide_products[i]);

    const batchdot_dims all_contracted = {0, 64, NULL, NULL, x, y};
    assert_ok(run_wide(&pair, &all_contracted, 0, NULL, out));
    assert_element(BATCHDOT_F64, out, 0, 654321);

    /* The first 20 are the batch, the others contracted. */
    const batchdot_dims some_of_both = {20, 44, x, y, x + 20, y + 20};
    assert_ok(run_wide(&pair, &some_of_both, 20, pair.x_shape, out));
    assert_element(BATCHDOT_F64, out, 0, 321);
    assert_element(BATCHDOT_F64, out, 1, 654000);

    /* 32 contracted, and 32 free of each: y's come in its order, the extent of 3 before that of 2. */
    const batchdot_dims free_32 = {0, 32, NULL, NULL, x + 6, y + 6};
    int64_t shape[BATCHDOT_MAX_NDIM];
    for (int i = 0; i < BATCHDOT_MAX_NDIM; i++)
        shape[i] = 1;
    shape[5] = 2; /* of x: axes 0 to 5, 38 to 63; of y: axes 0 to 25, 58 to 63 */
    shape[8] = 3;
    shape[32 + 23] = 3;
    shape[32 + 26] = 2;
    double products[36];
    assert_ok(run_wide(&pair, &free_32, 64, shape, products));
    for (int i = 0; i < 36; i++)
        assert_element(BATCHDOT_F64, products, i, wide_x[i / 6] * wide_y[i % 6]);
}

static void fifty_two_letters(void **state) {
    (void)state;
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const wide_pair pair = make_wide_pair();
    const batchdot_tensor x = {(void *)wide_x, BATCHDOT_F64, 52, pair.x_shape, NULL};
    const batchdot_tensor y = {(void *)wide_y, BATCHDOT_F64, 52, pair.y_shape + 12, NULL};
    double out[6];
    char expression[200];
    for (int i = 0; i < 52; i++) {
        expression[i] = letters[i];
        expression[53 + i] = letters[51 - i];
    }
    expression[52] = ',';
    expression[105] = '\0';
    assert_ok(test_run_einsum(expression, &x, &y, TENSOR(out, BATCHDOT_F64, 0, NULL), NULL));
    assert_element(BATCHDOT_F64, out, 0, 654321);
    strcpy(expression + 105, "->");
    strcpy(expression + 107, letters);
    const batchdot_tensor result = {out, BATCHDOT_F64, 52, pair.x_shape, NULL};
    assert_ok(test_run_einsum(expression, &x, &y, &result, NULL));
    for (int i = 0; i < 6; i++)
        assert_element(BATCHDOT_F64, out, i, wide_products[i]);
}

/* ---- Plans ------------------------------------------------------------------------------------------------------ */

/* The lists may go when the plan is made. */
static void nothing_is_kept_of_the_lists(void **state) {
    (void)state;
    double x[] = {1, 2, 3, 4}, y[] = {1, 10, 100, 1000}, out[4] = {0};
    int *axes = test_alloc(2 * sizeof *axes);
    batchdot_dims *dims = test_alloc(sizeof *dims);
    axes[0] = 1;
    axes[1] = 0;
    *dims = (batchdot_dims){1, 1, axes, axes, axes + 1, axes + 1};
    batchdot_plan *plan = NULL;
    assert_ok(batchdot_plan_create_general(&plan, TENSOR(NULL, BATCHDOT_F64, DIMS(2, 2)),
                                           TENSOR(NULL, BATCHDOT_F64, DIMS(2, 2)), dims, NULL, NULL));
    free(axes);
    free(dims);
    assert_ok(batchdot_plan_execute(plan, x, y, out));
    batchdot_plan_destroy(plan);
    assert_element(BATCHDOT_F64, out, 0, 301);
    assert_element(BATCHDOT_F64, out, 1, 4020);
}

/* Without an output: the first of the dtypes that the inputs' gives. */
static void a_plan_without_output(void **state) {
    (void)state;
    const batchdot_dims dims = {0, 1, NULL, NULL, AXIS_LIST(0), AXIS_LIST(0)};
    for (int d = 0; d < TEST_DTYPE_COUNT; d++) {
        const batchdot_dtype dtype = (batchdot_dtype)d, out_dtype = test_default_out(dtype);
        double x[8], out[9];
        for (int64_t i = 0; i < 4; i++)
            test_store(dtype, x, i, (double)(i + 1), 0.0);
        const batchdot_tensor *x_tensor = TENSOR(x, dtype, DIMS(2, 2));
        for (int form = 0; form <= 1; form++) {
            batchdot_plan *plan = NULL;
            if (form == 0)
                assert_ok(batchdot_plan_create_general(&plan, x_tensor, x_tensor, &dims, NULL, NULL));
            else
                assert_ok(batchdot_plan_create_einsum(&plan, "ki,kj", x_tensor, x_tensor, NULL, NULL));
            test_fill(out, sizeof out);
            assert_ok(batchdot_plan_execute(plan, x, x, out));
            batchdot_plan_destroy(plan);
            assert_element(out_dtype, out, 0, 10);
            assert_element(out_dtype, out, 1, 14);
            assert_element(out_dtype, out, 2, 14);
            assert_element(out_dtype, out, 3, 20);
            assert_filled((char *)out + 4 * test_dtype_size(out_dtype), sizeof out - 4 * test_dtype_size(out_dtype));
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars_multiply),
        cmocka_unit_test(a_scalar_scales),
        cmocka_unit_test(no_lists_are_the_outer_product),
        cmocka_unit_test(all_axes_contracted),
        cmocka_unit_test(all_axes_of_the_batch),
        cmocka_unit_test(letters_of_one_input_are_summed),
        cmocka_unit_test(empty_sums_are_zero),
        cmocka_unit_test(a_lone_letter_of_extent_0),
        cmocka_unit_test(an_empty_output_needs_no_data),
        cmocka_unit_test(sixty_four_axes),
        cmocka_unit_test(fifty_two_letters),
        cmocka_unit_test(nothing_is_kept_of_the_lists),
        cmocka_unit_test(a_plan_without_output),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
