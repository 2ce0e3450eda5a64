/* What a product is, whoever describes it: which axes of x, of y and of the result are one and the same, and the shape
 * that comes out. Knows nothing of data. */
#ifndef BATCHDOT_SHAPE_PRODUCT_SHAPE_H
#define BATCHDOT_SHAPE_PRODUCT_SHAPE_H

#include <batchdot/batchdot.h>

#include <stdbool.h>

enum { NO_AXIS = -1 };

/* One axis of the product: its number in each tensor, counted from the front, NO_AXIS in one that does not have it. */
struct matched_axis {
    int x, y, out;
};

/* An axis of dot_general's and of batch_dot's is in at least two of the three tensors; einsum has no more letters. */
enum { BD_MAX_MATCHED_AXES = BATCHDOT_MAX_NDIM * 3 / 2 };

struct product_shape {
    int ndim;
    int64_t shape[BATCHDOT_MAX_NDIM];
    int64_t x_count, y_count, count; /* elements of x, of y and of the result */
    /* Batch axes (x, y and out), then m (x and out), n (y and out), and k (not out). An axis of the result that none of
     * them is, such as the 1 that Keras appends, has extent 1. */
    int batch_count, m_count, n_count, k_count;
    struct matched_axis axes[BD_MAX_MATCHED_AXES];
};

/* Counted from the front. */
static inline int bd_axis_from_front(int axis, int ndim) {
    return axis < 0 ? axis + ndim : axis;
}

/* Keras's axes=None. */
static inline batchdot_axes bd_default_axes(int x_ndim, int y_ndim) {
    return (batchdot_axes){x_ndim - 1, y_ndim == 2 ? y_ndim - 1 : y_ndim - 2};
}

/* Keras's rules. Checks all that batchdot_infer_shape() promises, in its order. *result is of no use on failure. */
batchdot_status bd_infer_batch_dot(int x_ndim, const int64_t *x_shape, int y_ndim, const int64_t *y_shape,
                                   const batchdot_axes *axes, struct product_shape *result);

/* XLA's rules. As batchdot_infer_shape_general() promises. */
batchdot_status bd_infer_dot_general(int x_ndim, const int64_t *x_shape, int y_ndim, const int64_t *y_shape,
                                     const batchdot_dims *dims, struct product_shape *result);

/* NumPy's rules. As batchdot_infer_shape_einsum() promises. */
batchdot_status bd_infer_einsum(int x_ndim, const int64_t *x_shape, int y_ndim, const int64_t *y_shape,
                                const char *expression, struct product_shape *result);

/* The gradient of a product by x (or, with by_x false, by y), which is a product itself: of the result's gradient as x
 * and y (or x) as y. ndim and shape are those of the tensor that the gradient is by, and so the gradient's own. */
void bd_gradient_shape(const struct product_shape *product, bool by_x, int ndim, const int64_t *shape,
                       struct product_shape *gradient);

#endif
