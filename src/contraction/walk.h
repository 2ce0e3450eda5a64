/* Visits the index tuples of some axes in order, last axis fastest, keeping each operand's offset. */
#ifndef BATCHDOT_CONTRACTION_WALK_H
#define BATCHDOT_CONTRACTION_WALK_H

#include "contraction/contraction.h"

struct walk {
    int count;
    const struct axis *axes;
    int64_t index[BATCHDOT_MAX_NDIM];
    int64_t offset[OPERAND_COUNT]; /* in elements, of the present tuple */
};

/* The number of index tuples. */
static inline int64_t bd_walk_length(const struct axis *axes, int count) {
    int64_t length = 1;
    for (int i = 0; i < count; i++)
        length *= axes[i].extent;
    return length;
}

/* Starts at the given position in the order, from 0. */
static inline void bd_walk_start(struct walk *walk, const struct axis *axes, int count, int64_t position) {
    walk->count = count;
    walk->axes = axes;
    for (int operand = 0; operand < OPERAND_COUNT; operand++)
        walk->offset[operand] = 0;
    for (int i = count - 1; i >= 0; i--) {
        walk->index[i] = position % axes[i].extent;
        position /= axes[i].extent;
        for (int operand = 0; operand < OPERAND_COUNT; operand++)
            walk->offset[operand] += walk->index[i] * axes[i].stride[operand];
    }
}

/* Goes on to the next tuple; after the last one, back to the first. */
static inline void bd_walk_next(struct walk *walk) {
    for (int i = walk->count - 1; i >= 0; i--) {
        const struct axis *axis = &walk->axes[i];
        if (++walk->index[i] < axis->extent) {
            for (int operand = 0; operand < OPERAND_COUNT; operand++)
                walk->offset[operand] += axis->stride[operand];
            return;
        }
        walk->index[i] = 0;
        for (int operand = 0; operand < OPERAND_COUNT; operand++)
            walk->offset[operand] -= (axis->extent - 1) * axis->stride[operand];
    }
}

#endif
