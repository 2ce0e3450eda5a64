/* Keras's rules: which axis is contracted with which, and the shape that comes out. Knows nothing of data. */
#ifndef BATCHDOT_SHAPE_INFER_H
#define BATCHDOT_SHAPE_INFER_H

#include <batchdot/batchdot.h>

struct batch_dot_shape {
    int x_axis, y_axis; /* the contracted axes, counted from the front */
    int ndim;           /* at least 2: where only the batch is left, Keras appends an axis of extent 1 */
    int64_t shape[BATCHDOT_MAX_NDIM];
    int64_t x_count, y_count, count; /* elements of x, of y and of the result */
};

/* Checks all that batchdot_infer_shape() promises, in its order. *result is of no use on failure. */
batchdot_status bd_infer_batch_dot(int x_ndim, const int64_t *x_shape, int y_ndim, const int64_t *y_shape,
                                   const batchdot_axes *axes, struct batch_dot_shape *result);

#endif
