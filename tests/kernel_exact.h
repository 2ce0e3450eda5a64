/* What a kernel must compute exactly: operands of small whole numbers, NaN and infinities among them where a test puts
 * some, and naive loops over them in double, which round nowhere. */
#ifndef BATCHDOT_TESTS_KERNEL_EXACT_H
#define BATCHDOT_TESTS_KERNEL_EXACT_H

#include "kernel_case.h"

/* Matrices one item after the other, row by row; the imaginary parts are 0 for real dtypes. */
struct exact_matrix {
    double real[KERNEL_MAX_ELEMENTS], imaginary[KERNEL_MAX_ELEMENTS];
};

struct exact_case {
    struct exact_matrix operand[OPERAND_COUNT]; /* the output's: before the product */
};

/* Odd numbers from -7 to 7 in all operands (1 to 15 where the dtype is unsigned). */
void exact_fill(struct exact_case *exact, const struct kernel_case *tested);

/* The index of an element of x, y or the output. */
int64_t exact_index(const struct kernel_case *tested, enum operand operand, int64_t item, int64_t row, int64_t column);

/* Runs the kernel and compares. Where beta is 0 the output is NaN before. Two NaN are equal, and so are -0 and 0. */
void exact_check(const struct exact_case *exact, const struct kernel_case *tested);

#endif
