/* The golden cases: what TensorFlow computes, and what it refuses. */
#include "golden_table.h"

#include "cli/element.h"
#include "cli/npy_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Comparing: the README's rule, written without the library's or the command's code -----------------------------
 */

/* One element as two parts; integers apart, because a double does not hold every int64_t. */
typedef struct golden_value {
    double part[2];
    int64_t integer;
} golden_value;

static double half_to_double(uint16_t bits, int exponent_bits) {
    const int fraction_bits = 15 - exponent_bits;
    const int bias = (1 << (exponent_bits - 1)) - 1;
    const int exponent = bits >> fraction_bits & ((1 << exponent_bits) - 1);
    const double fraction = (bits & ((1 << fraction_bits) - 1)) / (double)(1 << fraction_bits);
    const double sign = bits & 0x8000 ? -1 : 1;
    if (exponent == (1 << exponent_bits) - 1)
        return fraction > 0 ? (double)NAN : sign * (double)INFINITY;
    return sign * (exponent == 0 ? fraction * pow(2, 1 - bias) : (1 + fraction) * pow(2, exponent - bias));
}

static golden_value value_at(batchdot_dtype dtype, const void *data, int64_t i) {
    golden_value value = {{0, 0}, 0};
    switch (dtype) {
    case BATCHDOT_F32:
        value.part[0] = (double)((const float *)data)[i];
        break;
    case BATCHDOT_F64:
        value.part[0] = ((const double *)data)[i];
        break;
    case BATCHDOT_C64:
        value.part[0] = (double)((const float *)data)[2 * i];
        value.part[1] = (double)((const float *)data)[2 * i + 1];
        break;
    case BATCHDOT_C128:
        value.part[0] = ((const double *)data)[2 * i];
        value.part[1] = ((const double *)data)[2 * i + 1];
        break;
    case BATCHDOT_F16:
        value.part[0] = half_to_double(((const uint16_t *)data)[i], 5);
        break;
    case BATCHDOT_BF16:
        value.part[0] = half_to_double(((const uint16_t *)data)[i], 8);
        break;
    case BATCHDOT_I32:
        value.integer = ((const int32_t *)data)[i];
        break;
    case BATCHDOT_I64:
        value.integer = ((const int64_t *)data)[i];
        break;
    default:
        fail_msg("there are no golden cases of dtype %d", (int)dtype);
    }
    return value;
}

static double epsilon_of(batchdot_dtype dtype) {
    switch (dtype) {
    case BATCHDOT_F16:
        return 0x1p-10;
    case BATCHDOT_BF16:
        return 0x1p-7;
    case BATCHDOT_F64:
    case BATCHDOT_C128:
        return 0x1p-52;
    default:
        return 0x1p-23;
    }
}

static bool same_class(double actual, double expected) {
    return (isnan(actual) && isnan(expected)) || (isinf(expected) && actual == expected) ||
           (isfinite(actual) && isfinite(expected));
}

/* The number of elements that are off by more than the tolerance; `first` is the first of them. `dtype` is the expected
 * elements' and sets the tolerance; that of the result may be f32 where the expected elements are halves. */
static int64_t count_wrong(batchdot_dtype actual_dtype, const void *actual_data, batchdot_dtype dtype,
                           const void *expected_data, int64_t count, int64_t contracted_extent, int64_t *first) {
    int64_t wrong = 0;
    for (int64_t i = 0; i < count; i++) {
        const golden_value actual = value_at(actual_dtype, actual_data, i);
        const golden_value expected = value_at(dtype, expected_data, i);
        bool right = actual.integer == expected.integer;
        double difference = 0, magnitude = 0;
        for (int part = 0; part < 2; part++) {
            right = right && same_class(actual.part[part], expected.part[part]);
            if (isfinite(expected.part[part])) {
                difference = fmax(difference, fabs(actual.part[part] - expected.part[part]));
                magnitude = hypot(magnitude, expected.part[part]);
            }
        }
        right = right && difference <= 8 * epsilon_of(dtype) * ((double)contracted_extent + 1) * (1 + magnitude);
        if (!right && wrong++ == 0)
            *first = i;
    }
    return wrong;
}

