/* Drives the kernels: every item of the batch, cut into blocks of its output when there are fewer items than threads.
 */
#include "base/checked.h"
#include "base/dtype.h"
#include "base/threads.h"
#include "contraction/walk.h"
#include "engines/engine.h"
#include "kernels/kernel.h"

#include <stddef.h>

/* Multiply-adds worth a thread of their own: waking one costs some microseconds. */
enum { MIN_WORK_PER_THREAD = 1 << 16 };

/* Blocks are cut at multiples of this, so that kernels see few ragged edges. */
enum { BLOCK_GRAIN = 8 };

struct native_run {
    const struct contraction *contraction;
    const struct kernel *kernel;
    struct product product; /* a whole item */
    int64_t block_m, block_n;
    int64_t blocks_m, blocks_n; /* an item's blocks */
    const char *x, *y;
    char *out;
};

static const char *never_refuses(const struct contraction *contraction) {
    (void)contraction;
    return NULL;
}

static const struct kernel *kernel_of(const struct contraction *contraction) {
    return bd_find_kernel(contraction->dtype[OPERAND_X], contraction->dtype[OPERAND_Y],
                          contraction->dtype[OPERAND_OUT]);
}

static const char *kernel_name(const struct contraction *contraction) {
    return kernel_of(contraction)->name;
}

int bd_native_thread_count(const struct contraction *contraction, int num_threads) {
    const int64_t outputs = bd_multiply_saturating(
        bd_group_extent(&contraction->batch),
        bd_multiply_saturating(bd_group_extent(&contraction->m), bd_group_extent(&contraction->n)));
    const int64_t work = bd_multiply_saturating(outputs, bd_group_extent(&contraction->k));
    const int64_t worth = work / MIN_WORK_PER_THREAD;
    if (worth < 2)
        return 1;
    const int budget = bd_thread_budget(num_threads);
    return worth < budget ? (int)worth : budget;
}

static int64_t divide_up(int64_t a, int64_t b) {
    return a / b + (a % b != 0);
}

static int64_t block_extent(int64_t extent, int64_t wanted_blocks) {
    const int64_t even = divide_up(extent, wanted_blocks);
    return divide_up(even, BLOCK_GRAIN) * BLOCK_GRAIN;
}

/* Four units a thread even out threads of unequal speed; rows are cut first, since a block's rows share nothing. */
static void cut_into_blocks(struct native_run *run, int64_t item_count, int thread_count) {
    const int64_t m = run->product.m, n = run->product.n;
    run->block_m = m;
    run->block_n = n;
    const int64_t wanted = thread_count > 1 ? divide_up(4 * (int64_t)thread_count, item_count) : 1;
    if (wanted > 1) {
        run->block_m = block_extent(m, wanted);
        run->block_n = block_extent(n, divide_up(wanted, divide_up(m, run->block_m)));
    }
    run->blocks_m = divide_up(m, run->block_m);
    run->blocks_n = divide_up(n, run->block_n);
}

static void run_block(const struct native_run *run, const int64_t item_offset[OPERAND_COUNT], int64_t block) {
    const batchdot_dtype *dtype = run->contraction->dtype;
    const int64_t i = block / run->blocks_n * run->block_m, j = block % run->blocks_n * run->block_n;
    struct product product = run->product;
    product.m = product.m - i < run->block_m ? product.m - i : run->block_m;
    product.n = product.n - j < run->block_n ? product.n - j : run->block_n;
    const int64_t x = item_offset[OPERAND_X] + i * product.x_m;
    const int64_t y = item_offset[OPERAND_Y] + j * product.y_n;
    const int64_t out = item_offset[OPERAND_OUT] + i * product.out_m + j * product.out_n;
    run->kernel->run(&product, run->x + x * bd_dtype_info(dtype[OPERAND_X])->size,
                     run->y + y * bd_dtype_info(dtype[OPERAND_Y])->size,
                     run->out + out * bd_dtype_info(dtype[OPERAND_OUT])->size);
}

static void run_units(int64_t first, int64_t last, void *context) {
    const struct native_run *run = context;
    const struct axis_group *batch = &run->contraction->batch;
    const int64_t blocks = run->blocks_m * run->blocks_n;
    struct walk item;
    bd_walk_start(&item, batch->axes, batch->count, first / blocks);
    int64_t block = first % blocks;
    for (int64_t unit = first; unit < last; unit++) {
        run_block(run, item.offset, block);
        if (++block == blocks) {
            block = 0;
            bd_walk_next(&item);
        }
    }
}

static void execute(const struct contraction *contraction, int num_threads, const void *x, const void *y, void *out) {
    const struct axis m = bd_only_axis(&contraction->m), n = bd_only_axis(&contraction->n);
    struct native_run run = {
        .contraction = contraction,
        .kernel = kernel_of(contraction),
        .product = {.m = m.extent,
                    .n = n.extent,
                    .x_m = m.stride[OPERAND_X],
                    .y_n = n.stride[OPERAND_Y],
                    .out_m = m.stride[OPERAND_OUT],
                    .out_n = n.stride[OPERAND_OUT],
                    .k = &contraction->k,
                    .alpha = {contraction->alpha[0], contraction->alpha[1]},
                    .beta = {contraction->beta[0], contraction->beta[1]},
                    .conjugate_x = contraction->conjugate[OPERAND_X],
                    .conjugate_y = contraction->conjugate[OPERAND_Y]},
        .x = x,
        .y = y,
        .out = out,
    };
    const int64_t item_count = bd_group_extent(&contraction->batch);
    const int thread_count = bd_native_thread_count(contraction, num_threads);
    cut_into_blocks(&run, item_count, thread_count);
    bd_run_threads(thread_count, item_count * run.blocks_m * run.blocks_n, run_units, &run);
}

const struct engine bd_native_engine = {"native", never_refuses, kernel_name, execute};
