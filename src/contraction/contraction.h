/* The one internal form. Every public entry becomes this struct; what lies below speaks of nothing else.
 *
 *     out[batch, m, n] = alpha * sum over k of x[batch, m, k] * y[batch, k, n] + beta * out[batch, m, n]
 *
 * Each of batch, m, n and k is a list of axes; an axis has an extent, and a stride in every operand (0 in one that
 * does not have the axis: y in m, x in n, out in k). */
#ifndef BATCHDOT_CONTRACTION_CONTRACTION_H
#define BATCHDOT_CONTRACTION_CONTRACTION_H

#include "base/checked.h"

#include <batchdot/batchdot.h>

#include <stdbool.h>

enum operand { OPERAND_X, OPERAND_Y, OPERAND_OUT, OPERAND_COUNT };

struct axis {
    int64_t extent;
    int64_t stride[OPERAND_COUNT]; /* in elements */
};

struct axis_list {
    int count;
    struct axis *axes; /* the last runs fastest */
};

/* Every axis is one of at least two of the three tensors. */
enum { BD_MAX_AXES = BATCHDOT_MAX_NDIM * OPERAND_COUNT / 2 };

/* Not to be copied: the lists point into axes. */
struct contraction {
    struct axis_list batch, m, n, k;
    batchdot_dtype dtype[OPERAND_COUNT];
    bool conjugate[OPERAND_OUT];   /* x, y */
    double alpha[2], beta[2];      /* real, imaginary */
    bool is_normalized;            /* x and y are divided by their norms along k first */
    double normalize_epsilon;      /* the smallest squared norm that is divided by */
    int64_t origin[OPERAND_COUNT]; /* where the element lies at which every index is 0, from the caller's pointer */
    bool is_swapped;               /* x here is the caller's y, and y the caller's x */
    int axis_count;                /* of axes */
    struct axis axes[BD_MAX_AXES]; /* those of all the lists, and no others */
};

/* A contraction without axes, where nothing is swapped or conjugated; dtypes, alpha and beta are the caller's to set.
 */
static inline void bd_contraction_start(struct contraction *contraction) {
    /* Each by itself: a list that is copied from one just written waits for that. */
    contraction->batch = (struct axis_list){0, contraction->axes};
    contraction->m = (struct axis_list){0, contraction->axes};
    contraction->n = (struct axis_list){0, contraction->axes};
    contraction->k = (struct axis_list){0, contraction->axes};
    contraction->axis_count = 0;
    for (int operand = 0; operand < OPERAND_COUNT; operand++)
        contraction->origin[operand] = 0;
    contraction->conjugate[OPERAND_X] = contraction->conjugate[OPERAND_Y] = false;
    contraction->is_swapped = contraction->is_normalized = false;
}

/* Appends an axis to one of the contraction's lists, unless its extent is 1, with which it changes nothing. They are
 * filled one after the other: batch, m, n, k. */
static inline void bd_append_axis(struct contraction *contraction, struct axis_list *list, struct axis axis) {
    if (axis.extent == 1)
        return;
    if (list->count++ == 0)
        list->axes = &contraction->axes[contraction->axis_count];
    contraction->axes[contraction->axis_count++] = axis;
}

/* The number of index tuples of a list: 1 without axes; INT64_MAX if there are more. */
static inline int64_t bd_list_extent(const struct axis_list *list) {
    int64_t extent = 1;
    for (int i = 0; i < list->count; i++) {
        if (list->axes[i].extent == 0)
            return 0;
        extent = bd_multiply_saturating(extent, list->axes[i].extent);
    }
    return extent;
}

/* The axis of a folded m or n, or of a k that folded to one: extent 1 if the list has none. */
static inline struct axis bd_only_axis(const struct axis_list *list) {
    return list->count ? list->axes[0] : (struct axis){1, {0, 0, 0}};
}

/* Where an operand lies, in bytes from the caller's pointer: its element at which every index is 0, and the first and
 * the last byte of all its elements. */
struct operand_bytes {
    int64_t origin, first, last;
};

/* For a folded contraction. */
void bd_operand_bytes(const struct contraction *contraction, struct operand_bytes bytes[OPERAND_COUNT]);

/* Brings a contraction, whose output must not be empty, into its simplest form, which computes the same:
 *   - an empty k becomes one axis of extent 0;
 *   - output strides are positive: an axis that runs backwards in the output is turned around in all operands;
 *   - neighbouring axes of a list that step through every operand as one axis would are merged;
 *   - x and y are swapped if the output's smallest stride then faces n;
 *   - m and n keep one axis each, with a unit stride if there is one; what cannot be merged into it becomes a batch
 * axis, which is the same thing to whoever loops over items. */
void bd_fold(struct contraction *contraction);

/* Makes one item of those along the innermost batch axis, if they share y, have no axes that do not merge, and their
 * rows follow one upon the other in x and in the output. False if not. For a folded contraction. */
bool bd_join_items(struct contraction *contraction);

/* True if two index tuples of the output name the same element. Decided exactly, but that a layout too contorted to be
 * decided in reasonable time counts as overlapping. For a folded contraction. */
bool bd_output_overlaps_itself(const struct contraction *contraction);

/* True if an element of the output shares a byte with one of x (or y), the caller's pointers being these; exact in the
 * same sense. For a folded contraction. */
bool bd_output_overlaps_input(const struct contraction *contraction, enum operand input, const void *input_data,
                              const void *out_data);

#endif
