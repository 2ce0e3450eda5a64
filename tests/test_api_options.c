/* Options: what each value does, which values are refused, and structs of older and newer versions. */
#include "test_api_support.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const batchdot_dtype float_dtypes[] = {BATCHDOT_F32,  BATCHDOT_F64, BATCHDOT_C64,
                                              BATCHDOT_C128, BATCHDOT_F16, BATCHDOT_BF16};
static const batchdot_dtype integer_dtypes[] = {BATCHDOT_I8, BATCHDOT_U8, BATCHDOT_I32, BATCHDOT_I64};

/* ---- alpha and beta --------------------------------------------------------------------------------------------- */

typedef struct scale_row {
    const char *name;
    double alpha, beta, before, expected; /* of (1, 2, 3) . (4, 5, 6) = 32 */
} scale_row;

static const scale_row float_scales[] = {
    {"the defaults", 1, 0, 10, 32},
    {"beta 0 does not read", 1, 0, NAN, 32},
    {"beta 0 does not read", 2, 0, INFINITY, 64},
    {"beta 1", 1, 1, 10, 42},
    {"beta -1", 1, -1, 10, 22},
    {"alpha 2, beta 0.5", 2, 0.5, 10, 69},
    {"alpha -1, beta 2", -1, 2, 10, -12},
    {"alpha 0", 0, 0, 10, 0},
    {"alpha 0, beta 0 does not read", 0, 0, NAN, 0},
    {"alpha 0, beta 1", 0, 1, 10, 10},
    {"alpha 0, beta -3", 0, -3, 10, -30},
};

static const scale_row integer_scales[] = {
    {"the defaults", 1, 0, 10, 32},
    {"beta 1", 1, 1, 10, 42},
    {"beta 1, negative", 1, 1, -50, -18},
};

static void check_scale(const scale_row *row, batchdot_dtype dtype, batchdot_dtype out_dtype, batchdot_engine engine) {
    double x[6], y[6], out[2];
    for (int64_t i = 0; i < 3; i++) {
        test_store(dtype, x, i, (double)(i + 1), 0.0);
        test_store(dtype, y, i, (double)(i + 4), 0.0);
    }
    batchdot_options options = test_options(engine);
    options.alpha[0] = row->alpha;
    options.beta[0] = row->beta;
    test_store(out_dtype, out, 0, row->before, isnan(row->before) ? NAN : 0.0);
    test_set_row(row->name);
    assert_ok(test_run(TENSOR(x, dtype, DIMS(1, 3)), TENSOR(y, dtype, DIMS(1, 3)), NULL,
                       TENSOR(out, out_dtype, DIMS(1, 1)), &options));
    assert_element(out_dtype, out, 0, row->expected);
    test_set_row("");
}

static void alpha_and_beta_scale(void **state) {
    (void)state;
    batchdot_engine engines[3];
    const int engine_count = test_engines(engines);
    for (int e = 0; e < engine_count; e++) {
        for (size_t i = 0; i < COUNT(float_scales); i++) {
            for (size_t d = 0; d < COUNT(float_dtypes); d++)
                check_scale(&float_scales[i], float_dtypes[d], float_dtypes[d], engines[e]);
            check_scale(&float_scales[i], BATCHDOT_F16, BATCHDOT_F32, engines[e]);
            check_scale(&float_scales[i], BATCHDOT_BF16, BATCHDOT_F32, engines[e]);
        }
        for (size_t i = 0; i < COUNT(integer_scales); i++) {
            for (size_t d = 0; d < COUNT(integer_dtypes); d++)
                check_scale(&integer_scales[i], integer_dtypes[d], test_default_out(integer_dtypes[d]), engines[e]);
        }
    }
}

typedef struct scaled_case {
    batchdot_dtype dtype;
    int64_t m, n, k;
} scaled_case;

