/* The library against the oracle on random cases, and against itself: an item's bits depend on that item alone.
 *
 * See random_trial.h for what the environment sets; of the cases, the bit-by-bit tests take 3 for every 200.
 * test_property NAME     only this test
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "oracle.h"
#include "random_case.h"
#include "random_trial.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Agreement with the oracle ---------------------------------------------------------------------------------- */

static const batchdot_axes *axes_of(const random_case *made) {
    return made->has_axes ? &made->axes : NULL;
}

static bool shape_agrees(trial *tried) {
    const random_case *made = tried->made;
    int64_t shape[BATCHDOT_MAX_NDIM];
    int ndim = 0;

    if (!trial_is_ok(tried, "batchdot_infer_shape",
                     batchdot_infer_shape(made->x.tensor.ndim, made->x.shape, made->y.tensor.ndim, made->y.shape,
                                          axes_of(made), &ndim, shape)))
        return false;
    if (ndim == made->out.tensor.ndim && memcmp(shape, made->out.shape, (size_t)ndim * sizeof *shape) == 0)
        return true;
    return trial_fails(tried, "batchdot_infer_shape gave another shape, of rank %d", ndim);
}

static bool plan_is_right(trial *tried) {
    const random_case *made = tried->made;
    const batchdot_tensor *out = made->default_out ? NULL : &made->out.tensor;
    batchdot_options options = made->options;
    batchdot_plan *plan = NULL;
    bool ok;

    if (options.engine == BATCHDOT_ENGINE_BLAS && !trial_library_has_blas())
        options.engine = BATCHDOT_ENGINE_AUTO;
    ok = trial_is_ok(tried, "batchdot_plan_create",
                     batchdot_plan_create(&plan, &made->x.tensor, &made->y.tensor, axes_of(made), out,
                                          made->default_options ? NULL : &options)) &&
         trial_executes(tried, "batchdot_plan_execute", plan) &&
         trial_result_is_right(tried, "batchdot_plan_execute") &&
         (tried->number % 4 != 0 || trial_stays_within_inputs(tried, plan));
    batchdot_plan_destroy(plan);
    return ok;
}

static bool one_call_is_right(trial *tried) {
    const random_case *made = tried->made;

    return trial_is_ok(tried, "batchdot",
                       batchdot(&made->x.tensor, &made->y.tensor, axes_of(made), &made->out.tensor)) &&
           trial_result_is_right(tried, "batchdot");
}

static bool agrees_with_oracle(trial *tried) {
    const random_case *made = tried->made;
    const oracle_problem problem = {&made->x.tensor, &made->y.tensor, &made->out.tensor, axes_of(made), &made->options};

    oracle_compute(&problem, tried->expected);
    return shape_agrees(tried) && plan_is_right(tried) && (!made->default_options || one_call_is_right(tried));
}

/* ---- Batch invariance ------------------------------------------------------------------------------------------- */

static batchdot_status plan_batch(const trial *of, int num_threads, batchdot_plan **plan) {
    const random_case *made = of->made;
    batchdot_options options = made->options;

    options.num_threads = num_threads;
    return batchdot_plan_create(plan, &made->x.tensor, &made->y.tensor, axes_of(made), &made->out.tensor, &options);
}

/* A tensor of one item of the same strides, in the arrays given. */
static batchdot_tensor item_of(const random_tensor *batch, int64_t shape[BATCHDOT_MAX_NDIM]) {
    batchdot_tensor item = batch->tensor;

    memcpy(shape, batch->shape, (size_t)item.ndim * sizeof *shape);
    shape[0] = 1;
    item.shape = shape;
    item.strides = batch->strides;
    return item;
}

static batchdot_status plan_item(const trial *of, batchdot_plan **plan) {
    const random_case *made = of->made;
    int64_t x_shape[BATCHDOT_MAX_NDIM], y_shape[BATCHDOT_MAX_NDIM], out_shape[BATCHDOT_MAX_NDIM];
    const batchdot_tensor x = item_of(&made->x, x_shape), y = item_of(&made->y, y_shape);
    const batchdot_tensor out = item_of(&made->out, out_shape);

    return batchdot_plan_create(plan, &x, &y, axes_of(made), &out, &made->options);
}

static void place_item(const trial *of, int64_t item, int64_t offsets[3]) {
    const random_tensor *tensors[] = {of->x, of->y, of->out};

    for (int i = 0; i < 3; i++)
        offsets[i] = item * tensors[i]->strides[0];
}

