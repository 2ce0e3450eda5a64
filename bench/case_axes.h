/* The axes of a case, whatever says which of them belong together: the two numbers that batch_dot takes, or the letters
 * of an einsum expression. */
#ifndef BATCHDOT_BENCH_CASE_AXES_H
#define BATCHDOT_BENCH_CASE_AXES_H

#include "case_table.h"

/* By the tensors that have an axis: x, y and the output; x and the output; y and the output; x and y. */
enum axis_role { AXIS_BATCH, AXIS_ROW, AXIS_COLUMN, AXIS_CONTRACTED, AXIS_ROLE_COUNT };

enum { CASE_MAX_AXES = 2 * CASE_MAX_NDIM };

struct case_axis {
    enum axis_role role;
    int64_t extent;
    int64_t x, y, out; /* strides, in elements; 0 in a tensor that has not this axis */
};

struct case_axes {
    struct case_axis axes[CASE_MAX_AXES]; /* the output's in its order, then the contracted ones in x's order */
    int count;
    int64_t x_count, y_count, out_count; /* elements in memory */
};

/* All tensors are contiguous, but that a shared y lies in memory once: x alone has its batch axis then. */
void case_axes_make(const struct bench_case *bench_case, struct case_axes *axes);

/* The product of the extents of all axes of a role. */
int64_t case_axes_extent(const struct case_axes *axes, enum axis_role role);

#endif