/* The comparison itself must see a wrong element, or all the tests below are empty. */
static void test_comparison_sees_errors(void **state) {
    (void)state;
    int64_t first = -1;
    const float expected[] = {1, 2, 1000, (float)NAN, (float)INFINITY, 0};
    float actual[6];
    memcpy(actual, expected, sizeof actual);
    assert_int_equal(count_wrong(BATCHDOT_F32, actual, BATCHDOT_F32, expected, 6, 3, &first), 0);
    static const struct {
        int element;
        float value;
        bool wrong;
    } changes[] = {
        {1, 2.0f + 0x1p-16f, true},    {1, 2.0f + 0x1p-17f, false}, {2, 1000.0f + 0x1p-7f, true}, {3, 1, true},
        {2, 1000.0f + 0x1p-9f, false}, {2, (float)NAN, true},       {2, (float)INFINITY, true},   {4, 1e30f, true},
        {4, -(float)INFINITY, true},   {4, (float)NAN, true},       {5, 0x1p-17f, true},          {5, -0.0f, false},
    };
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        memcpy(actual, expected, sizeof actual);
        actual[changes[i].element] = changes[i].value;
        assert_int_equal(count_wrong(BATCHDOT_F32, actual, BATCHDOT_F32, expected, 6, 3, &first), changes[i].wrong);
        if (changes[i].wrong)
            assert_int_equal(first, changes[i].element);
    }
    const int64_t large[] = {INT64_MAX}, next_to_it[] = {INT64_MAX - 1};
    assert_int_equal(count_wrong(BATCHDOT_I64, large, BATCHDOT_I64, next_to_it, 1, 3, &first), 1);
    const double complex_one[] = {1, 0}, complex_two[] = {1, 1};
    assert_int_equal(count_wrong(BATCHDOT_C128, complex_one, BATCHDOT_C128, complex_two, 1, 3, &first), 1);
}

/* ---- Results ---------------------------------------------------------------------------------------------------- */

typedef struct loaded_case {
    npy_array x, y, expected;
    batchdot_tensor x_tensor, y_tensor;
    int out_ndim;
    int64_t out_shape[BATCHDOT_MAX_NDIM];
    int64_t contracted_extent;
} loaded_case;

static void open_golden(npy_array *array, const char *name) {
    message why;
    if (!npy_array_open(array, golden_path(name), &why))
        fail_msg("%s %s", name, why.text);
}

/* Opens the files of a case, and checks its dtype and the inferred shape. */
static void load_case(loaded_case *loaded, const golden_case *row) {
    open_golden(&loaded->x, row->x);
    open_golden(&loaded->y, row->y);
    open_golden(&loaded->expected, row->out);
    loaded->x_tensor = npy_array_tensor(&loaded->x);
    loaded->y_tensor = npy_array_tensor(&loaded->y);
    const npy_header *const x = &loaded->x.header;
    const npy_header *const y = &loaded->y.header;
    const npy_header *const expected = &loaded->expected.header;
    assert_string_equal(element_type_of(x->dtype)->name, row->dtype);
    assert_int_equal(x->dtype, y->dtype);
    assert_int_equal(x->dtype, expected->dtype);
    if (batchdot_infer_shape(x->ndim, x->shape, y->ndim, y->shape, row->axes.given ? &row->axes.axes : NULL,
                             &loaded->out_ndim, loaded->out_shape) != BATCHDOT_OK)
        fail_msg("%s %s: %s", row->name, row->dtype, batchdot_last_error());
    assert_int_equal(loaded->out_ndim, expected->ndim);
    assert_memory_equal(loaded->out_shape, expected->shape, (size_t)expected->ndim * sizeof(int64_t));
    const int axis = row->axes.given ? row->axes.axes.x : -1;
    loaded->contracted_extent = x->shape[axis < 0 ? axis + x->ndim : axis];
}

