/* Drives the kernels: runs of items, or blocks of an item's output when there are fewer items than threads. */
#include "base/aligned.h"
#include "base/checked.h"
#include "base/dtype.h"
#include "base/parts.h"
#include "base/threads.h"
#include "contraction/walk.h"
#include "engines/staged.h"
#include "kernels/stage.h"

#include <limits.h>
#include <stddef.h>
#include <stdlib.h>

/* Multiply-adds worth a thread of their own: waking one costs some microseconds. A quarter of them is worth being taken
 * by one that is awake. */
enum { MIN_WORK_PER_THREAD = 1 << 16, GRAINS_PER_THREAD = 4 };

struct native_run {
    const struct contraction *contraction;
    const struct product *product;
    const struct preparation *preparation;
    int64_t items_at_once; /* at most */
    struct slots *slots;
    int64_t block_m, block_n;
    int64_t blocks_m, blocks_n; /* an item's blocks */
    const char *x, *y;
    char *out;
};

static const char *never_refuses(const struct contraction *contraction) {
    (void)contraction;
    return NULL;
}

/* Whether small items lie side by side in x and y, and have no elements of their own that follow one upon the other,
 * which vectors of one item need; and no bit changes, however few items there are. */
static bool is_best_abreast(const struct contraction *contraction, const struct preparation *preparation) {
    /* Measured on cubes of 2 to 16 in 8 to 1024 items. */
    enum { LEAST_ITEMS = 16, MOST_WORK = 12 * 12 * 12, MOST_WORK_PER_ITEM = 4 };
    const struct product *const product = &preparation->product;
    const bool is_beside = product->items >= LEAST_ITEMS && (product->x_item | product->y_item) == 1;
    if (!is_beside || contraction->is_normalized || preparation->outer_k_count > 0 || product->k == 0)
        return false;
    const bool has_units = (product->m > 1 && product->x_m == 1) || (product->n > 1 && product->y_n == 1) ||
                           (product->k > 1 && (product->x_k == 1 || product->y_k == 1));
    const int64_t work = bd_multiply_saturating(product->m, bd_multiply_saturating(product->n, product->k));
    const struct kernel *const kernel = preparation->kernel;
    const batchdot_dtype dtype = contraction->dtype[OPERAND_X];
    const bool is_integer = dtype == BATCHDOT_I32 || dtype == BATCHDOT_I64;
    const bool is_real = dtype == BATCHDOT_F32 || dtype == BATCHDOT_F64;
    const bool sums_in_order = is_real && kernel->form == VECTORS_IN_ORDER && product->k <= IN_ORDER_K;
    return !has_units && work <= MOST_WORK && work / MOST_WORK_PER_ITEM <= product->items &&
           (is_integer || sums_in_order);
}

