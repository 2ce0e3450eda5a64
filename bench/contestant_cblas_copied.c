/* A CBLAS for a case whose matrices do not lie as it wants them, or whose vectors are to be normalized: x and y are
 * copied into the order (batch, m, k) and (batch, k, n), or with the last two exchanged, and divided by their norms;
 * then come the same loops as for other cases, over ?dot or ?gemv where items are vectors and else over ?gemm; and the
 * output is copied back into the order that it is to have. All of that is timed, but the memory is there before. What
 * lies right is not copied. */
#include "contestants.h"
#include "entrant.h"
#include "normalized_copy.h"
#include "operand_copy.h"

#include <stdlib.h>

enum { ALIGNMENT = 64 };

enum tensor { TENSOR_X, TENSOR_Y, TENSOR_OUT, TENSOR_COUNT };

/* How a tensor comes to lie as the matrix product has it, or the output to its own place. */
struct transfer {
    bool is_permuted, is_normalized;
    struct operand_copy permutation;
    struct normalized_copy normalization;
    void *permuted, *normalized; /* memory for the results; NULL where there is none */
};

struct copied {
    struct transfer transfers[TENSOR_COUNT];
    struct item_product items; /* of the copies */
    struct contestant contestant;
    struct entrant entrant; /* who multiplies them */
    int threads;
};

static int64_t stride_in(const struct case_axis *axis, enum tensor tensor) {
    return tensor == TENSOR_X ? axis->x : tensor == TENSOR_Y ? axis->y : axis->out;
}

/* Sorts the contracted axes, which are the last, as y has them instead of x: the larger operand is the one not to copy.
 */
static void contract_in_order_of_y(struct case_axes *axes) {
    for (int i = 0; i < axes->count; i++)
        for (int j = i + 1; j < axes->count && axes->axes[i].role == AXIS_CONTRACTED; j++)
            if (axes->axes[i].y < axes->axes[j].y) {
                const struct case_axis moved = axes->axes[i];
                axes->axes[i] = axes->axes[j];
                axes->axes[j] = moved;
            }
}

/* A tensor's axes by their roles: from where they lie in it to where they lie in memory of just that order. */
static int arrange(const struct case_axes *axes, enum tensor tensor, const enum axis_role roles[3],
                   struct copy_axis *arranged) {
    int count = 0;
    int64_t stride = 1;
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < axes->count; j++)
            if (axes->axes[j].role == roles[i] && axes->axes[j].extent > 1)
                arranged[count++] =
                    (struct copy_axis){axes->axes[j].extent, stride_in(&axes->axes[j], tensor), /* set below: */ 0};
    for (int i = count - 1; i >= 0; i--) {
        arranged[i].to = stride;
        stride *= arranged[i].extent;
    }
    return count;
}

static bool lies_right(const struct copy_axis *axes, int count) {
    for (int i = 0; i < count; i++)
        if (axes[i].from != axes[i].to)
            return false;
    return true;
}

/* Chooses between the two orders of a matrix, and makes the copy if there must be one. Returns whether its rows and
 * columns are exchanged. */
static bool plan_matrix(const struct case_axes *axes, enum tensor tensor, const enum axis_role orders[2][3],
                        size_t element_size, struct transfer *transfer) {
    struct copy_axis arranged[2][CASE_MAX_AXES];
    int counts[2];
    for (int i = 0; i < 2; i++) {
        counts[i] = arrange(axes, tensor, orders[i], arranged[i]);
        if (lies_right(arranged[i], counts[i]))
            return i;
    }
    /* Whole rows are faster to copy. */
    const bool is_exchanged = arranged[0][counts[0] - 1].from != 1 && arranged[1][counts[1] - 1].from == 1;
    transfer->is_permuted = true;
    operand_copy_make(&transfer->permutation, element_size, arranged[is_exchanged], counts[is_exchanged]);
    return is_exchanged;
}

/* The output is copied from the order of its roles to its own. */
static void plan_output(const struct case_axes *axes, size_t element_size, struct transfer *transfer) {
    static const enum axis_role roles[] = {AXIS_BATCH, AXIS_ROW, AXIS_COLUMN};
    struct copy_axis arranged[CASE_MAX_AXES], back[CASE_MAX_AXES];
    const int count = arrange(axes, TENSOR_OUT, roles, arranged);
    if (lies_right(arranged, count))
        return;
    int place = 0;
    for (int i = 0; i < axes->count; i++)
        for (int j = 0; j < count; j++)
            if (axes->axes[i].role != AXIS_CONTRACTED && axes->axes[i].out == arranged[j].from &&
                axes->axes[i].extent > 1)
                back[place++] = (struct copy_axis){arranged[j].extent, arranged[j].to, arranged[j].from};
    transfer->is_permuted = true;
    operand_copy_make(&transfer->permutation, element_size, back, count);
}

