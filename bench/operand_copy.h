/* Copies of a tensor with its axes in another order: what the caller of a library has to make whose matrices must lie
 * otherwise. */
#ifndef BATCHDOT_BENCH_OPERAND_COPY_H
#define BATCHDOT_BENCH_OPERAND_COPY_H

#include "case_axes.h"

/* An axis with its strides on both sides, in elements. */
struct copy_axis {
    int64_t extent, from, to;
};

struct operand_copy {
    size_t element_size;     /* 1, 2, 4, 8 or 16 */
    struct copy_axis row;    /* the innermost one of the copy */
    struct copy_axis across; /* along which elements lie closest in the original, or the next one */
    int64_t row_tile;        /* elements of a row that are copied before the next one is begun */
    struct copy_axis outer[CASE_MAX_AXES];
    int outer_count;
};

/* The axes in the order of the copy, outermost first. */
void operand_copy_make(struct operand_copy *copy, size_t element_size, const struct copy_axis *axes, int count);

/* Copies one of so many parts, for a thread each. */
void operand_copy_run(const struct operand_copy *copy, const void *from, void *to, int part, int parts);

#endif
