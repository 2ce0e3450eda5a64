/* The oracle itself, against results worked out by hand: what the library is held against must be right first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "oracle.h"
#include "random_case.h"
#include <math.h>
#include <string.h>

/* Exact in long double, and right to the last bit. */
#define assert_same(a, b) assert_true((long double)(a) == (long double)(b))

/* ---- Halves ----------------------------------------------------------------------------------------------------- */

typedef struct half_row {
    batchdot_dtype dtype;
    uint16_t code;
    double value;
} half_row;

static void test_half_values(void **state) {
    static const half_row rows[] = {
        {BATCHDOT_F16, 0x0000, 0},           {BATCHDOT_F16, 0x3C00, 1},         {BATCHDOT_F16, 0xC000, -2},
        {BATCHDOT_F16, 0x3555, 0x1.554p-2},  {BATCHDOT_F16, 0x7BFF, 65504},     {BATCHDOT_F16, 0x0400, 0x1p-14},
        {BATCHDOT_F16, 0x03FF, 0x1.FF8p-15}, {BATCHDOT_F16, 0x0001, 0x1p-24},   {BATCHDOT_F16, 0xFC00, -INFINITY},
        {BATCHDOT_BF16, 0x3F80, 1},          {BATCHDOT_BF16, 0xC040, -3},       {BATCHDOT_BF16, 0x3EAB, 0x1.56p-2},
        {BATCHDOT_BF16, 0x7F7F, 0x1.FEp127}, {BATCHDOT_BF16, 0x0080, 0x1p-126}, {BATCHDOT_BF16, 0x0001, 0x1p-133},
        {BATCHDOT_BF16, 0x7F80, INFINITY},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_same(oracle_half_decode(rows[i].dtype, rows[i].code), rows[i].value);
        assert_int_equal(oracle_half_encode(rows[i].dtype, rows[i].value), rows[i].code);
    }
    assert_int_equal(oracle_half_encode(BATCHDOT_F16, -0.0L), 0x8000);
    assert_true(isnan(oracle_half_decode(BATCHDOT_F16, 0x7C01)));
    assert_true(isnan(oracle_half_decode(BATCHDOT_BF16, 0xFFC0)));
    assert_true(isnan(oracle_half_decode(BATCHDOT_F16, oracle_half_encode(BATCHDOT_F16, (long double)NAN))));
    assert_true(isnan(oracle_half_decode(BATCHDOT_BF16, oracle_half_encode(BATCHDOT_BF16, (long double)NAN))));
}