static void close_case(loaded_case *loaded) {
    npy_array_close(&loaded->x);
    npy_array_close(&loaded->y);
    npy_array_close(&loaded->expected);
}

/* Computes one case into an output of the given dtype: by a plan with these options, or by one call if there are none.
 */
static batchdot_status compute(const loaded_case *loaded, const golden_case *row, batchdot_dtype out_dtype,
                               const batchdot_options *options, void *data) {
    const batchdot_axes *const axes = row->axes.given ? &row->axes.axes : NULL;
    const batchdot_tensor out = {data, out_dtype, loaded->out_ndim, loaded->out_shape, NULL};
    if (!options)
        return batchdot(&loaded->x_tensor, &loaded->y_tensor, axes, &out);
    batchdot_plan *plan;
    batchdot_status status = batchdot_plan_create(&plan, &loaded->x_tensor, &loaded->y_tensor, axes, &out, options);
    if (status == BATCHDOT_OK)
        status = batchdot_plan_execute(plan, loaded->x.data, loaded->y.data, data);
    batchdot_plan_destroy(plan);
    return status;
}

static void check_case(const loaded_case *loaded, const golden_case *row, batchdot_dtype out_dtype,
                       const batchdot_options *options, const char *way) {
    const npy_array *const expected = &loaded->expected;
    const size_t size = (size_t)expected->count * element_type_of(out_dtype)->size;
    void *const data = malloc(size > 0 ? size : 1);
    int64_t first = 0;
    assert_non_null(data);
    memset(data, 0xff, size); /* a NaN, and -1 */
    const batchdot_status status = compute(loaded, row, out_dtype, options, data);
    if (status != BATCHDOT_OK)
        fail_msg("%s %s, %s: %s: %s", row->name, row->dtype, way, batchdot_status_name(status), batchdot_last_error());
    const int64_t wrong = count_wrong(out_dtype, data, expected->header.dtype, expected->data, expected->count,
                                      loaded->contracted_extent, &first);
    if (wrong > 0) {
        char actual_text[ELEMENT_TEXT_SIZE], expected_text[ELEMENT_TEXT_SIZE];
        element_format(actual_text, 17, out_dtype, data, first);
        element_format(expected_text, 17, expected->header.dtype, expected->data, first);
        fail_msg("%s %s, axes %s, %s to %s: %lld of %lld elements are wrong, first number %lld: %s instead of %s",
                 row->name, row->dtype, row->axes.text, way, element_type_of(out_dtype)->name, (long long)wrong,
                 (long long)expected->count, (long long)first, actual_text, expected_text);
    }
    free(data);
}

static void check_all_cases(const batchdot_options *options, const char *way) {
    static golden_case cases[GOLDEN_MAX_ROWS];
    const int rows = golden_read_cases(cases);
    for (int i = 0; i < rows; i++) {
        loaded_case loaded;
        load_case(&loaded, &cases[i]);
        const batchdot_dtype dtype = loaded.expected.header.dtype;
        check_case(&loaded, &cases[i], dtype, options, way);
        if (dtype == BATCHDOT_F16 || dtype == BATCHDOT_BF16)
            check_case(&loaded, &cases[i], BATCHDOT_F32, options, way);
        close_case(&loaded);
    }
    print_message("%d golden cases, %s\n", rows, way);
}

static void test_native(void **state) {
    batchdot_options options = BATCHDOT_OPTIONS_INIT;
    (void)state;
    options.engine = BATCHDOT_ENGINE_NATIVE;
    check_all_cases(&options, "engine native");
}

