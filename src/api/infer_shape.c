#include "base/status.h"
#include "shape/infer.h"

#include <string.h>

batchdot_status batchdot_infer_shape(int x_ndim, const int64_t *x_shape, int y_ndim, const int64_t *y_shape,
                                     const batchdot_axes *axes, int *out_ndim, int64_t out_shape[BATCHDOT_MAX_NDIM]) {
    if (!out_ndim || !out_shape)
        return bd_fail(BATCHDOT_ERROR_NULL,
                       "batchdot_infer_shape needs somewhere to put the shape; %s is a NULL pointer.",
                       out_ndim ? "out_shape" : "out_ndim");
    struct batch_dot_shape result;
    const batchdot_status status = bd_infer_batch_dot(x_ndim, x_shape, y_ndim, y_shape, axes, &result);
    if (status)
        return status;
    *out_ndim = result.ndim;
    memcpy(out_shape, result.shape, (size_t)result.ndim * sizeof result.shape[0]);
    return BATCHDOT_OK;
}
