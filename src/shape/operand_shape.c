#include "shape/operand_shape.h"

#include "base/status.h"

#include <stdio.h>

batchdot_status bd_fail_with_shapes(batchdot_status status, const struct operand_shape *x,
                                    const struct operand_shape *y, const char *sentence) {
    char x_text[BD_SHAPE_TEXT_SIZE], y_text[BD_SHAPE_TEXT_SIZE];
    return bd_fail(status, "%s; got x of shape %s and y of shape %s.", sentence,
                   bd_shape_text(x->ndim, x->shape, x_text), bd_shape_text(y->ndim, y->shape, y_text));
}

batchdot_status bd_fail_with_extents(const struct operand_shape *operand) {
    if (!operand->shape)
        return bd_fail(BATCHDOT_ERROR_NULL, "%s has rank %d, but its shape is a NULL pointer.", operand->name,
                       operand->ndim);
    int axis = 0;
    while (operand->shape[axis] >= 0)
        axis++;
    char text[BD_SHAPE_TEXT_SIZE];
    return bd_fail(BATCHDOT_ERROR_SHAPE, "%s of shape %s has a negative extent on axis %d.", operand->name,
                   bd_shape_text(operand->ndim, operand->shape, text), axis);
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

batchdot_status bd_fail_with_count(const struct operand_shape *x, const struct operand_shape *y,
                                   const struct product_shape *result) {
    const struct operand_shape out = {"the result", result->ndim, result->shape};
    const struct operand_shape *const uncounted = result->x_count < 0 ? x : result->y_count < 0 ? y : &out;
    char text[BD_SHAPE_TEXT_SIZE];
    return bd_fail(BATCHDOT_ERROR_OVERFLOW, "%s of shape %s has more elements than an int64_t can count.",
                   uncounted->name, bd_shape_text(uncounted->ndim, uncounted->shape, text));
}
