/* Products as the bench's peers see them, item by item, multiplied by plain loops. */
#ifndef TEST_BENCH_ITEMS_H
#define TEST_BENCH_ITEMS_H

#include "item_product.h"

#include <complex.h>

enum { ITEM_MAX_OUT = 3 * 64 * 64 };

struct item_output {
    double _Complex values[ITEM_MAX_OUT];
    int writes[ITEM_MAX_OUT]; /* how often each element was written */
};

/* No library computes it; but what takes x's size for y's, or the other way round, goes wrong in it. */
extern const struct bench_dtype unequal_sizes;

double _Complex element_at(const void *data, batchdot_dtype dtype, int64_t place);

/* Fails the test where an item reaches beyond an operand. */
void multiply_by_items(const struct item_product *product, const void *x, const void *y, struct item_output *out);

#endif
