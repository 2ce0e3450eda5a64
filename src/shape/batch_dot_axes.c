/* Keras's rules: which axis is contracted with which. */
#include "shape/operand_shape.h"

#include "base/status.h"

#include <inttypes.h>
#include <stdio.h>

static batchdot_status check_ranks(const struct operand_shape *x, const struct operand_shape *y) {
    if (x->ndim < 2 || y->ndim < 2)
        return bd_fail_with_shapes(BATCHDOT_ERROR_RANK, x, y, "batch_dot needs inputs of rank 2 or more");
    if (x->ndim > BATCHDOT_MAX_NDIM || y->ndim > BATCHDOT_MAX_NDIM)
        return bd_fail(BATCHDOT_ERROR_RANK,
                       "batch_dot takes inputs of rank %d at most; got x of rank %d and y of rank %d.",
                       BATCHDOT_MAX_NDIM, x->ndim, y->ndim);
    return BATCHDOT_OK;
}

/* The contracted axes, counted from the front. */
static batchdot_status resolve_axes(const struct operand_shape *x, const struct operand_shape *y,
                                    const batchdot_axes *axes, batchdot_axes *contracted) {
    const batchdot_axes given = axes ? *axes : bd_default_axes(x->ndim, y->ndim);
    batchdot_status status = bd_check_axis_range(x, given.x);
    if (!status)
        status = bd_check_axis_range(y, given.y);
    if (status)
        return status;
    *contracted = (batchdot_axes){bd_axis_from_front(given.x, x->ndim), bd_axis_from_front(given.y, y->ndim)};
    if (contracted->x == 0 || contracted->y == 0) {
        char sentence[160];
        snprintf(
            sentence, sizeof sentence,
            "axes (%d, %d) contract axis 0, which is the batch; if an input has no batch, add a dummy batch axis of "
            "extent 1 in front",
            given.x, given.y);
        return bd_fail_with_shapes(BATCHDOT_ERROR_AXIS_BATCH, x, y, sentence);
    }
    const int64_t x_extent = x->shape[contracted->x], y_extent = y->shape[contracted->y];
    if (x_extent != y_extent) {
        char sentence[160];
        snprintf(sentence, sizeof sentence,
                 "with axes (%d, %d), x.shape[%d] != y.shape[%d] (%" PRId64 " != %" PRId64 ")", given.x, given.y,
                 contracted->x, contracted->y, x_extent, y_extent);
        return bd_fail_with_shapes(BATCHDOT_ERROR_CONTRACTED, x, y, sentence);
    }
    return BATCHDOT_OK;
}

static void build_result(const struct operand_shape *x, const struct operand_shape *y, batchdot_axes contracted,
                         struct product_shape *result) {
    /* Written one after the other, without looking at the counts in between: this is part of every call. */
    struct matched_axis *match = result->axes;
    int ndim = 0;
    *match++ = (struct matched_axis){0, 0, 0};
    result->shape[ndim++] = x->shape[0];
    for (int axis = 1; axis < x->ndim; axis++) {
        if (axis == contracted.x)
            continue;
        *match++ = (struct matched_axis){axis, NO_AXIS, ndim};
        result->shape[ndim++] = x->shape[axis];
    }
    for (int axis = 1; axis < y->ndim; axis++) {
        if (axis == contracted.y)
            continue;
        *match++ = (struct matched_axis){NO_AXIS, axis, ndim};
        result->shape[ndim++] = y->shape[axis];
    }
    *match = (struct matched_axis){contracted.x, contracted.y, NO_AXIS};
    if (ndim == 1)
        result->shape[ndim++] = 1;
    result->ndim = ndim;
    result->batch_count = result->k_count = 1;
    result->m_count = x->ndim - 2;
    result->n_count = y->ndim - 2;
}

batchdot_status bd_infer_batch_dot(int x_ndim, const int64_t *x_shape, int y_ndim, const int64_t *y_shape,
                                   const batchdot_axes *axes, struct product_shape *result) {
    const struct operand_shape x = {"x", x_ndim, x_shape}, y = {"y", y_ndim, y_shape};
    batchdot_axes contracted;
    batchdot_status status = check_ranks(&x, &y);
    if (!status)
        status = bd_check_extents(&x, &y, result);
    if (!status && x.shape[0] != y.shape[0])
        status = bd_fail_with_shapes(BATCHDOT_ERROR_BATCH, &x, &y,
                                     "batch_dot needs inputs of one batch size, and broadcasts none");
    if (!status)
        status = resolve_axes(&x, &y, axes, &contracted);
    if (!status)
        status = bd_check_result_rank(&x, &y, x_ndim + y_ndim - 3);
    if (status)
        return status;
    build_result(&x, &y, contracted, result);
    return bd_check_counts(&x, &y, result);
}
