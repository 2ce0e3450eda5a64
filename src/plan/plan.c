#include "plan/plan.h"

#include "base/checked.h"
#include "base/dtype.h"
#include "base/status.h"

#include <stddef.h>

static const char *const names[] = {"x", "y", "the output"};

static const char *text_of(const struct tensor_shape *tensor, char text[BD_SHAPE_TEXT_SIZE]) {
    return bd_shape_text(tensor->ndim, tensor->shape, text);
}

batchdot_status bd_plan_fold(struct batchdot_plan *plan) {
    struct contraction *contraction = &plan->contraction;
    if (plan->tensor[OPERAND_OUT].is_empty)
        return BATCHDOT_OK;
    bd_fold(contraction);
    if (!bd_output_overlaps_itself(contraction))
        return BATCHDOT_OK;
    char text[BD_SHAPE_TEXT_SIZE];
    return bd_fail(BATCHDOT_ERROR_OVERLAP,
                   "the output of shape %s overlaps itself: its strides give two elements one place.",
                   text_of(&plan->tensor[OPERAND_OUT], text));
}

/* Measured with batchdot-bench (bench/README.md): portable kernels against OpenBLAS 0.3.21, one thread, on a processor
 * with AVX-512. Where m is 1, BLAS is ahead from 1 by 8 products at the latest; elsewhere the two meet at 4 by 4 by 4.
 */
static bool native_is_faster(const struct contraction *contraction) {
    enum { VECTOR_CROSSING = 4, MATRIX_CROSSING = 64 };
    const int64_t m = bd_group_extent(&contraction->m);
    const int64_t work = bd_multiply_saturating(
        m, bd_multiply_saturating(bd_group_extent(&contraction->n), bd_group_extent(&contraction->k)));
    return work < (m == 1 ? VECTOR_CROSSING : MATRIX_CROSSING);
}

static const char *reason_for_native(const struct contraction *contraction, batchdot_engine requested) {
    if (requested == BATCHDOT_ENGINE_NATIVE)
        return "it was asked for";
    const char *const refusal = bd_blas_engine.refusal(contraction);
    if (refusal || requested == BATCHDOT_ENGINE_BLAS)
        return refusal;
    return native_is_faster(contraction) ? "the item is too small to be worth a BLAS call" : NULL;
}

batchdot_status bd_plan_choose_engine(struct batchdot_plan *plan, batchdot_engine requested) {
    if (requested == BATCHDOT_ENGINE_BLAS && !bd_blas_is_built_in())
        return bd_fail(BATCHDOT_ERROR_OPTION, "engine BLAS was asked for, but this library was built without BLAS.");
    plan->engine = &bd_native_engine;
    if (plan->tensor[OPERAND_OUT].is_empty)
        return BATCHDOT_OK;
    plan->reason = reason_for_native(&plan->contraction, requested);
    if (!plan->reason) {
        plan->engine = &bd_blas_engine;
        plan->reason =
            requested == BATCHDOT_ENGINE_BLAS ? "it was asked for" : "BLAS is the faster one for such an item";
    }
    plan->engine->prepare(&plan->contraction, &plan->preparation);
    return BATCHDOT_OK;
}

static batchdot_status check_data(const struct batchdot_plan *plan, const void *const data[OPERAND_COUNT]) {
    char text[BD_SHAPE_TEXT_SIZE], out_text[BD_SHAPE_TEXT_SIZE];
    for (int operand = 0; operand < OPERAND_COUNT; operand++) {
        if (!data[operand] && !plan->tensor[operand].is_empty)
            return bd_fail(BATCHDOT_ERROR_NULL, "%s of shape %s has elements, but its data is a NULL pointer.",
                           names[operand], text_of(&plan->tensor[operand], text));
    }
    if (plan->tensor[OPERAND_OUT].is_empty)
        return BATCHDOT_OK;
    for (int input = OPERAND_X; input <= OPERAND_Y; input++) {
        const enum operand folded = plan->contraction.is_swapped ? OPERAND_Y - input : input;
        if (!plan->tensor[input].is_empty &&
            bd_output_overlaps_input(&plan->contraction, folded, data[input], data[OPERAND_OUT]))
            return bd_fail(BATCHDOT_ERROR_OVERLAP, "the output of shape %s shares memory with %s of shape %s.",
                           text_of(&plan->tensor[OPERAND_OUT], out_text), names[input],
                           text_of(&plan->tensor[input], text));
    }
    return BATCHDOT_OK;
}

batchdot_status bd_plan_run(const struct batchdot_plan *plan, const void *x, const void *y, void *out) {
    const batchdot_status status = check_data(plan, (const void *const[]){x, y, out});
    if (status || plan->tensor[OPERAND_OUT].is_empty)
        return status;
    const struct contraction *contraction = &plan->contraction;
    const char *folded_x = contraction->is_swapped ? y : x, *folded_y = contraction->is_swapped ? x : y;
    char *const folded_out = out;
    const int64_t *origin = contraction->origin;
    const batchdot_dtype *dtype = contraction->dtype;
    if (plan->tensor[OPERAND_X].is_empty) /* the inputs may then be NULL, with which one must not even calculate */
        folded_x = folded_y = out;
    plan->engine->execute(contraction, &plan->preparation, plan->num_threads,
                          folded_x + origin[OPERAND_X] * bd_dtype_info(dtype[OPERAND_X])->size,
                          folded_y + origin[OPERAND_Y] * bd_dtype_info(dtype[OPERAND_Y])->size,
                          folded_out + origin[OPERAND_OUT] * bd_dtype_info(dtype[OPERAND_OUT])->size);
    return BATCHDOT_OK;
}
