/* An item's result is the same to the bit for every kernel: alone, in any run, anywhere in memory, cut into blocks,
 * with scratch and without, prepared or not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kernel_case.h"
#include "oracle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* LEAST_WIDE_CASES are cases that are cut along n, which not every family accepts. */
enum {
    CASES = 180,
    PLAIN_CASES = 120,
    LEAST_CASES = 75,
    WIDE_CASES = 80,
    LEAST_WIDE_CASES = 40,
    LONG_CASES = 15,
    PACKED_CASES = 30,
    LEAST_PACKED_CASES = 10,
    PACKED_N = 384,   /* from there on a kernel may want scratch */
    POOL_COUNT = 8191 /* a prime, so that no row of an operand is like another */
};

static _Alignas(16) unsigned char matrices[OPERAND_COUNT][KERNEL_MAX_ELEMENTS * KERNEL_MAX_ELEMENT_SIZE];
/* An operand's elements, over and over. */
static _Alignas(16) unsigned char pool[OPERAND_COUNT][POOL_COUNT * KERNEL_MAX_ELEMENT_SIZE];
static _Alignas(16) unsigned char alone[KERNEL_MAX_ELEMENTS * KERNEL_MAX_ELEMENT_SIZE];
static _Alignas(16) unsigned char result[KERNEL_MAX_ELEMENTS * KERNEL_MAX_ELEMENT_SIZE];

static uint64_t draws;

static int draw(int count) {
    return (int)(kernel_chance(draws++) % (uint64_t)count);
}

/* The bytes of one item of an operand. */
static size_t item_bytes(const struct kernel_case *tested, enum operand operand) {
    const batchdot_dtype dtypes[] = {tested->kernel->x, tested->kernel->y, tested->kernel->out};
    const int64_t rows = operand == OPERAND_Y ? tested->k : tested->m;
    const int64_t columns = operand == OPERAND_X ? tested->k : tested->n;
    return (size_t)(rows * columns) * oracle_element_size(dtypes[operand]);
}

/* Numbers of which hardly any sum is exact. */
static double draw_number(void) {
    const uint64_t chance = kernel_chance(draws++);
    const double fraction = (double)(chance >> 12) / 4503599627370496.0 + 0.5;
    return ldexp(chance & 1 ? -fraction : fraction, (int)(chance >> 1 & 7) - 4);
}

static void fill_pool(const struct kernel *kernel) {
    const batchdot_dtype dtypes[] = {kernel->x, kernel->y, kernel->out};
    for (int i = 0; i < OPERAND_COUNT; i++) {
        for (int element = 0; element < POOL_COUNT; element++) {
            const double number = draw_number();
            const oracle_value value = {number, draw_number(), (uint64_t)(int64_t)(number * 100)};
            oracle_write(dtypes[i], value, pool[i] + (size_t)element * oracle_element_size(dtypes[i]));
        }
    }
}

/* From anywhere in the pool on. */
static void fill(const struct kernel_case *tested) {
    const batchdot_dtype dtypes[] = {tested->kernel->x, tested->kernel->y, tested->kernel->out};
    for (int i = 0; i < OPERAND_COUNT; i++) {
        const size_t size = oracle_element_size(dtypes[i]), pool_size = POOL_COUNT * size;
        const size_t an_item = item_bytes(tested, (enum operand)i), all = an_item * (size_t)tested->items;
        const size_t different = tested->layout[i].items == BROADCAST ? an_item : all;
        assert_in_range(all, 1, sizeof matrices[i]);
        size_t filled = 0;
        for (size_t at = (size_t)draw(POOL_COUNT) * size; filled < different; at = 0) {
            const size_t piece = pool_size - at < different - filled ? pool_size - at : different - filled;
            memcpy(matrices[i] + filled, pool[i] + at, piece);
            filled += piece;
        }
        for (; filled < all; filled += an_item)
            memcpy(matrices[i] + filled, matrices[i], an_item);
    }
}

