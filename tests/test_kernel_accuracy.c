/* How far the kernels of f32, f64, c64 and c128 are from the exact sums: never further than k roundings of the largest
 * possible partial sum, which any order of summation keeps; a part of a complex element is a sum of 2 k products. And
 * that those sum in order of k which say so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kernel_case.h"
#include "oracle.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { CASES = 600, LEAST_CASES = 400, LONG_CASES = 40, LONG_K = 1000, MAX_FAMILIES = 32, LONG_ENOUGH = 64 };

/* Of k * epsilon * sum of |x * y|; for k from LONG_ENOUGH on apart, since a single rounding can be half of it. */
struct family {
    const char *name;
    long double largest, largest_long;
};

static struct family families[MAX_FAMILIES];

/* Real and imaginary parts one after the other where elements have two. */
static double x[2 * KERNEL_MAX_ELEMENTS], y[2 * KERNEL_MAX_ELEMENTS];
static _Alignas(16) unsigned char memory[OPERAND_COUNT][KERNEL_MAX_ELEMENTS * KERNEL_MAX_ELEMENT_SIZE];
static _Alignas(16) unsigned char result[KERNEL_MAX_ELEMENTS * KERNEL_MAX_ELEMENT_SIZE];

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

enum numbers { OF_ANY_MAGNITUDE, POSITIVE, OF_ONE_MAGNITUDE, MOSTLY_ZEROS, NUMBERS_COUNT };

static double draw_number(enum numbers numbers) {
    const uint64_t chance = kernel_chance(draws++);
    const double fraction = (double)(chance >> 12) / 4503599627370496.0 + 0.5;
    const double magnitude = numbers == MOSTLY_ZEROS && chance >> 1 & 3 ? 0 : fraction;
    const double number = chance & 1 && numbers != POSITIVE ? -magnitude : magnitude;
    return numbers == OF_ANY_MAGNITUDE ? ldexp(number, (int)(chance >> 1 & 31) - 16) : number;
}

static bool is_single(batchdot_dtype dtype) {
    return dtype == BATCHDOT_F32 || dtype == BATCHDOT_C64;
}

static int parts_of(batchdot_dtype dtype) {
    return oracle_is_complex(dtype) ? 2 : 1;
}

/* The numbers as the kernel reads them. */
static void fill(batchdot_dtype dtype, enum numbers numbers, int64_t items, int64_t an_item, bool is_broadcast,
                 double *values, void *elements) {
    assert_in_range(items * an_item, 1, KERNEL_MAX_ELEMENTS);
    an_item *= parts_of(dtype);
    for (int64_t i = 0; i < items * an_item; i++) {
        values[i] = is_broadcast && i >= an_item ? values[i - an_item] : draw_number(numbers);
        if (is_single(dtype)) {
            values[i] = (float)values[i];
            ((float *)elements)[i] = (float)values[i];
        } else {
            ((double *)elements)[i] = values[i];
        }
    }
}

/* A part of an element, and the sum of what it is summed of, without signs. */
struct exact_sum {
    long double sum, magnitude;
};

/* sign * sum over k of one part of x times one of y. */
static void add_products(struct exact_sum *exact, int64_t k, int parts, int64_t n, double sign, const double *x_row,
                         const double *y_column) {
    for (int64_t step = 0; step < k; step++) {
        const long double term = (long double)x_row[step * parts] * y_column[step * n * parts];
        exact->sum += sign * term;
        exact->magnitude += fabsl(term);
    }
}

/* Long double has 64 bits at least: 11 more than a double, which k of up to 5000 leaves accurate enough. */
static void check_part(const struct kernel_case *tested, struct exact_sum exact, double got) {
    const batchdot_dtype dtype = tested->kernel->out;
    const long double unit = is_single(dtype) ? FLT_EPSILON / 2.0L : DBL_EPSILON / 2.0L;
    const int64_t k = tested->k, roundings = k * parts_of(dtype);
    const long double bound = (long double)roundings * unit * exact.magnitude,
                      fraction = bound == 0 && got == 0 ? 0 : fabsl(exact.sum - got) / bound;
    if (!(fraction <= 1 + (long double)roundings * unit + 0.001L))
        fail_msg("%.20Lg is %Lg of the bound away from %.20Lg: %s", (long double)got, fraction, exact.sum,
                 kernel_case_text(tested));
    struct family *family = family_of(tested->kernel);
    family->largest = fmaxl(family->largest, fraction / 2);
    if (k >= LONG_ENOUGH)
        family->largest_long = fmaxl(family->largest_long, fraction / 2);
}

