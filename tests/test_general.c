/* Products with any number of batch and contracted axes, by lists of axes and by einsum expressions, against the
 * general oracle on random cases; and against themselves: an item's bits depend on that item alone.
 *
 * See random_trial.h for what the environment sets; of the cases, this takes one in 16, and one in 100 bit by bit.
 * test_general NAME      only this test
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "random_general.h"
#include "random_trial.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static batchdot_status create_plan(const random_general *made, const batchdot_tensor *x, const batchdot_tensor *y,
                                   const batchdot_tensor *out, const batchdot_options *options, batchdot_plan **plan) {
    if (made->is_einsum)
        return batchdot_plan_create_einsum(plan, made->expression, x, y, out, options);
    return batchdot_plan_create_general(plan, x, y, &made->dims, out, options);
}

/* ---- Agreement with the oracle ---------------------------------------------------------------------------------- */

static batchdot_status infer_shape(const random_general *made, int *ndim, int64_t shape[BATCHDOT_MAX_NDIM]) {
    const int x_ndim = made->x.tensor.ndim, y_ndim = made->y.tensor.ndim;

    if (made->is_einsum)
        return batchdot_infer_shape_einsum(made->expression, x_ndim, made->x.shape, y_ndim, made->y.shape, ndim, shape);
    return batchdot_infer_shape_general(x_ndim, made->x.shape, y_ndim, made->y.shape, &made->dims, ndim, shape);
}

static bool shape_agrees(trial *tried) {
    const random_general *made = tried->made;
    int64_t shape[BATCHDOT_MAX_NDIM];
    int ndim = -1;

    if (!trial_is_ok(tried, "the inference of the shape", infer_shape(made, &ndim, shape)))
        return false;
    if (ndim == made->out.tensor.ndim && memcmp(shape, made->out.shape, (size_t)ndim * sizeof *shape) == 0)
        return true;
    return trial_fails(tried, "another shape was inferred, of rank %d", ndim);
}

static bool plan_is_right(trial *tried) {
    const random_general *made = tried->made;
    const batchdot_tensor *out = made->default_out ? NULL : &made->out.tensor;
    batchdot_options options = made->options;
    batchdot_plan *plan = NULL;
    bool ok;

    if (options.engine == BATCHDOT_ENGINE_BLAS && !trial_library_has_blas())
        options.engine = BATCHDOT_ENGINE_AUTO;
    ok = trial_is_ok(tried, "the plan",
                     create_plan(made, &made->x.tensor, &made->y.tensor, out, made->default_options ? NULL : &options,
                                 &plan)) &&
         trial_repeats(tried, plan) && trial_executes(tried, "batchdot_plan_execute", plan) &&
         trial_result_is_right(tried, "batchdot_plan_execute") &&
         (tried->number % 4 != 0 || trial_stays_within_inputs(tried, plan));
    batchdot_plan_destroy(plan);
    return ok;
}

static bool agrees_with_oracle(trial *tried) {
    const random_general *made = tried->made;
    const general_problem problem = {&made->x.tensor, &made->y.tensor, &made->out.tensor, &made->labels,
                                     &made->options};

    general_oracle_compute(&problem, tried->expected);
    return shape_agrees(tried) && plan_is_right(tried);
}

/* ---- Batch invariance ------------------------------------------------------------------------------------------- */

static batchdot_status plan_batch(const trial *of, int num_threads, batchdot_plan **plan) {
    const random_general *made = of->made;
    batchdot_options options = made->options;

    options.num_threads = num_threads;
    return create_plan(made, &made->x.tensor, &made->y.tensor, &made->out.tensor, &options, plan);
}

/* A tensor of one item of the same strides, in the array given. */
static batchdot_tensor item_of(const random_tensor *batch, const int *labels, int batch_count,
                               int64_t shape[BATCHDOT_MAX_NDIM]) {
    batchdot_tensor item = batch->tensor;

    for (int axis = 0; axis < item.ndim; axis++)
        shape[axis] = labels[axis] < batch_count ? 1 : batch->shape[axis];
    item.shape = shape;
    item.strides = batch->strides;
    return item;
}

