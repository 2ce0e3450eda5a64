/* This library: a plan made beforehand, executed in the timed part. The contestant's setting is the engine. */
#include "batchdot_functions.h"
#include "contestants.h"
#include "shared_library.h"

#include <stdio.h>
#include <stdlib.h>

bool batchdot_functions_find(void *library, struct batchdot_functions *functions) {
    *functions = (struct batchdot_functions){
        (__typeof__(functions->version))shared_library_function(library, "", "batchdot_version"),
        (__typeof__(functions->last_error))shared_library_function(library, "", "batchdot_last_error"),
        (__typeof__(functions->infer_shape))shared_library_function(library, "", "batchdot_infer_shape"),
        (__typeof__(functions->one_shot))shared_library_function(library, "", "batchdot"),
        (__typeof__(functions->plan_create))shared_library_function(library, "", "batchdot_plan_create"),
        (__typeof__(functions->plan_execute))shared_library_function(library, "", "batchdot_plan_execute"),
        (__typeof__(functions->plan_destroy))shared_library_function(library, "", "batchdot_plan_destroy"),
        (__typeof__(functions->infer_shape_einsum))shared_library_function(library, "", "batchdot_infer_shape_einsum"),
        (__typeof__(functions->plan_create_einsum))shared_library_function(library, "", "batchdot_plan_create_einsum"),
    };
    return functions->version && functions->last_error && functions->infer_shape && functions->one_shot &&
           functions->plan_create && functions->plan_execute && functions->plan_destroy;
}

struct planned {
    struct batchdot_functions library;
    batchdot_plan *plan;
};

static const char *load(struct contestant *contestant, int threads) {
    (void)threads;
    const char *reason = NULL;
    contestant->handle = shared_library_open(contestant->library_file, &reason);
    struct batchdot_functions functions;
    if (!contestant->handle)
        return reason;
    if (!batchdot_functions_find(contestant->handle, &functions))
        return "it is not a libbatchdot";
    snprintf(contestant->version, sizeof contestant->version, "libbatchdot %s", functions.version());
    return NULL;
}

/* The plan for an output of the case's dtype, whose shape the library infers. */
static batchdot_status create_plan(const struct batchdot_functions *library, const struct bench_case *c,
                                   const batchdot_options *options, batchdot_plan **plan) {
    int64_t y_strides[CASE_MAX_NDIM], out_shape[BATCHDOT_MAX_NDIM];
    batchdot_tensor out = {NULL, c->dtype->out, 0, out_shape, NULL};
    y_strides[c->y_ndim - 1] = 1;
    for (int i = c->y_ndim - 1; i > 0; i--)
        y_strides[i - 1] = y_strides[i] * c->y_shape[i];
    y_strides[0] = 0;
    const batchdot_tensor x = {NULL, c->dtype->x, c->x_ndim, c->x_shape, NULL};
    const batchdot_tensor y = {NULL, c->dtype->y, c->y_ndim, c->y_shape, c->shares_y ? y_strides : NULL};
    if (*c->expression) {
        const batchdot_status status = library->infer_shape_einsum(c->expression, c->x_ndim, c->x_shape, c->y_ndim,
                                                                   c->y_shape, &out.ndim, out_shape);
        return status ? status : library->plan_create_einsum(plan, c->expression, &x, &y, &out, options);
    }
    const batchdot_status status =
        library->infer_shape(c->x_ndim, c->x_shape, c->y_ndim, c->y_shape, &c->axes, &out.ndim, out_shape);
    return status ? status : library->plan_create(plan, &x, &y, &c->axes, &out, options);
}

static const char *prepare(const struct contestant *contestant, const struct item_product *product, int threads,
                           void **state) {
    struct planned *const planned = malloc(sizeof *planned);
    if (!planned)
        return "out of memory";
    batchdot_functions_find(contestant->handle, &planned->library);
    const struct bench_case *const bench_case = product->bench_case;
    batchdot_options options = BATCHDOT_OPTIONS_INIT;
    options.num_threads = threads;
    options.engine = (batchdot_engine)contestant->setting;
    options.normalize = bench_case->normalizes;
    const char *reason = NULL;
    if (*bench_case->expression && (!planned->library.infer_shape_einsum || !planned->library.plan_create_einsum))
        reason = "this build has no einsum";
    else if (create_plan(&planned->library, bench_case, &options, &planned->plan))
        reason = planned->library.last_error();
    if (reason) {
        free(planned);
        return reason;
    }
    *state = planned;
    return NULL;
}

static const char *prepare_for_one_thread(const struct contestant *contestant, const struct item_product *product,
                                          int threads, void **state) {
    (void)threads;
    return prepare(contestant, product, 1, state);
}

static void execute(void *state, const void *x, const void *y, void *out, int64_t count) {
    const struct planned *const planned = state;
    (void)count;
    planned->library.plan_execute(planned->plan, x, y, out);
}

static void release(void *state) {
    struct planned *const planned = state;
    planned->library.plan_destroy(planned->plan);
    free(planned);
}

const struct contestant_kind contestant_batchdot_kind = {
    .unit = UNIT_PRODUCT, .load = load, .prepare = prepare, .execute = execute, .release = release};
const struct contestant_kind contestant_batchdot_one_thread_kind = {
    .unit = UNIT_PRODUCT, .load = load, .prepare = prepare_for_one_thread, .execute = execute, .release = release};