/* Ones but for a NaN at x[0, 0]: alpha 0 scales it and does not drop it; beta 0 reads nothing of the output. */
static void check_alpha_0(const scaled_case *c, batchdot_engine engine) {
    const size_t size = test_dtype_size(c->dtype);
    void *x = test_alloc((size_t)(c->m * c->k) * size), *y = test_alloc((size_t)(c->k * c->n) * size);
    void *out = test_alloc((size_t)(c->m * c->n) * size);
    for (int64_t i = 0; i < c->m * c->k; i++)
        test_store(c->dtype, x, i, i == 0 ? NAN : 1.0, 0.0);
    for (int64_t i = 0; i < c->k * c->n; i++)
        test_store(c->dtype, y, i, 1.0, 0.0);
    batchdot_options options = test_options(engine);
    options.alpha[0] = 0.0;
    for (int beta = 0; beta <= 1; beta++) {
        options.beta[0] = beta;
        for (int64_t i = 0; i < c->m * c->n; i++)
            test_store(c->dtype, out, i, beta == 0 ? NAN : 7.0, 0.0);
        assert_ok(test_run(TENSOR(x, c->dtype, DIMS(1, c->m, c->k)), TENSOR(y, c->dtype, DIMS(1, c->k, c->n)), NULL,
                           TENSOR(out, c->dtype, DIMS(1, c->m, c->n)), &options));
        for (int64_t i = 0; i < c->m * c->n; i++) {
            if (i < c->n)
                assert_nan(c->dtype, out, i);
            else
                assert_element(c->dtype, out, i, beta * 7.0);
        }
    }
    free(x);
    free(y);
    free(out);
}

static void alpha_0_keeps_a_nan_of_the_product(void **state) {
    (void)state;
    static const int64_t shapes[][3] = {{1, 1, 3}, {3, 1, 3}, {1, 3, 3}, {3, 2, 4}, {33, 20, 40}, {64, 64, 64}};
    batchdot_engine engines[3];
    const int engine_count = test_engines(engines);
    for (int e = 0; e < engine_count; e++) {
        for (size_t i = 0; i < COUNT(float_dtypes) * COUNT(shapes); i++) {
            const int64_t *shape = shapes[i % COUNT(shapes)];
            const scaled_case c = {float_dtypes[i / COUNT(shapes)], shape[0], shape[1], shape[2]};
            check_alpha_0(&c, engines[e]);
        }
    }
}

static void beta_lets_a_nan_of_the_output_through(void **state) {
    (void)state;
    batchdot_engine engines[3];
    const int engine_count = test_engines(engines);
    for (int i = 0; i < (int)COUNT(float_dtypes) * engine_count; i++) {
        const batchdot_dtype dtype = float_dtypes[i / engine_count];
        batchdot_options options = test_options(engines[i % engine_count]);
        options.beta[0] = 0.25;
        double x[4], out[4];
        for (int64_t j = 0; j < 2; j++)
            test_store(dtype, x, j, 1.0, 0.0);
        test_store(dtype, out, 0, NAN, 0.0);
        test_store(dtype, out, 1, 8.0, 0.0);
        const batchdot_tensor *ones = TENSOR(x, dtype, DIMS(2, 1));
        assert_ok(test_run(ones, ones, NULL, TENSOR(out, dtype, DIMS(2, 1)), &options));
        assert_nan(dtype, out, 0);
        assert_element(dtype, out, 1, 3.0);
    }
}

/* ---- Complex numbers -------------------------------------------------------------------------------------------- */

typedef struct complex_row {
    const char *name;
    double alpha[2], beta[2];
    int conj_x, conj_y;
    double expected[2]; /* of alpha * (1 + 2i)(3 + 4i) + beta * (1 + i) */
} complex_row;

static const complex_row complex_rows[] = {
    {"plain", {1, 0}, {0, 0}, 0, 0, {-5, 10}},
    {"conj_x", {1, 0}, {0, 0}, 1, 0, {11, -2}},
    {"conj_y", {1, 0}, {0, 0}, 0, 1, {11, 2}},
    {"both", {1, 0}, {0, 0}, 1, 1, {-5, -10}},
    {"conj_x is any nonzero value", {1, 0}, {0, 0}, 2, 0, {11, -2}},
    {"conj_y is any nonzero value", {1, 0}, {0, 0}, 0, -1, {11, 2}},
    {"both of any nonzero value", {1, 0}, {0, 0}, 4, 256, {-5, -10}},
    {"alpha", {2, 1}, {0, 0}, 0, 0, {-20, 15}},
    {"imaginary alpha", {0, 1}, {0, 0}, 0, 0, {-10, -5}},
    {"alpha is not conjugated", {0, 1}, {0, 0}, 1, 1, {10, -5}},
    {"beta", {1, 0}, {2, 3}, 0, 0, {-6, 15}},
    {"imaginary beta", {1, 0}, {0, 1}, 0, 0, {-6, 11}},
    {"alpha and beta", {2, 1}, {0, 1}, 0, 0, {-21, 16}},
    {"alpha, beta and conj_x", {2, 1}, {0, 1}, 1, 0, {23, 8}},
    {"alpha 0, beta 1", {0, 0}, {1, 0}, 0, 0, {1, 1}},
    {"alpha 0, beta i", {0, 0}, {0, 1}, 1, 0, {-1, 1}},
};

