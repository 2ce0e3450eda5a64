/* How every product, whoever describes it, becomes a plan. */
#include "api/arguments.h"
#include "base/dtype.h"
#include "base/status.h"

#include <stdlib.h>
#include <string.h>

batchdot_status bd_check_not_null(const char *name, const void *pointer) {
    return pointer ? BATCHDOT_OK : bd_fail(BATCHDOT_ERROR_NULL, "%s is a NULL pointer.", name);
}

static batchdot_status check_dtypes(const struct request *request, const char *const names[OPERAND_COUNT]) {
    const batchdot_dtype x = request->x->dtype, y = request->y->dtype;
    const struct dtype_info *x_info = bd_dtype_info(x), *y_info = bd_dtype_info(y);
    if (!x_info || !y_info)
        return bd_fail(BATCHDOT_ERROR_DTYPE, "%s has dtype %d, which is no batchdot_dtype.",
                       names[x_info ? OPERAND_Y : OPERAND_X], (int)(x_info ? y : x));
    if (!bd_dtypes_multiply(x, y))
        return bd_fail(BATCHDOT_ERROR_DTYPE,
                       "%s has dtype %s and %s has dtype %s; they must be the same, or i8 and u8.", names[OPERAND_X],
                       x_info->name, names[OPERAND_Y], y_info->name);
    if (!request->out)
        return BATCHDOT_OK;
    const struct dtype_info *out_info = bd_dtype_info(request->out->dtype);
    if (!out_info)
        return bd_fail(BATCHDOT_ERROR_DTYPE, "%s has dtype %d, which is no batchdot_dtype.", names[OPERAND_OUT],
                       (int)request->out->dtype);
    if (!bd_out_dtype_is_allowed(x, request->out->dtype))
        return bd_fail(BATCHDOT_ERROR_DTYPE, "inputs of dtype %s do not give an output of dtype %s.", x_info->name,
                       out_info->name);
    return BATCHDOT_OK;
}

batchdot_status bd_check_inputs_not_null(const batchdot_tensor *x, const batchdot_tensor *y) {
    const batchdot_status status = bd_check_not_null("x", x);
    return status ? status : bd_check_not_null("y", y);
}

batchdot_status bd_check_result_shape(const batchdot_tensor *out, const char *name,
                                      const struct product_shape *inferred) {
    if (out->ndim == inferred->ndim && !out->shape && out->ndim > 0)
        return bd_fail(BATCHDOT_ERROR_NULL, "%s has rank %d, but its shape is a NULL pointer.", name, out->ndim);
    bool is_same = out->ndim == inferred->ndim;
    for (int axis = 0; is_same && axis < inferred->ndim; axis++)
        is_same = out->shape[axis] == inferred->shape[axis];
    if (is_same)
        return BATCHDOT_OK;
    char out_text[BD_SHAPE_TEXT_SIZE], inferred_text[BD_SHAPE_TEXT_SIZE];
    return bd_fail(BATCHDOT_ERROR_OUTPUT, "%s has shape %s, but the result has shape %s.", name,
                   bd_shape_text(out->ndim, out->shape, out_text),
                   bd_shape_text(inferred->ndim, inferred->shape, inferred_text));
}

static struct tensor_shape shape_of(const char *name, const struct layout *layout) {
    return (struct tensor_shape){name, layout->tensor->ndim, layout->count == 0, layout->tensor->shape};
}

static inline __attribute__((always_inline)) void append_group(struct contraction *contraction, struct axis_list *list,
                                                               const struct plan_room *room,
                                                               const struct matched_axis *axes, int count) {
    for (int i = 0; i < count; i++) {
        const struct matched_axis *const at = &axes[i];
        const int64_t extent = at->x != NO_AXIS ? room->x.tensor->shape[at->x] : room->y.tensor->shape[at->y];
        const int64_t x_stride = at->x != NO_AXIS ? room->x.strides[at->x] : 0;
        const int64_t y_stride = at->y != NO_AXIS ? room->y.strides[at->y] : 0;
        const int64_t out_stride = at->out != NO_AXIS ? room->out.strides[at->out] : 0;
        bd_append_axis(contraction, list, (struct axis){extent, {x_stride, y_stride, out_stride}});
    }
}

static void build_contraction(const struct plan_room *room, struct contraction *contraction) {
    const struct product_shape *const shape = &room->shape;
    const struct matched_axis *axes = shape->axes;
    bd_contraction_start(contraction);
    append_group(contraction, &contraction->batch, room, axes, shape->batch_count);
    axes += shape->batch_count;
    append_group(contraction, &contraction->m, room, axes, shape->m_count);
    axes += shape->m_count;
    append_group(contraction, &contraction->n, room, axes, shape->n_count);
    axes += shape->n_count;
    append_group(contraction, &contraction->k, room, axes, shape->k_count);
    contraction->dtype[OPERAND_X] = room->x.tensor->dtype;
    contraction->dtype[OPERAND_Y] = room->y.tensor->dtype;
    contraction->dtype[OPERAND_OUT] = room->out.tensor->dtype;
}