static bool is_batch_invariant(trial *tried) {
    const trial_items items = {tried->x->shape[0], plan_batch, plan_item, place_item};

    return trial_is_batch_invariant(tried, &items);
}

/* ---- Running ---------------------------------------------------------------------------------------------------- */

static void make_case(trial *begun, const trial_test *test, uint64_t seed, random_kind kind) {
    random_case *made = malloc(sizeof *made);

    assert_non_null(made);
    random_case_make(made, seed, test->dtype, kind);
    begun->made = made;
    begun->x = &made->x;
    begun->y = &made->y;
    begun->out = &made->out;
}

static void make_anything(trial *begun, const trial_test *test, uint64_t seed) {
    make_case(begun, test, seed, RANDOM_ANYTHING);
}

static void make_batch(trial *begun, const trial_test *test, uint64_t seed) {
    make_case(begun, test, seed, RANDOM_BATCHES);
}

static void end_case(trial *ended) {
    random_case_free(ended->made);
    free(ended->made);
}

static void describe_case(const trial *described, char *text, size_t size) {
    random_case_describe(described->made, text, size);
}

static void test_agrees_with_oracle(void **state) {
    trial_run(*state, trial_cases());
}

static void test_is_batch_invariant(void **state) {
    trial_run(*state, (trial_cases() * 3 + 199) / 200);
}

/* Random shapes and axes, most of them wrong in some way: the same status, and the same shape where there is one. */
static void test_infer_shape_agrees(void **state) {
    const uint64_t cases = trial_cases();

    (void)state;
    for (uint64_t number = 0; number < cases; number++) {
        random_source source = {random_seed_of(trial_seed(), 99, number)};
        const int x_ndim = (int)random_between(&source, 0, 5), y_ndim = (int)random_between(&source, 0, 5);
        const batchdot_axes axes = {(int)random_between(&source, -6, 6), (int)random_between(&source, -6, 6)};
        const batchdot_axes *given = random_chance(&source, 70) ? &axes : NULL;
        int64_t x_shape[5], y_shape[5], expected_shape[BATCHDOT_MAX_NDIM], shape[BATCHDOT_MAX_NDIM];
        int expected_ndim = -1, ndim = -1;
        batchdot_status expected, status;

        for (int axis = 0; axis < 5; axis++) {
            x_shape[axis] = random_between(&source, random_chance(&source, 5) ? -1 : 1, 2);
            y_shape[axis] = random_between(&source, random_chance(&source, 5) ? -1 : 1, 2);
        }
        expected = oracle_infer_shape(x_ndim, x_shape, y_ndim, y_shape, given, &expected_ndim, expected_shape);
        status = batchdot_infer_shape(x_ndim, x_shape, y_ndim, y_shape, given, &ndim, shape);
        if (status != expected || ndim != expected_ndim ||
            (status == BATCHDOT_OK && memcmp(shape, expected_shape, (size_t)ndim * sizeof *shape) != 0))
            fail_msg("case %" PRIu64 ": expected %s and rank %d, got %s and rank %d, or another shape", number,
                     batchdot_status_name(expected), expected_ndim, batchdot_status_name(status), ndim);
    }
}

int main(int argc, char **argv) {
    static trial_test trials[2 * ORACLE_DTYPE_COUNT];
    struct CMUnitTest tests[2 * ORACLE_DTYPE_COUNT + 1];
    int count = 0;

    tests[count++] = (struct CMUnitTest){"infer_shape_agrees", test_infer_shape_agrees, NULL, NULL, NULL};
    for (int i = 0; i < 2 * ORACLE_DTYPE_COUNT; i++) {
        const bool is_agreement = i < ORACLE_DTYPE_COUNT;
        const batchdot_dtype dtype = (batchdot_dtype)(i % ORACLE_DTYPE_COUNT);
        trial_test *test = &trials[i];

        *test = (trial_test){.program = "test_property",
                             .dtype = dtype,
                             .stream = (uint64_t)i,
                             .make = is_agreement ? make_anything : make_batch,
                             .end = end_case,
                             .check = is_agreement ? agrees_with_oracle : is_batch_invariant,
                             .describe = describe_case};
        snprintf(test->name, sizeof test->name, "%s_%s", oracle_dtype_name(dtype),
                 is_agreement ? "agrees_with_oracle" : "is_batch_invariant");
        tests[count++] =
            (struct CMUnitTest){test->name, is_agreement ? test_agrees_with_oracle : test_is_batch_invariant, NULL,
                                trial_report_signal, test};
    }
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, trial_find_blas, NULL);
}
