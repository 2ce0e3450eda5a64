#include "plan/plan.h"

#include "base/checked.h"
#include "base/dtype.h"
#include "base/status.h"

#include <stddef.h>

batchdot_status bd_plan_fold(struct batchdot_plan *plan) {
    struct contraction *contraction = &plan->contraction;
    plan->is_empty = bd_group_extent(&contraction->batch) == 0 || bd_group_extent(&contraction->m) == 0 ||
                     bd_group_extent(&contraction->n) == 0;
    if (plan->is_empty)
        return BATCHDOT_OK;
    bd_fold(contraction);
    if (bd_output_overlaps_itself(contraction))
        return bd_fail(BATCHDOT_ERROR_OVERLAP, "the output overlaps itself: its strides give two elements one place.");
    return BATCHDOT_OK;
}

const char *bd_native_is_faster(const struct contraction *contraction) {
    const int64_t work = bd_multiply_saturating(
        bd_group_extent(&contraction->k),
        bd_multiply_saturating(bd_group_extent(&contraction->m), bd_group_extent(&contraction->n)));
    return work < 512 ? "the item is too small to be worth a BLAS call" : NULL;
}

batchdot_status bd_plan_choose_engine(struct batchdot_plan *plan, batchdot_engine requested) {
    plan->requested = requested;
    plan->engine = &bd_native_engine;
    if (requested == BATCHDOT_ENGINE_BLAS && !bd_blas_is_built_in())
        return bd_fail(BATCHDOT_ERROR_OPTION, "engine BLAS was asked for, but this library was built without BLAS.");
    if (plan->is_empty || requested == BATCHDOT_ENGINE_NATIVE || bd_blas_engine.refusal(&plan->contraction))
        return BATCHDOT_OK;
    if (requested == BATCHDOT_ENGINE_BLAS || !bd_native_is_faster(&plan->contraction))
        plan->engine = &bd_blas_engine;
    return BATCHDOT_OK;
}

static batchdot_status check_data(const struct batchdot_plan *plan, const void *x, const void *y, const void *out) {
    const struct contraction *contraction = &plan->contraction;
    const bool inputs_are_empty = bd_group_extent(&contraction->k) == 0;
    if (!out || (!inputs_are_empty && (!x || !y)))
        return bd_fail(BATCHDOT_ERROR_NULL, "%s has elements, but its data is a NULL pointer.",
                       !out ? "the output"
                       : !x ? "x"
                            : "y");
    if (inputs_are_empty)
        return BATCHDOT_OK;
    const enum operand x_operand = contraction->is_swapped ? OPERAND_Y : OPERAND_X;
    const enum operand y_operand = contraction->is_swapped ? OPERAND_X : OPERAND_Y;
    const bool overlaps_x = bd_output_overlaps_input(contraction, x_operand, x, out);
    if (overlaps_x || bd_output_overlaps_input(contraction, y_operand, y, out))
        return bd_fail(BATCHDOT_ERROR_OVERLAP, "the output shares memory with %s.", overlaps_x ? "x" : "y");
    return BATCHDOT_OK;
}

batchdot_status bd_plan_run(const struct batchdot_plan *plan, const void *x, const void *y, void *out) {
    if (plan->is_empty)
        return BATCHDOT_OK;
    const batchdot_status status = check_data(plan, x, y, out);
    if (status)
        return status;
    const struct contraction *contraction = &plan->contraction;
    const char *const folded_x = contraction->is_swapped ? y : x, *const folded_y = contraction->is_swapped ? x : y;
    const void *x_origin = NULL, *y_origin = NULL;
    if (bd_group_extent(&contraction->k) > 0) {
        x_origin = folded_x + contraction->origin[OPERAND_X] * bd_dtype_info(contraction->dtype[OPERAND_X])->size;
        y_origin = folded_y + contraction->origin[OPERAND_Y] * bd_dtype_info(contraction->dtype[OPERAND_Y])->size;
    }
    char *const out_origin =
        (char *)out + contraction->origin[OPERAND_OUT] * bd_dtype_info(contraction->dtype[OPERAND_OUT])->size;
    plan->engine->execute(contraction, plan->num_threads, x_origin, y_origin, out_origin);
    return BATCHDOT_OK;
}