/* The pair stands first among zeros, in every layout: one item as a dot, as a vector product and as a matrix product.
 */
static void check_complex(const complex_row *row, batchdot_dtype dtype, batchdot_engine engine, int64_t m, int64_t n) {
    enum { SUMMED = 3, MOST = 5 };
    double x[2 * MOST * SUMMED] = {0}, y[2 * MOST * SUMMED] = {0}, out[2 * MOST * MOST];
    for (int64_t i = 0; i < m; i++)
        test_store(dtype, x, i * SUMMED, 1.0, 2.0);
    for (int64_t j = 0; j < n; j++)
        test_store(dtype, y, j, 3.0, 4.0);
    for (int64_t i = 0; i < m * n; i++)
        test_store(dtype, out, i, 1.0, 1.0);
    batchdot_options options = test_options(engine);
    memcpy(options.alpha, row->alpha, sizeof options.alpha);
    memcpy(options.beta, row->beta, sizeof options.beta);
    options.conj_x = row->conj_x;
    options.conj_y = row->conj_y;
    assert_ok(test_run(TENSOR(x, dtype, DIMS(1, m, SUMMED)), TENSOR(y, dtype, DIMS(1, SUMMED, n)), NULL,
                       TENSOR(out, dtype, DIMS(1, m, n)), &options));
    for (int64_t i = 0; i < m * n; i++)
        assert_complex(dtype, out, i, row->expected[0], row->expected[1]);
}

static void complex_options(void **state) {
    (void)state;
    batchdot_engine engines[3];
    const int engine_count = test_engines(engines);
    for (size_t i = 0; i < COUNT(complex_rows); i++) {
        test_set_row(complex_rows[i].name);
        for (int e = 0; e < engine_count; e++) {
            for (int layout = 0; layout < 15; layout++) {
                check_complex(&complex_rows[i], BATCHDOT_C64, engines[e], layout / 5 + 1, layout % 5 + 1);
                check_complex(&complex_rows[i], BATCHDOT_C128, engines[e], layout / 5 + 1, layout % 5 + 1);
            }
        }
    }
    test_set_row("");
}

/* A real dtype has nothing to conjugate, and the flags must not be taken for a fault. */
static void conj_is_ignored_for_real_dtypes(void **state) {
    (void)state;
    const scale_row row = {"conj of reals", 1, 0, 10, 32};
    for (int d = 0; d < TEST_DTYPE_COUNT; d++) {
        const batchdot_dtype dtype = (batchdot_dtype)d, out_dtype = test_default_out(dtype);
        if (test_dtype_is_complex(dtype))
            continue;
        double x[3], y[3], out[1];
        for (int64_t i = 0; i < 3; i++) {
            test_store(dtype, x, i, (double)(i + 1), 0.0);
            test_store(dtype, y, i, (double)(i + 4), 0.0);
        }
        batchdot_options options = BATCHDOT_OPTIONS_INIT;
        options.conj_x = 1;
        options.conj_y = -3;
        assert_ok(test_run(TENSOR(x, dtype, DIMS(1, 3)), TENSOR(y, dtype, DIMS(1, 3)), NULL,
                           TENSOR(out, out_dtype, DIMS(1, 1)), &options));
        assert_element(out_dtype, out, 0, row.expected);
    }
}

/* ---- What is refused -------------------------------------------------------------------------------------------- */

