#include "api/arguments.h"
#include "base/checked.h"
#include "base/dtype.h"
#include "base/status.h"

/* Every offset in bytes, and the sum of two operands' offsets, then fits an int64_t. */
static const int64_t max_reach = PTRDIFF_MAX < INT64_MAX / 4 ? PTRDIFF_MAX : INT64_MAX / 4;

static batchdot_status fail_with_reach(const char *name, const batchdot_tensor *tensor, const int64_t *strides) {
    char shape[BD_SHAPE_TEXT_SIZE], strides_text[BD_SHAPE_TEXT_SIZE];
    return bd_fail(BATCHDOT_ERROR_OVERFLOW,
                   "%s of shape %s with strides %s and elements of %d byte(s) reaches beyond the address space.", name,
                   bd_shape_text(tensor->ndim, tensor->shape, shape),
                   bd_shape_text(tensor->ndim, strides, strides_text), bd_dtype_info(tensor->dtype)->size);
}

/* Row-major. For a tensor whose element count fits an int64_t. */
static void fill_contiguous_strides(const batchdot_tensor *tensor, int64_t strides[BATCHDOT_MAX_NDIM]) {
    int64_t stride = 1;
    for (int axis = tensor->ndim - 1; axis >= 0; axis--) {
        strides[axis] = stride;
        stride *= tensor->shape[axis];
    }
}

/* The elements from the first in memory to the last. */
static bool reach_overflows(const batchdot_tensor *tensor, int64_t *reach) {
    *reach = 1;
    for (int axis = 0; axis < tensor->ndim; axis++) {
        const int64_t stride = tensor->strides[axis];
        int64_t step;
        if (tensor->shape[axis] == 1)
            continue;
        if (stride == INT64_MIN ||
            bd_multiply_overflows((int64_t)bd_magnitude(stride), tensor->shape[axis] - 1, &step) ||
            bd_add_overflows(*reach, step, reach))
            return true;
    }
    return false;
}

batchdot_status bd_read_layout(const char *name, const batchdot_tensor *tensor, int64_t count, struct layout *layout) {
    layout->tensor = tensor;
    layout->count = count;
    layout->strides = layout->computed;
    if (count == 0) {
        for (int axis = 0; axis < tensor->ndim; axis++)
            layout->computed[axis] = 0;
        return BATCHDOT_OK;
    }
    bool overflows = false;
    int64_t reach = count;
    if (tensor->strides) {
        layout->strides = tensor->strides;
        overflows = reach_overflows(tensor, &reach);
    } else {
        fill_contiguous_strides(tensor, layout->computed);
    }
    if (overflows || bd_multiply_overflows(reach, bd_dtype_info(tensor->dtype)->size, &reach) || reach > max_reach)
        return fail_with_reach(name, tensor, layout->strides);
    return BATCHDOT_OK;
}
