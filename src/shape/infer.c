#include "shape/infer.h"

#include "base/checked.h"
#include "base/status.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

struct operand_shape {
    const char *name;
    int ndim;
    const int64_t *shape;
};

/* Elements, counted axis by axis. In the end count is 0 for a shape without elements, whatever overflows says. */
struct counter {
    int64_t count;
    bool overflows;
};

static const struct counter no_axes_yet = {1, false};

static inline void count_axis(struct counter *counter, int64_t extent) {
    counter->overflows |= bd_multiply_overflows(counter->count, extent, &counter->count);
}

static batchdot_status fail_with_shapes(batchdot_status status, const struct operand_shape *x,
                                        const struct operand_shape *y, const char *sentence) {
    char x_text[BD_SHAPE_TEXT_SIZE], y_text[BD_SHAPE_TEXT_SIZE];
    return bd_fail(status, "%s; got x of shape %s and y of shape %s.", sentence,
                   bd_shape_text(x->ndim, x->shape, x_text), bd_shape_text(y->ndim, y->shape, y_text));
}

static batchdot_status check_ranks(const struct operand_shape *x, const struct operand_shape *y) {
    if (x->ndim < 2 || y->ndim < 2)
        return fail_with_shapes(BATCHDOT_ERROR_RANK, x, y, "batch_dot needs inputs of rank 2 or more");
    if (x->ndim > BATCHDOT_MAX_NDIM || y->ndim > BATCHDOT_MAX_NDIM)
        return bd_fail(BATCHDOT_ERROR_RANK,
                       "batch_dot takes inputs of rank %d at most; got x of rank %d and y of rank %d.",
                       BATCHDOT_MAX_NDIM, x->ndim, y->ndim);
    return BATCHDOT_OK;
}

static batchdot_status fail_with_negative_extent(const struct operand_shape *operand) {
    int axis = 0;
    while (operand->shape[axis] >= 0)
        axis++;
    char text[BD_SHAPE_TEXT_SIZE];
    return bd_fail(BATCHDOT_ERROR_SHAPE, "%s of shape %s has a negative extent on axis %d.", operand->name,
                   bd_shape_text(operand->ndim, operand->shape, text), axis);
}

/* And counts the elements, in the same pass. */
static batchdot_status check_extents(const struct operand_shape *operand, struct counter *elements) {
    if (!operand->shape)
        return bd_fail(BATCHDOT_ERROR_NULL, "%s has rank %d, but its shape is a NULL pointer.", operand->name,
                       operand->ndim);
    int64_t signs = 0;
    for (int axis = 0; axis < operand->ndim; axis++) {
        signs |= operand->shape[axis];
        count_axis(elements, operand->shape[axis]);
    }
    return signs < 0 ? fail_with_negative_extent(operand) : BATCHDOT_OK;
}

static batchdot_status check_axis_range(const struct operand_shape *operand, int axis) {
    if (axis >= -operand->ndim && axis < operand->ndim)
        return BATCHDOT_OK;
    char text[BD_SHAPE_TEXT_SIZE];
    return bd_fail(BATCHDOT_ERROR_AXIS_RANGE, "axis %d is out of range for %s of shape %s, whose axes are %d to %d.",
                   axis, operand->name, bd_shape_text(operand->ndim, operand->shape, text), -operand->ndim,
                   operand->ndim - 1);
}

static batchdot_status resolve_axes(const struct operand_shape *x, const struct operand_shape *y,
                                    const batchdot_axes *axes, struct batch_dot_shape *result) {
    batchdot_axes given = {x->ndim - 1, y->ndim == 2 ? y->ndim - 1 : y->ndim - 2};
    if (axes)
        given = *axes;
    batchdot_status status = check_axis_range(x, given.x);
    if (!status)
        status = check_axis_range(y, given.y);
    if (status)
        return status;
    result->x_axis = given.x < 0 ? given.x + x->ndim : given.x;
    result->y_axis = given.y < 0 ? given.y + y->ndim : given.y;
    if (result->x_axis == 0 || result->y_axis == 0) {
        char sentence[160];
        snprintf(
            sentence, sizeof sentence,
            "axes (%d, %d) contract axis 0, which is the batch; if an input has no batch, add a dummy batch axis of "
            "extent 1 in front",
            given.x, given.y);
        return fail_with_shapes(BATCHDOT_ERROR_AXIS_BATCH, x, y, sentence);
    }
    const int64_t x_extent = x->shape[result->x_axis], y_extent = y->shape[result->y_axis];
    if (x_extent != y_extent) {
        char sentence[160];
        snprintf(sentence, sizeof sentence,
                 "with axes (%d, %d), x.shape[%d] != y.shape[%d] (%" PRId64 " != %" PRId64 ")", given.x, given.y,
                 result->x_axis, result->y_axis, x_extent, y_extent);
        return fail_with_shapes(BATCHDOT_ERROR_CONTRACTED, x, y, sentence);
    }
    return BATCHDOT_OK;
}

