/* The library against the oracle on random cases, and against itself: an item's bits depend on that item alone.
 *
 * BATCHDOT_TEST_CASES=n  cases a dtype (default 20000; the bit-by-bit tests take 3 for every 200 of them)
 * BATCHDOT_TEST_SEED=n   another seed than the fixed one
 * BATCHDOT_TEST_CASE=n   only this case, of each test that is run
 * test_property NAME     only this test
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "guarded_buffer.h"
#include "oracle.h"
#include "random_case.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_SIZE = 8192 };

static const uint64_t default_seed = 20200507;
static const uint64_t default_cases = 20000;

/* What is being tested, and why it failed. */
typedef struct trial {
    uint64_t number;
    random_case *made;
    oracle_element *expected;     /* one an element of the output */
    unsigned char *output_before; /* the output's whole memory, as it was made */
    unsigned char *inputs_before; /* x's, then y's */
    char failure[TEXT_SIZE];
} trial;

typedef bool (*trial_function)(trial *);

static bool library_has_blas;

/* ---- Memory ----------------------------------------------------------------------------------------------------- */

/* A size of 0 gives a pointer too. */
static void *allocate(size_t size) {
    void *memory = malloc(size > 0 ? size : 1);

    assert_non_null(memory);
    return memory;
}

static void copy(unsigned char *to, const unsigned char *from, size_t size) {
    if (size > 0)
        memcpy(to, from, size);
}

static bool same(const unsigned char *a, const unsigned char *b, size_t size) {
    return size == 0 || memcmp(a, b, size) == 0;
}

static void begin_trial(trial *begun, random_case *made) {
    memset(begun, 0, sizeof *begun);
    begun->made = made;
    begun->output_before = allocate(made->out.size);
    begun->inputs_before = allocate(made->x.size + made->y.size);
    copy(begun->output_before, made->out.memory, made->out.size);
    copy(begun->inputs_before, made->x.memory, made->x.size);
    copy(begun->inputs_before + made->x.size, made->y.memory, made->y.size);
}

static void end_trial(trial *ended) {
    free(ended->expected);
    free(ended->output_before);
    free(ended->inputs_before);
}

static void restore_output(const trial *of) {
    copy(of->made->out.memory, of->output_before, of->made->out.size);
}

/* ---- Checks: each gives false and says why in trial->failure ---------------------------------------------------- */

static bool fails(trial *failed, const char *format, ...) {
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(failed->failure, sizeof failed->failure, format, arguments);
    va_end(arguments);
    return false;
}

static bool is_ok(trial *tried, const char *call, batchdot_status status) {
    if (status == BATCHDOT_OK)
        return true;
    return fails(tried, "%s gave %s: %s", call, batchdot_status_name(status), batchdot_last_error());
}

static bool inputs_are_unchanged(trial *tried, const char *call) {
    const random_tensor *x = &tried->made->x, *y = &tried->made->y;

    if (same(tried->inputs_before, x->memory, x->size) && same(tried->inputs_before + x->size, y->memory, y->size))
        return true;
    return fails(tried, "%s changed an input", call);
}

static unsigned char *output_element(const trial *of, int64_t offset) {
    const batchdot_tensor *out = &of->made->out.tensor;

    return (unsigned char *)out->data + offset * (int64_t)oracle_element_size(out->dtype);
}

static bool elements_are_right(trial *tried, const char *call, int64_t count) {
    const batchdot_dtype dtype = tried->made->out.tensor.dtype;

    for (int64_t i = 0; i < count; i++) {
        const oracle_element *expected = &tried->expected[i];
        const void *element = output_element(tried, expected->offset);
        const oracle_value got = oracle_read(dtype, element);

        if (oracle_matches(dtype, expected, element))
            continue;
        if (oracle_is_integer(dtype))
            return fails(tried, "%s: element %" PRId64 ": expected %#" PRIx64 ", got %#" PRIx64, call, i,
                         expected->value.bits, got.bits);
        return fails(tried, "%s: element %" PRId64 ": expected %.17Lg%+.17Lgi, got %.17Lg%+.17Lgi, bound %.3Lg", call,
                     i, expected->value.real, expected->value.imaginary, got.real, got.imaginary, expected->bound);
    }
    return true;
}

/* Once the elements are put back, all the output's memory must be as it was. */
static bool gaps_are_untouched(trial *tried, const char *call, int64_t count) {
    const random_tensor *out = &tried->made->out;
    const size_t size = oracle_element_size(out->tensor.dtype);

    for (int64_t i = 0; i < count; i++) {
        unsigned char *element = output_element(tried, tried->expected[i].offset);

        memcpy(element, tried->output_before + (element - out->memory), size);
    }
    for (size_t i = 0; i < out->size; i++) {
        if (out->memory[i] != tried->output_before[i])
            return fails(tried, "%s wrote outside the output's elements, at byte %td from its element [0, 0, ...]",
                         call, out->memory + i - (unsigned char *)out->tensor.data);
    }
    return true;
}