void bd_native_prepare(const struct contraction *contraction, struct preparation *preparation) {
    const struct axis m = bd_only_axis(&contraction->m), n = bd_only_axis(&contraction->n);
    const struct axis_list *const batch = &contraction->batch, *const k_axes = &contraction->k;
    const struct axis unit = {1, {0, 0, 0}};
    const struct axis item = batch->count ? batch->axes[batch->count - 1] : unit;
    const struct axis k = k_axes->count ? k_axes->axes[k_axes->count - 1] : unit;
    const batchdot_dtype *dtype = contraction->dtype;
    struct product *const product = &preparation->product;
    *product = (struct product){
        .items = item.extent,
        .m = m.extent,
        .n = n.extent,
        .k = k.extent,
        .batch = bd_list_extent(batch),
        .x_item = item.stride[OPERAND_X],
        .y_item = item.stride[OPERAND_Y],
        .out_item = item.stride[OPERAND_OUT],
        .x_m = m.stride[OPERAND_X],
        .x_k = k.stride[OPERAND_X],
        .y_k = k.stride[OPERAND_Y],
        .y_n = n.stride[OPERAND_Y],
        .out_m = m.stride[OPERAND_OUT],
        .out_n = n.stride[OPERAND_OUT],
        .alpha = {contraction->alpha[0], contraction->alpha[1]},
        .beta = {contraction->beta[0], contraction->beta[1]},
        .conjugate_x = contraction->conjugate[OPERAND_X],
        .conjugate_y = contraction->conjugate[OPERAND_Y],
        .prepared = NULL,
        .scratch = NULL,
    }; /* every member, so that nothing is cleared first */
    /* The stride of an axis of extent 1 says nothing; as 1 it keeps nobody from taking the item. */
    if (product->k == 1)
        product->x_k = product->y_k = 1;
    if (product->n == 1)
        product->y_n = product->out_n = 1;
    if (product->m == 1) {
        product->x_m = 1;
        product->out_m = product->n;
    }
    preparation->outer_k_count = k_axes->count ? k_axes->count - 1 : 0;
    preparation->is_staged = contraction->is_normalized || preparation->outer_k_count > 0;
    if (!preparation->is_staged) {
        preparation->kernel = bd_find_kernel(bd_isa(), dtype[OPERAND_X], dtype[OPERAND_Y], dtype[OPERAND_OUT], product);
        /* No kernel with vectors writes with other strides, but all write to a stage. */
        preparation->is_staged = preparation->kernel->form == PLAIN && product->out_n != 1 && product->k > 0;
    }
    if (preparation->is_staged)
        bd_staged_prepare(contraction, preparation);
    preparation->is_abreast = is_best_abreast(contraction, preparation);
    const int64_t work = bd_multiply_saturating(
        product->batch, bd_multiply_saturating(m.extent, bd_multiply_saturating(n.extent, bd_list_extent(k_axes))));
    const int64_t worth = work / MIN_WORK_PER_THREAD;
    preparation->most_threads = worth < 1 ? 1 : worth < INT_MAX ? (int)worth : INT_MAX;
    preparation->slots = NULL;
}

/* Whether two kernels give an element the same bits, whatever m is. Tiny halves, whose kernel prepares, are widened for
 * another one, which m may decide. */
static bool sum_alike(const struct kernel *a, const struct kernel *b, int64_t k) {
    const bool is_widened = a->prepare && (a->x == BATCHDOT_F16 || a->x == BATCHDOT_BF16);
    if (bd_dtype_info(a->out)->is_integer || (a == b && !is_widened))
        return true;
    const bool have_fma = a->isa != ISA_PORTABLE && b->isa != ISA_PORTABLE;
    const bool is_real = a->out == BATCHDOT_F32 || a->out == BATCHDOT_F64;
    return is_real && have_fma && a->form == VECTORS_IN_ORDER && b->form == VECTORS_IN_ORDER && k <= IN_ORDER_K;
}

void bd_native_join_items(struct contraction *contraction, struct preparation *preparation) {
    const struct product *const product = &preparation->product;
    if (product->y_item != 0 || product->items == 1 || preparation->is_staged || preparation->is_abreast)
        return;
    struct product joined = *product;
    joined.items = 1;
    joined.m *= product->items;
    if (product->m == 1) {
        joined.x_m = product->x_item;
        joined.out_m = product->out_item;
    }
    const batchdot_dtype *dtype = contraction->dtype;
    const struct kernel *const kernel =
        bd_find_kernel(bd_isa(), dtype[OPERAND_X], dtype[OPERAND_Y], dtype[OPERAND_OUT], &joined);
    if (sum_alike(preparation->kernel, kernel, product->k) && bd_join_items(contraction))
        bd_native_prepare(contraction, preparation);
}

static const char *kernel_name(const struct contraction *contraction, const struct preparation *preparation,
                               const char **why) {
    (void)contraction;
    *why = preparation->is_abreast ? "items lie side by side, and are multiplied together" : preparation->kernel->when;
    return preparation->is_abreast ? "abreast" : preparation->kernel->name;
}