static batchdot_status plan_item(const trial *of, batchdot_plan **plan) {
    const random_general *made = of->made;
    int64_t x_shape[BATCHDOT_MAX_NDIM], y_shape[BATCHDOT_MAX_NDIM], out_shape[BATCHDOT_MAX_NDIM];
    const batchdot_tensor x = item_of(&made->x, made->labels.x, made->batch_count, x_shape);
    const batchdot_tensor y = item_of(&made->y, made->labels.y, made->batch_count, y_shape);
    const batchdot_tensor out = item_of(&made->out, made->labels.out, made->batch_count, out_shape);

    return create_plan(made, &x, &y, &out, &made->options, plan);
}

/* Where a tensor's part of an item lies, given the item's index on each batch label. */
static int64_t offset_of(const random_tensor *tensor, const int *labels, const int64_t *index, int batch_count) {
    int64_t offset = 0;

    for (int axis = 0; axis < tensor->tensor.ndim; axis++) {
        if (labels[axis] < batch_count)
            offset += index[labels[axis]] * tensor->strides[axis];
    }
    return offset;
}

static void place_item(const trial *of, int64_t item, int64_t offsets[3]) {
    const random_general *made = of->made;
    int64_t index[RANDOM_GENERAL_GROUP_MOST];

    for (int label = 0; label < made->batch_count; label++) {
        index[label] = item % made->batch_extent[label];
        item /= made->batch_extent[label];
    }
    offsets[0] = offset_of(&made->x, made->labels.x, index, made->batch_count);
    offsets[1] = offset_of(&made->y, made->labels.y, index, made->batch_count);
    offsets[2] = offset_of(&made->out, made->labels.out, index, made->batch_count);
}

static bool is_batch_invariant(trial *tried) {
    const random_general *made = tried->made;
    const trial_items items = {oracle_count(made->batch_count, made->batch_extent), plan_batch, plan_item, place_item};

    return trial_is_batch_invariant(tried, &items);
}

/* ---- Running ---------------------------------------------------------------------------------------------------- */

static void make_case(trial *begun, const trial_test *test, uint64_t seed, random_general_kind kind) {
    random_general *made = malloc(sizeof *made);

    assert_non_null(made);
    random_general_make(made, seed, test->dtype, kind);
    begun->made = made;
    begun->x = &made->x;
    begun->y = &made->y;
    begun->out = &made->out;
}

static void make_anything(trial *begun, const trial_test *test, uint64_t seed) {
    make_case(begun, test, seed, RANDOM_GENERAL_ANYTHING);
}

static void make_batches(trial *begun, const trial_test *test, uint64_t seed) {
    make_case(begun, test, seed, RANDOM_GENERAL_BATCHES);
}

static void end_case(trial *ended) {
    random_general_free(ended->made);
    free(ended->made);
}

static void describe_case(const trial *described, char *text, size_t size) {
    random_general_describe(described->made, text, size);
}

static void test_agrees_with_oracle(void **state) {
    trial_run(*state, (trial_cases() + 15) / 16);
}

static void test_is_batch_invariant(void **state) {
    trial_run(*state, (trial_cases() + 99) / 100);
}

int main(int argc, char **argv) {
    static trial_test trials[2 * ORACLE_DTYPE_COUNT];
    struct CMUnitTest tests[2 * ORACLE_DTYPE_COUNT];

    for (int i = 0; i < 2 * ORACLE_DTYPE_COUNT; i++) {
        const bool is_agreement = i < ORACLE_DTYPE_COUNT;
        trial_test *test = &trials[i];

        *test = (trial_test){.program = "test_general",
                             .dtype = (batchdot_dtype)(i % ORACLE_DTYPE_COUNT),
                             .stream = 200 + (uint64_t)i,
                             .make = is_agreement ? make_anything : make_batches,
                             .end = end_case,
                             .check = is_agreement ? agrees_with_oracle : is_batch_invariant,
                             .describe = describe_case};
        snprintf(test->name, sizeof test->name, "%s_%s", oracle_dtype_name(test->dtype),
                 is_agreement ? "agrees_with_oracle" : "is_batch_invariant");
        tests[i] = (struct CMUnitTest){test->name, is_agreement ? test_agrees_with_oracle : test_is_batch_invariant,
                                       NULL, trial_report_signal, test};
    }
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, trial_find_blas, NULL);
}