static void test_half_rounding(void **state) {
    static const half_row rows[] = {
        {BATCHDOT_F16, 0x6800, 2049}, /* between 2048 and 2050: to the even one, below */
        {BATCHDOT_F16, 0x6802, 2051}, /* between 2050 and 2052: above */
        {BATCHDOT_F16, 0x6801, 2049.001},       {BATCHDOT_F16, 0x7BFF, 65519.99},  {BATCHDOT_F16, 0x7C00, 65520},
        {BATCHDOT_F16, 0x7C00, 1e300},          {BATCHDOT_F16, 0xFC00, -65520},    {BATCHDOT_F16, 0x0000, 0x1p-25},
        {BATCHDOT_F16, 0x0001, 0x1.001p-25},    {BATCHDOT_F16, 0x0002, 0x1.8p-24}, {BATCHDOT_F16, 0x0400, 0x1.FFEp-15},
        {BATCHDOT_F16, 0x0000, 1e-300},         {BATCHDOT_BF16, 0x3F80, 0x1.01p0}, {BATCHDOT_BF16, 0x3F82, 0x1.03p0},
        {BATCHDOT_BF16, 0x3F81, 0x1.0100001p0}, {BATCHDOT_BF16, 0x4000, 0x1.FFp0}, {BATCHDOT_BF16, 0x7F80, 0x1.FFp127},
        {BATCHDOT_BF16, 0x7F7F, 0x1.FEFFFp127}, {BATCHDOT_BF16, 0x0000, 0x1p-134},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(oracle_half_encode(rows[i].dtype, rows[i].value), rows[i].code);
}

/* Every finite number, and the middle between it and the next, and both sides of that middle. */
static void check_all_halves(batchdot_dtype dtype, unsigned infinity, long double beyond_largest) {
    for (unsigned code = 0; code < infinity; code++) {
        const long double value = oracle_half_decode(dtype, (uint16_t)code);
        const long double next = code + 1 < infinity ? oracle_half_decode(dtype, (uint16_t)(code + 1)) : beyond_largest;
        const long double middle = (value + next) / 2, little = (next - value) / 1024;

        assert_true(next > value);
        assert_int_equal(oracle_half_encode(dtype, value), code);
        assert_int_equal(oracle_half_encode(dtype, -value), code | 0x8000u);
        assert_int_equal(oracle_half_encode(dtype, middle - little), code);
        assert_int_equal(oracle_half_encode(dtype, middle), code % 2 == 0 ? code : code + 1);
        assert_int_equal(oracle_half_encode(dtype, middle + little), code + 1);
    }
}

static void test_all_halves(void **state) {
    (void)state;
    check_all_halves(BATCHDOT_F16, 0x7C00, 65536);
    check_all_halves(BATCHDOT_BF16, 0x7F80, 0x1p128L);
}

static void test_elements_round_trip(void **state) {
    (void)state;
    for (int dtype = 0; dtype < ORACLE_DTYPE_COUNT; dtype++) {
        const batchdot_dtype tested = (batchdot_dtype)dtype;
        const bool complex = oracle_is_complex(tested);
        const oracle_value value = {oracle_is_integer(tested) ? 0 : -2.5L, complex ? 0.5L : 0,
                                    oracle_is_integer(tested) ? 77 : 0};
        unsigned char bytes[17];
        oracle_value back;

        memset(bytes, 0xA5, sizeof bytes);
        oracle_write(tested, value, bytes);
        back = oracle_read(tested, bytes);
        assert_same(back.real, value.real);
        assert_same(back.imaginary, value.imaginary);
        assert_true(back.bits == value.bits);
        assert_int_equal(bytes[oracle_element_size(tested)], 0xA5);
    }
}

/* ---- Shapes ----------------------------------------------------------------------------------------------------- */

typedef struct shape_row {
    int x_ndim, y_ndim;
    int64_t x_shape[4], y_shape[4];
    bool has_axes;
    batchdot_axes axes;
    batchdot_status status;
    int out_ndim;
    int64_t out_shape[5];
} shape_row;

static void check_shape(const shape_row *row) {
    int64_t shape[BATCHDOT_MAX_NDIM];
    int ndim = -1;

    assert_int_equal(oracle_infer_shape(row->x_ndim, row->x_shape, row->y_ndim, row->y_shape,
                                        row->has_axes ? &row->axes : NULL, &ndim, shape),
                     row->status);
    if (row->status != BATCHDOT_OK) {
        assert_int_equal(ndim, -1);
        return;
    }
    assert_int_equal(ndim, row->out_ndim);
    assert_memory_equal(shape, row->out_shape, (size_t)ndim * sizeof *shape);
}

static void test_shapes(void **state) {
    static const shape_row rows[] = {
        /* The examples of Keras's documentation. */
        {3, 3, {32, 20, 1}, {32, 30, 20}, true, {1, 2}, BATCHDOT_OK, 3, {32, 1, 30}},
        {2, 3, {100, 20}, {100, 30, 20}, true, {1, 2}, BATCHDOT_OK, 2, {100, 30}},
        {2, 2, {2, 2}, {2, 2}, true, {1, 1}, BATCHDOT_OK, 2, {2, 1}},
        /* Absent axes: the last of x with the last of a rank-2 y, else with y's last but one. */
        {2, 2, {7, 3}, {7, 3}, false, {0, 0}, BATCHDOT_OK, 2, {7, 1}},
        {3, 2, {7, 4, 3}, {7, 3}, false, {0, 0}, BATCHDOT_OK, 2, {7, 4}},
        {3, 4, {7, 4, 3}, {7, 2, 3, 5}, false, {0, 0}, BATCHDOT_OK, 4, {7, 4, 2, 5}},
        {3, 4, {7, 4, 3}, {7, 2, 3, 5}, true, {-1, -2}, BATCHDOT_OK, 4, {7, 4, 2, 5}},
        /* Extents of 0 and of 1 are like any other. */
        {2, 2, {0, 3}, {0, 3}, false, {0, 0}, BATCHDOT_OK, 2, {0, 1}},
        {3, 3, {1, 1, 1}, {1, 1, 1}, false, {0, 0}, BATCHDOT_OK, 3, {1, 1, 1}},
        {3, 2, {2, 4, 0}, {2, 0}, false, {0, 0}, BATCHDOT_OK, 2, {2, 4}},
        /* Errors, each with a later one beside it. */
        {1, 2, {3}, {4, 3}, false, {0, 0}, BATCHDOT_ERROR_RANK, 0, {0}},
        {2, 2, {2, -1}, {3, -1}, false, {0, 0}, BATCHDOT_ERROR_SHAPE, 0, {0}},
        {2, 2, {1, 3}, {2, 3}, true, {5, 5}, BATCHDOT_ERROR_BATCH, 0, {0}},
        {2, 2, {2, 3}, {2, 3}, true, {0, 2}, BATCHDOT_ERROR_AXIS_RANGE, 0, {0}},
        {2, 2, {2, 3}, {2, 3}, true, {1, -3}, BATCHDOT_ERROR_AXIS_RANGE, 0, {0}},
        {2, 3, {2, 3}, {2, 3, 4}, true, {-2, 2}, BATCHDOT_ERROR_AXIS_BATCH, 0, {0}},
        {3, 3, {2, 3, 4}, {2, 3, 5}, true, {1, 2}, BATCHDOT_ERROR_CONTRACTED, 0, {0}},
        {3, 3, {1, INT64_MAX, 1}, {1, 1, 2}, false, {0, 0}, BATCHDOT_ERROR_OVERFLOW, 0, {0}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check_shape(&rows[i]);
}

static void test_greatest_ranks(void **state) {
    int64_t ones[BATCHDOT_MAX_NDIM + 1], inferred[BATCHDOT_MAX_NDIM];
    int ndim;

    (void)state;
    for (int i = 0; i <= BATCHDOT_MAX_NDIM; i++)
        ones[i] = 1;
    assert_int_equal(oracle_infer_shape(64, ones, 3, ones, NULL, &ndim, inferred), BATCHDOT_OK);
    assert_int_equal(ndim, 64);
    assert_int_equal(oracle_infer_shape(64, ones, 4, ones, NULL, &ndim, inferred), BATCHDOT_ERROR_RANK);
    assert_int_equal(oracle_infer_shape(65, ones, 2, ones, NULL, &ndim, inferred), BATCHDOT_ERROR_RANK);
}

/* ---- Products --------------------------------------------------------------------------------------------------- */

static void test_product(void **state) {
    /* Two items: [1 2; 3 4] [5 6; 7 8], and [1 0; 0 2] [3 4; 5 6]. */
    static const int64_t shape[] = {2, 2, 2};
    static float x_data[] = {1, 2, 3, 4, 1, 0, 0, 2}, y_data[] = {5, 6, 7, 8, 3, 4, 5, 6}, out_data[8];
    static const float matrix_product[] = {19, 22, 43, 50, 3, 4, 10, 12};
    static const float transposed_product[] = {26, 30, 38, 44, 3, 4, 10, 12}; /* both contracted over axis 1 */
    const batchdot_tensor x = {x_data, BATCHDOT_F32, 3, shape, NULL}, y = {y_data, BATCHDOT_F32, 3, shape, NULL};
    const batchdot_tensor out = {out_data, BATCHDOT_F32, 3, shape, NULL};
    const batchdot_axes first = {1, 1};
    oracle_element elements[8];

    (void)state;
    oracle_compute(&(oracle_problem){&x, &y, &out, NULL, NULL}, elements);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(elements[i].offset, i);
        assert_same(elements[i].value.real, matrix_product[i]);
        assert_same(elements[i].bound, 0); /* small whole numbers are exact */
    }
    oracle_compute(&(oracle_problem){&x, &y, &out, &first, NULL}, elements);
    for (int i = 0; i < 8; i++)
        assert_same(elements[i].value.real, transposed_product[i]);
}

static void test_strides(void **state) {
    /* x = [1 2 3] read backwards, twice (stride 0); y = every other of {1, 9, 10, 9, 100}; out reversed. */
    static const int64_t x_shape[] = {1, 2, 3}, x_strides[] = {0, 0, -1}, y_shape[] = {1, 3}, y_strides[] = {77, 2};
    static const int64_t out_shape[] = {1, 2}, out_strides[] = {5, -3};
    static int64_t x_data[] = {1, 2, 3}, y_data[] = {1, 9, 10, 9, 100};
    const batchdot_tensor x = {x_data + 2, BATCHDOT_I64, 3, x_shape, x_strides};
    const batchdot_tensor y = {y_data, BATCHDOT_I64, 2, y_shape, y_strides};
    const batchdot_tensor out = {NULL, BATCHDOT_I64, 2, out_shape, out_strides};
    oracle_element elements[2];

    (void)state;
    oracle_compute(&(oracle_problem){&x, &y, &out, NULL, NULL}, elements);
    assert_true(elements[0].value.bits == 3 + 20 + 100 && elements[1].value.bits == 123);
    assert_int_equal(elements[0].offset, 0);
    assert_int_equal(elements[1].offset, -3);
}

/* One item, one element: x . y of `count` numbers. */
static oracle_element dot_of(batchdot_dtype dtype, batchdot_dtype y_dtype, batchdot_dtype out_dtype, int64_t count,
                             void *x_data, void *y_data, void *old, const batchdot_options *options) {
    const int64_t shape[] = {1, count}, out_shape[] = {1, 1};
    const batchdot_tensor x = {x_data, dtype, 2, shape, NULL}, y = {y_data, y_dtype, 2, shape, NULL};
    const batchdot_tensor out = {old, out_dtype, 2, out_shape, NULL};
    oracle_element element;

    oracle_compute(&(oracle_problem){&x, &y, &out, NULL, options}, &element);
    return element;
}

static void test_complex(void **state) {
    double x[] = {1, 2}, y[] = {3, 4}, old[] = {10, 20};
    batchdot_options options = BATCHDOT_OPTIONS_INIT;
    oracle_element element = dot_of(BATCHDOT_C128, BATCHDOT_C128, BATCHDOT_C128, 1, x, y, old, &options);

    (void)state;
    assert_same(element.value.real, -5); /* (1+2i)(3+4i) */
    assert_same(element.value.imaginary, 10);
    options.conj_x = 1;
    element = dot_of(BATCHDOT_C128, BATCHDOT_C128, BATCHDOT_C128, 1, x, y, old, &options);
    assert_same(element.value.real, 11); /* (1-2i)(3+4i) */
    assert_same(element.value.imaginary, -2);
    options.conj_x = 0;
    options.conj_y = 1;
    options.alpha[0] = 0;
    options.alpha[1] = 1;
    options.beta[0] = 2;
    options.beta[1] = 1;
    element = dot_of(BATCHDOT_C128, BATCHDOT_C128, BATCHDOT_C128, 1, x, y, old, &options);
    assert_same(element.value.real, -2 + 0); /* i(11+2i) + (2+i)(10+20i) = -2+11i + 0+50i */
    assert_same(element.value.imaginary, 11 + 50);
}

static void test_integers(void **state) {
    int8_t i8[] = {-128, 127, -1};
    uint8_t u8[] = {255, 200, 255};
    int32_t i32[] = {INT32_MAX, INT32_MIN}, factors[] = {2, 3}, old = -7, right = 2147483639, wrong = 2147483638;
    batchdot_options options = BATCHDOT_OPTIONS_INIT;
    oracle_element element = dot_of(BATCHDOT_I8, BATCHDOT_U8, BATCHDOT_I32, 3, i8, u8, NULL, NULL);

    (void)state;
    assert_true(element.value.bits == (uint64_t)(-128 * 255 + 127 * 200 - 255));
    element = dot_of(BATCHDOT_U8, BATCHDOT_U8, BATCHDOT_I32, 3, u8, u8, NULL, NULL);
    assert_true(element.value.bits == 2 * 255 * 255 + 200 * 200);
    options.beta[0] = 1;
    element = dot_of(BATCHDOT_I32, BATCHDOT_I32, BATCHDOT_I32, 2, i32, factors, &old, &options);
    assert_true(oracle_matches(BATCHDOT_I32, &element, &right)); /* 2^32 - 2 - 3 * 2^31 - 7 = -2^31 - 9 */
    assert_false(oracle_matches(BATCHDOT_I32, &element, &wrong));
}

static void test_halves_round_once(void **state) {
    /* 2048 + 1 + 1: 2050 in f32, but 2048 if each sum were rounded to f16. */
    uint16_t ones[] = {0x3C00, 0x3C00, 0x3C00}, terms[] = {0x6800, 0x3C00, 0x3C00}, right = 0x6801, wrong = 0x6800;
    float right_f32 = 2050, wrong_f32 = 2052;
    oracle_element element = dot_of(BATCHDOT_F16, BATCHDOT_F16, BATCHDOT_F16, 3, ones, terms, NULL, NULL);

    (void)state;
    assert_true(oracle_matches(BATCHDOT_F16, &element, &right));
    assert_false(oracle_matches(BATCHDOT_F16, &element, &wrong));
    element = dot_of(BATCHDOT_F16, BATCHDOT_F16, BATCHDOT_F32, 3, ones, terms, NULL, NULL);
    assert_true(oracle_matches(BATCHDOT_F32, &element, &right_f32));
    assert_false(oracle_matches(BATCHDOT_F32, &element, &wrong_f32));
}

static void test_nonfinite(void **state) {
    float x[] = {0, 1}, y[] = {INFINITY, 1}, infinite = INFINITY, negative = -INFINITY, nan_value = NAN, one = 1;
    float c[] = {NAN, 1}, d[] = {1, 1};
    batchdot_options options = BATCHDOT_OPTIONS_INIT;
    oracle_element element = dot_of(BATCHDOT_F32, BATCHDOT_F32, BATCHDOT_F32, 2, x, y, NULL, NULL);

    (void)state;
    assert_true(oracle_matches(BATCHDOT_F32, &element, &nan_value)); /* 0 * Inf */
    assert_false(oracle_matches(BATCHDOT_F32, &element, &one));
    assert_false(oracle_matches(BATCHDOT_F32, &element, &infinite));
    element = dot_of(BATCHDOT_F32, BATCHDOT_F32, BATCHDOT_F32, 2, d, y, NULL, NULL);
    assert_true(oracle_matches(BATCHDOT_F32, &element, &infinite));
    assert_false(oracle_matches(BATCHDOT_F32, &element, &negative));
    assert_false(oracle_matches(BATCHDOT_F32, &element, &nan_value));
    element = dot_of(BATCHDOT_C64, BATCHDOT_C64, BATCHDOT_C64, 1, y, d, NULL, NULL);
    assert_true(oracle_matches(BATCHDOT_C64, &element, c)); /* in one component or both */
    assert_false(oracle_matches(BATCHDOT_C64, &element, d));
    /* beta 0 does not read the output; any other does. */
    element = dot_of(BATCHDOT_F32, BATCHDOT_F32, BATCHDOT_F32, 1, d, d, &nan_value, &options);
    assert_true(oracle_matches(BATCHDOT_F32, &element, &one));
    options.beta[0] = 1;
    element = dot_of(BATCHDOT_F32, BATCHDOT_F32, BATCHDOT_F32, 1, d, d, &nan_value, &options);
    assert_false(oracle_matches(BATCHDOT_F32, &element, &one));
}

static void test_empty_contraction(void **state) {
    float old = 3, zero = 0;
    batchdot_options options = BATCHDOT_OPTIONS_INIT;
    oracle_element element = dot_of(BATCHDOT_F32, BATCHDOT_F32, BATCHDOT_F32, 0, NULL, NULL, &old, &options);

    (void)state;
    assert_true(oracle_matches(BATCHDOT_F32, &element, &zero));
    assert_false(oracle_matches(BATCHDOT_F32, &element, &old));
    options.beta[0] = 1;
    element = dot_of(BATCHDOT_F32, BATCHDOT_F32, BATCHDOT_F32, 0, NULL, NULL, &old, &options);
    assert_true(oracle_matches(BATCHDOT_F32, &element, &old));
}

/* ---- Bounds ----------------------------------------------------------------------------------------------------- */

static void test_bound(void **state) {
    const oracle_element element = {0, {1, 0, 0}, 0x1p-20L, false};
    const float inside = 1 + 0x1p-20f, outside = 1 + 0x1.00002p-20f * 1.125f, below = 1 - 0x1.2p-20f;
    const float c_inside[] = {1, 0x1p-20f}, c_outside[] = {1, 0x1.2p-20f};

    (void)state;
    assert_true(oracle_matches(BATCHDOT_F32, &element, &inside));
    assert_false(oracle_matches(BATCHDOT_F32, &element, &outside));
    assert_false(oracle_matches(BATCHDOT_F32, &element, &below));
    assert_true(oracle_matches(BATCHDOT_C64, &element, c_inside));
    assert_false(oracle_matches(BATCHDOT_C64, &element, c_outside));
}

/* Wide enough for any order of f32 summation, and no wider than that by much: a lost term of 1e-4 shows. */
static void test_bound_is_tight(void **state) {
    enum { COUNT = 100 };
    random_source source = {1};
    float x[COUNT], y[COUNT], forwards = 0, backwards = 0, lossy;
    oracle_element element;

    (void)state;
    for (int k = 0; k < COUNT; k++) {
        x[k] = (float)random_between(&source, 1, 1000000) / 1000000;
        y[k] = (float)random_between(&source, 1, 1000000) / 1000000;
    }
    for (int k = 0; k < COUNT; k++)
        forwards += x[k] * y[k];
    for (int k = COUNT - 1; k >= 0; k--)
        backwards += x[k] * y[k];
    element = dot_of(BATCHDOT_F32, BATCHDOT_F32, BATCHDOT_F32, COUNT, x, y, NULL, NULL);
    lossy = (float)(element.value.real * (1 - 1e-4L));
    assert_true(element.bound > 0);
    assert_true(oracle_matches(BATCHDOT_F32, &element, &forwards));
    assert_true(oracle_matches(BATCHDOT_F32, &element, &backwards));
    assert_false(oracle_matches(BATCHDOT_F32, &element, &lossy));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_half_values),
        cmocka_unit_test(test_half_rounding),
        cmocka_unit_test(test_all_halves),
        cmocka_unit_test(test_elements_round_trip),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_greatest_ranks),
        cmocka_unit_test(test_product),
        cmocka_unit_test(test_strides),
        cmocka_unit_test(test_complex),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_halves_round_once),
        cmocka_unit_test(test_nonfinite),
        cmocka_unit_test(test_empty_contraction),
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_bound_is_tight),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
