#include "shape/operand_shape.h"

#include <string.h>

void bd_gradient_shape(const struct product_shape *product, bool by_x, int ndim, const int64_t *shape,
                       struct product_shape *gradient) {
    gradient->ndim = ndim;
    memcpy(gradient->shape, shape, (size_t)ndim * sizeof shape[0]);
    gradient->x_count = product->count;
    gradient->y_count = by_x ? product->y_count : product->x_count;
    gradient->count = by_x ? product->x_count : product->y_count;

    /* What is free in the tensor stays free, what was contracted becomes the other free group, and what is free in the
     * other tensor is contracted. */
    const struct matched_axis *const batch = product->axes, *const m = batch + product->batch_count,
                                     *const n = m + product->m_count, *const k = n + product->n_count;
    const struct matched_axis *const own = by_x ? m : n, *const others = by_x ? n : m;
    const int own_count = by_x ? product->m_count : product->n_count;
    const int others_count = by_x ? product->n_count : product->m_count;
    bd_match_none_yet(gradient);
    for (int i = 0; i < product->batch_count; i++)
        bd_match(gradient, &gradient->batch_count, batch[i].out, by_x ? batch[i].y : batch[i].x,
                 by_x ? batch[i].x : batch[i].y);
    for (int i = 0; i < own_count; i++)
        bd_match(gradient, &gradient->m_count, own[i].out, NO_AXIS, by_x ? own[i].x : own[i].y);
    for (int i = 0; i < product->k_count; i++)
        bd_match(gradient, &gradient->n_count, NO_AXIS, by_x ? k[i].y : k[i].x, by_x ? k[i].x : k[i].y);
    for (int i = 0; i < others_count; i++)
        bd_match(gradient, &gradient->k_count, others[i].out, by_x ? others[i].y : others[i].x, NO_AXIS);
}
