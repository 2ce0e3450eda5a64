#include "base/checked.h"
#include "base/dtype.h"
#include "contraction/contraction.h"

#include <stddef.h>

void bd_operand_bytes(const struct contraction *contraction, struct operand_bytes bytes[OPERAND_COUNT]) {
    for (int operand = 0; operand < OPERAND_COUNT; operand++) {
        const int64_t size = bd_dtype_info(contraction->dtype[operand])->size;
        const int64_t origin = contraction->origin[operand] * size;
        int64_t first = origin, last = origin + size - 1;
        for (int i = 0; i < contraction->axis_count; i++) {
            const struct axis *const axis = &contraction->axes[i];
            const int64_t reach = (axis->extent - 1) * axis->stride[operand] * size;
            *(reach < 0 ? &first : &last) += reach;
        }
        bytes[operand] = (struct operand_bytes){origin, first, last};
    }
}

static void turn_around_negative_output(struct contraction *contraction, struct axis_list *list) {
    for (int i = 0; i < list->count; i++) {
        struct axis *axis = &list->axes[i];
        if (axis->stride[OPERAND_OUT] >= 0)
            continue;
        for (int operand = 0; operand < OPERAND_COUNT; operand++) {
            contraction->origin[operand] += (axis->extent - 1) * axis->stride[operand];
            axis->stride[operand] = -axis->stride[operand];
        }
    }
}

/* Largest stride in the output first; where that is the same, as all along k, the others decide. */
static bool belongs_before(const struct axis *a, const struct axis *b) {
    static const enum operand order[] = {OPERAND_OUT, OPERAND_X, OPERAND_Y};
    for (int i = 0; i < OPERAND_COUNT; i++) {
        const uint64_t a_step = bd_magnitude(a->stride[order[i]]), b_step = bd_magnitude(b->stride[order[i]]);
        if (a_step != b_step)
            return a_step > b_step;
    }
    return false;
}

