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

enum { VALUES = 1 << 16, ROWS = 64, COLUMNS = VALUES / ROWS, K = 8, MOST_ROWS = 2 };

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

/* How the values are given: as y's rows along k, of which each is the first element; as y's row, which every row of x
 * multiplies by 1; and so in items of few rows and columns. */
enum arrangement { ALONG_K, IN_A_ROW, IN_TINY_ITEMS, ARRANGEMENT_COUNT };

static struct product product_of(enum arrangement arrangement) {
    static const int64_t extents[][3] = {
        [ALONG_K] = {1, VALUES, K}, [IN_A_ROW] = {ROWS, COLUMNS, 1}, [IN_TINY_ITEMS] = {2, 32, 2}};
    const int64_t m = extents[arrangement][0], n = extents[arrangement][1], k = extents[arrangement][2];
    const bool is_along_k = arrangement == ALONG_K;
    return (struct product){.items = 1,
                            .batch = 1,
                            .m = m,
                            .n = n,
                            .k = k,
                            .x_item = m * k,
                            .y_item = n * k,
                            .out_item = m * n,
                            .x_m = k,
                            .x_k = 1,
                            .y_k = is_along_k ? 1 : n,
                            .y_n = is_along_k ? k : 1,
                            .out_m = n,
                            .out_n = 1,
                            .alpha = {1, 0}};
}

static int test_every_value(const struct kernel *kernel) {
    static uint16_t x[ROWS * K], y[VALUES * K];
    static unsigned char out[VALUES * ROWS * sizeof(float)];
    const size_t size = oracle_element_size(kernel->out);
    int accepted = 0;
    for (int arrangement = 0; arrangement < ARRANGEMENT_COUNT; arrangement++) {
        const struct product product = product_of(arrangement);
        if (!kernel->accepts(&product))
            continue;
        accepted++;
        for (int start = 0; start < VALUES; start += (int)product.n) {
            memset(x, 0, sizeof x);
            memset(y, 0, sizeof y);
            for (int i = 0; i < product.m; i++)
                x[i * product.k] = one(kernel);
            for (int i = 0; i < product.n; i++)
                y[i * product.y_n] = (uint16_t)(start + i);
            kernel->run(&product, x, y, out);
            for (int i = 0; i < product.m * product.n; i++)
                check_value(kernel, (uint16_t)(start + i % product.n), out + (size_t)i * size);
        }
    }
    return accepted;
}

/* Values between two halves, exactly between them and just beside that, which the sum of two products comes to. */
static void check_rounding(const struct kernel *kernel, const struct product *product, uint16_t code) {
    const long double low = oracle_half_decode(kernel->x, code), high = oracle_half_decode(kernel->x, code + 1);
    static const long double parts[] = {0.5L, 0.25L, 0.75L};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const long double step = (high - low) * parts[i];
        const uint16_t parts_of_sum[] = {code, oracle_half_encode(kernel->x, step)}, y[] = {one(kernel), one(kernel)};
        uint16_t x[MOST_ROWS * 2];
        for (int j = 0; j < MOST_ROWS * 2; j++)
            x[j] = parts_of_sum[j % 2];
        uint16_t got[MOST_ROWS] = {0};
        if (oracle_half_decode(kernel->x, parts_of_sum[1]) != step)
            continue;
        kernel->run(product, x, y, got);
        for (int row = 0; row < product->m; row++) {
            if (got[row] != oracle_half_encode(kernel->out, low + step))
                fail_msg("%s: %Lg was rounded to %04x", kernel->name, low + step, got[row]);
        }
    }
}

static int test_rounding(const struct kernel *kernel) {
    const uint16_t infinity = is_bf16(kernel) ? 0x7f80 : 0x7c00, least = is_bf16(kernel) ? 0x1000 : 0;
    int accepted = 0;
    for (int m = 1; m <= MOST_ROWS; m++) {
        const struct product product = {.items = 1,
                                        .batch = 1,
                                        .m = m,
                                        .n = 1,
                                        .k = 2,
                                        .x_m = 2,
                                        .x_k = 1,
                                        .y_k = 1,
                                        .y_n = 1,
                                        .out_m = 1,
                                        .out_n = 1,
                                        .alpha = {1, 0}};
        if (!kernel->accepts(&product))
            continue;
        accepted++;
        for (uint16_t code = least; code + 1 < infinity; code++)
            check_rounding(kernel, &product, code);
    }
    return accepted;
}

static void test_halves(void **state) {
    const struct kernel *const kernel = *state;
    if (!oracle_is_half(kernel->x))
        skip();
    assert_in_range(test_every_value(kernel), 1, ARRANGEMENT_COUNT);
    const bool is_for_such_sums = strcmp(kernel_family(kernel), "grouped") != 0; /* the others are tiny */
    if (oracle_is_half(kernel->out))
        assert_in_range(test_rounding(kernel), is_for_such_sums, MOST_ROWS);
}

int main(void) {
    return kernel_run_tests("halves", test_halves, NULL);
}
