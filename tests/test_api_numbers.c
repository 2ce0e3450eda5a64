/* Numbers: NaN and infinity, integers that wrap, half precision summed in single, bytes of both signs. */
#include "test_api_support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- NaN and infinity ------------------------------------------------------------------------------------------- */

static const batchdot_dtype float_dtypes[] = {BATCHDOT_F32,  BATCHDOT_F64, BATCHDOT_C64,
                                              BATCHDOT_C128, BATCHDOT_F16, BATCHDOT_BF16};

enum { SIDE = 24 };

/* One item of (SIDE, SIDE) . (SIDE, SIDE), ones everywhere; the caller plants what it likes. */
typedef struct square {
    batchdot_dtype dtype;
    void *x, *y, *out;
} square;

static square make_square(batchdot_dtype dtype) {
    const size_t bytes = SIDE * SIDE * test_dtype_size(dtype);
    const square made = {dtype, test_alloc(bytes), test_alloc(bytes), test_alloc(bytes)};
    for (int64_t i = 0; i < SIDE * SIDE; i++) {
        test_store(dtype, made.x, i, 1.0, 0.0);
        test_store(dtype, made.y, i, 1.0, 0.0);
        test_store(dtype, made.out, i, NAN, NAN);
    }
    return made;
}

static void free_square(square *made) {
    free(made->x);
    free(made->y);
    free(made->out);
}

static void multiply_square(const square *s, const batchdot_options *options) {
    assert_ok(test_run(TENSOR(s->x, s->dtype, DIMS(1, SIDE, SIDE)), TENSOR(s->y, s->dtype, DIMS(1, SIDE, SIDE)), NULL,
                       TENSOR(s->out, s->dtype, DIMS(1, SIDE, SIDE)), options));
}

/* x[3, 5] is special and y[5, 7] is 0: row 3 has it, and the rest is as if it were not there. */
static void check_special_in_x(batchdot_dtype dtype, const batchdot_options *options, double special) {
    square s = make_square(dtype);
    test_store(dtype, s.x, 3 * SIDE + 5, special, 0.0);
    test_store(dtype, s.y, 5 * SIDE + 7, 0.0, 0.0);
    multiply_square(&s, options);
    for (int64_t i = 0; i < SIDE * SIDE; i++) {
        const bool row = i / SIDE == 3, column = i % SIDE == 7;
        if (row && (column || isnan(special)))
            assert_nan(dtype, s.out, i);
        else if (row && !test_dtype_is_complex(dtype))
            assert_element(dtype, s.out, i, special);
        else if (row)
            assert_true(isinf(test_real(dtype, s.out, i)) || isnan(test_real(dtype, s.out, i)));
        else
            assert_element(dtype, s.out, i, column ? SIDE - 1 : SIDE);
    }
    free_square(&s);
}

/* y[5, 7] is special and x[3, 5] is 0: likewise for column 7. */
static void check_special_in_y(batchdot_dtype dtype, const batchdot_options *options, double special) {
    square s = make_square(dtype);
    test_store(dtype, s.y, 5 * SIDE + 7, special, 0.0);
    test_store(dtype, s.x, 3 * SIDE + 5, 0.0, 0.0);
    multiply_square(&s, options);
    for (int64_t i = 0; i < SIDE * SIDE; i++) {
        const bool row = i / SIDE == 3, column = i % SIDE == 7;
        if (column && (row || isnan(special)))
            assert_nan(dtype, s.out, i);
        else if (!column)
            assert_element(dtype, s.out, i, row ? SIDE - 1 : SIDE);
    }
    free_square(&s);
}

static void nan_and_infinity_propagate(void **state) {
    (void)state;
    static const double specials[] = {NAN, INFINITY, -INFINITY};
    batchdot_engine engines[3];
    const int engine_count = test_engines(engines);
    for (int e = 0; e < engine_count; e++) {
        const batchdot_options options = test_options(engines[e]);
        for (size_t i = 0; i < COUNT(float_dtypes) * COUNT(specials); i++) {
            check_special_in_x(float_dtypes[i / COUNT(specials)], &options, specials[i % COUNT(specials)]);
            check_special_in_y(float_dtypes[i / COUNT(specials)], &options, specials[i % COUNT(specials)]);
        }
    }
}