/* Leaves the output as it was before the call. */
static bool result_is_right(trial *tried, const char *call) {
    const random_tensor *out = &tried->made->out;
    const int64_t count = oracle_count(out->tensor.ndim, out->shape);

    return inputs_are_unchanged(tried, call) && elements_are_right(tried, call, count) &&
           gaps_are_untouched(tried, call, count);
}

/* ---- Agreement with the oracle ---------------------------------------------------------------------------------- */

static const batchdot_axes *axes_of(const random_case *made) {
    return made->has_axes ? &made->axes : NULL;
}

static bool shape_agrees(trial *tried) {
    const random_tensor *x = &tried->made->x, *y = &tried->made->y, *out = &tried->made->out;
    int64_t shape[BATCHDOT_MAX_NDIM];
    int ndim = 0;

    if (!is_ok(tried, "batchdot_infer_shape",
               batchdot_infer_shape(x->tensor.ndim, x->shape, y->tensor.ndim, y->shape, axes_of(tried->made), &ndim,
                                    shape)))
        return false;
    if (ndim == out->tensor.ndim && memcmp(shape, out->shape, (size_t)ndim * sizeof *shape) == 0)
        return true;
    return fails(tried, "batchdot_infer_shape gave another shape, of rank %d", ndim);
}

static struct guarded_buffer guarded_copy(const random_tensor *of, enum guarded_side side) {
    struct guarded_buffer made = guarded_buffer_make(of->size, side);

    copy(made.data, of->memory, of->size);
    return made;
}

/* Element [0, 0, ...] of the copy. */
static const void *guarded_data(const struct guarded_buffer *copied, const random_tensor *of) {
    return of->memory == NULL ? NULL : copied->data + ((unsigned char *)of->tensor.data - of->memory);
}

/* Inputs that end, or often begin, at a page that must not be read. */
static bool stays_within_inputs(trial *tried, const batchdot_plan *plan) {
    const random_case *made = tried->made;
    const enum guarded_side side = tried->number % 3 == 0 ? GUARD_BEFORE : GUARD_BEHIND;
    struct guarded_buffer x = guarded_copy(&made->x, side), y = guarded_copy(&made->y, side);
    const batchdot_status status =
        batchdot_plan_execute(plan, guarded_data(&x, &made->x), guarded_data(&y, &made->y), made->out.tensor.data);

    guarded_buffer_free(&x);
    guarded_buffer_free(&y);
    return is_ok(tried, "batchdot_plan_execute on guarded inputs", status) &&
           result_is_right(tried, "batchdot_plan_execute on guarded inputs");
}

static bool plan_is_right(trial *tried) {
    const random_case *made = tried->made;
    const batchdot_tensor *out = made->default_out ? NULL : &made->out.tensor;
    batchdot_options options = made->options;
    batchdot_plan *plan = NULL;
    bool ok;

    if (options.engine == BATCHDOT_ENGINE_BLAS && !library_has_blas)
        options.engine = BATCHDOT_ENGINE_AUTO;
    ok = is_ok(tried, "batchdot_plan_create",
               batchdot_plan_create(&plan, &made->x.tensor, &made->y.tensor, axes_of(made), out,
                                    made->default_options ? NULL : &options)) &&
         is_ok(tried, "batchdot_plan_execute",
               batchdot_plan_execute(plan, made->x.tensor.data, made->y.tensor.data, made->out.tensor.data)) &&
         result_is_right(tried, "batchdot_plan_execute") &&
         (tried->number % 4 != 0 || stays_within_inputs(tried, plan));
    batchdot_plan_destroy(plan);
    return ok;
}

static bool one_call_is_right(trial *tried) {
    const random_case *made = tried->made;

    return is_ok(tried, "batchdot", batchdot(&made->x.tensor, &made->y.tensor, axes_of(made), &made->out.tensor)) &&
           result_is_right(tried, "batchdot");
}

static bool agrees_with_oracle(trial *tried) {
    const random_case *made = tried->made;
    const oracle_problem problem = {&made->x.tensor, &made->y.tensor, &made->out.tensor, axes_of(made), &made->options};
    const int64_t count = oracle_count(made->out.tensor.ndim, made->out.shape);

    tried->expected = allocate((size_t)count * sizeof *tried->expected);
    oracle_compute(&problem, tried->expected);
    return shape_agrees(tried) && plan_is_right(tried) && (!made->default_options || one_call_is_right(tried));
}

