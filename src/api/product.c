/* batch_dot itself: in one call, and as a plan. */
#include "api/arguments.h"
#include "base/dtype.h"
#include "base/status.h"
#include "plan/plan.h"
#include "shape/infer.h"

#include <stdlib.h>
#include <string.h>

struct product_layouts {
    struct layout x, y, out;
    struct batch_dot_shape inferred;
    batchdot_tensor default_out; /* where the caller names none */
};

static batchdot_status check_dtypes(batchdot_dtype x, batchdot_dtype y, const batchdot_tensor *out) {
    const struct dtype_info *x_info = bd_dtype_info(x), *y_info = bd_dtype_info(y);
    if (!x_info || !y_info)
        return bd_fail(BATCHDOT_ERROR_DTYPE, "%s has dtype %d, which is no batchdot_dtype.", x_info ? "y" : "x",
                       (int)(x_info ? y : x));
    if (!bd_dtypes_multiply(x, y))
        return bd_fail(BATCHDOT_ERROR_DTYPE, "x has dtype %s and y has dtype %s; they must be the same, or i8 and u8.",
                       x_info->name, y_info->name);
    if (!out)
        return BATCHDOT_OK;
    const struct dtype_info *out_info = bd_dtype_info(out->dtype);
    if (!out_info)
        return bd_fail(BATCHDOT_ERROR_DTYPE, "the output has dtype %d, which is no batchdot_dtype.", (int)out->dtype);
    if (!bd_out_dtype_is_allowed(x, out->dtype))
        return bd_fail(BATCHDOT_ERROR_DTYPE, "inputs of dtype %s do not give an output of dtype %s.", x_info->name,
                       out_info->name);
    return BATCHDOT_OK;
}

static batchdot_status check_out_shape(const batchdot_tensor *out, const struct batch_dot_shape *inferred) {
    if (out->ndim == inferred->ndim && !out->shape)
        return bd_fail(BATCHDOT_ERROR_NULL, "the output has rank %d, but its shape is a NULL pointer.", out->ndim);
    bool is_same = out->ndim == inferred->ndim;
    for (int axis = 0; is_same && axis < inferred->ndim; axis++)
        is_same = out->shape[axis] == inferred->shape[axis];
    if (is_same)
        return BATCHDOT_OK;
    char out_text[BD_SHAPE_TEXT_SIZE], inferred_text[BD_SHAPE_TEXT_SIZE];
    return bd_fail(BATCHDOT_ERROR_OUTPUT, "the output has shape %s, but the result has shape %s.",
                   bd_shape_text(out->ndim, out->shape, out_text),
                   bd_shape_text(inferred->ndim, inferred->shape, inferred_text));
}

static struct tensor_shape shape_of(const struct layout *layout) {
    return (struct tensor_shape){layout->tensor->ndim, layout->count == 0, layout->tensor->shape};
}

/* Keras's groups: axis 0 is the batch, one axis of each input is contracted, the others are free. */
static void build_contraction(const struct product_layouts *layouts, struct contraction *contraction) {
    const batchdot_tensor *x = layouts->x.tensor, *y = layouts->y.tensor;
    const int64_t *x_strides = layouts->x.strides, *y_strides = layouts->y.strides, *out_strides = layouts->out.strides;
    const int x_axis = layouts->inferred.x_axis, y_axis = layouts->inferred.y_axis;
    bd_contraction_start(contraction);
    bd_append_axis(contraction, &contraction->batch,
                   (struct axis){x->shape[0], {x_strides[0], y_strides[0], out_strides[0]}});
    int out_axis = 1;
    for (int axis = 1; axis < x->ndim; axis++) {
        if (axis != x_axis)
            bd_append_axis(contraction, &contraction->m,
                           (struct axis){x->shape[axis], {x_strides[axis], 0, out_strides[out_axis++]}});
    }
    for (int axis = 1; axis < y->ndim; axis++) {
        if (axis != y_axis)
            bd_append_axis(contraction, &contraction->n,
                           (struct axis){y->shape[axis], {0, y_strides[axis], out_strides[out_axis++]}});
    }
    bd_append_axis(contraction, &contraction->k,
                   (struct axis){x->shape[x_axis], {x_strides[x_axis], y_strides[y_axis], 0}});
    contraction->dtype[OPERAND_X] = x->dtype;
    contraction->dtype[OPERAND_Y] = y->dtype;
    contraction->dtype[OPERAND_OUT] = layouts->out.tensor->dtype;
}