/* The same for what a matrix product is not: dots and vectors, in both orders. */
static void check_small_special(batchdot_dtype dtype, const batchdot_options *options) {
    double special[4], zeros[8], out[4];
    for (int64_t i = 0; i < 2; i++) {
        test_store(dtype, special, i, i == 0 ? INFINITY : 1.0, 0.0);
        test_store(dtype, zeros, i, 0.0, 0.0);
        test_store(dtype, zeros, i + 2, 0.0, 0.0);
    }
    const batchdot_tensor *vector = TENSOR(special, dtype, DIMS(1, 2)), *zero = TENSOR(zeros, dtype, DIMS(1, 2)),
                          *zero_matrix = TENSOR(zeros, dtype, DIMS(1, 2, 2));
    test_store(dtype, out, 0, 0.0, 0.0);
    assert_ok(test_run(vector, zero, NULL, TENSOR(out, dtype, DIMS(1, 1)), options));
    assert_nan(dtype, out, 0);
    test_store(dtype, out, 0, 0.0, 0.0);
    assert_ok(test_run(zero, vector, NULL, TENSOR(out, dtype, DIMS(1, 1)), options));
    assert_nan(dtype, out, 0);
    for (int axis = 1; axis <= 2; axis++) {
        assert_ok(test_run(vector, zero_matrix, AXES(1, axis), TENSOR(out, dtype, DIMS(1, 2)), options));
        assert_nan(dtype, out, 0);
        assert_nan(dtype, out, 1);
        memset(out, 0, sizeof out);
        assert_ok(test_run(zero_matrix, vector, AXES(axis, 1), TENSOR(out, dtype, DIMS(1, 2)), options));
        assert_nan(dtype, out, 0);
        assert_nan(dtype, out, 1);
        memset(out, 0, sizeof out);
    }
}

static void zero_times_infinity_is_nan_in_vectors_too(void **state) {
    (void)state;
    batchdot_engine engines[3];
    const int engine_count = test_engines(engines);
    for (int e = 0; e < engine_count; e++) {
        const batchdot_options options = test_options(engines[e]);
        for (size_t i = 0; i < COUNT(float_dtypes); i++)
            check_small_special(float_dtypes[i], &options);
    }
}

/* ---- Integers --------------------------------------------------------------------------------------------------- */

static void integers_of_32_bits_wrap(void **state) {
    (void)state;
    const int32_t x[] = {INT32_MAX, 2, INT32_MIN, -1, INT32_MAX, 1, 65536, 65536, INT32_MIN, INT32_MIN};
    const int32_t y[] = {2, 0, -1, 0, 1, 1, 65536, 65536, INT32_MIN, INT32_MAX};
    const int32_t expected[] = {-2, INT32_MIN, INT32_MIN, 0, INT32_MIN};
    int32_t out[5];
    const batchdot_tensor *out_tensor = TENSOR(out, BATCHDOT_I32, DIMS(5, 1));
    assert_ok(batchdot(TENSOR((void *)x, BATCHDOT_I32, DIMS(5, 2)), TENSOR((void *)y, BATCHDOT_I32, DIMS(5, 2)), NULL,
                       out_tensor));
    assert_memory_equal(out, expected, sizeof out);

    batchdot_options options = test_options(BATCHDOT_ENGINE_AUTO);
    options.beta[0] = 1.0;
    const int32_t twice[] = {-4, 0, 0, 0, 0};
    assert_ok(test_run(TENSOR((void *)x, BATCHDOT_I32, DIMS(5, 2)), TENSOR((void *)y, BATCHDOT_I32, DIMS(5, 2)), NULL,
                       out_tensor, &options));
    assert_memory_equal(out, twice, sizeof out);
}

static void integers_of_64_bits_wrap(void **state) {
    (void)state;
    const int64_t big = (int64_t)1 << 32;
    const int64_t x[] = {INT64_MAX, 0, INT64_MIN, 0, INT64_MAX, 1, big, 1, INT64_MAX, INT64_MAX, 3037000500, 1};
    const int64_t y[] = {INT64_MAX, 0, -1, 0, 1, 1, big, 5, 2, 2, 3037000500, 0};
    const int64_t expected[] = {1, INT64_MIN, INT64_MIN, 5, -4, INT64_MIN + 145474192};
    int64_t out[6];
    const batchdot_tensor *out_tensor = TENSOR(out, BATCHDOT_I64, DIMS(6, 1));
    assert_ok(batchdot(TENSOR((void *)x, BATCHDOT_I64, DIMS(6, 2)), TENSOR((void *)y, BATCHDOT_I64, DIMS(6, 2)), NULL,
                       out_tensor));
    assert_memory_equal(out, expected, sizeof out);

    batchdot_options options = test_options(BATCHDOT_ENGINE_AUTO);
    options.beta[0] = 1.0;
    const int64_t twice[] = {2, 0, 0, 10, -8, 290948384};
    assert_ok(test_run(TENSOR((void *)x, BATCHDOT_I64, DIMS(6, 2)), TENSOR((void *)y, BATCHDOT_I64, DIMS(6, 2)), NULL,
                       out_tensor, &options));
    assert_memory_equal(out, twice, sizeof out);
}

