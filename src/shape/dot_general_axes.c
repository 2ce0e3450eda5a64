/* XLA's rules: lists of batch axes and of contracted axes, in pairs. */
#include "shape/operand_shape.h"

#include "base/status.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

/* The place of an axis in the lists, for whom it turns up in a second time. */
struct axis_place {
    const char *list; /* NULL: in none */
    int index;
};

struct operand_places {
    const struct operand_shape *operand;
    struct axis_place of_axis[BATCHDOT_MAX_NDIM];
};

static batchdot_status check_pointers(const batchdot_dims *dims) {
    if (!dims)
        return bd_fail(BATCHDOT_ERROR_NULL, "dims is a NULL pointer.");
    const char *missing = NULL;
    if (dims->batch_count > 0 && !(dims->x_batch && dims->y_batch))
        missing = dims->x_batch ? "y_batch" : "x_batch";
    else if (dims->contract_count > 0 && !(dims->x_contract && dims->y_contract))
        missing = dims->x_contract ? "y_contract" : "x_contract";
    return missing ? bd_fail(BATCHDOT_ERROR_NULL, "dims.%s has axes, but is a NULL pointer.", missing) : BATCHDOT_OK;
}

static batchdot_status check_counts(const struct operand_shape *x, const struct operand_shape *y,
                                    const batchdot_dims *dims) {
    const int batch = dims->batch_count, contract = dims->contract_count;
    const int least = x->ndim < y->ndim ? x->ndim : y->ndim;
    if (batch >= 0 && contract >= 0 && batch <= least && contract <= least)
        return BATCHDOT_OK;
    char sentence[160];
    snprintf(sentence, sizeof sentence,
             "dims has batch_count %d and contract_count %d, and each must be from 0 to the rank of either input",
             batch, contract);
    return bd_fail_with_shapes(BATCHDOT_ERROR_SHAPE, x, y, sentence);
}

static batchdot_status place_axis(struct operand_places *places, const char *list, int index, int given, int *axis) {
    const struct operand_shape *const operand = places->operand;
    char text[BD_SHAPE_TEXT_SIZE];
    *axis = bd_axis_from_front(given, operand->ndim);
    if (given < -operand->ndim || given >= operand->ndim)
        return bd_fail(BATCHDOT_ERROR_AXIS_RANGE,
                       "dims.%s_%s[%d] is axis %d, which is out of range for %s of shape %s, whose axes are %d to %d.",
                       operand->name, list, index, given, operand->name,
                       bd_shape_text(operand->ndim, operand->shape, text), -operand->ndim, operand->ndim - 1);
    struct axis_place *const place = &places->of_axis[*axis];
    if (place->list)
        return bd_fail(BATCHDOT_ERROR_AXIS_RANGE,
                       "axis %d of %s of shape %s stands twice in dims, as %s_%s[%d] and as %s_%s[%d].", *axis,
                       operand->name, bd_shape_text(operand->ndim, operand->shape, text), operand->name, place->list,
                       place->index, operand->name, list, index);
    *place = (struct axis_place){list, index};
    return BATCHDOT_OK;
}

static batchdot_status place_list(struct operand_places *places, const char *list, int count, const int *given,
                                  int *axes) {
    batchdot_status status = BATCHDOT_OK;
    for (int i = 0; !status && i < count; i++)
        status = place_axis(places, list, i, given[i], &axes[i]);
    return status;
}

/* The axes of both operands, counted from the front, pair by pair. */
struct axis_pairs {
    int x_batch[BATCHDOT_MAX_NDIM], y_batch[BATCHDOT_MAX_NDIM];
    int x_contract[BATCHDOT_MAX_NDIM], y_contract[BATCHDOT_MAX_NDIM];
};