static void take_options(const batchdot_options *options, struct batchdot_plan *plan) {
    struct contraction *contraction = &plan->contraction;
    const bool is_complex = bd_dtype_info(contraction->dtype[OPERAND_OUT])->is_complex;
    contraction->conjugate[contraction->is_swapped ? OPERAND_Y : OPERAND_X] = is_complex && options->conj_x;
    contraction->conjugate[contraction->is_swapped ? OPERAND_X : OPERAND_Y] = is_complex && options->conj_y;
    memcpy(contraction->alpha, options->alpha, sizeof contraction->alpha);
    memcpy(contraction->beta, options->beta, sizeof contraction->beta);
    plan->num_threads = options->num_threads;
}

/* Everything but the data: checks it in the order that the header promises, and fills in the plan, which points to the
 * caller's shapes and into layouts. These are not cleared first, which would take as long as a small product. */
static batchdot_status make_plan(struct batchdot_plan *plan, struct product_layouts *layouts, const batchdot_tensor *x,
                                 const batchdot_tensor *y, const batchdot_axes *axes, const batchdot_tensor *out,
                                 const batchdot_options *given_options) {
    if (!x || !y)
        return bd_fail(BATCHDOT_ERROR_NULL, "%s is a NULL pointer.", x ? "y" : "x");
    const struct batch_dot_shape *const inferred = &layouts->inferred;
    batchdot_status status = bd_infer_batch_dot(x->ndim, x->shape, y->ndim, y->shape, axes, &layouts->inferred);
    if (!status)
        status = check_dtypes(x->dtype, y->dtype, out);
    if (status)
        return status;

    if (!out) {
        layouts->default_out =
            (batchdot_tensor){NULL, bd_default_out_dtype(x->dtype), inferred->ndim, inferred->shape, NULL};
        out = &layouts->default_out;
    }
    status = check_out_shape(out, inferred);
    if (!status)
        status = bd_read_layout("x", x, inferred->x_count, &layouts->x);
    if (!status)
        status = bd_read_layout("y", y, inferred->y_count, &layouts->y);
    if (!status)
        status = bd_read_layout("the output", out, inferred->count, &layouts->out);
    if (status)
        return status;

    batchdot_options options;
    build_contraction(layouts, &plan->contraction);
    plan->tensor[OPERAND_X] = shape_of(&layouts->x);
    plan->tensor[OPERAND_Y] = shape_of(&layouts->y);
    plan->tensor[OPERAND_OUT] = shape_of(&layouts->out);
    status = bd_plan_fold(plan);
    if (!status)
        status = bd_read_options(given_options, out->dtype, &options);
    if (status)
        return status;
    take_options(&options, plan);
    return bd_plan_choose_engine(plan, options.engine);
}

batchdot_status batchdot(const batchdot_tensor *x, const batchdot_tensor *y, const batchdot_axes *axes,
                         const batchdot_tensor *out) {
    if (!out)
        return bd_fail(BATCHDOT_ERROR_NULL, "the output is a NULL pointer.");
    struct batchdot_plan plan;
    struct product_layouts layouts;
    const batchdot_status status = make_plan(&plan, &layouts, x, y, axes, out, NULL);
    return status ? status : bd_plan_run(&plan, x->data, y->data, out->data);
}

batchdot_status batchdot_plan_create(batchdot_plan **plan, const batchdot_tensor *x, const batchdot_tensor *y,
                                     const batchdot_axes *axes, const batchdot_tensor *out,
                                     const batchdot_options *options) {
    if (!plan)
        return bd_fail(BATCHDOT_ERROR_NULL, "batchdot_plan_create needs somewhere to put the plan.");
    *plan = NULL;
    struct batchdot_plan *const made = malloc(sizeof *made);
    if (!made)
        return bd_fail(BATCHDOT_ERROR_MEMORY, "out of memory for a plan of %zu bytes.", sizeof *made);
    struct product_layouts layouts;
    const batchdot_status status = make_plan(made, &layouts, x, y, axes, out, options);
    if (status) {
        free(made);
        return status;
    }
    bd_plan_keep_shapes(made);
    bd_plan_keep_preparation(made);
    *plan = made;
    return BATCHDOT_OK;
}

batchdot_status batchdot_plan_execute(const batchdot_plan *plan, const void *x, const void *y, void *out) {
    if (!plan)
        return bd_fail(BATCHDOT_ERROR_NULL, "the plan is a NULL pointer.");
    return bd_plan_run(plan, x, y, out);
}

size_t batchdot_plan_explain(const batchdot_plan *plan, char *text, size_t size) {
    if (plan)
        return bd_plan_explain(plan, text, size);
    if (text && size)
        text[0] = '\0';
    return 0;
}

void batchdot_plan_destroy(batchdot_plan *plan) {
    if (plan)
        bd_plan_forget_preparation(plan);
    free(plan);
}
