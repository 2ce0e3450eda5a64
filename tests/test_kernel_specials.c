/* NaN, infinities and zeros through every floating-point kernel: they reach the outputs that IEEE arithmetic takes them
 * to, and no others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kernel_case.h"
#include "kernel_exact.h"
#include "oracle.h"

#include <math.h>
#include <string.h>

enum { CASES = 1000, PLAIN_CASES = 800, LEAST_CASES = 400 };

static uint64_t draws;

static int64_t draw(int64_t count) {
    return (int64_t)(kernel_chance(draws++) >> 1) % count;
}

static const double specials[] = {NAN, INFINITY, -INFINITY, 0.0, -0.0};
enum { SPECIAL_COUNT = sizeof specials / sizeof specials[0], NONZERO_COUNT = 3 };

static struct exact_case exact;

static int64_t item_count(const struct kernel_case *tested, enum operand operand) {
    const int64_t rows = operand == OPERAND_Y ? tested->k : tested->m;
    const int64_t columns = operand == OPERAND_X ? tested->k : tested->n;
    return rows * columns;
}

static enum operand draw_operand(void) {
    return (enum operand)draw(OPERAND_COUNT);
}

static void put_one(const struct kernel_case *tested) {
    const enum operand operand = draw_operand();
    exact.operand[operand].real[draw(item_count(tested, operand) * tested->items)] = specials[draw(NONZERO_COUNT)];
}

static void put_an_item(const struct kernel_case *tested) {
    const enum operand operand = draw_operand();
    const int64_t count = item_count(tested, operand), item = draw(tested->items);
    const double special = specials[draw(NONZERO_COUNT)];
    for (int64_t i = 0; i < count; i++)
        exact.operand[operand].real[item * count + i] = special;
}

static void put_everywhere(const struct kernel_case *tested, const double *values, int64_t value_count, int64_t apart) {
    const bool is_complex = oracle_is_complex(tested->kernel->out);
    for (int i = 0; i < OPERAND_COUNT; i++) {
        const int64_t count = item_count(tested, (enum operand)i) * tested->items;
        for (int64_t j = draw(apart); j < count; j += 1 + draw(2 * apart)) {
            exact.operand[i].real[j] = values[draw(value_count)];
            if (is_complex && draw(2))
                exact.operand[i].imaginary[j] = values[draw(value_count)];
        }
    }
}

/* An infinity in x against a zero in y, and what is around them. */
static void put_infinity_times_zero(const struct kernel_case *tested) {
    const int64_t item = draw(tested->items), i = draw(tested->m), j = draw(tested->n), step = draw(tested->k);
    exact.operand[OPERAND_X].real[exact_index(tested, OPERAND_X, item, i, step)] = INFINITY;
    exact.operand[OPERAND_Y].real[exact_index(tested, OPERAND_Y, item, step, j)] = draw(2) ? 0.0 : -0.0;
}

static void repeat_broadcast_items(const struct kernel_case *tested) {
    for (int i = 0; i < OPERAND_COUNT; i++) {
        const int64_t count = item_count(tested, (enum operand)i);
        for (int64_t j = count; tested->layout[i].items == BROADCAST && j < count * tested->items; j++) {
            exact.operand[i].real[j] = exact.operand[i].real[j - count];
            exact.operand[i].imaginary[j] = exact.operand[i].imaginary[j - count];
        }
    }
}

static void check(const struct kernel_case *tested, void *context) {
    (void)context;
    exact_fill(&exact, tested);
    switch (draw(6)) {
    case 0:
        put_one(tested);
        break;
    case 1:
        put_an_item(tested);
        break;
    case 2:
        put_everywhere(tested, specials, SPECIAL_COUNT, 2 * tested->k + 2);
        break;
    case 3:
        put_everywhere(tested, specials, SPECIAL_COUNT, 2);
        break;
    case 4:
        put_everywhere(tested, specials + NONZERO_COUNT, SPECIAL_COUNT - NONZERO_COUNT, 1);
        break;
    default:
        put_infinity_times_zero(tested);
    }
    repeat_broadcast_items(tested);
    exact_check(&exact, tested);
}

static void test_kernel_specials(void **state) {
    const struct kernel *kernel = *state;
    if (oracle_is_integer(kernel->out))
        skip();
    draws = 0;
    const struct kernel_scope scope = {.wanted = kernel->form == PLAIN ? PLAIN_CASES : CASES,
                                       .most_work = KERNEL_USUAL_WORK};
    const int visited = kernel_visit_cases(kernel, scope, check, NULL);
    print_message("%s: %d cases\n", kernel->name, visited);
    assert_in_range(visited, LEAST_CASES, INT32_MAX);
}

int main(void) {
    return kernel_run_tests("NaN, infinities and zeros in kernels", test_kernel_specials, NULL);
}