static bool has_blas(void) {
    const int64_t shape[] = {1, 1};
    const batchdot_tensor tensor = {NULL, BATCHDOT_F32, 2, shape, NULL};
    batchdot_options options = BATCHDOT_OPTIONS_INIT;
    batchdot_plan *plan;
    options.engine = BATCHDOT_ENGINE_BLAS;
    const batchdot_status status = batchdot_plan_create(&plan, &tensor, &tensor, NULL, NULL, &options);
    batchdot_plan_destroy(plan);
    if (status != BATCHDOT_ERROR_OPTION)
        assert_int_equal(status, BATCHDOT_OK);
    return status == BATCHDOT_OK;
}

static void test_blas(void **state) {
    batchdot_options options = BATCHDOT_OPTIONS_INIT;
    (void)state;
    if (!has_blas()) {
        print_message("this library was built without BLAS: %s\n", batchdot_last_error());
        skip();
    }
    options.engine = BATCHDOT_ENGINE_BLAS;
    check_all_cases(&options, "engine blas");
}

static void test_auto(void **state) {
    const batchdot_options options = BATCHDOT_OPTIONS_INIT;
    (void)state;
    check_all_cases(&options, "engine auto");
}

static void test_one_call(void **state) {
    (void)state;
    check_all_cases(NULL, "one call");
}

/* ---- Errors ----------------------------------------------------------------------------------------------------- */

static void check_status(const golden_error *row, const char *call, batchdot_status status) {
    if (strcmp(batchdot_status_name(status), row->status) != 0)
        fail_msg("%s: %s gives %s instead of %s", row->name, call, batchdot_status_name(status), row->status);
    if (*batchdot_last_error() == '\0')
        fail_msg("%s: %s does not say what is wrong", row->name, call);
}

static void check_error(const golden_error *row) {
    enum { UNTOUCHED = 0x5a5a };
    const batchdot_axes *const axes = row->axes.given ? &row->axes.axes : NULL;
    int out_ndim = UNTOUCHED;
    int64_t out_shape[BATCHDOT_MAX_NDIM];
    for (int i = 0; i < BATCHDOT_MAX_NDIM; i++)
        out_shape[i] = UNTOUCHED;
    check_status(
        row, "batchdot_infer_shape",
        batchdot_infer_shape(row->x.ndim, row->x.extents, row->y.ndim, row->y.extents, axes, &out_ndim, out_shape));
    assert_int_equal(out_ndim, UNTOUCHED);
    for (int i = 0; i < BATCHDOT_MAX_NDIM; i++)
        assert_int_equal(out_shape[i], UNTOUCHED);

    float x_data[64] = {0}, y_data[64] = {0}, out_data[4] = {1, 2, 3, 4};
    const int64_t shape_4_1[] = {4, 1};
    const batchdot_tensor x = {x_data, BATCHDOT_F32, row->x.ndim, row->x.extents, NULL};
    const batchdot_tensor y = {y_data, BATCHDOT_F32, row->y.ndim, row->y.extents, NULL};
    const batchdot_tensor out = {out_data, BATCHDOT_F32, 2, shape_4_1, NULL};
    batchdot_plan *plan = (batchdot_plan *)&out_shape;
    check_status(row, "batchdot_plan_create", batchdot_plan_create(&plan, &x, &y, axes, NULL, NULL));
    assert_null(plan);
    check_status(row, "batchdot", batchdot(&x, &y, axes, &out));
    for (int i = 0; i < 4; i++)
        assert_true(out_data[i] == (float)(i + 1));
}

static void test_errors(void **state) {
    static golden_error errors[GOLDEN_MAX_ROWS];
    (void)state;
    const int rows = golden_read_errors(errors);
    for (int i = 0; i < rows; i++)
        check_error(&errors[i]);
    print_message("%d golden errors\n", rows);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_comparison_sees_errors),
        cmocka_unit_test(test_native),
        cmocka_unit_test(test_blas),
        cmocka_unit_test(test_auto),
        cmocka_unit_test(test_one_call),
        cmocka_unit_test(test_errors),
    };
    return cmocka_run_group_tests_name("golden cases", tests, NULL, NULL);
}
