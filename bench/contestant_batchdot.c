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

static const char *prepare(const struct contestant *contestant, const struct item_product *product, int threads,
                           void **state) {
    struct planned *const planned = malloc(sizeof *planned);
    if (!planned)
        return "out of memory";
    batchdot_functions_find(contestant->handle, &planned->library);
    const struct bench_case *const c = product->bench_case;
    const batchdot_tensor x = {NULL, c->dtype->x, c->x_ndim, c->x_shape, NULL};
    const batchdot_tensor y = {NULL, c->dtype->y, c->y_ndim, c->y_shape, NULL};
    int out_ndim = 0;
    int64_t out_shape[BATCHDOT_MAX_NDIM];
    const batchdot_status status =
        planned->library.infer_shape(c->x_ndim, c->x_shape, c->y_ndim, c->y_shape, &c->axes, &out_ndim, out_shape);
    const batchdot_tensor out = {NULL, c->dtype->out, out_ndim, out_shape, NULL};
    batchdot_options options = BATCHDOT_OPTIONS_INIT;
    options.num_threads = threads;
    options.engine = (batchdot_engine)contestant->setting;
    if (status || planned->library.plan_create(&planned->plan, &x, &y, &c->axes, &out, &options)) {
        const char *const reason = planned->library.last_error();
        free(planned);
        return reason;
    }
    *state = planned;
    return NULL;
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
