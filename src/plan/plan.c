#include "plan/plan.h"

#include "base/checked.h"
#include "base/dtype.h"
#include "base/status.h"

#include <stddef.h>
#include <string.h>

static const char *text_of(const struct tensor_shape *tensor, char text[BD_SHAPE_TEXT_SIZE]) {
    return bd_shape_text(tensor->ndim, tensor->shape, text);
}

/* The caller's x is the contraction's y where the two are swapped. */
static enum operand folded_operand(const struct batchdot_plan *plan, enum operand operand) {
    if (!plan->contraction.is_swapped || operand == OPERAND_OUT)
        return operand;
    return operand == OPERAND_X ? OPERAND_Y : OPERAND_X;
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
                       "%s of shape %s overlaps itself: its strides give two elements one place.",
                       plan->tensor[OPERAND_OUT].name, text_of(&plan->tensor[OPERAND_OUT], text));
    }
    bd_operand_bytes(contraction, plan->bytes);
    return BATCHDOT_OK;
}

/* Up to which work native is the faster one, measured with batchdot-bench (bench/README.md), one thread. With AVX-512
 * it is never more than a 30th behind, by a plan. With other vectors for the processor, it is until x and y of f32
 * leave the last-level cache. Where these are the compiler's vectors, which a BLAS with kernels for the processor
 * outruns, only while the item is small, but for complex matrices by a vector, of which a BLAS makes little; where it
 * has only plain C, BLAS is ahead from 1 by 8 products at the latest where m is 1, and elsewhere the two meet at 4 by 4
 * by 4. */
static int64_t crossing(const struct kernel *kernel, int64_t m) {
    enum { PLAIN_VECTOR_CROSSING = 3, PLAIN_MATRIX_CROSSING = 63, PORTABLE_CROSSING = 4096, VECTOR_EDGE = 1600 };
    if (kernel->form == PLAIN)
        return m == 1 ? PLAIN_VECTOR_CROSSING : PLAIN_MATRIX_CROSSING;
    if (kernel->isa == ISA_PORTABLE)
        return m == 1 && bd_dtype_info(kernel->x)->is_complex ? INT64_MAX : PORTABLE_CROSSING;
    return kernel->isa == ISA_AVX512 ? INT64_MAX : (int64_t)VECTOR_EDGE * VECTOR_EDGE * VECTOR_EDGE;
}

/* What the BLAS is, is asked only of items that it might get: that takes longer than a small one. */
static bool native_is_faster(const struct preparation *native) {
    const struct product *const item = &native->product;
    const int64_t work = bd_multiply_saturating(item->m, bd_multiply_saturating(item->n, item->k));
    return work <= crossing(native->kernel, item->m) || !bd_blas_has_vectors_of(native->kernel->isa);
}

/* Whether a BLAS can do it is asked only where that matters. */
static const struct engine *best_engine(const struct batchdot_plan *plan) {
    if (plan->requested == BATCHDOT_ENGINE_NATIVE ||
        (plan->requested == BATCHDOT_ENGINE_AUTO && native_is_faster(&plan->preparation)))
        return &bd_native_engine;
    return bd_blas_engine.refusal(&plan->contraction) ? &bd_native_engine : &bd_blas_engine;
}

batchdot_status bd_plan_choose_engine(struct batchdot_plan *plan, batchdot_engine requested) {
    if (requested == BATCHDOT_ENGINE_BLAS && !bd_blas_is_built_in())
        return bd_fail(BATCHDOT_ERROR_OPTION, "engine BLAS was asked for, but this library was built without BLAS.");
    plan->requested = requested;
    plan->engine = &bd_native_engine;
    plan->preparation.product.prepared = NULL;
    plan->preparation.slots = NULL;
    if (plan->tensor[OPERAND_OUT].is_empty)
        return BATCHDOT_OK;
    bd_native_prepare(&plan->contraction, &plan->preparation);
    plan->engine = best_engine(plan);
    if (plan->engine == &bd_native_engine)
        bd_native_join_items(&plan->contraction, &plan->preparation);
    return BATCHDOT_OK;
}

const char *bd_plan_reason(const struct batchdot_plan *plan) {
    const bool is_native = plan->engine == &bd_native_engine;
    if (plan->requested == (is_native ? BATCHDOT_ENGINE_NATIVE : BATCHDOT_ENGINE_BLAS))
        return "it was asked for";
    if (!is_native)
        return "BLAS is the faster one for such an item";
    const char *const refusal = bd_blas_engine.refusal(&plan->contraction);
    return refusal ? refusal : "native is the faster one for such an item";
}

