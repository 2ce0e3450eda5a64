/* The gradients of batch_dot by x and by y, each a product of its own. */
#include "api/arguments.h"
#include "base/status.h"

/* What is asked for: the gradient by x, other being y, or with by_x false the other way round. */
struct gradient_request {
    bool by_x;
    const batchdot_tensor *grad_out, *other, *gradient; /* gradient NULL: a contiguous one */
    const batchdot_axes *axes;                          /* of the product */
    const batchdot_options *options;
};

/* The tensor that the gradient is by. */
struct own_shape {
    int ndim;
    const int64_t *shape; /* the caller's gradient's, or guessed */
    int64_t guessed[BATCHDOT_MAX_NDIM];
};

static const char *name_of_other(const struct gradient_request *request) {
    return request->by_x ? "y" : "x";
}

/* The result has the free axes of both inputs, so that their ranks follow from each other; but the 1 that stands where
 * no axis is free may be a free axis of extent 1 as well. */
static int guess_rank(const struct gradient_request *request) {
    const batchdot_tensor *const grad_out = request->grad_out, *const other = request->other;
    const bool may_be_appended = grad_out->ndim == 2 && other->ndim == 2 && grad_out->shape[1] == 1;
    if (!may_be_appended)
        return grad_out->ndim - other->ndim + 3;
    const int axis = !request->axes ? -1 : request->by_x ? request->axes->x : request->axes->y;
    return axis >= -1 && axis < 2 ? 2 : 3;
}

/* The batch and the free axes of the result, and the other input's contracted extent where the axes have it. What
 * cannot be found is 0: the checks of the product see to it. */
static void guess_extents(const struct gradient_request *request, struct own_shape *own) {
    const batchdot_tensor *const grad_out = request->grad_out, *const other = request->other;
    const int x_ndim = request->by_x ? own->ndim : other->ndim, y_ndim = request->by_x ? other->ndim : own->ndim;
    const batchdot_axes axes = request->axes ? *request->axes : bd_default_axes(x_ndim, y_ndim);
    const int x_axis = bd_axis_from_front(axes.x, x_ndim), y_axis = bd_axis_from_front(axes.y, y_ndim);
    const int own_axis = request->by_x ? x_axis : y_axis, other_axis = request->by_x ? y_axis : x_axis;
    int out_axis = request->by_x ? 1 : other->ndim - 1; /* y's free axes stand behind those of x */
    own->guessed[0] = grad_out->shape[0];
    for (int axis = 1; axis < own->ndim; axis++) {
        int64_t extent = 0;
        if (axis == own_axis)
            extent = other_axis >= 0 && other_axis < other->ndim ? other->shape[other_axis] : 0;
        else if (out_axis < grad_out->ndim)
            extent = grad_out->shape[out_axis++];
        own->guessed[axis] = extent;
    }
    own->shape = own->guessed;
}

static batchdot_status check_ranks(const struct gradient_request *request) {
    const batchdot_tensor *const grad_out = request->grad_out, *const other = request->other;
    const int64_t ranks[] = {grad_out->ndim, other->ndim, (int64_t)grad_out->ndim - other->ndim + 3};
    for (int i = 0; i < 3; i++) {
        if (ranks[i] < 2 || ranks[i] > BATCHDOT_MAX_NDIM)
            return bd_fail(
                BATCHDOT_ERROR_RANK,
                "grad_out of rank %d and %s of rank %d are not those of any product, whose ranks are 2 to %d.",
                grad_out->ndim, name_of_other(request), other->ndim, BATCHDOT_MAX_NDIM);
    }
    return BATCHDOT_OK;
}

static batchdot_status guess_own_shape(const struct gradient_request *request, struct own_shape *own) {
    const batchdot_tensor *const grad_out = request->grad_out, *const other = request->other;
    batchdot_status status = bd_check_not_null("the shape of grad_out", grad_out->shape);
    if (!status)
        status = bd_check_not_null(request->by_x ? "the shape of y" : "the shape of x", other->shape);
    if (status)
        return status;
    own->ndim = guess_rank(request);
    guess_extents(request, own);
    return BATCHDOT_OK;
}

static batchdot_status infer(const struct gradient_request *request, struct product_shape *gradient) {
    const batchdot_tensor *const other = request->other;
    batchdot_status status = bd_check_not_null("grad_out", request->grad_out);
    if (!status)
        status = bd_check_not_null(name_of_other(request), other);
    if (status)
        return status;
    struct own_shape own = {.ndim = 0};
    status = check_ranks(request);
    if (status)
        return status;
    if (request->gradient) {
        own.ndim = request->gradient->ndim;
        own.shape = request->gradient->shape;
    } else {
        status = guess_own_shape(request, &own);
    }
    struct product_shape product;
    if (!status)
        status = request->by_x
                     ? bd_infer_batch_dot(own.ndim, own.shape, other->ndim, other->shape, request->axes, &product)
                     : bd_infer_batch_dot(other->ndim, other->shape, own.ndim, own.shape, request->axes, &product);
    if (!status)
        status = bd_check_result_shape(request->grad_out, "grad_out", &product);
    if (!status)
        bd_gradient_shape(&product, request->by_x, own.ndim, own.shape, gradient);
    return status;
}

static batchdot_status create_plan(batchdot_plan **plan, const struct gradient_request *request) {
    struct batchdot_plan *made;
    struct plan_room room;
    batchdot_status status = bd_allocate_plan(plan, &made);
    if (status)
        return status;
    status = infer(request, &room.shape);
    if (!status)
        status = bd_make_plan(made, &room,
                              &(struct request){request->grad_out, request->other, request->gradient, request->options,
                                                request->by_x ? GRADIENT_BY_X : GRADIENT_BY_Y});
    return bd_hand_over_plan(status, made, plan);
}

batchdot_status batchdot_plan_create_grad_x(batchdot_plan **plan, const batchdot_tensor *grad_out,
                                            const batchdot_tensor *y, const batchdot_axes *axes,
                                            const batchdot_tensor *grad_x, const batchdot_options *options) {
    return create_plan(plan, &(struct gradient_request){true, grad_out, y, grad_x, axes, options});
}

batchdot_status batchdot_plan_create_grad_y(batchdot_plan **plan, const batchdot_tensor *grad_out,
                                            const batchdot_tensor *x, const batchdot_axes *axes,
                                            const batchdot_tensor *grad_y, const batchdot_options *options) {
    return create_plan(plan, &(struct gradient_request){false, grad_out, x, grad_y, axes, options});
}