int bd_native_thread_count(const struct preparation *preparation, int num_threads) {
    if (preparation->most_threads < 2)
        return 1;
    const int budget = bd_thread_budget(num_threads);
    return preparation->most_threads < budget ? preparation->most_threads : budget;
}

void bd_native_keep(struct preparation *preparation, int num_threads) {
    if (preparation->is_abreast)
        return;
    const struct kernel *const kernel = preparation->kernel;
    struct product product = preparation->product;
    if (preparation->is_staged)
        product = bd_staged_product(&product, preparation->outer_k_count > 0);
    if (kernel->prepare) {
        void *const prepared = bd_aligned_alloc(kernel->prepare(&product, NULL));
        if (prepared)
            kernel->prepare(&product, prepared);
        preparation->product.prepared = prepared;
    }
    const int64_t bytes = kernel->scratch ? kernel->scratch(&product) : 0;
    if (bytes > 0)
        preparation->slots = bd_slots_make(bd_native_thread_count(preparation, num_threads), bytes);
}

void bd_native_forget(struct preparation *preparation) {
    bd_slots_free(preparation->slots);
    free(preparation->product.prepared);
}

static int64_t block_extent(int64_t extent, int64_t wanted_blocks) {
    const int64_t even = bd_divide_up(extent, wanted_blocks);
    return bd_divide_up(even, BLOCK_GRAIN) * BLOCK_GRAIN;
}

/* Four units a thread, of which it takes two first, even out threads of unequal speed. Columns are cut first: a kernel
 * that packs y does it for every block of rows anew. */
static void cut_into_blocks(struct native_run *run, int thread_count) {
    const int64_t m = run->product->m, n = run->product->n;
    const int64_t wanted = thread_count > 1 ? bd_divide_up(4 * (int64_t)thread_count, run->product->batch) : 1;
    if (wanted > 1) {
        run->block_n = block_extent(n, wanted);
        run->block_m = block_extent(m, bd_divide_up(wanted, bd_divide_up(n, run->block_n)));
    }
    if (run->preparation->is_staged && !run->preparation->is_abreast)
        bd_keep_to_stage(run->contraction, &run->block_m, &run->block_n, &run->items_at_once);
    run->blocks_m = bd_divide_up(m, run->block_m);
    run->blocks_n = bd_divide_up(n, run->block_n);
}

static void run_kernel(const struct native_run *run, const struct product *product, int64_t x_offset, int64_t y_offset,
                       int64_t out_offset) {
    const batchdot_dtype *dtype = run->contraction->dtype;
    const char *const x = run->x + x_offset * bd_dtype_info(dtype[OPERAND_X])->size;
    const char *const y = run->y + y_offset * bd_dtype_info(dtype[OPERAND_Y])->size;
    char *const out = run->out + out_offset * bd_dtype_info(dtype[OPERAND_OUT])->size;
    if (run->preparation->is_abreast)
        bd_stage_functions(bd_isa())->multiply_abreast(dtype[OPERAND_X], product, x, y, out);
    else if (run->preparation->is_staged)
        bd_run_staged(run->contraction, run->preparation, product, x, y, out);
    else
        run->preparation->kernel->run(product, x, y, out);
}

static void run_block(const struct native_run *run, const int64_t item_offset[OPERAND_COUNT], int64_t block,
                      void *scratch) {
    const int64_t i = block / run->blocks_n * run->block_m, j = block % run->blocks_n * run->block_n;
    struct product product = *run->product;
    product.items = 1;
    product.x_item = product.y_item = 0; /* the next item is far off */
    product.batch = bd_multiply_saturating(product.batch, run->blocks_m * run->blocks_n);
    product.prepared = NULL; /* for whole items */
    product.scratch = scratch;
    product.m = product.m - i < run->block_m ? product.m - i : run->block_m;
    product.n = product.n - j < run->block_n ? product.n - j : run->block_n;
    run_kernel(run, &product, item_offset[OPERAND_X] + i * product.x_m, item_offset[OPERAND_Y] + j * product.y_n,
               item_offset[OPERAND_OUT] + i * product.out_m + j * product.out_n);
}

