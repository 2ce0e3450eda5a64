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
#include "kernels/ratio.h"

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
static int64_t cluster_items(const struct product *product, struct ratio per_item) {
    const int64_t outputs = product->m * product->n;
    int64_t items = times_ratio(LANES, per_item);
    if (product->items < items)
        items = product->items;
    while (items > 1 && !(product->out_item == outputs && follows(items, product->x_item, x_extent(product)) &&
                          follows(items, product->y_item, y_extent(product))))
        items--;
    return items;
}

struct cluster_parts {
    part x, y, out;
};

static inline struct cluster_parts cluster_parts_of(const struct product *product, int64_t items) {
    return (struct cluster_parts){
        first_lanes((items - 1) * product->x_item + x_extent(product)),
        first_lanes((items - 1) * product->y_item + y_extent(product)),
        first_lanes(items * product->m * product->n),
    };
}

/* Of each step. */
struct cluster_lanes {
    lanes x[MAX_CLUSTER_K], y[MAX_CLUSTER_K];
};

/* k is a constant. */
static inline __attribute__((always_inline)) struct cluster_lanes
cluster_lanes_of(const struct product *product, int32_t items, struct ratio per_item, int k) {
    const struct ratio per_row = one_part_of((int32_t)product->n);
    const int32_t n = (int32_t)product->n, outputs = (int32_t)product->m * n;
    /* One item's strides may be anything, and are not used. */
    const int32_t x_item = items > 1 ? (int32_t)product->x_item : 0, y_item = items > 1 ? (int32_t)product->y_item : 0;
    const int32_t x_m = (int32_t)product->x_m, y_n = (int32_t)product->y_n;
    int32_t x_lanes[LANES], y_lanes[LANES];
    for (int32_t lane = 0; lane < LANES; lane++) {
        const int32_t present = times_ratio(lane, per_item), item = present < items ? present : 0;
        const int32_t output = lane - present * outputs, row = times_ratio(output, per_row);
        x_lanes[lane] = item * x_item + row * x_m; /* idle lanes compute what another does */
        y_lanes[lane] = item * y_item + (output - row * n) * y_n;
    }
    struct cluster_lanes cluster;
    cluster.x[0] = lanes_of(x_lanes);
    cluster.y[0] = lanes_of(y_lanes);
#pragma GCC unroll 4
    for (int step = 1; step < k; step++) {
        cluster.x[step] = add_to_lanes(cluster.x[step - 1], (int32_t)product->x_k);
        cluster.y[step] = add_to_lanes(cluster.y[step - 1], (int32_t)product->y_k);
    }
    return cluster;
}

/* A vector of items; k is a constant. */
static inline __attribute__((always_inline)) void cluster_vector(const struct product *product,
                                                                 struct cluster_parts parts,
                                                                 const struct cluster_lanes *cluster, const element *x,
                                                                 const element *y, element *out, int k) {
    const vec x_items = load_part(x, parts.x), y_items = load_part(y, parts.y);
    accumulator sum = no_sum();
#pragma GCC unroll 4
    for (int step = 0; step < k; step++)
        sum = accumulate(permuted_multiplier(x_items, cluster->x[step]), permute(y_items, cluster->y[step]), sum);
    finish_part(scaling_of(product), out, result_of(signs_of(product), sum), parts.out);
}

struct cluster_plan {
    int64_t items; /* a vector */
    struct cluster_parts parts;
    struct cluster_lanes lanes;
};

static inline __attribute__((always_inline)) struct cluster_plan cluster_plan_of(const struct product *product, int k) {
    const struct ratio per_item = one_part_of((int32_t)(product->m * product->n));
    const int64_t items = cluster_items(product, per_item);
    return (struct cluster_plan){items, cluster_parts_of(product, items),
                                 cluster_lanes_of(product, (int32_t)items, per_item, k)};
}

static void cluster_prepare(const struct product *product, struct cluster_plan *plan) {
    *plan = cluster_plan_of(product, MAX_CLUSTER_K);
}

static inline __attribute__((always_inline)) void cluster_run(const struct product *product, const element *x,
                                                              const element *y, element *out, int k) {
    const struct product factors = factors_of(product);
    const struct cluster_plan plan =
        product->prepared ? *(const struct cluster_plan *)product->prepared : cluster_plan_of(product, k);
    const int64_t items = plan.items;
    const int64_t x_step = items * product->x_item, y_step = items * product->y_item,
                  out_step = items * product->out_item;
    int64_t rest = product->items;
    for (; rest >= items; rest -= items) {
        cluster_vector(&factors, plan.parts, &plan.lanes, x, y, out, k);
        x += x_step;
        y += y_step;
        out += out_step;
    }
    if (rest > 0)
        cluster_vector(&factors, cluster_parts_of(product, rest), &plan.lanes, x, y, out, k);
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
