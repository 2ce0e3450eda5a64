/* Products of any number of batch axes and contracted axes: by lists of axes, and by letters. */
#include "api/arguments.h"

batchdot_status batchdot_plan_create_general(batchdot_plan **plan, const batchdot_tensor *x, const batchdot_tensor *y,
                                             const batchdot_dims *dims, const batchdot_tensor *out,
                                             const batchdot_options *options) {
    struct batchdot_plan *made;
    struct plan_room room;
    batchdot_status status = bd_allocate_plan(plan, &made);
    if (status)
        return status;
    status = bd_check_inputs_not_null(x, y);
    if (!status)
        status = bd_infer_dot_general(x->ndim, x->shape, y->ndim, y->shape, dims, &room.shape);
    if (!status)
        status = bd_make_plan(made, &room, &(struct request){x, y, out, options, NO_GRADIENT});
    return bd_hand_over_plan(status, made, plan);
}

batchdot_status batchdot_plan_create_einsum(batchdot_plan **plan, const char *expression, const batchdot_tensor *x,
                                            const batchdot_tensor *y, const batchdot_tensor *out,
                                            const batchdot_options *options) {
    struct batchdot_plan *made;
    struct plan_room room;
    batchdot_status status = bd_allocate_plan(plan, &made);
    if (status)
        return status;
    status = bd_check_inputs_not_null(x, y);
    if (!status)
        status = bd_infer_einsum(x->ndim, x->shape, y->ndim, y->shape, expression, &room.shape);
    if (!status)
        status = bd_make_plan(made, &room, &(struct request){x, y, out, options, NO_GRADIENT});
    return bd_hand_over_plan(status, made, plan);
}