static void run_blocks(int64_t first, int64_t last, void *context) {
    const struct native_run *run = context;
    const struct axis_list *batch = &run->contraction->batch;
    const int64_t blocks = run->blocks_m * run->blocks_n;
    struct walk item;
    bd_walk_start(&item, batch->axes, batch->count, first / blocks);
    int64_t block = first % blocks;
    void *const scratch = bd_slots_take(run->slots);
    for (int64_t unit = first; unit < last; unit++) {
        run_block(run, item.offset, block, scratch);
        if (++block == blocks) {
            block = 0;
            bd_walk_next(&item);
        }
    }
    bd_slots_give_back(run->slots, scratch);
}

/* Items first to last, in runs along the innermost batch axis. */
static void run_items(int64_t first, int64_t last, void *context) {
    const struct native_run *run = context;
    const struct axis_list *batch = &run->contraction->batch;
    struct product product = *run->product;
    const int64_t items_a_run = product.items;
    struct walk outer;
    bd_walk_start(&outer, batch->axes, batch->count > 0 ? batch->count - 1 : 0, first / items_a_run);
    int64_t skipped = first % items_a_run;
    product.scratch = bd_slots_take(run->slots);
    while (first < last) {
        const int64_t rest = items_a_run - skipped;
        product.items = last - first < rest ? last - first : rest;
        if (product.items > run->items_at_once)
            product.items = run->items_at_once;
        run_kernel(run, &product, outer.offset[OPERAND_X] + skipped * product.x_item,
                   outer.offset[OPERAND_Y] + skipped * product.y_item,
                   outer.offset[OPERAND_OUT] + skipped * product.out_item);
        first += product.items;
        skipped += product.items;
        if (skipped == items_a_run) {
            skipped = 0;
            bd_walk_next(&outer);
        }
    }
    bd_slots_give_back(run->slots, product.scratch);
}

/* The units that are worth being taken by a thread; of items side by side at least what is multiplied together. */
static int64_t grain_of(const struct preparation *preparation, int64_t units) {
    const int64_t grain = bd_divide_up(units, (int64_t)GRAINS_PER_THREAD * preparation->most_threads);
    return preparation->is_abreast ? bd_divide_up(grain, ITEMS_ABREAST) * ITEMS_ABREAST : grain;
}

/* Out of line, so that a small product's execute needs no stack. */
static __attribute__((noinline)) void run_in_parts(const struct contraction *contraction,
                                                   const struct preparation *preparation, int num_threads,
                                                   const void *x, const void *y, void *out) {
    const int thread_count = bd_native_thread_count(preparation, num_threads);
    struct native_run run = {
        .contraction = contraction,
        .product = &preparation->product,
        .preparation = preparation,
        .items_at_once = INT64_MAX,
        .block_m = preparation->product.m,
        .block_n = preparation->product.n,
        .slots = preparation->slots,
        .x = x,
        .y = y,
        .out = out,
    };
    cut_into_blocks(&run, thread_count);
    const int64_t blocks = run.blocks_m * run.blocks_n, units = preparation->product.batch * blocks;
    bd_run_threads(thread_count, units, grain_of(preparation, units), blocks > 1 ? run_blocks : run_items, &run);
}

static void execute(const struct contraction *contraction, const struct preparation *preparation, int num_threads,
                    const void *x, const void *y, void *out) {
    if (preparation->most_threads == 1 && contraction->batch.count <= 1 && !preparation->is_staged &&
        !preparation->is_abreast && !preparation->slots)
        preparation->kernel->run(&preparation->product, x, y, out);
    else
        run_in_parts(contraction, preparation, num_threads, x, y, out);
}

const struct engine bd_native_engine = {"native", never_refuses, kernel_name, execute};
