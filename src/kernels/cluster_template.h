/* Items so small that x, y and the output each fit into a vector, alone or several items together: for each step along
 * k the elements of both are permuted to the lanes of the outputs that they belong to.
 *
 *     2 by 2 items, 16 lanes:   lane   0  1  2  3   4  5 ... 15
 *                               item   0  0  0  0   1  1      3
 *                               row    0  0  1  1   0  0      1
 *                               column 0  1  0  1   0  1      1
 *
 * Every element is one chain of fused multiply-adds over k in order. Needs a vector_*.h with permute. */
#include "kernels/epilogue.h"

enum { MAX_CLUSTER_K = 4 };

/* How far an item reaches in memory, in elements. */
static inline int64_t x_extent(const struct product *product) {
    return (product->m - 1) * product->x_m + (product->k - 1) * product->x_k + 1;
}

static inline int64_t y_extent(const struct product *product) {
    return (product->k - 1) * product->y_k + (product->n - 1) * product->y_n + 1;
}

static bool follows(int64_t items, int64_t step, int64_t extent) {
    return step >= 0 && (items - 1) * step + extent <= LANES;
}

/* The items that a vector holds: as many as lie close enough together. */
static int64_t cluster_items(const struct product *product) {
    const int64_t outputs = product->m * product->n;
    int64_t items = LANES / outputs;
    if (product->items < items)
        items = product->items;
    while (items > 1 && !(product->out_item == outputs && follows(items, product->x_item, x_extent(product)) &&
                          follows(items, product->y_item, y_extent(product))))
        items--;
    return items;
}

struct cluster {
    int64_t items;
    part x_part, y_part, out_part;
    lanes x_lanes[MAX_CLUSTER_K], y_lanes[MAX_CLUSTER_K]; /* of each step */
};

static struct cluster cluster_of(const struct product *product, int64_t items) {
    const int64_t outputs = product->m * product->n;
    struct cluster cluster = {
        .items = items,
        .x_part = first_lanes((items - 1) * product->x_item + x_extent(product)),
        .y_part = first_lanes((items - 1) * product->y_item + y_extent(product)),
        .out_part = first_lanes(items * outputs),
    };
    int32_t x_lanes[LANES] = {0}, y_lanes[LANES] = {0};
    int lane = 0;
    for (int64_t item = 0; item < items; item++) {
        for (int64_t i = 0; i < product->m; i++) {
            const int64_t x_lane = item * product->x_item + i * product->x_m;
            int64_t y_lane = item * product->y_item;
            for (int64_t j = 0; j < product->n; j++, lane++, y_lane += product->y_n) {
                x_lanes[lane] = (int32_t)x_lane;
                y_lanes[lane] = (int32_t)y_lane;
            }
        }
    }
    cluster.x_lanes[0] = lanes_of(x_lanes);
    cluster.y_lanes[0] = lanes_of(y_lanes);
    for (int64_t step = 1; step < product->k; step++) {
        cluster.x_lanes[step] = add_to_lanes(cluster.x_lanes[step - 1], (int32_t)product->x_k);
        cluster.y_lanes[step] = add_to_lanes(cluster.y_lanes[step - 1], (int32_t)product->y_k);
    }
    return cluster;
}

/* count vectors of items; k is a constant. */
static inline __attribute__((always_inline)) void cluster_vectors(const struct product *product, struct cluster cluster,
                                                                  int64_t count, const element *x, const element *y,
                                                                  element *out, int k) {
    const struct scaling scaling = scaling_of(product);
    const int64_t x_step = cluster.items * product->x_item, y_step = cluster.items * product->y_item;
    const int64_t out_step = cluster.items * product->out_item;
    for (; count > 0; count--) {
        const vec x_items = load_part(x, cluster.x_part), y_items = load_part(y, cluster.y_part);
        vec sum = zero();
#pragma GCC unroll 16
        for (int step = 0; step < k; step++)
            sum = multiply_add(permute(x_items, cluster.x_lanes[step]), permute(y_items, cluster.y_lanes[step]), sum);
        finish_part(scaling, out, sum, cluster.out_part);
        x += x_step;
        y += y_step;
        out += out_step;
    }
}

static inline __attribute__((always_inline)) void cluster_run(const struct product *product, const element *x,
                                                              const element *y, element *out, int k) {
    const int64_t items = cluster_items(product), whole = product->items / items, rest = product->items % items;
    cluster_vectors(product, cluster_of(product, items), whole, x, y, out, k);
    if (rest > 0)
        cluster_vectors(product, cluster_of(product, rest), 1, x + whole * items * product->x_item,
                        y + whole * items * product->y_item, out + whole * items * product->out_item, k);
}

static void cluster_product(const struct product *product, const element *x, const element *y, element *out) {
    switch (product->k) {
    case 1:
        cluster_run(product, x, y, out, 1);
        break;
    case 2:
        cluster_run(product, x, y, out, 2);
        break;
    case 3:
        cluster_run(product, x, y, out, 3);
        break;
    default:
        cluster_run(product, x, y, out, MAX_CLUSTER_K);
    }
}

static bool cluster_accepts(const struct product *product) {
    return product->k <= MAX_CLUSTER_K && product->m <= LANES && product->n <= LANES &&
           product->m * product->n <= LANES && product->x_m >= 0 && product->x_k >= 0 && product->y_k >= 0 &&
           product->y_n >= 0 && product->x_m <= LANES && product->x_k <= LANES && product->y_k <= LANES &&
           product->y_n <= LANES && x_extent(product) <= LANES && y_extent(product) <= LANES && product->out_n == 1 &&
           product->out_m == product->n;
}