/* ---- Batch invariance ------------------------------------------------------------------------------------------- */

static bool execute_batch(trial *tried, int num_threads) {
    const random_case *made = tried->made;
    batchdot_options options = made->options;
    batchdot_plan *plan = NULL;
    bool ok;

    options.num_threads = num_threads;
    ok = is_ok(tried, "batchdot_plan_create of the batch",
               batchdot_plan_create(&plan, &made->x.tensor, &made->y.tensor, axes_of(made), &made->out.tensor,
                                    &options)) &&
         is_ok(tried, "batchdot_plan_execute of the batch",
               batchdot_plan_execute(plan, made->x.tensor.data, made->y.tensor.data, made->out.tensor.data));
    batchdot_plan_destroy(plan);
    return ok;
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

/* NULL for a tensor without elements. */
static void *item_data(const random_tensor *batch, int64_t index) {
    const int64_t size = (int64_t)oracle_element_size(batch->tensor.dtype);

    return batch->tensor.data == NULL ? NULL : (char *)batch->tensor.data + index * batch->strides[0] * size;
}

static bool execute_items_alone(trial *tried) {
    const random_case *made = tried->made;
    int64_t x_shape[BATCHDOT_MAX_NDIM], y_shape[BATCHDOT_MAX_NDIM], out_shape[BATCHDOT_MAX_NDIM];
    const batchdot_tensor x = item_of(&made->x, x_shape), y = item_of(&made->y, y_shape);
    const batchdot_tensor out = item_of(&made->out, out_shape);
    batchdot_plan *plan = NULL;
    bool ok = is_ok(tried, "batchdot_plan_create of one item",
                    batchdot_plan_create(&plan, &x, &y, axes_of(made), &out, &made->options));

    for (int64_t i = 0; ok && i < made->x.shape[0]; i++)
        ok = is_ok(
            tried, "batchdot_plan_execute of one item",
            batchdot_plan_execute(plan, item_data(&made->x, i), item_data(&made->y, i), item_data(&made->out, i)));
    batchdot_plan_destroy(plan);
    return ok;
}

static bool has_same_bits(trial *tried, const unsigned char *result, const char *what) {
    const random_tensor *out = &tried->made->out;
    const int64_t count = oracle_count(out->tensor.ndim, out->shape);
    const size_t size = oracle_element_size(out->tensor.dtype);

    if (same(result, out->memory, out->size))
        return true;
    for (int64_t i = 0; i < count; i++) {
        const unsigned char *element =
            output_element(tried, oracle_offset(out->tensor.ndim, out->shape, out->strides, i));
        const unsigned char *first = result + (element - out->memory);
        const oracle_value expected = oracle_read(out->tensor.dtype, first);
        const oracle_value got = oracle_read(out->tensor.dtype, element);

        if (memcmp(first, element, size) != 0)
            return fails(tried,
                         "%s: element %" PRId64 ": by one thread %.17Lg%+.17Lgi %#" PRIx64
                         ", now %.17Lg%+.17Lgi %#" PRIx64,
                         what, i, expected.real, expected.imaginary, expected.bits, got.real, got.imaginary, got.bits);
    }
    return fails(tried, "%s: other bits outside the output's elements", what);
}

static bool is_batch_invariant(trial *tried) {
    static const char *const names[] = {"", "", "two threads", "three threads"};
    const size_t size = tried->made->out.size;
    unsigned char *result = allocate(size);
    bool ok = execute_batch(tried, 1);

    copy(result, tried->made->out.memory, size);
    for (int num_threads = 2; ok && num_threads <= 3; num_threads++) {
        restore_output(tried);
        ok = execute_batch(tried, num_threads) && has_same_bits(tried, result, names[num_threads]);
    }
    if (ok) {
        restore_output(tried);
        /* In a batch of none an item's strides may be such as one item must not have. */
        ok = tried->made->x.shape[0] == 0 ||
             (execute_items_alone(tried) && has_same_bits(tried, result, "each item alone"));
    }
    free(result);
    return ok;
}

/* ---- Running ---------------------------------------------------------------------------------------------------- */

static uint64_t number_from_environment(const char *name, uint64_t otherwise) {
    const char *text = getenv(name);

    return text != NULL ? strtoull(text, NULL, 0) : otherwise;
}

/* The case that is being run, for a line on it even if a signal ends it. */
static struct {
    const char *test;
    uint64_t seed, number;
    const random_case *made; /* NULL: none */
} running;

static void report(const char *failure) {
    char description[TEXT_SIZE];

    random_case_describe(running.made, description, sizeof description);
    fprintf(stderr, "BATCHDOT_TEST_SEED=%" PRIu64 " BATCHDOT_TEST_CASE=%" PRIu64 " test_property %s: %s: %s\n",
            running.seed, running.number, running.test, failure, description);
}

/* After a test: CMocka has caught the signal by then. */
static int report_signal(void **state) {
    (void)state;
    if (running.made != NULL)
        report("ended by a signal");
    running.made = NULL;
    return 0;
}

static void run_case(const char *test, batchdot_dtype dtype, random_kind kind, trial_function check, uint64_t number) {
    const uint64_t seed = number_from_environment("BATCHDOT_TEST_SEED", default_seed);
    const uint64_t stream = (uint64_t)kind * ORACLE_DTYPE_COUNT + (uint64_t)dtype;
    random_case *made = allocate(sizeof *made);
    trial *tried = allocate(sizeof *tried);
    bool ok;

    random_case_make(made, random_seed_of(seed, stream, number), dtype, kind);
    begin_trial(tried, made);
    tried->number = running.number = number;
    running.test = test;
    running.seed = seed;
    running.made = made;
    ok = check(tried);
    if (!ok)
        report(tried->failure);
    running.made = NULL;
    end_trial(tried);
    random_case_free(made);
    free(tried);
    free(made);
    if (!ok)
        fail();
}

static void run_cases(const char *test, batchdot_dtype dtype, random_kind kind, trial_function check, uint64_t count) {
    if (getenv("BATCHDOT_TEST_CASE") != NULL) {
        run_case(test, dtype, kind, check, number_from_environment("BATCHDOT_TEST_CASE", 0));
        return;
    }
    for (uint64_t number = 0; number < count; number++)
        run_case(test, dtype, kind, check, number);
}

typedef struct property {
    char name[40];
    batchdot_dtype dtype;
} property;

static void test_agrees_with_oracle(void **state) {
    const property *tested = *state;
    const uint64_t cases = number_from_environment("BATCHDOT_TEST_CASES", default_cases);

    run_cases(tested->name, tested->dtype, RANDOM_ANYTHING, agrees_with_oracle, cases);
}

static void test_is_batch_invariant(void **state) {
    const property *tested = *state;
    const uint64_t cases = number_from_environment("BATCHDOT_TEST_CASES", default_cases);

    run_cases(tested->name, tested->dtype, RANDOM_BATCHES, is_batch_invariant, (cases * 3 + 199) / 200);
}

/* Random shapes and axes, most of them wrong in some way: the same status, and the same shape where there is one. */
static void test_infer_shape_agrees(void **state) {
    const uint64_t cases = number_from_environment("BATCHDOT_TEST_CASES", default_cases);

    (void)state;
    for (uint64_t number = 0; number < cases; number++) {
        random_source source = {
            random_seed_of(number_from_environment("BATCHDOT_TEST_SEED", default_seed), 99, number)};
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

static int find_blas(void **state) {
    const int64_t shape[] = {1, 1, 1};
    const batchdot_tensor tensor = {NULL, BATCHDOT_F32, 3, shape, NULL};
    batchdot_options options = BATCHDOT_OPTIONS_INIT;
    batchdot_plan *plan = NULL;

    (void)state;
    options.engine = BATCHDOT_ENGINE_BLAS;
    library_has_blas = batchdot_plan_create(&plan, &tensor, &tensor, NULL, NULL, &options) == BATCHDOT_OK;
    batchdot_plan_destroy(plan);
    print_message("the library %s BLAS\n", library_has_blas ? "has a" : "has no");
    return 0;
}

int main(int argc, char **argv) {
    static property properties[2][ORACLE_DTYPE_COUNT];
    struct CMUnitTest tests[2 * ORACLE_DTYPE_COUNT + 1] = {
        {"infer_shape_agrees", test_infer_shape_agrees, NULL, NULL, NULL}};

    for (int i = 0; i < ORACLE_DTYPE_COUNT; i++) {
        property *agreement = &properties[0][i], *invariance = &properties[1][i];

        agreement->dtype = invariance->dtype = (batchdot_dtype)i;
        snprintf(agreement->name, sizeof agreement->name, "%s_agrees_with_oracle", oracle_dtype_name(agreement->dtype));
        snprintf(invariance->name, sizeof invariance->name, "%s_is_batch_invariant",
                 oracle_dtype_name(invariance->dtype));
        tests[1 + i] = (struct CMUnitTest){agreement->name, test_agrees_with_oracle, NULL, report_signal, agreement};
        tests[1 + ORACLE_DTYPE_COUNT + i] =
            (struct CMUnitTest){invariance->name, test_is_batch_invariant, NULL, report_signal, invariance};
    }
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, find_blas, NULL);
}
