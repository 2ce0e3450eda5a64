/* The oracle of labelled products against results worked out by hand; test_oracle.c has what it shares with
 * batch_dot's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "general_oracle.h"
#include <math.h>

/* Exact in long double, and right to the last bit. */
#define assert_same(a, b) assert_true((long double)(a) == (long double)(b))

enum { A, B, C, D };

/* ---- Labels ----------------------------------------------------------------------------------------------------- */

/* x (a 2, b 3) is 1 ... 6, y (b 3, c 2) has the columns 1, 10, 100 and 2, 20, 200. */
static int64_t x_data[] = {1, 2, 3, 4, 5, 6}, y_data[] = {1, 2, 10, 20, 100, 200};
static const int64_t x_shape[] = {2, 3}, y_shape[] = {3, 2};
static const batchdot_tensor x = {x_data, BATCHDOT_I64, 2, x_shape, NULL}, y = {y_data, BATCHDOT_I64, 2, y_shape, NULL};

typedef struct label_row {
    general_labels labels;
    int out_ndim;
    int64_t out_shape[4], expected[36];
} label_row;

static void check_labels(const label_row *row) {
    const batchdot_tensor out = {NULL, BATCHDOT_I64, row->out_ndim, row->out_shape, NULL};
    oracle_element elements[36] = {{.offset = -1}};

    general_oracle_compute(&(general_problem){&x, &y, &out, &row->labels, NULL}, elements);
    for (int64_t i = 0; i < oracle_count(row->out_ndim, row->out_shape); i++) {
        assert_int_equal(elements[i].offset, i);
        assert_int_equal((int64_t)elements[i].value.bits, row->expected[i]);
    }
}

