/* Every f16 and bf16 value through every kernel of halves: what is widened and what is rounded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kernel_case.h"
#include "oracle.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { VALUES = 1 << 16, ROWS = 64, COLUMNS = VALUES / ROWS, K = 8 };

static bool is_bf16(const struct kernel *kernel) {
    return kernel->x == BATCHDOT_BF16;
}

/* 1, the only one of a row of y that is not 0. */
static uint16_t one(const struct kernel *kernel) {
    return is_bf16(kernel) ? 0x3f80 : 0x3c00;
}

/* What an instruction set's bf16 products may take for 0. */
static bool may_be_flushed(const struct kernel *kernel, long double value) {
    return kernel->isa == ISA_AVX512BF16 && is_bf16(kernel) && value != 0 && fabsl(value) < 0x1p-126L;
}

static void check_value(const struct kernel *kernel, uint16_t code, const void *element) {
    const long double expected = oracle_half_decode(kernel->x, code), got = oracle_read(kernel->out, element).real;
    const bool is_right = isnan(expected) ? isnan(got) : got == expected;
    if (!is_right && !(may_be_flushed(kernel, expected) && got == 0))
        fail_msg("%s: %04x became %Lg, not %Lg", kernel->name, code, got, expected);
    if (isnan(expected) && kernel->out == BATCHDOT_F32) {
        uint32_t bits;
        memcpy(&bits, element, sizeof bits);
        assert_true(bits & 0x00400000u); /* quiet */
    }
}

/* Rows of K, whose first element is the value and whose others are 0, or a column of values by one element. */
static struct product product_of(bool is_of_rows) {
    const int64_t m = is_of_rows ? 1 : ROWS, n = is_of_rows ? VALUES : COLUMNS, k = is_of_rows ? K : 1;
    return (struct product){.items = 1,
                            .m = m,
                            .n = n,
                            .k = k,
                            .x_item = m * k,
                            .y_item = n * k,
                            .out_item = m * n,
                            .x_m = k,
                            .x_k = 1,
                            .y_k = is_of_rows ? 1 : n,
                            .y_n = is_of_rows ? k : 1,
                            .out_m = n,
                            .out_n = 1,
                            .alpha = {1, 0}};
}

/* By each kernel that takes them: as rows of y along k, and as a row of y for each of which x has another 1. */
static void test_every_value(void **state) {
    const struct kernel *const kernel = *state;
    if (!oracle_is_half(kernel->x))
        skip();
    static uint16_t x[ROWS * K], y[VALUES * K];
    static unsigned char out[VALUES * ROWS * sizeof(float)];
    const size_t size = oracle_element_size(kernel->out);
    for (int is_of_rows = 0; is_of_rows < 2; is_of_rows++) {
        const struct product product = product_of(is_of_rows);
        if (!kernel->accepts(&product))
            continue;
        for (int start = 0; start < VALUES; start += (int)product.n) {
            memset(x, 0, sizeof x);
            memset(y, 0, sizeof y);
            for (int i = 0; i < (is_of_rows ? 1 : ROWS); i++)
                x[i * product.k] = one(kernel);
            for (int i = 0; i < product.n; i++)
                y[i * product.y_n] = (uint16_t)(start + i);
            kernel->run(&product, x, y, out);
            for (int i = 0; i < product.m * product.n; i++)
                check_value(kernel, (uint16_t)(start + i % product.n), out + (size_t)i * size);
        }
    }
}

/* Values between two halves, exactly between them and just beside that, which the sum of two products comes to. */
static void check_rounding(const struct kernel *kernel, uint16_t code) {
    const long double low = oracle_half_decode(kernel->x, code), high = oracle_half_decode(kernel->x, code + 1);
    static const long double parts[] = {0.5L, 0.25L, 0.75L};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const long double step = (high - low) * parts[i];
        const uint16_t x[] = {code, oracle_half_encode(kernel->x, step)}, y[] = {one(kernel), one(kernel)};
        const struct product product = {.items = 1,
                                        .m = 1,
                                        .n = 1,
                                        .k = 2,
                                        .x_m = 2,
                                        .x_k = 1,
                                        .y_k = 1,
                                        .y_n = 1,
                                        .out_m = 1,
                                        .out_n = 1,
                                        .alpha = {1, 0}};
        uint16_t got = 0;
        if (oracle_half_decode(kernel->x, x[1]) != step || !kernel->accepts(&product))
            continue;
        kernel->run(&product, x, y, &got);
        if (got != oracle_half_encode(kernel->out, low + step))
            fail_msg("%s: %Lg was rounded to %04x", kernel->name, low + step, got);
    }
}

static void test_rounding(const struct kernel *kernel) {
    const uint16_t infinity = is_bf16(kernel) ? 0x7f80 : 0x7c00, least = is_bf16(kernel) ? 0x1000 : 0;
    for (uint16_t code = least; code + 1 < infinity; code++)
        check_rounding(kernel, code);
}

static void test_halves(void **state) {
    const struct kernel *const kernel = *state;
    test_every_value(state);
    if (oracle_is_half(kernel->out))
        test_rounding(kernel);
}

int main(void) {
    return kernel_run_tests("halves", test_halves, NULL);
}
