#include "test_api_support.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILLER 0xA5

static const char *row_name = "";

void test_set_row(const char *name) {
    row_name = name;
}

const char *test_row(void) {
    return row_name;
}

/* ---- Checks ----------------------------------------------------------------------------------------------------- */

static void print_where(const char *file, int line) {
    print_error("%s:%d: row '%s': ", file, line, row_name);
}

void test_check_status(batchdot_status expected, batchdot_status actual, const char *call, const char *file, int line) {
    if (expected == actual)
        return;
    print_where(file, line);
    print_error("%s gave %s, expected %s; last error: %s\n", call, batchdot_status_name(actual),
                batchdot_status_name(expected), batchdot_last_error());
    _fail(file, line);
}

void test_mark_error(void) {
    int ndim = 0;
    int64_t shape[BATCHDOT_MAX_NDIM];
    const batchdot_status status = batchdot_infer_shape(DIMS(770, 771), DIMS(772, 771), NULL, &ndim, shape);
    assert_int_equal(status, BATCHDOT_ERROR_BATCH);
    assert_non_null(strstr(batchdot_last_error(), "770"));
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool test_holds(const char *text, const char *needle) {
    const size_t length = strlen(needle);
    const bool number = is_digit(needle[0]) || (needle[0] == '-' && is_digit(needle[1]));
    for (const char *at = strstr(text, needle); at != NULL; at = strstr(at + 1, needle)) {
        const bool whole = (at == text || !is_digit(at[-1])) && !is_digit(at[length]);
        if (!number || whole)
            return true;
    }
    return false;
}

static bool is_one_sentence(const char *text) {
    if (text[0] == '\0' || strpbrk(text, "\n\r\t") != NULL)
        return false;
    for (const char *at = strstr(text, ". "); at != NULL; at = strstr(at + 1, ". ")) {
        if (at[2] >= 'A' && at[2] <= 'Z')
            return false;
    }
    return true;
}

void test_check_failure(batchdot_status expected, batchdot_status actual, const char *call, const char *const *needles,
                        const char *file, int line) {
    test_check_status(expected, actual, call, file, line);
    const char *text = batchdot_last_error();
    bool good = text != NULL && is_one_sentence(text) && strstr(text, "(770, 771)") == NULL;
    const char *missing = "one new sentence";
    for (; good && *needles != NULL; needles++) {
        good = test_holds(text, *needles);
        missing = *needles;
    }
    if (good)
        return;
    print_where(file, line);
    print_error("%s: the last error should hold %s: %s\n", call, missing, text == NULL ? "NULL" : text);
    _fail(file, line);
}

void test_fill(void *memory, size_t size) {
    memset(memory, FILLER, size);
}

void test_check_filled(const void *memory, size_t size, const char *file, int line) {
    const unsigned char *bytes = memory;
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == FILLER)
            continue;
        print_where(file, line);
        print_error("byte %zu of %zu was written\n", i, size);
        _fail(file, line);
    }
}

void test_check_element(batchdot_dtype dtype, const void *data, int64_t index, double real, double imaginary,
                        const char *file, int line) {
    const double a = test_real(dtype, data, index), b = test_imaginary(dtype, data, index);
    if (a == real && b == imaginary)
        return;
    print_where(file, line);
    print_error("element %" PRId64 " of dtype %d is %.17g + %.17gi, expected %.17g + %.17gi\n", index, (int)dtype, a, b,
                real, imaginary);
    _fail(file, line);
}

void test_check_nan(batchdot_dtype dtype, const void *data, int64_t index, const char *file, int line) {
    const double a = test_real(dtype, data, index), b = test_imaginary(dtype, data, index);
    if (isnan(a) || isnan(b))
        return;
    print_where(file, line);
    print_error("element %" PRId64 " of dtype %d is %.17g + %.17gi, expected NaN\n", index, (int)dtype, a, b);
    _fail(file, line);
}