/* Fills in the product of what is copied, and how it is copied. */
static void plan_transfers(struct copied *copied, const struct item_product *product) {
    static const enum axis_role x_orders[2][3] = {{AXIS_BATCH, AXIS_ROW, AXIS_CONTRACTED},
                                                  {AXIS_BATCH, AXIS_CONTRACTED, AXIS_ROW}};
    static const enum axis_role y_orders[2][3] = {{AXIS_BATCH, AXIS_CONTRACTED, AXIS_COLUMN},
                                                  {AXIS_BATCH, AXIS_COLUMN, AXIS_CONTRACTED}};
    const struct bench_dtype *const dtype = product->dtype;
    struct transfer *const transfers = copied->transfers;
    struct case_axes axes;
    case_axes_make(product->bench_case, &axes);
    if (axes.y_count > axes.x_count)
        contract_in_order_of_y(&axes);
    const bool x_is_exchanged = plan_matrix(&axes, TENSOR_X, x_orders, dtype->x_size, &transfers[TENSOR_X]);
    const bool y_is_exchanged = plan_matrix(&axes, TENSOR_Y, y_orders, dtype->y_size, &transfers[TENSOR_Y]);
    plan_output(&axes, dtype->out_size, &transfers[TENSOR_OUT]);
    const int64_t m = case_axes_extent(&axes, AXIS_ROW), n = case_axes_extent(&axes, AXIS_COLUMN);
    const int64_t k = case_axes_extent(&axes, AXIS_CONTRACTED), batch = product->batch;
    struct item_product *const items = &copied->items;
    *items = *product;
    items->refusal = NULL;
    items->m = m;
    items->n = n;
    items->k = k;
    items->x_m = x_is_exchanged ? 1 : k;
    items->x_k = x_is_exchanged ? m : 1;
    items->y_k = y_is_exchanged ? 1 : n;
    items->y_n = y_is_exchanged ? k : 1;
    items->out_m = n;
    items->out_n = 1;
    items->run = (struct item_loop){batch, m * k, k * n, m * n};
    items->outer_count = 0;
    item_product_settle_strides(m, &items->x_m, k, &items->x_k);
    item_product_settle_strides(k, &items->y_k, n, &items->y_n);
    if (!product->bench_case->normalizes)
        return;
    const bool is_double = dtype->x == BATCHDOT_F64 || dtype->x == BATCHDOT_C128;
    for (int tensor = TENSOR_X; tensor <= TENSOR_Y; tensor++)
        transfers[tensor].is_normalized = true;
    transfers[TENSOR_X].normalization = x_is_exchanged
                                            ? (struct normalized_copy){batch, k, m, dtype->parts, is_double}
                                            : (struct normalized_copy){batch * m, k, 1, dtype->parts, is_double};
    transfers[TENSOR_Y].normalization = y_is_exchanged
                                            ? (struct normalized_copy){batch * n, k, 1, dtype->parts, is_double}
                                            : (struct normalized_copy){batch, k, n, dtype->parts, is_double};
}

