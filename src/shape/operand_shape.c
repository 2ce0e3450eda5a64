#include "shape/operand_shape.h"

#include "base/checked.h"
#include "base/status.h"

#include <stdio.h>

batchdot_status bd_fail_with_shapes(batchdot_status status, const struct operand_shape *x,
                                    const struct operand_shape *y, const char *sentence) {
    char x_text[BD_SHAPE_TEXT_SIZE], y_text[BD_SHAPE_TEXT_SIZE];
    return bd_fail(status, "%s; got x of shape %s and y of shape %s.", sentence,
                   bd_shape_text(x->ndim, x->shape, x_text), bd_shape_text(y->ndim, y->shape, y_text));
}

static batchdot_status fail_with_negative_extent(const struct operand_shape *operand) {
    int axis = 0;
    while (operand->shape[axis] >= 0)
        axis++;
    char text[BD_SHAPE_TEXT_SIZE];
    return bd_fail(BATCHDOT_ERROR_SHAPE, "%s of shape %s has a negative extent on axis %d.", operand->name,
                   bd_shape_text(operand->ndim, operand->shape, text), axis);
}

enum { TOO_MANY = -1 };

/* Of a shape with negative extents the count is of no use. */
static inline int64_t count_elements(int ndim, const int64_t *shape) {
    int64_t count = 1;
    bool overflows = false, is_empty = false;
    for (int axis = 0; axis < ndim; axis++) {
        overflows |= bd_multiply_overflows(count, shape[axis], &count);
        is_empty |= shape[axis] == 0;
    }
    return is_empty ? 0 : overflows ? TOO_MANY : count;
}

static batchdot_status check_operand(const struct operand_shape *operand, int64_t *count) {
    if (!operand->shape && operand->ndim > 0)
        return bd_fail(BATCHDOT_ERROR_NULL, "%s has rank %d, but its shape is a NULL pointer.", operand->name,
                       operand->ndim);
    int64_t signs = 0;
    for (int axis = 0; axis < operand->ndim; axis++)
        signs |= operand->shape[axis];
    *count = count_elements(operand->ndim, operand->shape);
    return signs < 0 ? fail_with_negative_extent(operand) : BATCHDOT_OK;
}

batchdot_status bd_check_extents(const struct operand_shape *x, const struct operand_shape *y,
                                 struct product_shape *result) {
    const batchdot_status status = check_operand(x, &result->x_count);
    return status ? status : check_operand(y, &result->y_count);
}

static batchdot_status check_rank(const struct operand_shape *operand) {
    if (operand->ndim >= 0 && operand->ndim <= BATCHDOT_MAX_NDIM)
        return BATCHDOT_OK;
    return bd_fail(BATCHDOT_ERROR_RANK, "%s has rank %d; ranks are 0 to %d.", operand->name, operand->ndim,
                   BATCHDOT_MAX_NDIM);
}

batchdot_status bd_check_inputs(const struct operand_shape *x, const struct operand_shape *y,
                                struct product_shape *result) {
    batchdot_status status = check_rank(x);
    if (!status)
        status = check_rank(y);
    return status ? status : bd_check_extents(x, y, result);
}

batchdot_status bd_check_axis_range(const struct operand_shape *operand, int axis) {
    if (axis >= -operand->ndim && axis < operand->ndim)
        return BATCHDOT_OK;
    char text[BD_SHAPE_TEXT_SIZE];
    bd_shape_text(operand->ndim, operand->shape, text);
    if (operand->ndim == 0)
        return bd_fail(BATCHDOT_ERROR_AXIS_RANGE, "axis %d is out of range for %s of shape %s, which has no axes.",
                       axis, operand->name, text);
    return bd_fail(BATCHDOT_ERROR_AXIS_RANGE, "axis %d is out of range for %s of shape %s, whose axes are %d to %d.",
                   axis, operand->name, text, -operand->ndim, operand->ndim - 1);
}

batchdot_status bd_check_result_rank(const struct operand_shape *x, const struct operand_shape *y, int ndim) {
    if (ndim <= BATCHDOT_MAX_NDIM)
        return BATCHDOT_OK;
    char sentence[80];
    snprintf(sentence, sizeof sentence, "the result would have rank %d, and %d is the greatest", ndim,
             BATCHDOT_MAX_NDIM);
    return bd_fail_with_shapes(BATCHDOT_ERROR_RANK, x, y, sentence);
}

static batchdot_status check_count(const char *name, int ndim, const int64_t *shape, int64_t count) {
    if (count != TOO_MANY)
        return BATCHDOT_OK;
    char text[BD_SHAPE_TEXT_SIZE];
    return bd_fail(BATCHDOT_ERROR_OVERFLOW, "%s of shape %s has more elements than an int64_t can count.", name,
                   bd_shape_text(ndim, shape, text));
}

batchdot_status bd_check_counts(const struct operand_shape *x, const struct operand_shape *y,
                                struct product_shape *result) {
    result->count = count_elements(result->ndim, result->shape);
    batchdot_status status = check_count(x->name, x->ndim, x->shape, result->x_count);
    if (!status)
        status = check_count(y->name, y->ndim, y->shape, result->y_count);
    if (!status)
        status = check_count("the result", result->ndim, result->shape, result->count);
    return status;
}
