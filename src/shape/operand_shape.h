/* Checks of the inputs' shapes that every description of a product needs. */
#ifndef BATCHDOT_SHAPE_OPERAND_SHAPE_H
#define BATCHDOT_SHAPE_OPERAND_SHAPE_H

#include "shape/product_shape.h"

struct operand_shape {
    const char *name;
    int ndim;
    const int64_t *shape;
};

batchdot_status bd_fail_with_shapes(batchdot_status status, const struct operand_shape *x,
                                    const struct operand_shape *y, const char *sentence);

/* That both shapes are there and have no negative extent; and counts their elements. What an int64_t cannot count is -1
 * until bd_check_counts looks at it. */
batchdot_status bd_check_extents(const struct operand_shape *x, const struct operand_shape *y,
                                 struct product_shape *result);

/* That and, first, that the ranks are 0 to the greatest. */
batchdot_status bd_check_inputs(const struct operand_shape *x, const struct operand_shape *y,
                                struct product_shape *result);

/* That axis lies in [-ndim, ndim). */
batchdot_status bd_check_axis_range(const struct operand_shape *operand, int axis);

/* Counted from the front. */
static inline int bd_axis_from_front(const struct operand_shape *operand, int axis) {
    return axis < 0 ? axis + operand->ndim : axis;
}

/* That a result of so many axes can be. */
batchdot_status bd_check_result_rank(const struct operand_shape *x, const struct operand_shape *y, int ndim);

/* Counts the result's elements, and checks that an int64_t can count them and each input's. */
batchdot_status bd_check_counts(const struct operand_shape *x, const struct operand_shape *y,
                                struct product_shape *result);

/* Appends to the list, whose count is one of the result's: the lists are filled in their order. */
static inline void bd_match(struct product_shape *result, int *count, int x, int y, int out) {
    const int place = result->batch_count + result->m_count + result->n_count + result->k_count;
    result->axes[place] = (struct matched_axis){(signed char)x, (signed char)y, (signed char)out};
    ++*count;
}

static inline void bd_match_none_yet(struct product_shape *result) {
    result->batch_count = result->m_count = result->n_count = result->k_count = 0;
}

#endif