static void check_element(const struct kernel_case *tested, const double *x_row, const double *y_column,
                          const double got[2]) {
    const int64_t n = tested->n, k = tested->k;
    const int parts = parts_of(tested->kernel->out);
    const double x_sign = tested->conjugate_x ? -1 : 1, y_sign = tested->conjugate_y ? -1 : 1;
    struct exact_sum real = {0, 0}, imaginary = {0, 0};
    add_products(&real, k, parts, n, 1, x_row, y_column);
    if (parts == 2) {
        add_products(&real, k, parts, n, -x_sign * y_sign, x_row + 1, y_column + 1);
        add_products(&imaginary, k, parts, n, x_sign, x_row + 1, y_column);
        add_products(&imaginary, k, parts, n, y_sign, x_row, y_column + 1);
        check_part(tested, imaginary, got[1]);
    }
    check_part(tested, real, got[0]);
}

/* The bits of a sum in order of k, which the engine relies on where it takes one kernel for another. */
static void check_order(const struct kernel_case *tested, const double *x_row, const double *y_column, double got) {
    const bool is_f32 = tested->kernel->out == BATCHDOT_F32, fuses = tested->kernel->isa != ISA_PORTABLE;
    double sum = 0;
    float sum_f32 = 0;
    for (int64_t step = 0; step < tested->k; step++) {
        const double a = x_row[step], b = y_column[step * tested->n];
        sum = fuses ? fma(a, b, sum) : sum + a * b;
        sum_f32 = fuses ? fmaf((float)a, (float)b, sum_f32) : sum_f32 + (float)a * (float)b;
    }
    const double expected = is_f32 ? sum_f32 : sum;
    if (got != expected || signbit(got) != signbit(expected))
        fail_msg("%a is not %a, the sum in order: %s", got, expected, kernel_case_text(tested));
}

static void check(const struct kernel_case *visited, void *context) {
    (void)context;
    struct kernel_case tested = *visited;
    const batchdot_dtype dtype = tested.kernel->out;
    const int64_t m = tested.m, n = tested.n, k = tested.k;
    const int parts = parts_of(dtype);
    const enum numbers numbers = (enum numbers)(kernel_chance(draws++) % NUMBERS_COUNT);
    tested.alpha[0] = 1;
    tested.alpha[1] = tested.beta[0] = tested.beta[1] = 0;
    fill(dtype, numbers, tested.items, m * k, tested.layout[OPERAND_X].items == BROADCAST, x, memory[OPERAND_X]);
    fill(dtype, numbers, tested.items, k * n, tested.layout[OPERAND_Y].items == BROADCAST, y, memory[OPERAND_Y]);
    memset(memory[OPERAND_OUT], 0xff, (size_t)(tested.items * m * n) * oracle_element_size(dtype));
    const struct kernel_operands operands = {memory[OPERAND_X], memory[OPERAND_Y], memory[OPERAND_OUT]};
    kernel_case_run(&tested, &operands, result);
    for (int64_t item = 0; item < tested.items; item++) {
        for (int64_t i = 0; i < m; i++) {
            for (int64_t j = 0; j < n; j++) {
                const int64_t number = ((item * m + i) * n + j) * parts;
                double got[2] = {0, 0};
                for (int part = 0; part < parts; part++)
                    got[part] = is_single(dtype) ? ((float *)result)[number + part] : ((double *)result)[number + part];
                check_element(&tested, x + (item * m + i) * k * parts, y + (item * k * n + j) * parts, got);
                if (tested.kernel->form == VECTORS_IN_ORDER && parts == 1 && k <= IN_ORDER_K)
                    check_order(&tested, x + (item * m + i) * k, y + item * k * n + j, got[0]);
            }
        }
    }
}

static void test_kernel_accuracy(void **state) {
    const struct kernel *kernel = *state;
    if (kernel->x != kernel->out || kernel->out > BATCHDOT_C128)
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
