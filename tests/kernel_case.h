/* A product that a kernel of the list is given: what it computes, how its operands lie, and where their memory ends.
 * What is no operand's element is NaN (all bits set) before the kernel runs, and must still be so after it. */
#ifndef BATCHDOT_TESTS_KERNEL_CASE_H
#define BATCHDOT_TESTS_KERNEL_CASE_H

#include "guarded_buffer.h"
#include "kernels/kernel.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KERNEL_MAX_ELEMENTS = 1 << 19, KERNEL_MAX_ELEMENT_SIZE = 16 };

enum matrix_kind {
    BY_ROWS,
    PADDED_ROWS,
    BY_COLUMNS,
    SPARSE, /* those before this one and itself are an output's */
    PADDED_COLUMNS,
    ROWS_BACKWARDS,
    COLUMNS_BACKWARDS,
    ALL_BACKWARDS,
    MATRIX_KIND_COUNT,
    OUT_MATRIX_KIND_COUNT = SPARSE + 1
};

enum item_kind {
    DENSE,
    PADDED,
    BETWEEN_ROWS, /* row i of every item, then row i + 1 of every item, instead of what the matrix_kind says */
    BROADCAST,    /* this and the next one are an input's only */
    BACKWARDS,
    ITEM_KIND_COUNT,
    OUT_ITEM_KIND_COUNT = BETWEEN_ROWS + 1
};

struct operand_layout {
    enum matrix_kind matrix;
    enum item_kind items;
    enum guarded_side side;
    int shift; /* elements between the operand and the guard page */
};

struct kernel_case {
    const struct kernel *kernel;
    int64_t items, m, n, k;
    struct operand_layout layout[OPERAND_COUNT];
    double alpha[2], beta[2];
    bool conjugate_x, conjugate_y;
    bool says_1;      /* strides of axes of extent 1 are what the native engine makes of them */
    bool is_prepared; /* by the kernel, for a run of more items */
    bool is_of_many;  /* items of the whole call, so that they come from memory as far as a kernel can know */
    bool has_scratch; /* as much as the kernel asks for, between guard pages, NaN before the kernel runs */
    /* 0, or the blocks that each item alone is cut into, as the native engine does for threads. */
    int64_t block_m, block_n;
};

/* Operands as matrices one item after the other, row by row, in their dtypes. Of a broadcast input each item must be
 * the same. */
struct kernel_operands {
    const void *x, *y, *old_out;
};

bool kernel_case_accepted(const struct kernel_case *tested);

/* The bytes of scratch that the kernel asks for. */
int64_t kernel_case_scratch(const struct kernel_case *tested);

/* Gives the output in the same form. Fails the running test if the kernel wrote anything else. */
void kernel_case_run(const struct kernel_case *tested, const struct kernel_operands *operands, void *result);

/* The case in words, until the next call. */
const char *kernel_case_text(const struct kernel_case *tested);

/* "tile", "dot", ..., or "portable". */
const char *kernel_family(const struct kernel *kernel);

typedef void kernel_visitor(const struct kernel_case *tested, void *context);

/* What to visit: about so many cases, each at least as wide along n and as long along k as this, of at least and at
 * most so many multiplications (an item alone may have more). */
struct kernel_scope {
    int wanted;
    int64_t least_n, least_k, least_work, most_work;
};

/* Visits a scope's share of the cases that the kernel accepts among all shapes and layouts; all else that a case has is
 * drawn by chance, the same in every run. Returns how many were visited. */
int kernel_visit_cases(const struct kernel *kernel, struct kernel_scope scope, kernel_visitor *visit, void *context);

enum { KERNEL_USUAL_WORK = 20000 };

/* Chance: a function of its argument, the same everywhere. */
uint64_t kernel_chance(uint64_t number);

/* A cmocka main: a test, whose state is the kernel, for each kernel that this machine can run, or for those of them
 * that the pattern in the environment's BATCHDOT_TEST_KERNELS names, such as "avx2*". */
int kernel_run_tests(const char *group, void (*test)(void **state), int (*teardown)(void **state));

#endif
