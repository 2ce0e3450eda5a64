#include "base/status.h"
#include "shape/product_shape.h"

#include <string.h>

static batchdot_status check_room(const int *out_ndim, const int64_t *out_shape) {
    if (out_ndim && out_shape)
        return BATCHDOT_OK;
    return bd_fail(BATCHDOT_ERROR_NULL, "there must be somewhere to put the shape; %s is a NULL pointer.",
                   out_ndim ? "out_shape" : "out_ndim");
}

static batchdot_status give(batchdot_status status, const struct product_shape *result, int *out_ndim,
                            int64_t *out_shape) {
    if (status)
        return status;
    *out_ndim = result->ndim;
    memcpy(out_shape, result->shape, (size_t)result->ndim * sizeof result->shape[0]);
    return BATCHDOT_OK;
}

batchdot_status batchdot_infer_shape(int x_ndim, const int64_t *x_shape, int y_ndim, const int64_t *y_shape,
                                     const batchdot_axes *axes, int *out_ndim, int64_t out_shape[BATCHDOT_MAX_NDIM]) {
    struct product_shape result;
    batchdot_status status = check_room(out_ndim, out_shape);
    if (!status)
        status = bd_infer_batch_dot(x_ndim, x_shape, y_ndim, y_shape, axes, &result);
    return give(status, &result, out_ndim, out_shape);
}

batchdot_status batchdot_infer_shape_general(int x_ndim, const int64_t *x_shape, int y_ndim, const int64_t *y_shape,
                                             const batchdot_dims *dims, int *out_ndim,
                                             int64_t out_shape[BATCHDOT_MAX_NDIM]) {
    struct product_shape result;
    batchdot_status status = check_room(out_ndim, out_shape);
    if (!status)
        status = bd_infer_dot_general(x_ndim, x_shape, y_ndim, y_shape, dims, &result);
    return give(status, &result, out_ndim, out_shape);
}

batchdot_status batchdot_infer_shape_einsum(const char *expression, int x_ndim, const int64_t *x_shape, int y_ndim,
                                            const int64_t *y_shape, int *out_ndim,
                                            int64_t out_shape[BATCHDOT_MAX_NDIM]) {
    struct product_shape result;
    batchdot_status status = check_room(out_ndim, out_shape);
    if (!status)
        status = bd_infer_einsum(x_ndim, x_shape, y_ndim, y_shape, expression, &result);
    return give(status, &result, out_ndim, out_shape);
}
