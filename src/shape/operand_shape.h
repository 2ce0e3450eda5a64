/* Checks of the inputs' shapes that every description of a product needs. */
#ifndef BATCHDOT_SHAPE_OPERAND_SHAPE_H
#define BATCHDOT_SHAPE_OPERAND_SHAPE_H

#include "base/checked.h"
#include "shape/product_shape.h"

struct operand_shape {
    const char *name;
    int ndim;
    const int64_t *shape;
};

batchdot_status bd_fail_with_shapes(batchdot_status status, const struct operand_shape *x,
                                    const struct operand_shape *y, const char *sentence);

/* The elements of a shape. */
enum { TOO_MANY = -1, NEGATIVE_EXTENT = -2 };

static inline int64_t bd_count_elements(int ndim, const int64_t *shape) {
    int64_t count = 1, signs = 0;
    bool overflows = false, is_empty = false;
    for (int axis = 0; axis < ndim; axis++) {
        const int64_t extent = shape[axis];
        overflows |= bd_multiply_overflows(count, extent, &count);
        is_empty |= extent == 0;
        signs |= extent;
    }
    if (signs < 0)
        return NEGATIVE_EXTENT;
    return is_empty ? 0 : overflows ? TOO_MANY : count;
}

batchdot_status bd_fail_with_extents(const struct operand_shape *operand);

/* That a shape is there and has no negative extent; and counts its elements. */
static inline batchdot_status bd_check_shape(const struct operand_shape *operand, int64_t *count) {
    const bool is_there = operand->shape || operand->ndim == 0;
    *count = is_there ? bd_count_elements(operand->ndim, operand->shape) : NEGATIVE_EXTENT;
    return *count == NEGATIVE_EXTENT ? bd_fail_with_extents(operand) : BATCHDOT_OK;
}

static inline batchdot_status bd_check_extents(const struct operand_shape *x, const struct operand_shape *y,
                                               struct product_shape *result) {
    if (!y->shape && y->ndim != 0)
        return bd_check_shape(y, &result->y_count);
    const batchdot_status status = bd_check_shape(x, &result->x_count);
    return status ? status : bd_check_shape(y, &result->y_count);
}

/* That and, first, that the ranks are 0 to the greatest. */
batchdot_status bd_check_inputs(const struct operand_shape *x, const struct operand_shape *y,
                                struct product_shape *result);

/* That axis lies in [-ndim, ndim). */
batchdot_status bd_check_axis_range(const struct operand_shape *operand, int axis);

/* That a result of so many axes can be. */
batchdot_status bd_check_result_rank(const struct operand_shape *x, const struct operand_shape *y, int ndim);

batchdot_status bd_fail_with_count(const struct operand_shape *x, const struct operand_shape *y,
                                   const struct product_shape *result);

/* Counts the result's elements, and checks that an int64_t can count them and each input's. */
static inline batchdot_status bd_check_counts(const struct operand_shape *x, const struct operand_shape *y,
                                              struct product_shape *result) {
    result->count = bd_count_elements(result->ndim, result->shape);
    const bool all_are_counted = (result->x_count | result->y_count | result->count) >= 0;
    return all_are_counted ? BATCHDOT_OK : bd_fail_with_count(x, y, result);
}

/* Appends to the list, whose count is one of the result's: the lists are filled in their order. */
static inline void bd_match(struct product_shape *result, int *count, int x, int y, int out) {
    const int place = result->batch_count + result->m_count + result->n_count + result->k_count;
    result->axes[place] = (struct matched_axis){x, y, out};
    ++*count;
}

static inline void bd_match_none_yet(struct product_shape *result) {
    result->batch_count = result->m_count = result->n_count = result->k_count = 0;
}

#endif