static batchdot_status create(batchdot_dtype dtype, const batchdot_options *options) {
    const batchdot_tensor *x = TENSOR(NULL, dtype, DIMS(2, 3));
    double mark = 0.0;
    batchdot_plan *plan = (batchdot_plan *)(void *)&mark;
    const batchdot_status status = batchdot_plan_create(&plan, x, x, NULL, NULL, options);
    assert_true((status == BATCHDOT_OK) == (plan != NULL));
    batchdot_plan_destroy(plan);
    return status;
}

static void integers_take_alpha_1_and_beta_0_or_1(void **state) {
    (void)state;
    static const double alphas[] = {0, -1, 2, 0.5, 1.5, NAN, INFINITY}, betas[] = {-1, 2, 0.5, NAN, INFINITY};
    for (size_t d = 0; d < COUNT(integer_dtypes); d++) {
        const batchdot_dtype dtype = integer_dtypes[d];
        for (size_t i = 0; i < COUNT(alphas); i++) {
            batchdot_options options = BATCHDOT_OPTIONS_INIT;
            options.alpha[0] = alphas[i];
            assert_fails(BATCHDOT_ERROR_OPTION, create(dtype, &options), "alpha");
        }
        for (size_t i = 0; i < COUNT(betas); i++) {
            batchdot_options options = BATCHDOT_OPTIONS_INIT;
            options.beta[0] = betas[i];
            assert_fails(BATCHDOT_ERROR_OPTION, create(dtype, &options), "beta");
        }
    }
}

static void imaginary_parts_are_for_complex_dtypes(void **state) {
    (void)state;
    for (int d = 0; d < TEST_DTYPE_COUNT; d++) {
        const batchdot_dtype dtype = (batchdot_dtype)d;
        for (int which = 0; which < 2; which++) {
            batchdot_options options = BATCHDOT_OPTIONS_INIT;
            (which == 0 ? options.alpha : options.beta)[1] = 0.5;
            if (test_dtype_is_complex(dtype))
                assert_ok(create(dtype, &options));
            else
                assert_fails(BATCHDOT_ERROR_OPTION, create(dtype, &options), which == 0 ? "alpha" : "beta");
        }
    }
}

static void values_out_of_range_are_refused(void **state) {
    (void)state;
    static const int threads[] = {-1, -2, INT_MIN}, engines[] = {-1, 3, 4, 1000, INT_MAX, INT_MIN};
    static const double epsilons[] = {-1, -1e-300, NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < COUNT(threads); i++) {
        batchdot_options options = BATCHDOT_OPTIONS_INIT;
        options.num_threads = threads[i];
        assert_fails(BATCHDOT_ERROR_OPTION, create(BATCHDOT_F32, &options), "num_threads");
    }
    for (size_t i = 0; i < COUNT(engines); i++) {
        batchdot_options options = BATCHDOT_OPTIONS_INIT;
        options.engine = (batchdot_engine)engines[i];
        assert_fails(BATCHDOT_ERROR_OPTION, create(BATCHDOT_F32, &options), "engine");
    }
    for (size_t i = 0; i < COUNT(epsilons); i++) {
        batchdot_options options = BATCHDOT_OPTIONS_INIT;
        options.normalize_epsilon = epsilons[i];
        assert_ok(create(BATCHDOT_F32, &options));
        options.normalize = 1;
        assert_fails(BATCHDOT_ERROR_OPTION, create(BATCHDOT_F32, &options), "normalize_epsilon");
    }
}

/* Shapes, dtypes, the output and its overlap are looked at first. */
static void options_are_checked_last(void **state) {
    (void)state;
    batchdot_options options = BATCHDOT_OPTIONS_INIT;
    options.num_threads = -1;
    const batchdot_tensor *x = TENSOR(NULL, BATCHDOT_F32, DIMS(2, 3));
    batchdot_plan *plan = NULL;
    assert_fails(BATCHDOT_ERROR_BATCH,
                 batchdot_plan_create(&plan, x, TENSOR(NULL, BATCHDOT_F32, DIMS(5, 3)), NULL, NULL, &options),
                 "(5, 3)");
    assert_fails(BATCHDOT_ERROR_DTYPE,
                 batchdot_plan_create(&plan, x, TENSOR(NULL, BATCHDOT_F64, DIMS(2, 3)), NULL, NULL, &options), NULL);
    assert_fails(BATCHDOT_ERROR_OUTPUT,
                 batchdot_plan_create(&plan, x, x, NULL, TENSOR(NULL, BATCHDOT_F32, DIMS(2, 3)), &options), "(2, 3)");
    assert_fails(BATCHDOT_ERROR_OVERLAP,
                 batchdot_plan_create(&plan, x, x, NULL, VIEW(NULL, BATCHDOT_F32, DIMS(2, 1), EXTENTS(0, 0)), &options),
                 "(2, 1)");
    assert_fails(BATCHDOT_ERROR_OPTION, batchdot_plan_create(&plan, x, x, NULL, NULL, &options), NULL);
}

