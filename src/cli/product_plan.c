#include "cli/product_plan.h"

#include "cli/report.h"

#include <ctype.h>
#include <string.h>

batchdot_status product_infer_shape(const arguments *given, const batchdot_tensor *x, const batchdot_tensor *y,
                                    int *out_ndim, int64_t out_shape[BATCHDOT_MAX_NDIM]) {
    if (given->einsum)
        return batchdot_infer_shape_einsum(given->einsum, x->ndim, x->shape, y->ndim, y->shape, out_ndim, out_shape);
    return batchdot_infer_shape(x->ndim, x->shape, y->ndim, y->shape, arguments_axes(given), out_ndim, out_shape);
}

/* The product of all extents whose letters the output does not have. The library has accepted the expression for these
 * shapes. */
static double summed_extent(const char *expression, const batchdot_tensor *x, const batchdot_tensor *y) {
    const char *const arrow = strchr(expression, '-');
    const int64_t *extent = x->shape;
    double product = 1;
    for (const char *at = expression; *at != '\0' && at != arrow; at++) {
        if (*at == ',')
            extent = y->shape;
        if (!isalpha((unsigned char)*at))
            continue;
        const bool is_first = strchr(expression, *at) == at; /* of the two operands' */
        const bool is_summed = arrow ? !strchr(arrow, *at) : strrchr(expression, *at) != at;
        if (is_first && is_summed)
            product *= (double)*extent;
        extent++;
    }
    return product;
}

static double contracted_extent(const arguments *given, const batchdot_tensor *x, const batchdot_tensor *y) {
    if (given->einsum)
        return summed_extent(given->einsum, x, y);
    const batchdot_axes *const axes = arguments_axes(given);
    const int axis = axes ? axes->x : -1;
    return (double)x->shape[axis < 0 ? axis + x->ndim : axis];
}

bool product_plan_create(batchdot_plan **plan, result *planned, const arguments *given, const batchdot_tensor *x,
                         const batchdot_tensor *y) {
    batchdot_status status = product_infer_shape(given, x, y, &planned->ndim, planned->shape);
    if (status == BATCHDOT_OK)
        status = given->einsum ? batchdot_plan_create_einsum(plan, given->einsum, x, y, NULL, &given->options)
                               : batchdot_plan_create(plan, x, y, arguments_axes(given), NULL, &given->options);
    if (status != BATCHDOT_OK) {
        report_error("%s and %s: %s", given->operands[0], given->operands[1], batchdot_last_error());
        return false;
    }
    planned->dtype = x->dtype == BATCHDOT_I8 || x->dtype == BATCHDOT_U8 ? BATCHDOT_I32 : x->dtype;
    planned->contracted_extent = contracted_extent(given, x, y);
    return true;
}