void bd_plan_keep_shapes(struct batchdot_plan *plan) {
    for (int operand = 0; operand < OPERAND_COUNT; operand++) {
        struct tensor_shape *const tensor = &plan->tensor[operand];
        if (tensor->ndim > 0)
            memcpy(plan->kept_shapes[operand], tensor->shape, (size_t)tensor->ndim * sizeof tensor->shape[0]);
        tensor->shape = plan->kept_shapes[operand];
    }
}

void bd_plan_keep_preparation(struct batchdot_plan *plan) {
    if (plan->engine == &bd_native_engine && !plan->tensor[OPERAND_OUT].is_empty)
        bd_native_keep(&plan->preparation, plan->num_threads);
}

void bd_plan_forget_preparation(struct batchdot_plan *plan) {
    bd_native_forget(&plan->preparation);
}

static batchdot_status check_data(const struct batchdot_plan *plan, const void *const data[OPERAND_COUNT]) {
    char text[BD_SHAPE_TEXT_SIZE], out_text[BD_SHAPE_TEXT_SIZE];
    for (int operand = 0; operand < OPERAND_COUNT; operand++) {
        if (!data[operand] && !plan->tensor[operand].is_empty)
            return bd_fail(BATCHDOT_ERROR_NULL, "%s of shape %s has elements, but its data is a NULL pointer.",
                           plan->tensor[operand].name, text_of(&plan->tensor[operand], text));
    }
    if (plan->tensor[OPERAND_OUT].is_empty)
        return BATCHDOT_OK;
    for (enum operand input = OPERAND_X; input <= OPERAND_Y; input++) {
        if (!plan->tensor[input].is_empty &&
            bd_output_overlaps_input(&plan->contraction, folded_operand(plan, input), data[input], data[OPERAND_OUT]))
            return bd_fail(BATCHDOT_ERROR_OVERLAP, "%s of shape %s shares memory with %s of shape %s.",
                           plan->tensor[OPERAND_OUT].name, text_of(&plan->tensor[OPERAND_OUT], out_text),
                           plan->tensor[input].name, text_of(&plan->tensor[input], text));
    }
    return BATCHDOT_OK;
}

static bool are_apart(const struct operand_bytes *in, const char *in_data, const struct operand_bytes *out,
                      const char *out_data) {
    const uint64_t in_place = (uintptr_t)in_data, out_place = (uintptr_t)out_data;
    return in_place + (uint64_t)in->last < out_place + (uint64_t)out->first ||
           out_place + (uint64_t)out->last < in_place + (uint64_t)in->first;
}

static inline batchdot_status run_engine(const struct batchdot_plan *plan, const char *x, const char *y, char *out) {
    const struct operand_bytes *const bytes = plan->bytes;
    const bool is_swapped = plan->contraction.is_swapped;
    plan->engine->execute(&plan->contraction, &plan->preparation, plan->num_threads,
                          (is_swapped ? y : x) + bytes[OPERAND_X].origin,
                          (is_swapped ? x : y) + bytes[OPERAND_Y].origin, out + bytes[OPERAND_OUT].origin);
    return BATCHDOT_OK;
}

/* Out of line, so that the usual call needs no stack. */
static __attribute__((noinline)) batchdot_status check_and_run(const struct batchdot_plan *plan, const void *x,
                                                               const void *y, void *out) {
    const batchdot_status status = check_data(plan, (const void *const[]){x, y, out});
    if (status || plan->tensor[OPERAND_OUT].is_empty)
        return status;
    if (plan->has_empty) /* the inputs may then be NULL, with which one must not even calculate */
        x = y = out;
    return run_engine(plan, x, y, out);
}

batchdot_status bd_plan_run(const struct batchdot_plan *plan, const void *x, const void *y, void *out) {
    const struct operand_bytes *const bytes = plan->bytes;
    const bool is_swapped = plan->contraction.is_swapped;
    const bool is_plainly_fine = x && y && out && !plan->has_empty &&
                                 are_apart(&bytes[OPERAND_X], is_swapped ? y : x, &bytes[OPERAND_OUT], out) &&
                                 are_apart(&bytes[OPERAND_Y], is_swapped ? x : y, &bytes[OPERAND_OUT], out);
    return is_plainly_fine ? run_engine(plan, x, y, out) : check_and_run(plan, x, y, out);
}
