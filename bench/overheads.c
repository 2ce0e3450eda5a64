#include "overheads.h"

#include "batchdot_functions.h"
#include "rounds.h"

#include <stdlib.h>

enum { CALLS_PER_TURN = 1000, PLANS_PER_TURN = 100, WAYS = 4 };

/* One item of f32, m by n by k, x and y with k last, as rank 3; m and n are 1 for rank 2. */
struct small_item {
    const char *name;
    int64_t m, n, k;
};

static const struct small_item small_items[OVERHEAD_COUNT] = {
    {"dot of 8", 1, 1, 8}, {"1x8 by 8x8", 1, 8, 8}, {"4x4 by 4x4", 4, 4, 4}};

struct call {
    const struct batchdot_functions *library;
    const struct small_item *item;
    batchdot_tensor x, y, out;
    batchdot_axes axes;
    batchdot_plan *plan;
};

/* The loop that someone without a library writes; not inlined, so that its extents stay unknown. */
static __attribute__((noinline)) void plain_loop(const struct small_item *item, const float *x, const float *y,
                                                 float *out) {
    for (int64_t i = 0; i < item->m; i++)
        for (int64_t j = 0; j < item->n; j++) {
            float sum = 0;
            for (int64_t l = 0; l < item->k; l++)
                sum += x[i * item->k + l] * y[j * item->k + l];
            out[i * item->n + j] = sum;
        }
}

static double time_plain(const struct call *call) {
    const double start = seconds_now();
    for (int i = 0; i < CALLS_PER_TURN; i++)
        plain_loop(call->item, call->x.data, call->y.data, call->out.data);
    return (seconds_now() - start) / CALLS_PER_TURN;
}

static double time_one_shot(const struct call *call) {
    const double start = seconds_now();
    for (int i = 0; i < CALLS_PER_TURN; i++)
        call->library->one_shot(&call->x, &call->y, &call->axes, &call->out);
    return (seconds_now() - start) / CALLS_PER_TURN;
}

static double time_execute(const struct call *call) {
    const double start = seconds_now();
    for (int i = 0; i < CALLS_PER_TURN; i++)
        call->library->plan_execute(call->plan, call->x.data, call->y.data, call->out.data);
    return (seconds_now() - start) / CALLS_PER_TURN;
}

static double time_plan(const struct call *call) {
    const double start = seconds_now();
    for (int i = 0; i < PLANS_PER_TURN; i++) {
        batchdot_plan *plan = NULL;
        call->library->plan_create(&plan, &call->x, &call->y, &call->axes, &call->out, NULL);
        call->library->plan_destroy(plan);
    }
    return (seconds_now() - start) / PLANS_PER_TURN;
}

static void measure_call(const struct call *call, int rounds, struct overhead *overhead) {
    static double (*const ways[WAYS])(const struct call *) = {time_plain, time_one_shot, time_execute, time_plan};
    double seconds[WAYS][MAX_ROUNDS];
    for (int round = -1; round < rounds; round++) /* the first is the warm-up */
        for (int way = 0; way < WAYS; way++) {
            const double measured = ways[way](call);
            if (round >= 0)
                seconds[way][round] = measured;
        }
    struct quartiles *const results[WAYS] = {&overhead->plain, &overhead->one_shot, &overhead->execute,
                                             &overhead->plan};
    for (int way = 0; way < WAYS; way++)
        *results[way] = quartiles_of(seconds[way], rounds);
}

static bool measure_item(const struct batchdot_functions *library, const struct small_item *item, int rounds,
                         struct overhead *overhead) {
    float x[64], y[64], out[64];
    for (int i = 0; i < 64; i++)
        x[i] = y[i] = 0.5F;
    const int64_t x_shape[] = {1, item->m, item->k}, y_shape[] = {1, item->n, item->k},
                  out_shape[] = {1, item->m, item->n};
    struct call call = {.library = library,
                        .item = item,
                        .x = {x, BATCHDOT_F32, 3, x_shape, NULL},
                        .y = {y, BATCHDOT_F32, 3, y_shape, NULL},
                        .out = {out, BATCHDOT_F32, 3, out_shape, NULL},
                        .axes = {2, 2}};
    if (library->plan_create(&call.plan, &call.x, &call.y, &call.axes, &call.out, NULL))
        return false;
    overhead->name = item->name;
    measure_call(&call, rounds, overhead);
    library->plan_destroy(call.plan);
    return true;
}

void overheads_measure(const struct contestant *contestant, int rounds, struct overheads *overheads) {
    struct batchdot_functions library;
    overheads->is_measured = batchdot_functions_find(contestant->handle, &library);
    for (int i = 0; i < OVERHEAD_COUNT && overheads->is_measured; i++)
        overheads->is_measured = measure_item(&library, &small_items[i], rounds, &overheads->items[i]);
}
