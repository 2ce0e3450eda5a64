/* batch_dot itself: in one call, and as a plan. */
#include "api/arguments.h"

static batchdot_status infer(const batchdot_tensor *x, const batchdot_tensor *y, const batchdot_axes *axes,
                             struct plan_room *room) {
    const batchdot_status status = bd_check_inputs_not_null(x, y);
    return status ? status : bd_infer_batch_dot(x->ndim, x->shape, y->ndim, y->shape, axes, &room->shape);
}

batchdot_status batchdot(const batchdot_tensor *x, const batchdot_tensor *y, const batchdot_axes *axes,
                         const batchdot_tensor *out) {
    struct batchdot_plan plan;
    struct plan_room room;
    batchdot_status status = bd_check_not_null("the output", out);
    if (!status)
        status = infer(x, y, axes, &room);
    if (!status)
        status = bd_make_plan(&plan, &room, &(struct request){.x = x, .y = y, .out = out});
    return status ? status : bd_plan_run(&plan, x->data, y->data, out->data);
}

batchdot_status batchdot_plan_create(batchdot_plan **plan, const batchdot_tensor *x, const batchdot_tensor *y,
                                     const batchdot_axes *axes, const batchdot_tensor *out,
                                     const batchdot_options *options) {
    struct batchdot_plan *made;
    struct plan_room room;
    batchdot_status status = bd_allocate_plan(plan, &made);
    if (status)
        return status;
    status = infer(x, y, axes, &room);
    if (!status)
        status = bd_make_plan(made, &room, &(struct request){x, y, out, options, NO_GRADIENT});
    return bd_hand_over_plan(status, made, plan);
}