static batchdot_status check_normalize(const struct product_shape *shape, batchdot_dtype out, enum gradient gradient) {
    if (bd_dtype_info(out)->is_integer)
        return bd_fail(BATCHDOT_ERROR_OPTION, "options.normalize is set, but an output of dtype %s has no fractions.",
                       bd_dtype_info(out)->name);
    if (gradient != NO_GRADIENT)
        return bd_fail(BATCHDOT_ERROR_OPTION, "options.normalize is set, but gradients are of plain products only.");
    const struct matched_axis *const k = shape->axes + shape->batch_count + shape->m_count + shape->n_count;
    for (int i = 0; i < shape->k_count; i++) {
        if (k[i].x == NO_AXIS || k[i].y == NO_AXIS)
            return bd_fail(BATCHDOT_ERROR_OPTION,
                           "options.normalize is set, but axis %d of %s is summed over and the other input has no such "
                           "axis.",
                           k[i].x == NO_AXIS ? k[i].y : k[i].x, k[i].x == NO_AXIS ? "y" : "x");
    }
    return BATCHDOT_OK;
}

/* The gradient of a product that conjugates what it is by is conjugated as a whole. */
static void conjugate_gradient(batchdot_options *options, enum gradient gradient) {
    const bool own = gradient == GRADIENT_BY_X ? options->conj_x : options->conj_y;
    const bool others = gradient == GRADIENT_BY_X ? options->conj_y : options->conj_x;
    options->conj_x = own;
    options->conj_y = own == others;
}

static batchdot_status take_options(const struct request *request, const struct product_shape *shape,
                                    batchdot_options *options, struct batchdot_plan *plan) {
    struct contraction *contraction = &plan->contraction;
    const batchdot_dtype out = contraction->dtype[OPERAND_OUT];
    batchdot_status status = bd_read_options(request->options, out, options);
    if (!status && options->normalize)
        status = check_normalize(shape, out, request->gradient);
    if (status)
        return status;
    if (request->gradient != NO_GRADIENT)
        conjugate_gradient(options, request->gradient);
    const bool is_complex = bd_dtype_info(out)->is_complex;
    contraction->conjugate[contraction->is_swapped ? OPERAND_Y : OPERAND_X] = is_complex && options->conj_x;
    contraction->conjugate[contraction->is_swapped ? OPERAND_X : OPERAND_Y] = is_complex && options->conj_y;
    memcpy(contraction->alpha, options->alpha, sizeof contraction->alpha);
    memcpy(contraction->beta, options->beta, sizeof contraction->beta);
    contraction->is_normalized = options->normalize;
    contraction->normalize_epsilon = options->normalize_epsilon;
    plan->num_threads = options->num_threads;
    return BATCHDOT_OK;
}

batchdot_status bd_make_plan(struct batchdot_plan *plan, struct plan_room *room, const struct request *request) {
    static const char *const names_of[][OPERAND_COUNT] = {[NO_GRADIENT] = {"x", "y", "the output"},
                                                          [GRADIENT_BY_X] = {"grad_out", "y", "grad_x"},
                                                          [GRADIENT_BY_Y] = {"grad_out", "x", "grad_y"}};
    const char *const *const names = names_of[request->gradient];
    const struct product_shape *const shape = &room->shape;
    batchdot_status status = check_dtypes(request, names);
    if (status)
        return status;

    const batchdot_tensor *out = request->out;
    if (!out) {
        room->default_out =
            (batchdot_tensor){NULL, bd_default_out_dtype(request->x->dtype), shape->ndim, shape->shape, NULL};
        out = &room->default_out;
    }
    status = bd_check_result_shape(out, names[OPERAND_OUT], shape);
    if (!status)
        status = bd_read_layout(names[OPERAND_X], request->x, shape->x_count, &room->x);
    if (!status)
        status = bd_read_layout(names[OPERAND_Y], request->y, shape->y_count, &room->y);
    if (!status)
        status = bd_read_layout(names[OPERAND_OUT], out, shape->count, &room->out);
    if (status)
        return status;

    batchdot_options options;
    build_contraction(room, &plan->contraction);
    plan->tensor[OPERAND_X] = shape_of(names[OPERAND_X], &room->x);
    plan->tensor[OPERAND_Y] = shape_of(names[OPERAND_Y], &room->y);
    plan->tensor[OPERAND_OUT] = shape_of(names[OPERAND_OUT], &room->out);
    status = bd_plan_fold(plan);
    if (!status)
        status = take_options(request, shape, &options, plan);
    return status ? status : bd_plan_choose_engine(plan, options.engine);
}

batchdot_status bd_allocate_plan(batchdot_plan **plan, struct batchdot_plan **made) {
    if (!plan)
        return bd_fail(BATCHDOT_ERROR_NULL, "there must be somewhere to put the plan; plan is a NULL pointer.");
    *plan = NULL;
    *made = malloc(sizeof **made);
    if (!*made)
        return bd_fail(BATCHDOT_ERROR_MEMORY, "out of memory for a plan of %zu bytes.", sizeof **made);
    return BATCHDOT_OK;
}

batchdot_status bd_hand_over_plan(batchdot_status status, struct batchdot_plan *made, batchdot_plan **plan) {
    if (status) {
        free(made);
        return status;
    }
    bd_plan_keep_shapes(made);
    bd_plan_keep_preparation(made);
    *plan = made;
    return BATCHDOT_OK;
}