static void num_threads_is_only_a_bound(void **state) {
    (void)state;
    enum { ITEMS = 512 };
    static const int threads[] = {0, 1, 2, 3, 16, INT_MAX};
    double *x = test_alloc(ITEMS * 64 * sizeof(double)), *out = test_alloc(ITEMS * 64 * sizeof(double));
    for (int i = 0; i < ITEMS * 64; i++)
        x[i] = i % 64 % 9 == 0 ? i / 64 : 0.0;
    for (size_t i = 0; i < COUNT(threads); i++) {
        batchdot_options options = BATCHDOT_OPTIONS_INIT;
        options.num_threads = threads[i];
        const batchdot_tensor *x_tensor = TENSOR(x, BATCHDOT_F64, DIMS(ITEMS, 8, 8));
        test_fill(out, ITEMS * 64 * sizeof(double));
        assert_ok(test_run(x_tensor, x_tensor, NULL, TENSOR(out, BATCHDOT_F64, DIMS(ITEMS, 8, 8)), &options));
        for (int j = 0; j < ITEMS * 64; j++)
            assert_element(BATCHDOT_F64, out, j, x[j] * x[j]);
    }
    free(x);
    free(out);
}

/* ---- Older and newer structs ------------------------------------------------------------------------------------ */

/* Options in a block of exactly struct_size bytes, but at least as many as hold struct_size itself. */
static batchdot_options *sized_options(const batchdot_options *from, size_t struct_size, unsigned char tail) {
    const size_t known = struct_size < sizeof *from ? struct_size : sizeof *from;
    unsigned char *block = test_alloc(struct_size < sizeof(size_t) ? sizeof(size_t) : struct_size);
    memcpy(block, from, known);
    if (struct_size > sizeof *from) {
        memset(block + sizeof *from, 0, struct_size - sizeof *from);
        block[struct_size - 1] = tail;
    }
    memcpy(block, &struct_size, sizeof struct_size);
    return (batchdot_options *)(void *)block;
}

static void a_newer_struct_may_hold_zeros(void **state) {
    (void)state;
    static const size_t more[] = {8, 16, 64, 200};
    for (size_t i = 0; i < COUNT(more); i++) {
        const batchdot_options from = test_options(BATCHDOT_ENGINE_NATIVE);
        batchdot_options *options = sized_options(&from, sizeof from + more[i], 0);
        assert_ok(create(BATCHDOT_F32, options));
        free(options);
        options = sized_options(&from, sizeof from + more[i], 1);
        assert_fails(BATCHDOT_ERROR_OPTION, create(BATCHDOT_F32, options), NULL);
        free(options);
    }
}

/* The struct has not grown yet, so that no older one exists: a shorter one may get defaults or be refused. Its block
 * ends where it does, for a sanitizer to see a read beyond; a fault within it counts either way. */
static void a_shorter_struct_is_not_read_beyond_its_end(void **state) {
    (void)state;
    const size_t sizes[] = {offsetof(batchdot_options, alpha), offsetof(batchdot_options, beta),
                            offsetof(batchdot_options, conj_x), offsetof(batchdot_options, normalize)};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        batchdot_options from = BATCHDOT_OPTIONS_INIT;
        batchdot_options *options = sized_options(&from, sizes[i], 0);
        const batchdot_status status = create(BATCHDOT_F32, options);
        assert_true(status == BATCHDOT_OK || status == BATCHDOT_ERROR_OPTION);
        free(options);
        from.num_threads = -1;
        options = sized_options(&from, sizes[i], 0);
        assert_fails(BATCHDOT_ERROR_OPTION, create(BATCHDOT_F32, options), NULL);
        free(options);
    }
}

