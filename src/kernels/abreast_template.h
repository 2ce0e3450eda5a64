/* Items whose elements lie side by side, item by item: a vector holds an element of several items, and everything is
 * done to all of them at once. Include after defining
 *
 *     NAME       such as multiply_abreast_f32
 *     ELEMENT    what lies in memory
 *     SUM        what is summed in
 *     MULTIPLY_ADD(a, b, sum) */

/* One element of the output of so many items. Inlined with constant items, x_item and y_item, the latter 0 or 1. */
static inline __attribute__((always_inline)) void PASTE(NAME, _element)(const struct product *product, int items,
                                                                        const ELEMENT *x, int64_t x_item,
                                                                        const ELEMENT *y, int64_t y_item,
                                                                        ELEMENT *out) {
    SUM sums[ITEMS_ABREAST];
    for (int item = 0; item < items; item++)
        sums[item] = 0;
    for (int64_t step = 0; step < product->k; step++, x += product->x_k, y += product->y_k) {
        for (int item = 0; item < items; item++)
            sums[item] = MULTIPLY_ADD((SUM)x[item * x_item], (SUM)y[item * y_item], sums[item]);
    }
    const SUM alpha = (SUM)product->alpha[0], beta = (SUM)product->beta[0];
    const int64_t out_item = product->out_item;
    if (beta != 0) {
        for (int item = 0; item < items; item++)
            out[item * out_item] = (ELEMENT)(alpha * sums[item] + beta * (SUM)out[item * out_item]);
    } else {
        for (int item = 0; item < items; item++)
            out[item * out_item] = (ELEMENT)(alpha * sums[item]);
    }
}

static void NAME(const struct product *product, const ELEMENT *x, const ELEMENT *y, ELEMENT *out) {
    for (int64_t first = 0; first < product->items; first += ITEMS_ABREAST) {
        const int items = product->items - first < ITEMS_ABREAST ? (int)(product->items - first) : ITEMS_ABREAST;
        for (int64_t i = 0; i < product->m; i++) {
            for (int64_t j = 0; j < product->n; j++) {
                const ELEMENT *const row = x + first * product->x_item + i * product->x_m;
                const ELEMENT *const column = y + first * product->y_item + j * product->y_n;
                ELEMENT *const element = out + first * product->out_item + i * product->out_m + j * product->out_n;
                if (items < ITEMS_ABREAST || product->x_item != 1 || product->y_item != 1)
                    PASTE(NAME, _element)
                (product, items, row, product->x_item, column, product->y_item, element);
                else PASTE(NAME, _element)(product, ITEMS_ABREAST, row, 1, column, 1, element);
            }
        }
    }
}

#undef NAME
#undef ELEMENT
#undef SUM
#undef MULTIPLY_ADD
