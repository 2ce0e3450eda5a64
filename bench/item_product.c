#include "item_product.h"

/* The axes of each role that are left when those that lie one behind the other are one. */
struct merged_axes {
    struct case_axis axes[AXIS_ROLE_COUNT][CASE_MAX_AXES];
    int count[AXIS_ROLE_COUNT];
};

/* Whether one step along outer is as long as all of inner. */
static bool lie_behind_each_other(const struct case_axis *outer, const struct case_axis *inner) {
    return outer->x == inner->x * inner->extent && outer->y == inner->y * inner->extent &&
           outer->out == inner->out * inner->extent;
}

static void merge(const struct case_axes *axes, struct merged_axes *merged) {
    *merged = (struct merged_axes){.count = {0}};
    for (int i = 0; i < axes->count; i++) {
        const struct case_axis *const axis = &axes->axes[i];
        struct case_axis *const list = merged->axes[axis->role];
        int *const count = &merged->count[axis->role];
        if (axis->extent == 1)
            continue;
        if (*count && lie_behind_each_other(&list[*count - 1], axis)) {
            const int64_t extent = list[*count - 1].extent * axis->extent;
            list[*count - 1] = *axis;
            list[*count - 1].extent = extent;
        } else {
            list[(*count)++] = *axis;
        }
    }
}

/* Takes the innermost axis of a role away; one of extent 1 if there is none. */
static struct case_axis take_innermost(struct merged_axes *merged, enum axis_role role) {
    return merged->count[role] ? merged->axes[role][--merged->count[role]] : (struct case_axis){.extent = 1};
}

void item_product_settle_strides(int64_t rows, int64_t *row_stride, int64_t columns, int64_t *column_stride) {
    if (columns == 1)
        *column_stride = 1;
    if (rows == 1)
        *row_stride = *column_stride == 1 ? columns : 1;
}

static void make_item(struct item_product *product, struct merged_axes *merged) {
    const struct case_axis row = take_innermost(merged, AXIS_ROW), column = take_innermost(merged, AXIS_COLUMN);
    const struct case_axis contracted = take_innermost(merged, AXIS_CONTRACTED);
    product->m = row.extent;
    product->n = column.extent;
    product->k = contracted.extent;
    product->x_m = row.x;
    product->x_k = contracted.x;
    product->y_k = contracted.y;
    product->y_n = column.y;
    product->out_m = row.out;
    product->out_n = column.out;
    item_product_settle_strides(product->m, &product->x_m, product->k, &product->x_k);
    item_product_settle_strides(product->k, &product->y_k, product->n, &product->y_n);
    item_product_settle_strides(product->m, &product->out_m, product->n, &product->out_n);
}

/* What the item leaves of the batch, the rows and the columns; the longest loop, and the first of several, is the run.
 */
static void make_loops(struct item_product *product, const struct merged_axes *merged) {
    product->run = (struct item_loop){1, product->x_count, product->y_count, product->out_count};
    for (int role = AXIS_BATCH; role <= AXIS_COLUMN; role++)
        for (int i = 0; i < merged->count[role]; i++) {
            const struct case_axis *const axis = &merged->axes[role][i];
            struct item_loop loop = {axis->extent, axis->x, axis->y, axis->out};
            if (loop.extent > product->run.extent) {
                const struct item_loop shorter = product->run;
                product->run = loop;
                loop = shorter;
            }
            if (loop.extent > 1)
                product->outer[product->outer_count++] = loop;
        }
}

void item_product_make(const struct bench_case *bench_case, struct item_product *product) {
    struct case_axes axes;
    struct merged_axes merged;
    case_axes_make(bench_case, &axes);
    merge(&axes, &merged);
    *product = (struct item_product){.dtype = bench_case->dtype,
                                     .batch = case_axes_extent(&axes, AXIS_BATCH),
                                     .x_count = axes.x_count,
                                     .y_count = axes.y_count,
                                     .out_count = axes.out_count,
                                     .bench_case = bench_case};
    if (bench_case->normalizes)
        product->refusal = "it does not normalize";
    if (merged.count[AXIS_CONTRACTED] > 1) {
        product->refusal = "the contracted axes are not one";
        product->m = case_axes_extent(&axes, AXIS_ROW);
        product->n = case_axes_extent(&axes, AXIS_COLUMN);
        product->k = case_axes_extent(&axes, AXIS_CONTRACTED);
        product->run.extent = product->batch;
        return;
    }
    make_item(product, &merged);
    make_loops(product, &merged);
}

double item_product_flops(const struct item_product *product) {
    const bool is_complex = product->dtype->parts == 2;
    const double products =
        (double)item_product_item_count(product) * (double)product->m * (double)product->n * (double)product->k;
    const double squares = product->bench_case->normalizes ? (double)product->x_count + (double)product->y_count : 0;
    return (is_complex ? 8 : 2) * products + (is_complex ? 4 : 2) * squares;
}

int64_t item_product_run_count(const struct item_product *product) {
    int64_t count = 1;
    for (int i = 0; i < product->outer_count; i++)
        count *= product->outer[i].extent;
    return count;
}

struct item_loop item_product_run_start(const struct item_product *product, int64_t run) {
    struct item_loop start = {1, 0, 0, 0};
    for (int i = product->outer_count - 1; i >= 0; i--) {
        const struct item_loop *const outer = &product->outer[i];
        const int64_t place = run % outer->extent;
        run /= outer->extent;
        start.x += place * outer->x;
        start.y += place * outer->y;
        start.out += place * outer->out;
    }
    return start;
}
