/* The one internal form. Every public entry becomes this struct; what lies below speaks of nothing else.
 *
 *     out[batch, m, n] = alpha * sum over k of x[batch, m, k] * y[batch, k, n] + beta * out[batch, m, n]
 *
 * Each of batch, m, n and k is a group of axes; an axis has an extent, and a stride in every operand (0 in one that
 * does not have the axis: y in m, x in n, out in k). */
#ifndef BATCHDOT_CONTRACTION_CONTRACTION_H
#define BATCHDOT_CONTRACTION_CONTRACTION_H

#include <batchdot/batchdot.h>

#include <stdbool.h>

enum operand { OPERAND_X, OPERAND_Y, OPERAND_OUT, OPERAND_COUNT };

struct axis {
    int64_t extent;
    int64_t stride[OPERAND_COUNT]; /* in elements */
};

struct axis_group {
    int count;
    struct axis axes[BATCHDOT_MAX_NDIM]; /* the first count are set; the last runs fastest */
};

struct contraction {
    struct axis_group batch, m, n, k;
    batchdot_dtype dtype[OPERAND_COUNT];
    bool conjugate[OPERAND_OUT];   /* x, y */
    double alpha[2], beta[2];      /* real, imaginary */
    int64_t origin[OPERAND_COUNT]; /* where the element lies at which every index is 0, from the caller's pointer */
    bool is_swapped;               /* x here is the caller's y, and y the caller's x */
};

/* The number of index tuples of a group: 1 without axes; INT64_MAX if there are more. */
int64_t bd_group_extent(const struct axis_group *group);

/* The axis of a folded m or n, or of a k that folded to one: extent 1 if the group has none. */
static inline struct axis bd_only_axis(const struct axis_group *group) {
    return group->count ? group->axes[0] : (struct axis){1, {0, 0, 0}};
}

/* The offsets of an operand's first and last element in memory, from the caller's pointer. For a folded contraction. */
void bd_operand_span(const struct contraction *contraction, enum operand operand, int64_t *lowest, int64_t *highest);

/* Brings a contraction, whose output must not be empty, into its simplest form, which computes the same:
 *   - axes of extent 1 are dropped, and an empty k becomes one axis of extent 0;
 *   - output strides are positive: an axis that runs backwards in the output is turned around in all operands;
 *   - neighbouring axes of a group that step through every operand as one axis would are merged;
 *   - x and y are swapped if the output's smallest stride then faces n;
 *   - m and n keep one axis each, with a unit stride if there is one; what cannot be merged into it becomes a batch
 * axis, which is the same thing to whoever loops over items. */
void bd_fold(struct contraction *contraction);

/* True if two index tuples of the output name the same element. Decided exactly, but that a layout too contorted to be
 * decided in reasonable time counts as overlapping. For a folded contraction. */
bool bd_output_overlaps_itself(const struct contraction *contraction);

/* True if an element of the output shares a byte with one of x (or y), the caller's pointers being these; exact in the
 * same sense. For a folded contraction. */
bool bd_output_overlaps_input(const struct contraction *contraction, enum operand input, const void *input_data,
                              const void *out_data);

#endif
