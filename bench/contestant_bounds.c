/* The two bounds as contestants, so that they are timed in turn with whom they bound. */
#include "bounds.h"
#include "contestants.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct bounded {
    touch_function *touch;
    fma_function *fma;
    struct touch_sizes item;
    int64_t count;
    double fma_count;
    double products; /* that fma_count is enough for */
    int threads;
};

/* Fewer multiply-adds than these take no longer than the call itself. */
static const double least_fma_count = 1e6;

/* Loads nothing. The text says what is used for the dtypes that gain most. */
static const char *load(struct contestant *contestant, int threads) {
    (void)threads;
    contestant->handle = contestant;
    if (contestant->kind == &contestant_touch_kind)
        snprintf(contestant->version, sizeof contestant->version, "%s", bounds_for_touch()->isa);
    else
        snprintf(contestant->version, sizeof contestant->version, "%s, bf16 %s, bytes %s",
                 bounds_for_fma(ARITHMETIC_F32)->isa, bounds_for_fma(ARITHMETIC_BF16)->isa,
                 bounds_for_fma(ARITHMETIC_BYTES)->isa);
    return NULL;
}

/* Item by item, of which each operand is as many equal parts, though these need not be the items' own. With fewer of
 * them than threads, each thread takes an equal part of all. */
static const char *prepare(const struct contestant *contestant, const struct item_product *product, int threads,
                           void **state) {
    (void)contestant;
    struct bounded *const bounded = malloc(sizeof *bounded);
    if (!bounded)
        return "out of memory";
    const int64_t count = product->batch < threads ? threads : product->batch;
    const struct bench_dtype *const dtype = product->dtype;
    const double fma_count = item_product_flops(product) / 2;
    const double products = ceil(least_fma_count / fma_count);
    const enum arithmetic arithmetic = bounds_arithmetic(dtype->x);
    *bounded = (struct bounded){.touch = bounds_for_touch()->touch,
                                .fma = bounds_for_fma(arithmetic)->fma[arithmetic],
                                .item = {(size_t)(product->x_count / count) * dtype->x_size,
                                         (size_t)(product->y_count / count) * dtype->y_size,
                                         (size_t)(product->out_count / count) * dtype->out_size},
                                .count = count,
                                .fma_count = fma_count * products,
                                .products = products,
                                .threads = threads};
    *state = bounded;
    return NULL;
}

/* The items from first on, which one thread touches. */
static void touch_part(const struct bounded *bounded, const char *x, const char *y, char *out, int64_t first,
                       int64_t count) {
    const struct touch_sizes item = bounded->item;
    bounded->touch(item, x + (size_t)first * item.x, y + (size_t)first * item.y, out + (size_t)first * item.out, count);
}

static void execute_touch(void *state, const void *x, const void *y, void *out, int64_t count) {
    const struct bounded *const bounded = state;
    (void)count;
    if (bounded->threads == 1) {
        touch_part(bounded, x, y, out, 0, bounded->count);
        return;
    }
#pragma omp parallel for num_threads(bounded->threads) schedule(static)
    for (int thread = 0; thread < bounded->threads; thread++) {
        const int64_t first = bounded->count * thread / bounded->threads;
        const int64_t end = bounded->count * (thread + 1) / bounded->threads;
        touch_part(bounded, x, y, out, first, end - first);
    }
}

static void execute_fma(void *state, const void *x, const void *y, void *out, int64_t count) {
    const struct bounded *const bounded = state;
    (void)x, (void)y, (void)out, (void)count;
    if (bounded->threads == 1) {
        bounded->fma(bounded->fma_count);
        return;
    }
#pragma omp parallel for num_threads(bounded->threads) schedule(static)
    for (int thread = 0; thread < bounded->threads; thread++)
        bounded->fma(bounded->fma_count / bounded->threads);
}

static double fma_products(const void *state) {
    const struct bounded *const bounded = state;
    return bounded->products;
}

const struct contestant_kind contestant_touch_kind = {
    .unit = UNIT_PRODUCT, .load = load, .prepare = prepare, .execute = execute_touch, .release = free};
const struct contestant_kind contestant_fma_kind = {.unit = UNIT_PRODUCT,
                                                    .load = load,
                                                    .prepare = prepare,
                                                    .execute = execute_fma,
                                                    .release = free,
                                                    .products_per_call = fma_products};