void test_shape_text(char *text, size_t size, int ndim, const int64_t *shape) {
    size_t used = (size_t)snprintf(text, size, "(");
    for (int i = 0; i < ndim && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%" PRId64, i > 0 ? ", " : "", shape[i]);
    assert_true(used + 3 < size);
    snprintf(text + used, size - used, ndim == 1 ? ",)" : ")");
}

void test_check_named(const char *const *needles, const batchdot_tensor *x, const batchdot_tensor *y,
                      const char *expression) {
    char text[4096], x_text[1024], y_text[1024];
    test_shape_text(x_text, sizeof x_text, x->ndim, x->shape);
    test_shape_text(y_text, sizeof y_text, y->ndim, y->shape);
    assert_true(strlen(batchdot_last_error()) < sizeof text);
    strcpy(text, batchdot_last_error());
    const char *const quoted[] = {x_text, y_text, expression};
    for (size_t i = 0; i < COUNT(quoted) && quoted[i] != NULL; i++) {
        for (char *at = strstr(text, quoted[i]); at != NULL; at = strstr(at, quoted[i]))
            memset(at, ' ', strlen(quoted[i]));
    }
    for (; *needles != NULL; needles++) {
        if ((*needles)[0] == '(' || test_holds(text, *needles))
            continue;
        print_error("row '%s': only in what the last error quotes: %s: %s\n", row_name, *needles,
                    batchdot_last_error());
        fail();
    }
}

/* ---- Elements --------------------------------------------------------------------------------------------------- */

size_t test_dtype_size(batchdot_dtype dtype) {
    static const size_t sizes[TEST_DTYPE_COUNT] = {4, 8, 8, 16, 2, 2, 1, 1, 4, 8};
    return sizes[dtype];
}

bool test_dtype_is_complex(batchdot_dtype dtype) {
    return dtype == BATCHDOT_C64 || dtype == BATCHDOT_C128;
}

batchdot_dtype test_default_out(batchdot_dtype dtype) {
    return dtype == BATCHDOT_I8 || dtype == BATCHDOT_U8 ? BATCHDOT_I32 : dtype;
}

static uint16_t f16_of(double value) {
    const unsigned sign = signbit(value) ? 0x8000 : 0;
    if (isnan(value))
        return 0x7E00;
    if (isinf(value))
        return (uint16_t)(sign | 0x7C00);
    if (value == 0.0)
        return (uint16_t)sign;
    int exponent = 0;
    const double mantissa = 2.0 * frexp(fabs(value), &exponent) - 1.0;
    assert_true(exponent >= -13 && exponent <= 16 && mantissa * 1024.0 == floor(mantissa * 1024.0));
    return (uint16_t)(sign | (unsigned)(exponent + 14) << 10 | (unsigned)(mantissa * 1024.0));
}

static double of_f16(uint16_t bits) {
    const int exponent = bits >> 10 & 31, mantissa = bits & 1023;
    const double sign = bits & 0x8000 ? -1.0 : 1.0;
    if (exponent == 31)
        return mantissa != 0 ? NAN : sign * INFINITY;
    return sign * (exponent == 0 ? ldexp(mantissa, -24) : ldexp(mantissa + 1024, exponent - 25));
}

static uint16_t bf16_of(double value) {
    const float single = (float)value;
    uint32_t bits;
    memcpy(&bits, &single, sizeof bits);
    assert_true((bits & 0xFFFF) == 0);
    return (uint16_t)(bits >> 16);
}

static double of_bf16(uint16_t upper) {
    const uint32_t bits = (uint32_t)upper << 16;
    float single;
    memcpy(&single, &bits, sizeof single);
    return (double)single;
}

void test_store(batchdot_dtype dtype, void *data, int64_t index, double real, double imaginary) {
    switch (dtype) {
    case BATCHDOT_F32:
        ((float *)data)[index] = (float)real;
        break;
    case BATCHDOT_F64:
        ((double *)data)[index] = real;
        break;
    case BATCHDOT_C64:
        ((float *)data)[2 * index] = (float)real;
        ((float *)data)[2 * index + 1] = (float)imaginary;
        break;
    case BATCHDOT_C128:
        ((double *)data)[2 * index] = real;
        ((double *)data)[2 * index + 1] = imaginary;
        break;
    case BATCHDOT_F16:
        ((uint16_t *)data)[index] = f16_of(real);
        break;
    case BATCHDOT_BF16:
        ((uint16_t *)data)[index] = bf16_of(real);
        break;
    case BATCHDOT_I8:
        ((int8_t *)data)[index] = (int8_t)real;
        break;
    case BATCHDOT_U8:
        ((uint8_t *)data)[index] = (uint8_t)real;
        break;
    case BATCHDOT_I32:
        ((int32_t *)data)[index] = (int32_t)real;
        break;
    case BATCHDOT_I64:
        ((int64_t *)data)[index] = (int64_t)real;
        break;
    }
}

double test_real(batchdot_dtype dtype, const void *data, int64_t index) {
    switch (dtype) {
    case BATCHDOT_F32:
        return (double)((const float *)data)[index];
    case BATCHDOT_F64:
        return ((const double *)data)[index];
    case BATCHDOT_C64:
        return (double)((const float *)data)[2 * index];
    case BATCHDOT_C128:
        return ((const double *)data)[2 * index];
    case BATCHDOT_F16:
        return of_f16(((const uint16_t *)data)[index]);
    case BATCHDOT_BF16:
        return of_bf16(((const uint16_t *)data)[index]);
    case BATCHDOT_I8:
        return ((const int8_t *)data)[index];
    case BATCHDOT_U8:
        return ((const uint8_t *)data)[index];
    case BATCHDOT_I32:
        return ((const int32_t *)data)[index];
    case BATCHDOT_I64:
        return (double)((const int64_t *)data)[index];
    }
    return NAN;
}

double test_imaginary(batchdot_dtype dtype, const void *data, int64_t index) {
    if (dtype == BATCHDOT_C64)
        return (double)((const float *)data)[2 * index + 1];
    if (dtype == BATCHDOT_C128)
        return ((const double *)data)[2 * index + 1];
    return 0.0;
}

void *test_alloc(size_t size) {
    void *memory = malloc(size);
    assert_non_null(memory);
    return memory;
}

/* ---- Running ---------------------------------------------------------------------------------------------------- */

batchdot_options test_options(batchdot_engine engine) {
    batchdot_options options = BATCHDOT_OPTIONS_INIT;
    options.engine = engine;
    return options;
}

int test_engines(batchdot_engine engines[3]) {
    const batchdot_tensor *x = TENSOR(NULL, BATCHDOT_F64, DIMS(2, 3));
    const batchdot_options blas = test_options(BATCHDOT_ENGINE_BLAS);
    batchdot_plan *plan = NULL;
    const batchdot_status status = batchdot_plan_create(&plan, x, x, NULL, NULL, &blas);
    batchdot_plan_destroy(plan);
    assert_true(status == BATCHDOT_OK || status == BATCHDOT_ERROR_OPTION);
    engines[0] = BATCHDOT_ENGINE_AUTO;
    engines[1] = BATCHDOT_ENGINE_NATIVE;
    engines[2] = BATCHDOT_ENGINE_BLAS;
    return status == BATCHDOT_OK ? 3 : 2;
}

/* Executes the plan, if there is one, and destroys it. */
static batchdot_status execute_once(batchdot_status status, batchdot_plan *plan, const batchdot_tensor *x,
                                    const batchdot_tensor *y, const batchdot_tensor *out) {
    if (status == BATCHDOT_OK)
        status = batchdot_plan_execute(plan, x->data, y->data, out->data);
    batchdot_plan_destroy(plan);
    return status;
}

batchdot_status test_run(const batchdot_tensor *x, const batchdot_tensor *y, const batchdot_axes *axes,
                         const batchdot_tensor *out, const batchdot_options *options) {
    batchdot_plan *plan = NULL;
    const batchdot_status status = batchdot_plan_create(&plan, x, y, axes, out, options);
    return execute_once(status, plan, x, y, out);
}

batchdot_status test_run_general(const batchdot_tensor *x, const batchdot_tensor *y, const batchdot_dims *dims,
                                 const batchdot_tensor *out, const batchdot_options *options) {
    batchdot_plan *plan = NULL;
    const batchdot_status status = batchdot_plan_create_general(&plan, x, y, dims, out, options);
    return execute_once(status, plan, x, y, out);
}

batchdot_status test_run_einsum(const char *expression, const batchdot_tensor *x, const batchdot_tensor *y,
                                const batchdot_tensor *out, const batchdot_options *options) {
    batchdot_plan *plan = NULL;
    const batchdot_status status = batchdot_plan_create_einsum(&plan, expression, x, y, out, options);
    return execute_once(status, plan, x, y, out);
}