/* Exact beyond what a double holds. */
static void integers_of_64_bits_are_exact(void **state) {
    (void)state;
    const int64_t x[] = {((int64_t)1 << 53) + 1, 1, -3}, y[] = {1, ((int64_t)1 << 60) + 3, 1};
    int64_t out = 0;
    assert_ok(batchdot(TENSOR((void *)x, BATCHDOT_I64, DIMS(1, 3)), TENSOR((void *)y, BATCHDOT_I64, DIMS(1, 3)), NULL,
                       TENSOR(&out, BATCHDOT_I64, DIMS(1, 1))));
    assert_true(out == ((int64_t)1 << 53) + ((int64_t)1 << 60) + 1);
}

typedef struct byte_row {
    const char *name;
    batchdot_dtype x_dtype, y_dtype;
    uint8_t x, y; /* the bytes, whatever they mean */
    int64_t count;
    int32_t expected;
} byte_row;

static const byte_row byte_rows[] = {
    {"u8 . u8", BATCHDOT_U8, BATCHDOT_U8, 0xFF, 0xFF, 1, 65025},
    {"i8 . i8", BATCHDOT_I8, BATCHDOT_I8, 0x80, 0x80, 1, 16384},
    {"i8 . i8, mixed signs", BATCHDOT_I8, BATCHDOT_I8, 0x80, 0x7F, 3, -48768},
    {"i8 . u8", BATCHDOT_I8, BATCHDOT_U8, 0xFF, 0xFF, 1, -255},
    {"u8 . i8", BATCHDOT_U8, BATCHDOT_I8, 0xFF, 0xFF, 1, -255},
    {"i8 . u8, the least", BATCHDOT_I8, BATCHDOT_U8, 0x80, 0xFF, 100, -3264000},
    {"u8 . i8, the least", BATCHDOT_U8, BATCHDOT_I8, 0xFF, 0x80, 100, -3264000},
    {"beyond 16 bits", BATCHDOT_U8, BATCHDOT_U8, 0xFF, 0xFF, 1000, 65025000},
    {"beyond 2^31", BATCHDOT_U8, BATCHDOT_U8, 0xFF, 0xFF, 33026, -2147451646},
    {"beyond 2^32", BATCHDOT_U8, BATCHDOT_U8, 0xFF, 0xFF, 66053, 129029},
    {"exactly 2^31", BATCHDOT_I8, BATCHDOT_I8, 0x80, 0x80, 131072, INT32_MIN},
    {"below -2^31", BATCHDOT_I8, BATCHDOT_U8, 0x80, 0xFF, 65800, 2147255296},
    {"below -2^31, the other way", BATCHDOT_U8, BATCHDOT_I8, 0xFF, 0x80, 65800, 2147255296},
};

static void bytes_give_wrapped_32_bits(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(byte_rows); i++) {
        const byte_row *row = &byte_rows[i];
        test_set_row(row->name);
        uint8_t *x = test_alloc((size_t)row->count), *y = test_alloc((size_t)row->count);
        memset(x, row->x, (size_t)row->count);
        memset(y, row->y, (size_t)row->count);
        int32_t out = 12345;
        const batchdot_tensor *x_tensor = TENSOR(x, row->x_dtype, DIMS(1, row->count)),
                              *y_tensor = TENSOR(y, row->y_dtype, DIMS(1, row->count)),
                              *out_tensor = TENSOR(&out, BATCHDOT_I32, DIMS(1, 1));
        assert_ok(batchdot(x_tensor, y_tensor, NULL, out_tensor));
        assert_int_equal(out, row->expected);
        batchdot_options options = test_options(BATCHDOT_ENGINE_AUTO);
        options.beta[0] = 1.0;
        assert_ok(test_run(x_tensor, y_tensor, NULL, out_tensor, &options));
        assert_int_equal((uint32_t)out, (uint32_t)row->expected * 2U);
        free(x);
        free(y);
    }
    test_set_row("");
}

