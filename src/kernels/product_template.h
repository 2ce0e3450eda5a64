/* The register-tile product in plain C, for any element types and any strides. Include it once a kernel, after defining
 *
 *     NAME                                the kernel's name in the list
 *     X_ELEMENT, Y_ELEMENT, OUT_ELEMENT   what lies in memory
 *     SUM                                 the accumulator; everything is multiplied, added and scaled in this type
 *
 * and, where plain C operators do not do,
 *
 *     WIDEN_X, WIDEN_Y, WIDEN_OUT(element), NARROW(sum)   from memory to SUM and back
 *     CONJUGATE(sum)
 *     ADD(a, b), MULTIPLY_ADD(sum, a, b), SCALE(sum, scale)   scale being a double[2], as alpha and beta are
 *
 * A tile of the output is held in TILE_M * TILE_N accumulators, each element being summed over k in order by one of
 * them: the order that a naive loop has. The tile's columns are what a compiler can put into a vector. */

#include "kernels/kernel_prototypes.h"

#ifndef BATCHDOT_KERNELS_PRODUCT_TEMPLATE_H
#define BATCHDOT_KERNELS_PRODUCT_TEMPLATE_H

enum { TILE_M = 4, TILE_N = 8 };

#define PASTE_NAMES(a, b) a##b
#define PASTE(a, b) PASTE_NAMES(a, b)

#endif

#ifndef WIDEN_X
#define WIDEN_X(element) ((SUM)(element))
#endif
#ifndef WIDEN_Y
#define WIDEN_Y(element) ((SUM)(element))
#endif
#ifndef WIDEN_OUT
#define WIDEN_OUT(element) ((SUM)(element))
#endif
#ifndef NARROW
#define NARROW(sum) ((OUT_ELEMENT)(sum))
#endif
#ifndef CONJUGATE
#define CONJUGATE(sum) (sum)
#endif
#ifndef ADD
#define ADD(a, b) ((a) + (b))
#endif
#ifndef MULTIPLY_ADD
#define MULTIPLY_ADD(sum, a, b) ((sum) + (a) * (b))
#endif
#ifndef SCALE
#define SCALE(sum, scale) ((SUM)(scale)[0] * (sum))
#endif

/* Inlined with constant m, n and y_n where a tile is whole, so that its accumulators live in registers. */
static inline __attribute__((always_inline)) void PASTE(NAME, _tile)(const struct product *product, const X_ELEMENT *x,
                                                                     const Y_ELEMENT *y, OUT_ELEMENT *out, int m, int n,
                                                                     int64_t y_n) {
    SUM sums[TILE_M][TILE_N];
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++)
            sums[i][j] = (SUM){0};

    for (int64_t step = 0; step < product->k; step++) {
        SUM row[TILE_N];
        for (int j = 0; j < n; j++) {
            row[j] = WIDEN_Y(y[step * product->y_k + j * y_n]);
            if (product->conjugate_y)
                row[j] = CONJUGATE(row[j]);
        }
        for (int i = 0; i < m; i++) {
            SUM factor = WIDEN_X(x[step * product->x_k + i * product->x_m]);
            if (product->conjugate_x)
                factor = CONJUGATE(factor);
            for (int j = 0; j < n; j++)
                sums[i][j] = MULTIPLY_ADD(sums[i][j], factor, row[j]);
        }
    }

    const bool reads_out = product->beta[0] != 0 || product->beta[1] != 0;
    for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
            OUT_ELEMENT *element = out + i * product->out_m + j * product->out_n;
            SUM result = SCALE(sums[i][j], product->alpha);
            if (reads_out)
                result = ADD(result, SCALE(WIDEN_OUT(*element), product->beta));
            *element = NARROW(result);
        }
    }
}

static void PASTE(NAME, _item)(const struct product *product, const X_ELEMENT *x_data, const Y_ELEMENT *y_data,
                               OUT_ELEMENT *out_data) {
    for (int64_t i = 0; i < product->m; i += TILE_M) {
        for (int64_t j = 0; j < product->n; j += TILE_N) {
            const X_ELEMENT *x = x_data + i * product->x_m;
            const Y_ELEMENT *y = y_data + j * product->y_n;
            OUT_ELEMENT *out = out_data + i * product->out_m + j * product->out_n;
            const int m = product->m - i < TILE_M ? (int)(product->m - i) : TILE_M;
            const int n = product->n - j < TILE_N ? (int)(product->n - j) : TILE_N;
            if (m == TILE_M && n == TILE_N && product->y_n == 1)
                PASTE(NAME, _tile)(product, x, y, out, TILE_M, TILE_N, 1);
            else if (n == TILE_N && product->y_n == 1)
                PASTE(NAME, _tile)(product, x, y, out, m, TILE_N, 1);
            else
                PASTE(NAME, _tile)(product, x, y, out, m, n, product->y_n);
        }
    }
}

void PASTE(bd_, NAME)(const struct product *product, const void *x, const void *y, void *out) {
    for (int64_t item = 0; item < product->items; item++)
        PASTE(NAME, _item)
    (product, (const X_ELEMENT *)x + item * product->x_item, (const Y_ELEMENT *)y + item * product->y_item,
     (OUT_ELEMENT *)out + item * product->out_item);
}

bool PASTE(PASTE(bd_, NAME), _accepts)(const struct product *product) {
    (void)product;
    return true;
}

#undef NAME
#undef X_ELEMENT
#undef Y_ELEMENT
#undef OUT_ELEMENT
#undef SUM
#undef WIDEN_X
#undef WIDEN_Y
#undef WIDEN_OUT
#undef NARROW
#undef CONJUGATE
#undef ADD
#undef MULTIPLY_ADD
#undef SCALE
