/* How far the f32 and f64 kernels are from the exact sums: never further than k roundings of the largest possible
 * partial sum, which any order of summation keeps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kernel_case.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { CASES = 800, LEAST_CASES = 400, LONG_CASES = 40, LONG_K = 1000, MAX_FAMILIES = 32, LONG_ENOUGH = 64 };

/* Of k * epsilon * sum of |x * y|; for k from LONG_ENOUGH on apart, since a single rounding can be half of it. */
struct family {
    const char *name;
    long double largest, largest_long;
};

static struct family families[MAX_FAMILIES];

static double x[KERNEL_MAX_ELEMENTS], y[KERNEL_MAX_ELEMENTS];
static _Alignas(16) unsigned char memory[OPERAND_COUNT][KERNEL_MAX_ELEMENTS * sizeof(double)];
static _Alignas(16) unsigned char result[KERNEL_MAX_ELEMENTS * sizeof(double)];

static uint64_t draws;

static struct family *family_of(const struct kernel *kernel) {
    const char *const name = kernel_family(kernel);
    int i = 0;
    while (families[i].name && strcmp(families[i].name, name) != 0)
        i++;
    assert_in_range(i, 0, MAX_FAMILIES - 1);
    families[i].name = name;
    return &families[i];
}

enum numbers { OF_ANY_MAGNITUDE, POSITIVE, OF_ONE_MAGNITUDE, NUMBERS_COUNT };

static double draw_number(enum numbers numbers) {
    const uint64_t chance = kernel_chance(draws++);
    const double fraction = (double)(chance >> 12) / 4503599627370496.0 + 0.5;
    const double number = chance & 1 && numbers != POSITIVE ? -fraction : fraction;
    return numbers == OF_ANY_MAGNITUDE ? ldexp(number, (int)(chance >> 1 & 31) - 16) : number;
}

/* The numbers as the kernel reads them. */
static void fill(batchdot_dtype dtype, enum numbers numbers, int64_t items, int64_t an_item, bool is_broadcast,
                 double *values, void *elements) {
    assert_in_range(items * an_item, 1, KERNEL_MAX_ELEMENTS);
    for (int64_t i = 0; i < items * an_item; i++) {
        values[i] = is_broadcast && i >= an_item ? values[i - an_item] : draw_number(numbers);
        if (dtype == BATCHDOT_F32) {
            values[i] = (float)values[i];
            ((float *)elements)[i] = (float)values[i];
        } else {
            ((double *)elements)[i] = values[i];
        }
    }
}

/* Long double has 64 bits at least: 11 more than a double, which k of up to 5000 leaves accurate enough. */
static void check_element(const struct kernel_case *tested, const double *x_row, const double *y_column, double got) {
    const bool is_f32 = tested->kernel->out == BATCHDOT_F32;
    const long double unit = is_f32 ? FLT_EPSILON / 2.0L : DBL_EPSILON / 2.0L;
    const int64_t k = tested->k;
    long double sum = 0, magnitude = 0;
    for (int64_t step = 0; step < k; step++) {
        const long double term = (long double)x_row[step] * y_column[step * tested->n];
        sum += term;
        magnitude += fabsl(term);
    }
    const long double bound = (long double)k * unit * magnitude, fraction = fabsl(sum - got) / bound;
    if (!(fraction <= 1 + (long double)k * unit + 0.001L))
        fail_msg("%.20Lg is %Lg of the bound away from %.20Lg: %s", (long double)got, fraction, sum,
                 kernel_case_text(tested));
    struct family *family = family_of(tested->kernel);
    family->largest = fmaxl(family->largest, fraction / 2);
    if (k >= LONG_ENOUGH)
        family->largest_long = fmaxl(family->largest_long, fraction / 2);
}

static void check(const struct kernel_case *visited, void *context) {
    (void)context;
    struct kernel_case tested = *visited;
    const batchdot_dtype dtype = tested.kernel->out;
    const int64_t m = tested.m, n = tested.n, k = tested.k;
    const enum numbers numbers = (enum numbers)(kernel_chance(draws++) % NUMBERS_COUNT);
    tested.alpha[0] = 1;
    tested.beta[0] = 0;
    fill(dtype, numbers, tested.items, m * k, tested.layout[OPERAND_X].items == BROADCAST, x, memory[OPERAND_X]);
    fill(dtype, numbers, tested.items, k * n, tested.layout[OPERAND_Y].items == BROADCAST, y, memory[OPERAND_Y]);
    memset(memory[OPERAND_OUT], 0xff, (size_t)(tested.items * m * n) * sizeof(double));
    const struct kernel_operands operands = {memory[OPERAND_X], memory[OPERAND_Y], memory[OPERAND_OUT]};
    kernel_case_run(&tested, &operands, result);
    for (int64_t item = 0; item < tested.items; item++) {
        for (int64_t i = 0; i < m; i++) {
            for (int64_t j = 0; j < n; j++) {
                const int64_t number = (item * m + i) * n + j;
                const double got = dtype == BATCHDOT_F32 ? ((float *)result)[number] : ((double *)result)[number];
                check_element(&tested, x + (item * m + i) * k, y + item * k * n + j, got);
            }
        }
    }
}

static void test_kernel_accuracy(void **state) {
    const struct kernel *kernel = *state;
    if (kernel->x != kernel->out || (kernel->out != BATCHDOT_F32 && kernel->out != BATCHDOT_F64))
        skip();
    draws = 0;
    const struct kernel_scope usual = {.wanted = CASES, .most_work = KERNEL_USUAL_WORK};
    const struct kernel_scope long_k = {.wanted = LONG_CASES, .least_k = LONG_K, .most_work = KERNEL_USUAL_WORK};
    const int visited = kernel_visit_cases(kernel, usual, check, NULL);
    const int visited_long = kernel_visit_cases(kernel, long_k, check, NULL);
    print_message("%s: %d cases, %d of k from %d on\n", kernel->name, visited, visited_long, LONG_K);
    assert_in_range(visited, LEAST_CASES, INT32_MAX);
}

static int report(void **state) {
    (void)state;
    for (const struct family *family = families; family->name; family++)
        print_message("%s: at most %.3Lf of k * epsilon * sum of |x * y|, %.3Lf for k from %d on\n", family->name,
                      family->largest, family->largest_long, LONG_ENOUGH);
    return 0;
}

int main(void) {
    return kernel_run_tests("accuracy of kernels", test_kernel_accuracy, report);
}