/* ---- Half precision --------------------------------------------------------------------------------------------- */

#define MAX_SUMMED 6

typedef struct half_row {
    const char *name;
    batchdot_dtype dtype;
    int count;
    uint16_t x[MAX_SUMMED], y[MAX_SUMMED];
    uint16_t rounded;
    float single;
} half_row;

/* x . y as bits: the result in the same dtype, and in f32, which shows what was summed. */
static const half_row half_rows[] = {
    {"f16: 2048 + 1 + 1 + 1 + 1, stepwise 2048",
     BATCHDOT_F16,
     5,
     {0x6800, 0x3C00, 0x3C00, 0x3C00, 0x3C00},
     {0x3C00, 0x3C00, 0x3C00, 0x3C00, 0x3C00},
     0x6802,
     2052.0F},
    {"f16: 2048 + 1, a tie to even", BATCHDOT_F16, 2, {0x6800, 0x3C00}, {0x3C00, 0x3C00}, 0x6800, 2049.0F},
    {"f16: 2048 + 3, a tie to even", BATCHDOT_F16, 2, {0x6800, 0x4200}, {0x3C00, 0x3C00}, 0x6802, 2051.0F},
    {"f16: products are not rounded", BATCHDOT_F16, 2, {0x3C01, 0x3C01}, {0x3C01, 0xBC00}, 0x1401, 0x1.004p-10F},
    {"f16: beyond the range and back",
     BATCHDOT_F16,
     3,
     {0x7B53, 0x7B53, 0xFB53},
     {0x3C00, 0x3C00, 0x3C00},
     0x7B53,
     60000.0F},
    {"f16: beyond the range", BATCHDOT_F16, 2, {0x78E2, 0x78E2}, {0x3C00, 0x3C00}, 0x7C00, 80000.0F},
    {"f16: below the range", BATCHDOT_F16, 2, {0x78E2, 0x78E2}, {0xBC00, 0xBC00}, 0xFC00, -80000.0F},
    {"f16: just within the range", BATCHDOT_F16, 2, {0x7BFF, 0x4B80}, {0x3C00, 0x3C00}, 0x7BFF, 65519.0F},
    {"f16: just beyond the range", BATCHDOT_F16, 2, {0x7BFF, 0x4C00}, {0x3C00, 0x3C00}, 0x7C00, 65520.0F},
    {"f16: the least subnormal", BATCHDOT_F16, 1, {0x0C00}, {0x0C00}, 0x0001, 0x1p-24F},
    {"f16: half of it, a tie to even", BATCHDOT_F16, 1, {0x0C00}, {0x0800}, 0x0000, 0x1p-25F},
    {"f16: one and a half of it", BATCHDOT_F16, 1, {0x0E00}, {0x0C00}, 0x0002, 0x1.8p-24F},
    {"f16: a subnormal input", BATCHDOT_F16, 1, {0x0003}, {0xBC00}, 0x8003, -0x1.8p-23F},
    {"f16: a subnormal becomes normal", BATCHDOT_F16, 2, {0x03FF, 0x0001}, {0x3C00, 0x3C00}, 0x0400, 0x1p-14F},
    {"f16: infinity", BATCHDOT_F16, 2, {0x7C00, 0x3C00}, {0xBC00, 0x3C00}, 0xFC00, -INFINITY},
    {"bf16: 256 + 1 + 1 + 1 + 1, stepwise 256",
     BATCHDOT_BF16,
     5,
     {0x4380, 0x3F80, 0x3F80, 0x3F80, 0x3F80},
     {0x3F80, 0x3F80, 0x3F80, 0x3F80, 0x3F80},
     0x4382,
     260.0F},
    {"bf16: 256 + 1, a tie to even", BATCHDOT_BF16, 2, {0x4380, 0x3F80}, {0x3F80, 0x3F80}, 0x4380, 257.0F},
    {"bf16: 256 + 3, a tie to even", BATCHDOT_BF16, 2, {0x4380, 0x4040}, {0x3F80, 0x3F80}, 0x4382, 259.0F},
    {"bf16: 257.5, above a tie", BATCHDOT_BF16, 2, {0x4380, 0x3FC0}, {0x3F80, 0x3F80}, 0x4381, 257.5F},
    {"bf16: products are not rounded", BATCHDOT_BF16, 2, {0x3F81, 0x3F81}, {0x3F81, 0xBF80}, 0x3C01, 0x1.02p-7F},
    {"bf16: the largest", BATCHDOT_BF16, 1, {0x7F7F}, {0x3F80}, 0x7F7F, 0x1.FEp127F},
    {"bf16: rounds up to infinity", BATCHDOT_BF16, 2, {0x7F7F, 0x7B00}, {0x3F80, 0x3F80}, 0x7F80, 0x1.FFp127F},
    {"bf16: infinity", BATCHDOT_BF16, 2, {0xFF80, 0x3F80}, {0x3F80, 0x3F80}, 0xFF80, -INFINITY},
};

