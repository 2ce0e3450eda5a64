#include "item_product.h"

/* A tensor's axes but for the batch: the product of those before the contracted one, that one, and of those behind. */
struct three_extents {
    int64_t before, contracted, behind;
};

static struct three_extents split_at(int ndim, const int64_t *shape, int axis) {
    struct three_extents extents = {1, shape[axis], 1};
    for (int i = 1; i < axis; i++)
        extents.before *= shape[i];
    for (int i = axis + 1; i < ndim; i++)
        extents.behind *= shape[i];
    return extents;
}

static void make_item(struct item_product *product, struct three_extents x, struct three_extents y) {
    const bool x_is_transposed = x.behind > 1, y_is_transposed = y.behind == 1 && y.before > 1;
    product->k = x.contracted;
    product->m = x_is_transposed ? x.behind : x.before;
    product->n = y_is_transposed ? y.before : y.behind;
    product->x_m = x_is_transposed ? 1 : product->k;
    product->x_k = x_is_transposed ? product->m : 1;
    product->y_n = y_is_transposed ? product->k : 1;
    /* Rows of one element each are one row of as many. */
    product->y_k = y_is_transposed && product->k > 1 ? 1 : product->n;
    product->out_m = y.before * y.behind;
}

void item_product_make(const struct bench_case *bench_case, struct item_product *product) {
    const struct three_extents x = split_at(bench_case->x_ndim, bench_case->x_shape, bench_case->axes.x);
    const struct three_extents y = split_at(bench_case->y_ndim, bench_case->y_shape, bench_case->axes.y);
    const int64_t batch = bench_case->x_shape[0];
    const int64_t x_item = x.contracted * x.behind, y_item = y.contracted * y.behind;
    const int64_t row = y.before * y.behind;
    *product = (struct item_product){.dtype = bench_case->dtype,
                                     .x_count = batch * x.before * x_item,
                                     .y_count = batch * y.before * y_item,
                                     .out_count = batch * x.before * x.behind * row,
                                     .bench_case = bench_case};
    make_item(product, x, y);
    struct item_loop loops[] = {
        {batch, x.before * x_item, y.before * y_item, x.before * x.behind * row},
        {x.behind > 1 ? x.before : 1, x_item, 0, x.behind * row},
        {y.behind > 1 ? y.before : 1, 0, y_item, y.behind},
    };
    int longest = 0;
    for (int i = 1; i < 3; i++)
        if (loops[i].extent > loops[longest].extent)
            longest = i;
    product->run = loops[longest];
    product->outer[0] = loops[longest == 0 ? 1 : 0];
    product->outer[1] = loops[longest == 2 ? 1 : 2];
}

double item_product_flops(const struct item_product *product) {
    const double flops_a_product = product->dtype->parts == 2 ? 8 : 2;
    return flops_a_product * (double)item_product_item_count(product) * (double)product->m * (double)product->n *
           (double)product->k;
}
