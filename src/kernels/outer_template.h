/* Outer products: every row of the output is y's row times one element of x. Rows are written one after the other, as
 * they lie in memory, and past the cache where they are more than it holds. Needs a vector_*.h. */
#include "base/cache.h"
#include "base/checked.h"
#include "kernels/epilogue.h"

/* is_streamed is a constant. */
static inline __attribute__((always_inline)) void outer_row(int64_t n, struct scaling scaling, result_signs signs,
                                                            multiplier x, const element *y, element *out,
                                                            bool is_streamed) {
    int64_t j = 0;
    if (scaling.is_plain) {
        for (; j + 4 * LANES <= n; j += 4 * LANES) {
#pragma GCC unroll 4
            for (int i = 0; i < 4; i++)
                (is_streamed ? store_past_cache : store)(out + j + i * LANES,
                                                         result_of(signs, product_of(x, load(y + j + i * LANES))));
        }
    }
    for (; j + LANES <= n; j += LANES)
        finish(scaling, out + j, result_of(signs, product_of(x, load(y + j))));
    if (j < n) {
        const part last = first_lanes(n - j);
        finish_part(scaling, out + j, result_of(signs, product_of(x, load_part(y + j, last))), last);
    }
}

static inline __attribute__((always_inline)) void outer_items(const struct product *product, const element *x,
                                                              const element *y, element *out, bool is_streamed) {
    const struct scaling scaling = scaling_of(product);
    const result_signs signs = signs_of(product);
    const int64_t m = product->m, n = product->n, x_m = product->x_m, out_m = product->out_m;
    for (int64_t item = 0; item < product->items; item++) {
        for (int64_t i = 0; i < m; i++)
            outer_row(n, scaling, signs, multiplier_of(x + i * x_m), y, out + i * out_m, is_streamed);
        x += product->x_item;
        y += product->y_item;
        out += product->out_item;
    }
}

/* Measured to pay, up to 2 times, where the output is larger than the last-level cache, or nearly so and neighbours
 * need some of it; what fits is written up to 5 times as fast into the cache. Every vector must be aligned. */
static bool outer_is_streamed(const struct product *product, const element *out) {
    enum { USUAL_CACHE = 1 << 25 };
    const int64_t elements = bd_multiply_saturating(product->batch, product->m * product->n);
    if (elements <= USUAL_CACHE / 4 * 3 / (int64_t)sizeof(element) || (uintptr_t)out % sizeof(vec) != 0 ||
        product->out_m % LANES != 0 || product->out_item % LANES != 0)
        return false;
    return elements > bd_last_level_cache() / 4 * 3 / (int64_t)sizeof(element);
}

static void outer_product(const struct product *product, const element *x, const element *y, element *out) {
    if (outer_is_streamed(product, out)) {
        outer_items(product, x, y, out, true);
        fence();
    } else {
        outer_items(product, x, y, out, false);
    }
}

static bool outer_accepts(const struct product *product) {
    return product->k == 1 && product->n >= 2 * LANES && product->y_n == 1 && product->out_n == 1;
}