/* By insertion: lists are short, nearly always in order, and the sort must be stable. */
static void sort_axes(struct axis_list *list) {
    for (int i = 1; i < list->count; i++) {
        if (!belongs_before(&list->axes[i], &list->axes[i - 1]))
            continue;
        const struct axis axis = list->axes[i];
        int place = i;
        for (; place > 0 && belongs_before(&axis, &list->axes[place - 1]); place--)
            list->axes[place] = list->axes[place - 1];
        list->axes[place] = axis;
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

static void merge_axes(struct axis_list *list) {
    int kept = 0;
    for (int i = 1; i < list->count; i++) {
        struct axis *outer = &list->axes[kept];
        const struct axis *inner = &list->axes[i];
        if (steps_as_one(outer, inner)) {
            const int64_t extent = outer->extent * inner->extent;
            *outer = *inner;
            outer->extent = extent;
        } else {
            list->axes[++kept] = *inner;
        }
    }
    list->count = kept + 1;
}

/* Folds a list by itself and moves its axes down to place. Gives the place behind them. */
static struct axis *fold_list(struct contraction *contraction, struct axis_list *list, struct axis *place) {
    if (list->count > 0)
        turn_around_negative_output(contraction, list);
    if (list->count > 1) {
        sort_axes(list);
        merge_axes(list);
    }
    for (int i = 0; place != list->axes && i < list->count; i++)
        place[i] = list->axes[i];
    list->axes = place;
    return place + list->count;
}

static int64_t smallest_output_stride(const struct axis_list *list) {
    int64_t smallest = INT64_MAX;
    for (int i = 0; i < list->count; i++) {
        if (list->axes[i].stride[OPERAND_OUT] < smallest)
            smallest = list->axes[i].stride[OPERAND_OUT];
    }
    return smallest;
}

static void swap_operands(struct contraction *contraction) {
    const struct axis_list m = contraction->m;
    contraction->m = contraction->n;
    contraction->n = m;
    for (int i = 0; i < contraction->axis_count; i++) {
        int64_t *stride = contraction->axes[i].stride;
        const int64_t x_stride = stride[OPERAND_X];
        stride[OPERAND_X] = stride[OPERAND_Y];
        stride[OPERAND_Y] = x_stride;
    }

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

/* The axis with a unit stride in the first operand if there is one, else in the second, else the longest. */
static const struct axis *best_axis(const struct axis_list *list, enum operand first, enum operand second) {
    const struct axis *best = NULL;
    int64_t best_rank = -1;
    for (int i = 0; i < list->count; i++) {
        const struct axis *axis = &list->axes[i];
        int64_t rank = axis->extent;
        if (axis->stride[first] == 1)
            rank = INT64_MAX;
        else if (axis->stride[second] == 1)
            rank = INT64_MAX - 1;
        if (rank > best_rank) {
            best = axis;
            best_rank = rank;
        }
    }
    return best;
}

/* Leaves one axis in m and in n; the others, which lie behind those of batch, become batch axes. */
static void keep_one_axis_each(struct contraction *contraction) {
    struct axis_list *const batch = &contraction->batch, *const m = &contraction->m, *const n = &contraction->n;
    if (m->count < 2 && n->count < 2)
        return;
    const struct axis *const best_m = best_axis(m, OPERAND_X, OPERAND_OUT);
    const struct axis *const best_n = best_axis(n, OPERAND_OUT, OPERAND_Y);
    const struct axis kept_m = best_m ? *best_m : bd_only_axis(m), kept_n = best_n ? *best_n : bd_only_axis(n);
    const int count = batch->count + m->count + n->count;
    for (int i = batch->count; i < count; i++) {
        const struct axis *const axis = &contraction->axes[i];
        if (axis != best_m && axis != best_n)
            contraction->axes[batch->count++] = *axis;
    }
    struct axis *behind = &contraction->axes[batch->count];
    if (m->count) {
        *behind = kept_m;
        *m = (struct axis_list){1, behind++};
    }
    if (n->count) {
        *behind = kept_n;
        *n = (struct axis_list){1, behind};
    }
    sort_axes(batch);
}

/* Whoever goes over several axes of k goes over the last one most often: it has a unit stride in both operands if one
 * has, else in one, and else is the longest. */
static void put_best_axis_last(struct axis_list *k) {
    const struct axis *best = NULL;
    int most_units = -1;
    for (int i = 0; i < k->count; i++) {
        const struct axis *const axis = &k->axes[i];
        const int units = (bd_magnitude(axis->stride[OPERAND_X]) == 1) + (bd_magnitude(axis->stride[OPERAND_Y]) == 1);
        if (units > most_units || (units == most_units && axis->extent > best->extent)) {
            best = axis;
            most_units = units;
        }
    }
    struct axis *const last = &k->axes[k->count - 1];
    const struct axis kept = *best;
    k->axes[best - k->axes] = *last;
    *last = kept;
}

void bd_fold(struct contraction *contraction) {
    struct axis_list *const k = &contraction->k;
    if (bd_list_extent(k) == 0) {
        k->count = 1;
        k->axes[0] = (struct axis){0, {0, 0, 0}};
    }
    struct axis *place = fold_list(contraction, &contraction->batch, contraction->axes);
    place = fold_list(contraction, &contraction->m, place);
    place = fold_list(contraction, &contraction->n, place);
    place = fold_list(contraction, k, place);
    contraction->axis_count = (int)(place - contraction->axes);
    if (k->count > 1)
        put_best_axis_last(k);

    if (smallest_output_stride(&contraction->m) < smallest_output_stride(&contraction->n))
        swap_operands(contraction);
    keep_one_axis_each(contraction);
}

bool bd_join_items(struct contraction *contraction) {
    struct axis_list *const batch = &contraction->batch, *const m = &contraction->m;
    if (batch->count == 0)
        return false;
    struct axis *const item = &batch->axes[batch->count - 1];
    if (item->stride[OPERAND_Y] != 0 || (m->count > 0 && !steps_as_one(item, m->axes)))
        return false;
    batch->count--;
    if (m->count == 0) {
        *m = (struct axis_list){1, item}; /* where it lies: m comes next */
        return true;
    }
    m->axes[0].extent *= item->extent;
    /* The lists behind move up. */
    for (struct axis *axis = item; axis + 1 < contraction->axes + contraction->axis_count; axis++)
        *axis = axis[1];
    contraction->axis_count--;
    m->axes--;
    contraction->n.axes--;
    contraction->k.axes--;
    return true;
}
