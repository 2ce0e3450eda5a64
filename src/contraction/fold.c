#include "base/checked.h"
#include "contraction/contraction.h"

int64_t bd_group_extent(const struct axis_group *group) {
    int64_t extent = 1;
    for (int i = 0; i < group->count; i++) {
        if (group->axes[i].extent == 0)
            return 0;
        extent = bd_multiply_saturating(extent, group->axes[i].extent);
    }
    return extent;
}

void bd_operand_span(const struct contraction *contraction, enum operand operand, int64_t *lowest, int64_t *highest) {
    const struct axis_group *const groups[] = {&contraction->batch, &contraction->m, &contraction->n, &contraction->k};
    *lowest = *highest = contraction->origin[operand];
    for (int g = 0; g < 4; g++) {
        for (int i = 0; i < groups[g]->count; i++) {
            const int64_t reach = (groups[g]->axes[i].extent - 1) * groups[g]->axes[i].stride[operand];
            *(reach < 0 ? lowest : highest) += reach;
        }
    }
}

static void drop_unit_axes(struct axis_group *group) {
    int kept = 0;
    for (int i = 0; i < group->count; i++) {
        if (group->axes[i].extent != 1)
            group->axes[kept++] = group->axes[i];
    }
    group->count = kept;
}

static void turn_around_negative_output(struct contraction *contraction, struct axis_group *group) {
    for (int i = 0; i < group->count; i++) {
        struct axis *axis = &group->axes[i];
        if (axis->stride[OPERAND_OUT] >= 0)
            continue;
        for (int operand = 0; operand < OPERAND_COUNT; operand++) {
            contraction->origin[operand] += (axis->extent - 1) * axis->stride[operand];
            axis->stride[operand] = -axis->stride[operand];
        }
    }
}

/* Largest stride first; where it is the same in the leading operand, the others decide. */
static bool belongs_before(const struct axis *a, const struct axis *b, enum operand leading) {
    for (int i = 0; i < OPERAND_COUNT; i++) {
        const int operand = (leading + i) % OPERAND_COUNT;
        const uint64_t a_step = bd_magnitude(a->stride[operand]), b_step = bd_magnitude(b->stride[operand]);
        if (a_step != b_step)
            return a_step > b_step;
    }
    return false;
}

/* By insertion: groups are short, nearly always in order, and the sort must be stable. */
static void sort_axes(struct axis_group *group, enum operand leading) {
    for (int i = 1; i < group->count; i++) {
        const struct axis axis = group->axes[i];
        int place = i;
        for (; place > 0 && belongs_before(&axis, &group->axes[place - 1], leading); place--)
            group->axes[place] = group->axes[place - 1];
        group->axes[place] = axis;
    }
}

static bool steps_as_one(const struct axis *outer, const struct axis *inner) {
    for (int operand = 0; operand < OPERAND_COUNT; operand++) {
        int64_t step;
        if (bd_multiply_overflows(inner->stride[operand], inner->extent, &step) || step != outer->stride[operand])
            return false;
    }
    return true;
}

static void merge_axes(struct axis_group *group) {
    int kept = 0;
    for (int i = 1; i < group->count; i++) {
        struct axis *outer = &group->axes[kept];
        const struct axis *inner = &group->axes[i];
        if (steps_as_one(outer, inner)) {
            const int64_t extent = outer->extent * inner->extent;
            *outer = *inner;
            outer->extent = extent;
        } else {
            group->axes[++kept] = *inner;
        }
    }
    if (group->count > 0)
        group->count = kept + 1;
}

static int64_t smallest_output_stride(const struct axis_group *group) {
    int64_t smallest = INT64_MAX;
    for (int i = 0; i < group->count; i++) {
        if (group->axes[i].stride[OPERAND_OUT] < smallest)
            smallest = group->axes[i].stride[OPERAND_OUT];
    }
    return smallest;
}

static void swap_stride_operands(struct axis_group *group) {
    for (int i = 0; i < group->count; i++) {
        int64_t *stride = group->axes[i].stride;
        const int64_t x_stride = stride[OPERAND_X];
        stride[OPERAND_X] = stride[OPERAND_Y];
        stride[OPERAND_Y] = x_stride;
    }
}

static void swap_operands(struct contraction *contraction) {
    const struct axis_group m = contraction->m;
    contraction->m = contraction->n;
    contraction->n = m;
    swap_stride_operands(&contraction->batch);
    swap_stride_operands(&contraction->m);
    swap_stride_operands(&contraction->n);
    swap_stride_operands(&contraction->k);

    const batchdot_dtype dtype = contraction->dtype[OPERAND_X];
    contraction->dtype[OPERAND_X] = contraction->dtype[OPERAND_Y];
    contraction->dtype[OPERAND_Y] = dtype;
    const bool conjugate = contraction->conjugate[OPERAND_X];
    contraction->conjugate[OPERAND_X] = contraction->conjugate[OPERAND_Y];
    contraction->conjugate[OPERAND_Y] = conjugate;
    const int64_t origin = contraction->origin[OPERAND_X];
    contraction->origin[OPERAND_X] = contraction->origin[OPERAND_Y];
    contraction->origin[OPERAND_Y] = origin;
    contraction->is_swapped = !contraction->is_swapped;
}

/* Leaves one axis in the group, with a unit stride in the first operand if there is one, else in the second, else the
 * longest; the others become batch axes. */
static void keep_one_axis(struct axis_group *group, struct axis_group *batch, enum operand first, enum operand second) {
    int best = 0;
    int64_t best_rank = -1;
    for (int i = 0; i < group->count; i++) {
        const struct axis *axis = &group->axes[i];
        int64_t rank = axis->extent;
        if (axis->stride[first] == 1)
            rank = INT64_MAX;
        else if (axis->stride[second] == 1)
            rank = INT64_MAX - 1;
        if (rank > best_rank) {
            best = i;
            best_rank = rank;
        }
    }
    for (int i = 0; i < group->count; i++) {
        if (i != best)
            batch->axes[batch->count++] = group->axes[i];
    }
    if (group->count > 1) {
        group->axes[0] = group->axes[best];
        group->count = 1;
    }
}

void bd_fold(struct contraction *contraction) {
    struct axis_group *const output_groups[] = {&contraction->batch, &contraction->m, &contraction->n};
    for (int g = 0; g < 3; g++) {
        drop_unit_axes(output_groups[g]);
        turn_around_negative_output(contraction, output_groups[g]);
        sort_axes(output_groups[g], OPERAND_OUT);
        merge_axes(output_groups[g]);
    }
    if (bd_group_extent(&contraction->k) == 0)
        contraction->k = (struct axis_group){.count = 1, .axes = {{0, {0, 0, 0}}}};
    drop_unit_axes(&contraction->k);
    sort_axes(&contraction->k, OPERAND_X);
    merge_axes(&contraction->k);

    if (smallest_output_stride(&contraction->m) < smallest_output_stride(&contraction->n))
        swap_operands(contraction);

    keep_one_axis(&contraction->m, &contraction->batch, OPERAND_X, OPERAND_OUT);
    keep_one_axis(&contraction->n, &contraction->batch, OPERAND_OUT, OPERAND_Y);
    sort_axes(&contraction->batch, OPERAND_OUT);
}
