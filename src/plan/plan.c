#include "plan/plan.h"

#include "base/checked.h"
#include "base/dtype.h"
#include "base/status.h"

#include <stddef.h>

static const char *const names[] = {"x", "y", "the output"};

static const char *text_of(const struct tensor_shape *tensor, char text[BD_SHAPE_TEXT_SIZE]) {
    return bd_shape_text(tensor->ndim, tensor->shape, text);
}

/* The caller's x is the contraction's y where the two are swapped. */
static enum operand folded_operand(const struct batchdot_plan *plan, enum operand operand) {
    if (!plan->contraction.is_swapped || operand == OPERAND_OUT)
        return operand;
    return operand == OPERAND_X ? OPERAND_Y : OPERAND_X;
}

/* What execute then need not work out. */
static void note_bytes(struct batchdot_plan *plan) {
    const struct contraction *contraction = &plan->contraction;
    struct operand_span spans[OPERAND_COUNT];
    bd_operand_spans(contraction, spans);
    for (enum operand operand = OPERAND_X; operand < OPERAND_COUNT; operand++) {
        const enum operand folded = folded_operand(plan, operand);
        const int64_t size = bd_dtype_info(contraction->dtype[folded])->size;
        plan->origin[folded] = contraction->origin[folded] * size;
        plan->span[operand].first = spans[folded].lowest * size;
        plan->span[operand].last = spans[folded].highest * size + size - 1;
    }
}

batchdot_status bd_plan_fold(struct batchdot_plan *plan) {
    struct contraction *contraction = &plan->contraction;
    plan->has_empty =
        plan->tensor[OPERAND_X].is_empty || plan->tensor[OPERAND_Y].is_empty || plan->tensor[OPERAND_OUT].is_empty;
    if (plan->tensor[OPERAND_OUT].is_empty)
        return BATCHDOT_OK;
    bd_fold(contraction);
    if (bd_output_overlaps_itself(contraction)) {
        char text[BD_SHAPE_TEXT_SIZE];
        return bd_fail(BATCHDOT_ERROR_OVERLAP,
                       "the output of shape %s overlaps itself: its strides give two elements one place.",
                       text_of(&plan->tensor[OPERAND_OUT], text));
    }
    note_bytes(plan);
    return BATCHDOT_OK;
}

/* Measured with batchdot-bench (bench/README.md), one thread: where native has vectors for the item, until x and y of
 * f32 leave the last-level cache, but only while the item is small if those are the compiler's vectors, which a BLAS
 * with kernels for the processor outruns; where it has only plain C, where m is 1, BLAS is ahead from 1 by 8 products
 * at the latest, and elsewhere the two meet at 4 by 4 by 4. */
static bool native_is_faster(const struct preparation *native) {
    enum { PLAIN_VECTOR_CROSSING = 4, PLAIN_MATRIX_CROSSING = 64, PORTABLE_CROSSING = 4096 };
    const int64_t large_crossing = INT64_C(1600) * 1600 * 1600;
    const struct product *const item = &native->product;
    const int64_t work = bd_multiply_saturating(item->m, bd_multiply_saturating(item->n, item->k));
    if (native->kernel->form == PLAIN)
        return work < (item->m == 1 ? PLAIN_VECTOR_CROSSING : PLAIN_MATRIX_CROSSING);
    return work <= (native->kernel->isa == ISA_PORTABLE ? PORTABLE_CROSSING : large_crossing);
}

static const char *reason_for_native(const struct batchdot_plan *plan, batchdot_engine requested) {
    if (requested == BATCHDOT_ENGINE_NATIVE)
        return "it was asked for";
    const char *const refusal = bd_blas_engine.refusal(&plan->contraction);
    if (refusal || requested == BATCHDOT_ENGINE_BLAS)
        return refusal;
    return native_is_faster(&plan->preparation) ? "native is the faster one for such an item" : NULL;
}

batchdot_status bd_plan_choose_engine(struct batchdot_plan *plan, batchdot_engine requested) {
    if (requested == BATCHDOT_ENGINE_BLAS && !bd_blas_is_built_in())
        return bd_fail(BATCHDOT_ERROR_OPTION, "engine BLAS was asked for, but this library was built without BLAS.");
    plan->engine = &bd_native_engine;
    if (plan->tensor[OPERAND_OUT].is_empty)
        return BATCHDOT_OK;
    bd_native_prepare(&plan->contraction, &plan->preparation);
    plan->reason = reason_for_native(plan, requested);
    if (!plan->reason) {
        plan->engine = &bd_blas_engine;
        plan->reason =
            requested == BATCHDOT_ENGINE_BLAS ? "it was asked for" : "BLAS is the faster one for such an item";
    }
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
    for (enum operand input = OPERAND_X; input <= OPERAND_Y; input++) {
        if (!plan->tensor[input].is_empty &&
            bd_output_overlaps_input(&plan->contraction, folded_operand(plan, input), data[input], data[OPERAND_OUT]))
            return bd_fail(BATCHDOT_ERROR_OVERLAP, "the output of shape %s shares memory with %s of shape %s.",
                           text_of(&plan->tensor[OPERAND_OUT], out_text), names[input],
                           text_of(&plan->tensor[input], text));
    }
    return BATCHDOT_OK;
}

static bool spans_are_disjoint(const struct batchdot_plan *plan, enum operand input, const void *input_data,
                               const void *out_data) {
    const struct byte_span *in = &plan->span[input], *out = &plan->span[OPERAND_OUT];
    const uint64_t in_place = (uintptr_t)input_data, out_place = (uintptr_t)out_data;
    return in_place + (uint64_t)in->last < out_place + (uint64_t)out->first ||
           out_place + (uint64_t)out->last < in_place + (uint64_t)in->first;
}

batchdot_status bd_plan_run(const struct batchdot_plan *plan, const void *x, const void *y, void *out) {
    const bool is_plainly_fine = x && y && out && !plan->has_empty && spans_are_disjoint(plan, OPERAND_X, x, out) &&
                                 spans_are_disjoint(plan, OPERAND_Y, y, out);
    if (!is_plainly_fine) {
        const batchdot_status status = check_data(plan, (const void *const[]){x, y, out});
        if (status || plan->tensor[OPERAND_OUT].is_empty)
            return status;
        if (plan->has_empty) /* the inputs may then be NULL, with which one must not even calculate */
            x = y = out;
    }
    const bool is_swapped = plan->contraction.is_swapped;
    const char *const folded_x = is_swapped ? y : x, *const folded_y = is_swapped ? x : y;
    plan->engine->execute(&plan->contraction, &plan->preparation, plan->num_threads, folded_x + plan->origin[OPERAND_X],
                          folded_y + plan->origin[OPERAND_Y], (char *)out + plan->origin[OPERAND_OUT]);
    return BATCHDOT_OK;
}