/* Runs items from first on and compares each with what it was alone. */
static void compare_with_alone(const struct kernel_case *tested, int64_t first) {
    const struct kernel_operands operands = {
        matrices[OPERAND_X] + (size_t)first * item_bytes(tested, OPERAND_X),
        matrices[OPERAND_Y] + (size_t)first * item_bytes(tested, OPERAND_Y),
        matrices[OPERAND_OUT] + (size_t)first * item_bytes(tested, OPERAND_OUT),
    };
    const size_t bytes = item_bytes(tested, OPERAND_OUT);
    if (!kernel_case_accepted(tested))
        fail_msg("accepted in another batch only: %s", kernel_case_text(tested));
    kernel_case_run(tested, &operands, result);
    for (int64_t item = 0; item < tested->items; item++) {
        if (memcmp(alone + (size_t)(first + item) * bytes, result + (size_t)item * bytes, bytes) != 0)
            fail_msg("item %d of a run from item %d on has other bits than alone: %s", (int)item, (int)first,
                     kernel_case_text(tested));
    }
}

static void run_alone(const struct kernel_case *whole) {
    struct kernel_case tested = *whole;
    tested.items = 1;
    tested.is_prepared = tested.has_scratch = false;
    for (int64_t item = 0; item < whole->items; item++) {
        const struct kernel_operands operands = {
            matrices[OPERAND_X] + (size_t)item * item_bytes(whole, OPERAND_X),
            matrices[OPERAND_Y] + (size_t)item * item_bytes(whole, OPERAND_Y),
            matrices[OPERAND_OUT] + (size_t)item * item_bytes(whole, OPERAND_OUT),
        };
        kernel_case_run(&tested, &operands, alone + (size_t)item * item_bytes(whole, OPERAND_OUT));
    }
}

/* Other places in memory, the strides within an item staying what they are. */
static void draw_places(struct kernel_case *tested, const struct kernel_case *whole) {
    static const enum item_kind kinds[] = {DENSE, PADDED, BACKWARDS, BROADCAST};
    for (int i = 0; i < OPERAND_COUNT; i++) {
        const int choices = i == OPERAND_OUT ? 2 : whole->layout[i].items == BROADCAST ? 4 : 3;
        tested->layout[i].items = kinds[draw(choices)];
        tested->layout[i].side = draw(2) ? GUARD_BEFORE : GUARD_BEHIND;
        tested->layout[i].shift = draw(4);
    }
}

/* Factors that round, so that it shows where a multiplication and an addition became one. */
static void scale_by_ragged_factors(struct kernel_case *tested) {
    for (int i = 0; i < 2; i++) {
        tested->alpha[i] *= tested->alpha[i] == 1 ? 1 : 1.1;
        tested->beta[i] *= 0.7;
    }
}

static void check(const struct kernel_case *visited, void *context) {
    (void)context;
    struct kernel_case whole = *visited;
    if (!oracle_is_integer(whole.kernel->out))
        scale_by_ragged_factors(&whole);
    for (int i = 0; i < OPERAND_COUNT; i++)
        whole.layout[i].items = whole.layout[i].items == BETWEEN_ROWS ? DENSE : whole.layout[i].items;
    if (!kernel_case_accepted(&whole)) /* the rows are elsewhere now */
        return;
    fill(&whole);
    if (whole.beta[0] == 0 && whole.beta[1] == 0)
        memset(matrices[OPERAND_OUT], 0xff, item_bytes(&whole, OPERAND_OUT) * (size_t)whole.items);
    run_alone(&whole);
    compare_with_alone(&whole, 0);
    /* Rows are cut more often than the engine does, but for who would take another kernel for what is cut. */
    const bool cuts_anywhere = strcmp(kernel_family(whole.kernel), "widened") != 0;
    for (int run = 0; run < 6; run++) {
        struct kernel_case tested = whole;
        const int64_t first = draw((int)whole.items);
        tested.items = 1 + draw((int)(whole.items - first));
        draw_places(&tested, &whole);
        tested.has_scratch = draw(2);
        tested.is_prepared = draw(2);
        tested.is_of_many = draw(2);
        if (run >= 3) {
            tested.block_m = cuts_anywhere ? 1 + draw((int)whole.m) : whole.m;
            tested.block_n = whole.n > BLOCK_GRAIN ? (1 + draw(2)) * BLOCK_GRAIN : whole.n;
        }
        compare_with_alone(&tested, first);
    }
}

static void check_with_scratch(const struct kernel_case *visited, void *packed_cases) {
    struct kernel_case tested = *visited;
    tested.has_scratch = true;
    *(int *)packed_cases += kernel_case_scratch(&tested) > 0;
    check(&tested, NULL);
}

