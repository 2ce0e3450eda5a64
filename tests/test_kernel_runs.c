/* Every kernel on runs of items, each operand ending or beginning where memory may not be touched, against naive loops.
 * All values are small whole numbers, so that whatever the order of summation there is one right result. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kernel_case.h"
#include "kernel_exact.h"

/* Fewer than the least, and the shapes and layouts do not reach the kernel. There are many portable kernels, of one
 * template. */
enum { CASES = 1100, PLAIN_CASES = 800, LEAST_CASES = 400, LARGE_CASES = 10, LARGE_WORK = 1 << 20 };

static struct exact_case exact;

static void check(const struct kernel_case *tested, void *context) {
    (void)context;
    exact_fill(&exact, tested);
    exact_check(&exact, tested);
}

static void test_kernel_in_runs(void **state) {
    const struct kernel *kernel = *state;
    const struct kernel_scope usual = {.wanted = kernel->form == PLAIN ? PLAIN_CASES : CASES,
                                       .most_work = KERNEL_USUAL_WORK};
    /* Where the next item is fetched ahead. */
    const struct kernel_scope large = {
        .wanted = LARGE_CASES, .least_work = LARGE_WORK, .most_work = 8 * (int64_t)LARGE_WORK};
    const int visited = kernel_visit_cases(kernel, usual, check, NULL);
    const int visited_large = kernel_visit_cases(kernel, large, check, NULL);
    print_message("%s: %d cases, and %d large ones\n", kernel->name, visited, visited_large);
    assert_in_range(visited, LEAST_CASES, INT32_MAX);
}

int main(void) {
    return kernel_run_tests("kernels on runs of items", test_kernel_in_runs, NULL);
}
