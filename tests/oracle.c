#include "oracle.h"

#include "general_oracle.h"
#include <string.h>

/* ---- Shapes -------------------------------------------------------------------------------------------------------
 */

static bool multiply_overflows(int64_t a, int64_t b) {
    return b != 0 && a > INT64_MAX / b;
}

/* A shape with a 0 in it has no elements, whatever its other extents would multiply to. */
static bool count_overflows(int ndim, const int64_t *shape) {
    int64_t count = 1;

    for (int axis = 0; axis < ndim; axis++) {
        if (shape[axis] == 0)
            return false;
    }
    for (int axis = 0; axis < ndim; axis++) {
        if (multiply_overflows(count, shape[axis]))
            return true;
        count *= shape[axis];
    }
    return false;
}

static bool has_negative_extent(int ndim, const int64_t *shape) {
    for (int axis = 0; axis < ndim; axis++) {
        if (shape[axis] < 0)
            return true;
    }
    return false;
}

/* The contracted axes, counted from the front; out of range if the caller's are. */
static batchdot_axes contracted_axes(int x_ndim, int y_ndim, const batchdot_axes *axes) {
    batchdot_axes contracted = {x_ndim - 1, y_ndim == 2 ? y_ndim - 1 : y_ndim - 2};

    if (axes != NULL) {
        contracted.x = axes->x < 0 && axes->x >= -x_ndim ? axes->x + x_ndim : axes->x;
        contracted.y = axes->y < 0 && axes->y >= -y_ndim ? axes->y + y_ndim : axes->y;
    }
    return contracted;
}

batchdot_status oracle_infer_shape(int x_ndim, const int64_t *x_shape, int y_ndim, const int64_t *y_shape,
                                   const batchdot_axes *axes, int *out_ndim, int64_t out_shape[BATCHDOT_MAX_NDIM]) {
    const batchdot_axes contracted = contracted_axes(x_ndim, y_ndim, axes);
    int64_t shape[2 * BATCHDOT_MAX_NDIM];
    int ndim = 0;

    if (x_ndim < 2 || y_ndim < 2 || x_ndim > BATCHDOT_MAX_NDIM || y_ndim > BATCHDOT_MAX_NDIM)
        return BATCHDOT_ERROR_RANK;
    if (has_negative_extent(x_ndim, x_shape) || has_negative_extent(y_ndim, y_shape))
        return BATCHDOT_ERROR_SHAPE;
    if (x_shape[0] != y_shape[0])
        return BATCHDOT_ERROR_BATCH;
    if (contracted.x < 0 || contracted.x >= x_ndim || contracted.y < 0 || contracted.y >= y_ndim)
        return BATCHDOT_ERROR_AXIS_RANGE;
    if (contracted.x == 0 || contracted.y == 0)
        return BATCHDOT_ERROR_AXIS_BATCH;
    if (x_shape[contracted.x] != y_shape[contracted.y])
        return BATCHDOT_ERROR_CONTRACTED;
    for (int axis = 0; axis < x_ndim; axis++) {
        if (axis != contracted.x)
            shape[ndim++] = x_shape[axis];
    }
    for (int axis = 1; axis < y_ndim; axis++) {
        if (axis != contracted.y)
            shape[ndim++] = y_shape[axis];
    }
    if (ndim == 1)
        shape[ndim++] = 1;
    if (ndim > BATCHDOT_MAX_NDIM)
        return BATCHDOT_ERROR_RANK;
    if (count_overflows(x_ndim, x_shape) || count_overflows(y_ndim, y_shape) || count_overflows(ndim, shape))
        return BATCHDOT_ERROR_OVERFLOW;
    *out_ndim = ndim;
    memcpy(out_shape, shape, (size_t)ndim * sizeof *shape);
    return BATCHDOT_OK;
}

/* ---- The product ----------------------------------------------------------------------------------------------------
 */

/* Axis 0 of all three is one, the contracted axes are one, and what is left follows in the output in its order; an
 * axis appended to the batch alone belongs to no input. */
static void label_axes(const oracle_problem *problem, general_labels *labels) {
    const batchdot_axes contracted = contracted_axes(problem->x->ndim, problem->y->ndim, problem->axes);
    int next = 0;

    labels->x[0] = labels->y[0] = labels->out[0] = next++;
    labels->x[contracted.x] = labels->y[contracted.y] = next++;
    for (int axis = 1; axis < problem->out->ndim; axis++)
        labels->out[axis] = next++;
    next = 1;
    for (int axis = 1; axis < problem->x->ndim; axis++) {
        if (axis != contracted.x)
            labels->x[axis] = labels->out[next++];
    }
    for (int axis = 1; axis < problem->y->ndim; axis++) {
        if (axis != contracted.y)
            labels->y[axis] = labels->out[next++];
    }
}

void oracle_compute(const oracle_problem *problem, oracle_element *elements) {
    general_labels labels;

    label_axes(problem, &labels);
    general_oracle_compute(&(general_problem){problem->x, problem->y, problem->out, &labels, problem->options},
                           elements);
}