static bool allocate(struct transfer *transfer, int64_t count, size_t element_size) {
    const size_t size = ((size_t)count * element_size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    transfer->permuted = transfer->is_permuted ? aligned_alloc(ALIGNMENT, size) : NULL;
    transfer->normalized = transfer->is_normalized ? aligned_alloc(ALIGNMENT, size) : NULL;
    return (transfer->permuted || !transfer->is_permuted) && (transfer->normalized || !transfer->is_normalized);
}

static bool allocate_all(struct copied *copied) {
    const struct item_product *const items = &copied->items;
    return allocate(&copied->transfers[TENSOR_X], items->x_count, items->dtype->x_size) &&
           allocate(&copied->transfers[TENSOR_Y], items->y_count, items->dtype->y_size) &&
           allocate(&copied->transfers[TENSOR_OUT], items->out_count, items->dtype->out_size);
}

static void release(void *state) {
    struct copied *const copied = state;
    if (copied->entrant.contestant)
        entrant_release(&copied->entrant);
    for (int tensor = 0; tensor < TENSOR_COUNT; tensor++) {
        free(copied->transfers[tensor].permuted);
        free(copied->transfers[tensor].normalized);
    }
    free(copied);
}

/* Whoever multiplies vectors where items are vectors, and it has that dtype; or else matrices. */
static const char *prepare_entrant(struct copied *copied, const struct contestant *contestant, int threads) {
    copied->contestant = *contestant;
    copied->contestant.kind = &contestant_cblas_vector_kind;
    if (!entrant_prepare(&copied->entrant, &copied->contestant, &copied->items, threads))
        return NULL;
    copied->contestant.kind = &contestant_cblas_gemm_kind;
    return entrant_prepare(&copied->entrant, &copied->contestant, &copied->items, threads);
}

static const char *fill(struct copied *copied, const struct contestant *contestant, const struct item_product *product,
                        int threads) {
    plan_transfers(copied, product);
    const struct transfer *const transfers = copied->transfers;
    if (product->bench_case->normalizes && product->dtype->x > BATCHDOT_C128)
        return "it does not normalize halves";
    if (!product->bench_case->normalizes && !transfers[TENSOR_X].is_permuted && !transfers[TENSOR_Y].is_permuted &&
        !transfers[TENSOR_OUT].is_permuted)
        return "nothing needs a copy";
    const char *const reason = prepare_entrant(copied, contestant, threads);
    if (reason)
        return reason;
    return allocate_all(copied) ? NULL : "out of memory";
}

static const char *prepare(const struct contestant *contestant, const struct item_product *product, int threads,
                           void **state) {
    struct copied *const copied = calloc(1, sizeof *copied);
    if (!copied)
        return "out of memory";
    copied->threads = threads;
    const char *const reason = fill(copied, contestant, product, threads);
    if (reason)
        release(copied);
    else
        *state = copied;
    return reason;
}

static void permute(const struct transfer *transfer, const void *from, void *to, int threads) {
    if (threads == 1) {
        operand_copy_run(&transfer->permutation, from, to, 0, 1);
        return;
    }
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int thread = 0; thread < threads; thread++)
        operand_copy_run(&transfer->permutation, from, to, thread, threads);
}

static void normalize(const struct transfer *transfer, const void *from, void *to, int threads) {
    if (threads == 1) {
        normalized_copy_run(&transfer->normalization, from, to, 0, 1);
        return;
    }
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int thread = 0; thread < threads; thread++)
        normalized_copy_run(&transfer->normalization, from, to, thread, threads);
}

/* What the matrix product reads. */
static void *brought(const struct transfer *transfer, const void *data, int threads) {
    if (transfer->is_permuted) {
        permute(transfer, data, transfer->permuted, threads);
        data = transfer->permuted;
    }
    if (transfer->is_normalized) {
        normalize(transfer, data, transfer->normalized, threads);
        data = transfer->normalized;
    }
    return (void *)data;
}

static void execute(void *state, const void *x, const void *y, void *out, int64_t count) {
    const struct copied *const copied = state;
    const struct transfer *const transfers = copied->transfers;
    const bool out_is_permuted = transfers[TENSOR_OUT].is_permuted;
    (void)count;
    const struct arena operands = {.x = brought(&transfers[TENSOR_X], x, copied->threads),
                                   .y = brought(&transfers[TENSOR_Y], y, copied->threads),
                                   .out = out_is_permuted ? transfers[TENSOR_OUT].permuted : out};
    entrant_execute(&copied->entrant, &operands);
    if (out_is_permuted)
        permute(&transfers[TENSOR_OUT], transfers[TENSOR_OUT].permuted, out, copied->threads);
}

static const char *load(struct contestant *contestant, int threads) {
    return contestant_cblas_gemm_kind.load(contestant, threads);
}

static int library_threads(const void *state) {
    const struct copied *const copied = state;
    return copied->entrant.library_threads;
}

static void set_threads(const struct contestant *contestant, int threads) {
    contestant_cblas_gemm_kind.set_threads(contestant, threads);
}

const struct contestant_kind contestant_cblas_copied_kind = {.unit = UNIT_PRODUCT,
                                                             .load = load,
                                                             .prepare = prepare,
                                                             .execute = execute,
                                                             .release = release,
                                                             .library_threads = library_threads,
                                                             .set_threads = set_threads};