static void a_struct_size_that_cannot_be_is_refused(void **state) {
    (void)state;
    static const size_t sizes[] = {0, 1, sizeof(size_t) - 1, SIZE_MAX, SIZE_MAX - 1, SIZE_MAX / 2};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        /* On the heap with nothing behind it: a sanitizer sees a library that goes looking for the end. */
        batchdot_options *options = test_alloc(sizeof *options);
        *options = test_options(BATCHDOT_ENGINE_AUTO);
        options->struct_size = sizes[i];
        assert_fails(BATCHDOT_ERROR_OPTION, create(BATCHDOT_F32, options), "struct_size");
        free(options);
    }
    const batchdot_options zeros = {0};
    assert_fails(BATCHDOT_ERROR_OPTION, create(BATCHDOT_F32, &zeros), "struct_size");
}

/* alpha and beta are applied in the output's precision; what a float cannot hold is refused, what rounds to 0 is 0. */
static void scales_are_taken_in_the_outputs_precision(void **state) {
    (void)state;
    const batchdot_dtype in_float[] = {BATCHDOT_F32, BATCHDOT_C64, BATCHDOT_F16, BATCHDOT_BF16};
    for (size_t i = 0; i < COUNT(in_float); i++) {
        batchdot_options options = BATCHDOT_OPTIONS_INIT;
        options.alpha[0] = -1e60;
        assert_fails(BATCHDOT_ERROR_OPTION, create(in_float[i], &options), "alpha");
        options.alpha[0] = 1;
        options.beta[0] = 1e39;
        assert_fails(BATCHDOT_ERROR_OPTION, create(in_float[i], &options), "beta");
    }
    batchdot_options in_double = BATCHDOT_OPTIONS_INIT;
    in_double.alpha[0] = 1e60;
    assert_ok(create(BATCHDOT_F64, &in_double));

    static const scale_row rounds_to_zero[] = {{"beta 1e-60 does not read", 1, 1e-60, NAN, 32},
                                               {"alpha 1e-60", 1e-60, 1, 10, 10}};
    static const batchdot_engine engines[] = {BATCHDOT_ENGINE_AUTO, BATCHDOT_ENGINE_NATIVE};
    for (size_t i = 0; i < COUNT(rounds_to_zero); i++) {
        for (size_t e = 0; e < COUNT(engines); e++)
            check_scale(&rounds_to_zero[i], BATCHDOT_F32, BATCHDOT_F32, engines[e]);
    }
}

static void a_struct_may_not_end_within_a_field(void **state) {
    (void)state;
    const size_t sizes[] = {offsetof(batchdot_options, alpha) + sizeof(double),
                            offsetof(batchdot_options, beta) + sizeof(double), sizeof(batchdot_options) - 1};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        batchdot_options options = BATCHDOT_OPTIONS_INIT;
        options.struct_size = sizes[i];
        assert_fails(BATCHDOT_ERROR_OPTION, create(BATCHDOT_F32, &options), "struct_size");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alpha_and_beta_scale),
        cmocka_unit_test(alpha_0_keeps_a_nan_of_the_product),
        cmocka_unit_test(beta_lets_a_nan_of_the_output_through),
        cmocka_unit_test(complex_options),
        cmocka_unit_test(conj_is_ignored_for_real_dtypes),
        cmocka_unit_test(integers_take_alpha_1_and_beta_0_or_1),
        cmocka_unit_test(imaginary_parts_are_for_complex_dtypes),
        cmocka_unit_test(values_out_of_range_are_refused),
        cmocka_unit_test(options_are_checked_last),
        cmocka_unit_test(num_threads_is_only_a_bound),
        cmocka_unit_test(a_newer_struct_may_hold_zeros),
        cmocka_unit_test(a_shorter_struct_is_not_read_beyond_its_end),
        cmocka_unit_test(a_struct_size_that_cannot_be_is_refused),
        cmocka_unit_test(a_struct_may_not_end_within_a_field),
        cmocka_unit_test(scales_are_taken_in_the_outputs_precision),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