static batchdot_status read_pairs(const batchdot_dims *dims, struct operand_places *x, struct operand_places *y,
                                  struct axis_pairs *pairs) {
    batchdot_status status = place_list(x, "batch", dims->batch_count, dims->x_batch, pairs->x_batch);
    if (!status)
        status = place_list(y, "batch", dims->batch_count, dims->y_batch, pairs->y_batch);
    if (!status)
        status = place_list(x, "contract", dims->contract_count, dims->x_contract, pairs->x_contract);
    if (!status)
        status = place_list(y, "contract", dims->contract_count, dims->y_contract, pairs->y_contract);
    return status;
}

static batchdot_status check_pairs(batchdot_status status, const char *kind, int count, const struct operand_shape *x,
                                   const struct operand_shape *y, const int *x_axes, const int *y_axes) {
    for (int i = 0; i < count; i++) {
        const int64_t x_extent = x->shape[x_axes[i]], y_extent = y->shape[y_axes[i]];
        if (x_extent == y_extent)
            continue;
        char sentence[200];
        snprintf(sentence, sizeof sentence,
                 "the %s axes dims.x_%s[%d] and y_%s[%d] differ: x.shape[%d] != y.shape[%d] (%" PRId64 " != %" PRId64
                 ")",
                 status == BATCHDOT_ERROR_BATCH ? "batch" : "contracted", kind, i, kind, i, x_axes[i], y_axes[i],
                 x_extent, y_extent);
        return bd_fail_with_shapes(status, x, y, sentence);
    }
    return BATCHDOT_OK;
}

static void append_free_axes(const struct operand_places *places, bool is_x, struct product_shape *result) {
    const struct operand_shape *const operand = places->operand;
    for (int axis = 0; axis < operand->ndim; axis++) {
        if (places->of_axis[axis].list)
            continue;
        if (is_x)
            bd_match(result, &result->m_count, axis, NO_AXIS, result->ndim);
        else
            bd_match(result, &result->n_count, NO_AXIS, axis, result->ndim);
        result->shape[result->ndim++] = operand->shape[axis];
    }
}

static void build_result(const struct operand_places *x, const struct operand_places *y, const batchdot_dims *dims,
                         const struct axis_pairs *pairs, struct product_shape *result) {
    result->ndim = 0;
    bd_match_none_yet(result);
    for (int i = 0; i < dims->batch_count; i++) {
        bd_match(result, &result->batch_count, pairs->x_batch[i], pairs->y_batch[i], result->ndim);
        result->shape[result->ndim++] = x->operand->shape[pairs->x_batch[i]];
    }
    append_free_axes(x, true, result);
    append_free_axes(y, false, result);
    for (int i = 0; i < dims->contract_count; i++)
        bd_match(result, &result->k_count, pairs->x_contract[i], pairs->y_contract[i], NO_AXIS);
}

batchdot_status bd_infer_dot_general(int x_ndim, const int64_t *x_shape, int y_ndim, const int64_t *y_shape,
                                     const batchdot_dims *dims, struct product_shape *result) {
    const struct operand_shape x = {"x", x_ndim, x_shape}, y = {"y", y_ndim, y_shape};
    batchdot_status status = check_pointers(dims);
    if (!status)
        status = bd_check_inputs(&x, &y, result);
    if (!status)
        status = check_counts(&x, &y, dims);
    if (status)
        return status;

    struct operand_places x_places = {.operand = &x}, y_places = {.operand = &y};
    struct axis_pairs pairs;
    status = read_pairs(dims, &x_places, &y_places, &pairs);
    if (!status)
        status = check_pairs(BATCHDOT_ERROR_BATCH, "batch", dims->batch_count, &x, &y, pairs.x_batch, pairs.y_batch);
    if (!status)
        status = check_pairs(BATCHDOT_ERROR_CONTRACTED, "contract", dims->contract_count, &x, &y, pairs.x_contract,
                             pairs.y_contract);
    if (!status)
        status = bd_check_result_rank(&x, &y, x_ndim + y_ndim - dims->batch_count - 2 * dims->contract_count);
    if (status)
        return status;
    build_result(&x_places, &y_places, dims, &pairs, result);
    return bd_check_counts(&x, &y, result);
}