static void test_labels(void **state) {
    static const label_row rows[] = {
        /* ab,bc->ac and ->ca */
        {{{A, B}, {B, C}, {A, C}}, 2, {2, 2}, {321, 642, 654, 1308}},
        {{{A, B}, {B, C}, {C, A}}, 2, {2, 2}, {321, 654, 642, 1308}},
        /* ab,bc->b: a and c are each of one input only: (1 + 4) * (1 + 2), ... */
        {{{A, B}, {B, C}, {B}}, 1, {3}, {15, 210, 2700}},
        /* ab,ba->a and -> */
        {{{A, B}, {B, A}, {A}}, 1, {2}, {321, 1308}},
        {{{A, B}, {B, A}, {A}}, 0, {0}, {1629}},
        /* An axis of the output alone. */
        {{{A, B}, {B, A}, {D}}, 1, {1}, {1629}},
    };
    label_row outer = {{{A, B}, {C, D}, {A, B, C, D}}, 4, {2, 3, 3, 2}, {0}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check_labels(&rows[i]);
    for (int i = 0; i < 36; i++)
        outer.expected[i] = x_data[i / 6] * y_data[i % 6];
    check_labels(&outer);
}

static void test_scalars(void **state) {
    float three = 3, four = 4, out = 100;
    const batchdot_tensor scalars[] = {{&three, BATCHDOT_F32, 0, NULL, NULL},
                                       {&four, BATCHDOT_F32, 0, NULL, NULL},
                                       {&out, BATCHDOT_F32, 0, NULL, NULL}};
    const general_labels labels = {{0}, {0}, {0}};
    batchdot_options options = BATCHDOT_OPTIONS_INIT;
    oracle_element element;

    (void)state;
    options.beta[0] = 2;
    general_oracle_compute(&(general_problem){&scalars[0], &scalars[1], &scalars[2], &labels, &options}, &element);
    assert_same(element.value.real, 212);
    assert_same(element.bound, 0);
}

/* ---- Norms ------------------------------------------------------------------------------------------------------ */

/* One element: the dot of two vectors of two elements each, divided by their norms. */
static oracle_element normalized(batchdot_dtype dtype, void *x_pair, void *y_pair, void *old,
                                 const batchdot_options *options) {
    static const int64_t shape[] = {2};
    const batchdot_tensor pair = {x_pair, dtype, 1, shape, NULL}, other = {y_pair, dtype, 1, shape, NULL};
    const batchdot_tensor out = {old, dtype, 0, NULL, NULL};
    const general_labels labels = {{A}, {A}, {0}};
    oracle_element element;

    general_oracle_compute(&(general_problem){&pair, &other, &out, &labels, options}, &element);
    return element;
}

static batchdot_options normalizing(double epsilon) {
    batchdot_options options = BATCHDOT_OPTIONS_INIT;

    options.normalize = 1;
    options.normalize_epsilon = epsilon;
    return options;
}

static void assert_near(const oracle_element *element, long double real, long double imaginary) {
    assert_false(element->unchecked);
    assert_true(fabsl(element->value.real - real) < 1e-15L && fabsl(element->value.imaginary - imaginary) < 1e-15L);
    assert_true(element->bound >= 0 && element->bound < 1e-13L);
}

static void test_norms(void **state) {
    double pair[] = {3, 4}, other[] = {8, 6}, zeros[] = {0, 0}, old = 0.5;
    double complex_pair[] = {1, 1, 1, 1}, rotated[] = {1, -1, 1, -1}; /* 1 + i twice: norm 2 */
    batchdot_options options = normalizing(1e-12);
    oracle_element element = normalized(BATCHDOT_F64, pair, other, &old, &options);

    (void)state;
    assert_near(&element, 48.0L / 50, 0);
    options.normalize_epsilon = 64; /* above 25, below 100 */
    element = normalized(BATCHDOT_F64, pair, other, &old, &options);
    assert_near(&element, 48.0L / 80, 0);
    options.alpha[0] = -0.25;
    options.beta[0] = 2;
    element = normalized(BATCHDOT_F64, pair, other, &old, &options);
    assert_near(&element, 1 - 0.15L, 0);
    options = normalizing(0);
    element = normalized(BATCHDOT_F64, zeros, other, &old, &options);
    assert_near(&element, 0, 0);
    element = normalized(BATCHDOT_C128, complex_pair, rotated, &old, &options);
    assert_near(&element, 1, 0);
    options.conj_x = 1;
    element = normalized(BATCHDOT_C128, complex_pair, rotated, &old, &options);
    assert_near(&element, 0, -1);
}

static void test_norms_that_are_not_finite(void **state) {
    float infinite[] = {INFINITY, 1}, undefined[] = {NAN, 1}, finite[] = {1, 2}, zeros[] = {0, 0}, nan_value = NAN;
    float *operands[] = {infinite, undefined};
    const batchdot_options options = normalizing(0);

    (void)state;
    for (int i = 0; i < 4; i++) {
        const oracle_element element =
            normalized(BATCHDOT_F32, operands[i / 2], i % 2 == 0 ? finite : zeros, NULL, &options);

        assert_false(element.unchecked);
        assert_true(isnan(element.value.real));
        assert_true(oracle_matches(BATCHDOT_F32, &element, &nan_value));
        assert_false(oracle_matches(BATCHDOT_F32, &element, zeros));
        assert_false(oracle_matches(BATCHDOT_F32, &element, infinite));
    }
}

/* Where squares leave the range of floats, above or below, nothing is promised; where epsilon is greater, it is. */
static void test_norms_out_of_range(void **state) {
    float large[] = {1e19f, 1e19f}, tiny[] = {1e-23f, 1e-23f}, finite[] = {1, 2};
    batchdot_options options = normalizing(0);

    (void)state;
    assert_true(normalized(BATCHDOT_F32, large, finite, NULL, &options).unchecked);
    assert_true(normalized(BATCHDOT_F32, finite, tiny, NULL, &options).unchecked);
    options.normalize_epsilon = 1e-12;
    assert_false(normalized(BATCHDOT_F32, finite, tiny, NULL, &options).unchecked);
}

/* Wide enough for sums and norms in f32, and narrow enough to see a norm without its last square. */
static void test_bound_of_norms(void **state) {
    enum { COUNT = 100 };
    static const int64_t shape[] = {COUNT};
    float data[2][COUNT], sum = 0, squares[2] = {0, 0}, right, wrong;
    const batchdot_tensor vectors[] = {{data[0], BATCHDOT_F32, 1, shape, NULL},
                                       {data[1], BATCHDOT_F32, 1, shape, NULL}};
    const batchdot_tensor out = {NULL, BATCHDOT_F32, 0, NULL, NULL};
    const general_labels labels = {{A}, {A}, {0}};
    const batchdot_options options = normalizing(1e-12);
    oracle_element element;

    (void)state;
    for (int k = 0; k < COUNT; k++) {
        data[0][k] = (float)(k % 7 + 1) / 7;
        data[1][k] = (float)(k % 11 + 1) / 11;
        sum += data[0][k] * data[1][k];
        squares[0] += data[0][k] * data[0][k];
        squares[1] += data[1][k] * data[1][k];
    }
    general_oracle_compute(&(general_problem){&vectors[0], &vectors[1], &out, &labels, &options}, &element);
    right = sum / sqrtf(squares[0] * squares[1]);
    wrong = sum / sqrtf((squares[0] - data[0][COUNT - 1] * data[0][COUNT - 1]) * squares[1]);
    assert_true(oracle_matches(BATCHDOT_F32, &element, &right));
    assert_false(oracle_matches(BATCHDOT_F32, &element, &wrong));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_scalars),
        cmocka_unit_test(test_norms),
        cmocka_unit_test(test_norms_that_are_not_finite),
        cmocka_unit_test(test_norms_out_of_range),
        cmocka_unit_test(test_bound_of_norms),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