static void append_axis(int64_t extent, struct batch_dot_shape *result, struct counter *elements) {
    result->shape[result->ndim++] = extent;
    count_axis(elements, extent);
}

static void append_free_axes(const struct operand_shape *operand, int contracted, struct batch_dot_shape *result,
                             struct counter *elements) {
    for (int axis = 1; axis < operand->ndim; axis++) {
        if (axis != contracted)
            append_axis(operand->shape[axis], result, elements);
    }
}

static batchdot_status build_result(const struct operand_shape *x, const struct operand_shape *y,
                                    struct batch_dot_shape *result, struct counter *elements) {
    const int free_ndim = x->ndim + y->ndim - 3;
    if (free_ndim > BATCHDOT_MAX_NDIM) {
        char sentence[80];
        snprintf(sentence, sizeof sentence, "the result would have rank %d, and %d is the greatest", free_ndim,
                 BATCHDOT_MAX_NDIM);
        return fail_with_shapes(BATCHDOT_ERROR_RANK, x, y, sentence);
    }
    result->ndim = 0;
    append_axis(x->shape[0], result, elements);
    append_free_axes(x, result->x_axis, result, elements);
    append_free_axes(y, result->y_axis, result, elements);
    if (result->ndim == 1)
        append_axis(1, result, elements);
    return BATCHDOT_OK;
}

static bool has_zero_extent(const struct operand_shape *operand) {
    for (int axis = 0; axis < operand->ndim; axis++) {
        if (operand->shape[axis] == 0)
            return true;
    }
    return false;
}

static batchdot_status check_element_count(const struct operand_shape *operand, const struct counter *elements) {
    if (!elements->overflows || has_zero_extent(operand))
        return BATCHDOT_OK;
    char text[BD_SHAPE_TEXT_SIZE];
    return bd_fail(BATCHDOT_ERROR_OVERFLOW, "%s of shape %s has more elements than an int64_t can count.",
                   operand->name, bd_shape_text(operand->ndim, operand->shape, text));
}

batchdot_status bd_infer_batch_dot(int x_ndim, const int64_t *x_shape, int y_ndim, const int64_t *y_shape,
                                   const batchdot_axes *axes, struct batch_dot_shape *result) {
    const struct operand_shape x = {"x", x_ndim, x_shape}, y = {"y", y_ndim, y_shape};
    struct counter x_elements = no_axes_yet, y_elements = no_axes_yet, elements = no_axes_yet;
    batchdot_status status = check_ranks(&x, &y);
    if (!status)
        status = check_extents(&x, &x_elements);
    if (!status)
        status = check_extents(&y, &y_elements);
    if (!status && x.shape[0] != y.shape[0])
        status = fail_with_shapes(BATCHDOT_ERROR_BATCH, &x, &y,
                                  "batch_dot needs inputs of one batch size, and broadcasts none");
    if (!status)
        status = resolve_axes(&x, &y, axes, result);
    if (!status)
        status = build_result(&x, &y, result, &elements);
    if (status)
        return status;
    const struct operand_shape out = {"the result", result->ndim, result->shape};
    status = check_element_count(&x, &x_elements);
    if (!status)
        status = check_element_count(&y, &y_elements);
    if (!status)
        status = check_element_count(&out, &elements);
    result->x_count = x_elements.count;
    result->y_count = y_elements.count;
    result->count = elements.count;
    return status;
}
