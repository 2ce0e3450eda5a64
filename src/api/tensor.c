#include "api/arguments.h"
#include "base/checked.h"
#include "base/dtype.h"
#include "base/status.h"

#include <stdbool.h>

/* Every offset in bytes, and the sum of two operands' offsets, then fits an int64_t. */
static const int64_t max_reach = PTRDIFF_MAX < INT64_MAX / 4 ? PTRDIFF_MAX : INT64_MAX / 4;

static bool is_empty(const batchdot_tensor *tensor) {
    for (int axis = 0; axis < tensor->ndim; axis++) {
        if (tensor->shape[axis] == 0)
            return true;
    }
    return false;
}

/* Row-major. For a tensor whose element count fits an int64_t. */
static void fill_contiguous_strides(const batchdot_tensor *tensor, int64_t strides[BATCHDOT_MAX_NDIM]) {
    int64_t stride = 1;
    for (int axis = tensor->ndim - 1; axis >= 0; axis--) {
        strides[axis] = stride;
        stride *= tensor->shape[axis];
    }
}

/* The bytes from the first element in memory to the end of the last. */
static bool reach_overflows(const batchdot_tensor *tensor, const int64_t *strides) {
    const int64_t size = bd_dtype_info(tensor->dtype)->size;
    int64_t reach = size;
    for (int axis = 0; axis < tensor->ndim; axis++) {
        int64_t step;
        if (tensor->shape[axis] == 1)
            continue;
        if (strides[axis] == INT64_MIN)
            return true;
        if (bd_multiply_overflows((int64_t)bd_magnitude(strides[axis]), tensor->shape[axis] - 1, &step) ||
            bd_multiply_overflows(step, size, &step) || bd_add_overflows(reach, step, &reach))
            return true;
    }
    return reach > max_reach;
}

batchdot_status bd_read_strides(const char *name, const batchdot_tensor *tensor, int64_t strides[BATCHDOT_MAX_NDIM]) {
    if (is_empty(tensor)) {
        for (int axis = 0; axis < tensor->ndim; axis++)
            strides[axis] = 0;
        return BATCHDOT_OK;
    }
    if (tensor->strides) {
        for (int axis = 0; axis < tensor->ndim; axis++)
            strides[axis] = tensor->strides[axis];
    } else {
        fill_contiguous_strides(tensor, strides);
    }
    if (reach_overflows(tensor, strides)) {
        char shape[BD_SHAPE_TEXT_SIZE], strides_text[BD_SHAPE_TEXT_SIZE];
        return bd_fail(BATCHDOT_ERROR_OVERFLOW,
                       "%s of shape %s with strides %s and elements of %d byte(s) reaches beyond the address space.",
                       name, bd_shape_text(tensor->ndim, tensor->shape, shape),
                       bd_shape_text(tensor->ndim, strides, strides_text), bd_dtype_info(tensor->dtype)->size);
    }
    return BATCHDOT_OK;
}