static void halves_are_summed_in_single_and_rounded_once(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(half_rows); i++) {
        const half_row *row = &half_rows[i];
        test_set_row(row->name);
        const batchdot_tensor *x = TENSOR((void *)row->x, row->dtype, DIMS(1, row->count)),
                              *y = TENSOR((void *)row->y, row->dtype, DIMS(1, row->count));
        uint16_t half = 0x5555;
        float single = 5.0F;
        assert_ok(batchdot(x, y, NULL, TENSOR(&half, row->dtype, DIMS(1, 1))));
        assert_int_equal(half, row->rounded);
        assert_ok(batchdot(x, y, NULL, TENSOR(&single, BATCHDOT_F32, DIMS(1, 1))));
        assert_true(single == row->single);
    }
    test_set_row("");
}

/* Any NaN, whatever its payload, stays one: rounding must not carry it into infinity or zero. */
static void a_half_nan_stays_nan(void **state) {
    (void)state;
    static const uint16_t nans[2][4] = {{0x7E00, 0x7C01, 0x7FFF, 0xFFFF}, {0x7FC0, 0x7F81, 0x7FFF, 0xFFFF}};
    for (int i = 0; i < 8; i++) {
        const batchdot_dtype dtype = i < 4 ? BATCHDOT_F16 : BATCHDOT_BF16;
        uint16_t x = nans[i / 4][i % 4], y = i < 4 ? 0x3C00 : 0x3F80, half = 0;
        float single = 0.0F;
        const batchdot_tensor *x_tensor = TENSOR(&x, dtype, DIMS(1, 1)), *y_tensor = TENSOR(&y, dtype, DIMS(1, 1));
        assert_ok(batchdot(x_tensor, y_tensor, NULL, TENSOR(&half, dtype, DIMS(1, 1))));
        assert_nan(dtype, &half, 0);
        assert_ok(batchdot(y_tensor, x_tensor, NULL, TENSOR(&single, BATCHDOT_F32, DIMS(1, 1))));
        assert_true(isnan(single));
    }
}

/* alpha and beta belong to what is rounded once: 0.5 * 2049 + 0.5 is 1025; with the 2049 rounded first it is 1024. */
static void scaling_comes_before_the_rounding(void **state) {
    (void)state;
    batchdot_options options = test_options(BATCHDOT_ENGINE_AUTO);
    options.alpha[0] = 0.5;
    options.beta[0] = 1.0;
    uint16_t x[] = {0x6800, 0x3C00}, y[] = {0x3C00, 0x3C00}; /* 2048 + 1; rounded, the 1 is gone */
    uint16_t out = 0x3800;                                   /* 0.5 */
    const batchdot_tensor *x_tensor = TENSOR(x, BATCHDOT_F16, DIMS(1, 2)),
                          *y_tensor = TENSOR(y, BATCHDOT_F16, DIMS(1, 2));
    assert_ok(test_run(x_tensor, y_tensor, NULL, TENSOR(&out, BATCHDOT_F16, DIMS(1, 1)), &options));
    assert_element(BATCHDOT_F16, &out, 0, 1025);
    float single = 0.25F;
    assert_ok(test_run(x_tensor, y_tensor, NULL, TENSOR(&single, BATCHDOT_F32, DIMS(1, 1)), &options));
    assert_true(single == 1024.75F);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nan_and_infinity_propagate),
        cmocka_unit_test(zero_times_infinity_is_nan_in_vectors_too),
        cmocka_unit_test(integers_of_32_bits_wrap),
        cmocka_unit_test(integers_of_64_bits_wrap),
        cmocka_unit_test(integers_of_64_bits_are_exact),
        cmocka_unit_test(bytes_give_wrapped_32_bits),
        cmocka_unit_test(halves_are_summed_in_single_and_rounded_once),
        cmocka_unit_test(a_half_nan_stays_nan),
        cmocka_unit_test(scaling_comes_before_the_rounding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