/* Rows of overlapping items, which together take more than the caches hold, as far as a kernel can know. Every fourth
 * row is of zeros whose products with x are all -0. */
static void check_rows_from_memory(const struct kernel *kernel, int64_t k) {
    enum { ROWS = 37, BEYOND_CACHES = (1 << 25) + 1, SOME = 13, MOST_K = 600 };
    const size_t size = oracle_element_size(kernel->x), out_size = oracle_element_size(kernel->out);
    const int64_t items = BEYOND_CACHES / (ROWS * k * (int64_t)size) + 1, y_count = ROWS * k + items;
    unsigned char *const y = malloc((size_t)y_count * size), *const out = malloc((size_t)(items * ROWS) * out_size);
    assert_non_null(y);
    assert_non_null(out);
    double x[MOST_K];
    for (int64_t i = 0; i < k; i++) {
        x[i] = draw_number();
        oracle_write(kernel->x, (oracle_value){x[i], 0, 0}, matrices[OPERAND_X] + (size_t)i * size);
    }
    for (int64_t i = 0; i < y_count; i++) {
        const double number = i / k % 4 == 0 ? copysign(0, -x[i % k]) : draw_number();
        oracle_write(kernel->y, (oracle_value){number, 0, 0}, y + (size_t)i * size);
    }
    struct product product = {.items = items,
                              .batch = items,
                              .m = 1,
                              .n = ROWS,
                              .k = k,
                              .y_item = 1,
                              .out_item = ROWS,
                              .x_m = k,
                              .x_k = 1,
                              .y_k = 1,
                              .y_n = k,
                              .out_m = ROWS,
                              .out_n = 1,
                              .alpha = {1, 0}};
    if (kernel->accepts(&product)) {
        kernel->run(&product, matrices[OPERAND_X], y, out);
        product.items = product.batch = 1;
        for (int64_t item = 0; item < items; item += SOME) {
            kernel->run(&product, matrices[OPERAND_X], y + (size_t)item * size, alone);
            assert_memory_equal(alone, out + (size_t)(item * ROWS) * out_size, ROWS * out_size);
        }
    }
    free(y);
    free(out);
}

static void test_kernel_bits(void **state) {
    const struct kernel *kernel = *state;
    draws = 0;
    fill_pool(kernel);
    const struct kernel_scope usual = {.wanted = kernel->form == PLAIN ? PLAIN_CASES : CASES,
                                       .most_work = KERNEL_USUAL_WORK};
    const struct kernel_scope wide = {.wanted = WIDE_CASES, .least_n = BLOCK_GRAIN + 1, .most_work = KERNEL_USUAL_WORK};
    const struct kernel_scope long_k = {.wanted = LONG_CASES, .least_k = 1000, .most_work = 5 * KERNEL_USUAL_WORK};
    const int visited = kernel_visit_cases(kernel, usual, check, NULL);
    const int visited_wide = kernel_visit_cases(kernel, wide, check, NULL);
    kernel_visit_cases(kernel, long_k, check, NULL);
    if (kernel->scratch) {
        const struct kernel_scope large = {.wanted = PACKED_CASES, .least_n = PACKED_N};
        int packed_cases = 0;
        kernel_visit_cases(kernel, large, check_with_scratch, &packed_cases);
        assert_in_range(packed_cases, LEAST_PACKED_CASES, INT32_MAX);
    }
    const char *const family = kernel_family(kernel);
    static const int64_t long_rows[] = {40, 72, 100, 130, 600};
    for (size_t i = 0; strcmp(family, "dot") == 0 && i < sizeof long_rows / sizeof long_rows[0]; i++)
        check_rows_from_memory(kernel, long_rows[i]);
    const bool is_small = strcmp(family, "cluster") == 0 || strcmp(family, "held") == 0 ||
                          strcmp(family, "narrow") == 0 || strcmp(family, "widened") == 0;
    print_message("%s: %d cases, %d cut along n\n", kernel->name, visited, visited_wide);
    assert_in_range(visited, LEAST_CASES, INT32_MAX);
    if (!is_small)
        assert_in_range(visited_wide, LEAST_WIDE_CASES, INT32_MAX);
}

int main(void) {
    return kernel_run_tests("bits of kernels", test_kernel_bits, NULL);
}
