#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "guarded_buffer.h"
#include "random_trial.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t default_seed = 20200507;
static const uint64_t default_cases = 20000;

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

static int64_t output_count(const trial *of) {
    return oracle_count(of->out->tensor.ndim, of->out->shape);
}

static void restore_output(const trial *of) {
    copy(of->out->memory, of->output_before, of->out->size);
}

static unsigned char *copy_of(const random_tensor *of) {
    unsigned char *copied = allocate(of->size);

    copy(copied, of->memory, of->size);
    return copied;
}

static void keep_memory(trial *begun) {
    begun->output_before = copy_of(begun->out);
    begun->inputs_before = allocate(begun->x->size + begun->y->size);
    copy(begun->inputs_before, begun->x->memory, begun->x->size);
    copy(begun->inputs_before + begun->x->size, begun->y->memory, begun->y->size);
    begun->expected = allocate((size_t)output_count(begun) * sizeof *begun->expected);
}

static void free_memory(trial *ended) {
    free(ended->expected);
    free(ended->output_before);
    free(ended->inputs_before);
}

/* ---- Checks ----------------------------------------------------------------------------------------------------- */

bool trial_fails(trial *failed, const char *format, ...) {
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(failed->failure, sizeof failed->failure, format, arguments);
    va_end(arguments);
    return false;
}

bool trial_is_ok(trial *tried, const char *call, batchdot_status status) {
    if (status == BATCHDOT_OK)
        return true;
    return trial_fails(tried, "%s gave %s: %s", call, batchdot_status_name(status), batchdot_last_error());
}

bool trial_executes(trial *tried, const char *call, const batchdot_plan *plan) {
    return trial_is_ok(
        tried, call,
        batchdot_plan_execute(plan, tried->x->tensor.data, tried->y->tensor.data, tried->out->tensor.data));
}

static bool inputs_are_unchanged(trial *tried, const char *call) {
    const random_tensor *x = tried->x, *y = tried->y;

    if (same(tried->inputs_before, x->memory, x->size) && same(tried->inputs_before + x->size, y->memory, y->size))
        return true;
    return trial_fails(tried, "%s changed an input", call);
}

static unsigned char *output_element(const trial *of, int64_t offset) {
    const batchdot_tensor *out = &of->out->tensor;

    return (unsigned char *)out->data + offset * (int64_t)oracle_element_size(out->dtype);
}

static bool elements_are_right(trial *tried, const char *call, int64_t count) {
    const batchdot_dtype dtype = tried->out->tensor.dtype;

    for (int64_t i = 0; i < count; i++) {
        const oracle_element *expected = &tried->expected[i];
        const void *element = output_element(tried, expected->offset);
        const oracle_value got = oracle_read(dtype, element);

        if (oracle_matches(dtype, expected, element))
            continue;
        if (oracle_is_integer(dtype))
            return trial_fails(tried, "%s: element %" PRId64 ": expected %#" PRIx64 ", got %#" PRIx64, call, i,
                               expected->value.bits, got.bits);
        return trial_fails(tried, "%s: element %" PRId64 ": expected %.17Lg%+.17Lgi, got %.17Lg%+.17Lgi, bound %.3Lg",
                           call, i, expected->value.real, expected->value.imaginary, got.real, got.imaginary,
                           expected->bound);
    }
    return true;
}

/* Once the elements are put back, all the output's memory must be as it was. */
static bool gaps_are_untouched(trial *tried, const char *call, int64_t count) {
    const random_tensor *out = tried->out;
    const size_t size = oracle_element_size(out->tensor.dtype);

    for (int64_t i = 0; i < count; i++) {
        unsigned char *element = output_element(tried, tried->expected[i].offset);

        memcpy(element, tried->output_before + (element - out->memory), size);
    }
    for (size_t i = 0; i < out->size; i++) {
        if (out->memory[i] != tried->output_before[i])
            return trial_fails(tried,
                               "%s wrote outside the output's elements, at byte %td from its element [0, 0, ...]", call,
                               out->memory + i - (unsigned char *)out->tensor.data);
    }
    return true;
}

bool trial_result_is_right(trial *tried, const char *call) {
    const int64_t count = output_count(tried);

    return inputs_are_unchanged(tried, call) && elements_are_right(tried, call, count) &&
           gaps_are_untouched(tried, call, count);
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

bool trial_stays_within_inputs(trial *tried, const batchdot_plan *plan) {
    const enum guarded_side side = tried->number % 3 == 0 ? GUARD_BEFORE : GUARD_BEHIND;
    struct guarded_buffer x = guarded_copy(tried->x, side), y = guarded_copy(tried->y, side);
    const batchdot_status status =
        batchdot_plan_execute(plan, guarded_data(&x, tried->x), guarded_data(&y, tried->y), tried->out->tensor.data);

    guarded_buffer_free(&x);
    guarded_buffer_free(&y);
    return trial_is_ok(tried, "batchdot_plan_execute on guarded inputs", status) &&
           trial_result_is_right(tried, "batchdot_plan_execute on guarded inputs");
}

/* ---- Bits ------------------------------------------------------------------------------------------------------- */

/* Whether the output's memory holds what a copy of it holds. */
static bool has_same_bits(trial *tried, const unsigned char *copied, const char *what) {
    const random_tensor *out = tried->out;
    const int64_t count = output_count(tried);
    const size_t size = oracle_element_size(out->tensor.dtype);

    if (same(copied, out->memory, out->size))
        return true;
    for (int64_t i = 0; i < count; i++) {
        const unsigned char *element =
            output_element(tried, oracle_offset(out->tensor.ndim, out->shape, out->strides, i));
        const unsigned char *first = copied + (element - out->memory);
        const oracle_value expected = oracle_read(out->tensor.dtype, first);
        const oracle_value got = oracle_read(out->tensor.dtype, element);

        if (memcmp(first, element, size) != 0)
            return trial_fails(
                tried, "%s: element %" PRId64 ": at first %.17Lg%+.17Lgi %#" PRIx64 ", now %.17Lg%+.17Lgi %#" PRIx64,
                what, i, expected.real, expected.imaginary, expected.bits, got.real, got.imaginary, got.bits);
    }
    return trial_fails(tried, "%s: other bits outside the output's elements", what);
}

bool trial_repeats(trial *tried, const batchdot_plan *plan) {
    unsigned char *first;
    bool ok = trial_executes(tried, "batchdot_plan_execute", plan);

    first = copy_of(tried->out);
    restore_output(tried);
    ok = ok && trial_executes(tried, "batchdot_plan_execute once more", plan) &&
         has_same_bits(tried, first, "batchdot_plan_execute once more");
    restore_output(tried);
    free(first);
    return ok;
}

static bool executes_all(trial *tried, const trial_items *items, int num_threads) {
    batchdot_plan *plan = NULL;
    const bool ok = trial_is_ok(tried, "the plan of the batch", items->plan_all(tried, num_threads, &plan)) &&
                    trial_executes(tried, "batchdot_plan_execute of the batch", plan);

    batchdot_plan_destroy(plan);
    return ok;
}

/* NULL for a tensor without elements. */
static void *item_data(const random_tensor *batch, int64_t offset) {
    const int64_t size = (int64_t)oracle_element_size(batch->tensor.dtype);

    return batch->tensor.data == NULL ? NULL : (char *)batch->tensor.data + offset * size;
}

static bool executes_items_alone(trial *tried, const trial_items *items) {
    batchdot_plan *plan = NULL;
    bool ok = trial_is_ok(tried, "the plan of one item", items->plan_one(tried, &plan));

    for (int64_t i = 0; ok && i < items->count; i++) {
        int64_t offsets[3];

        items->place(tried, i, offsets);
        ok = trial_is_ok(tried, "batchdot_plan_execute of one item",
                         batchdot_plan_execute(plan, item_data(tried->x, offsets[0]), item_data(tried->y, offsets[1]),
                                               item_data(tried->out, offsets[2])));
    }
    batchdot_plan_destroy(plan);
    return ok;
}

bool trial_is_batch_invariant(trial *tried, const trial_items *items) {
    static const char *const names[] = {"", "", "by two threads", "by three threads"};
    bool ok = executes_all(tried, items, 1);
    unsigned char *result = copy_of(tried->out);

    for (int num_threads = 2; ok && num_threads <= 3; num_threads++) {
        restore_output(tried);
        ok = executes_all(tried, items, num_threads) && has_same_bits(tried, result, names[num_threads]);
    }
    if (ok) {
        restore_output(tried);
        /* In a batch of none an item's strides may be such as one item must not have. */
        ok = items->count == 0 ||
             (executes_items_alone(tried, items) && has_same_bits(tried, result, "by each item alone"));
    }
    free(result);
    return ok;
}

/* ---- Running ---------------------------------------------------------------------------------------------------- */

static uint64_t number_from_environment(const char *name, uint64_t otherwise) {
    const char *text = getenv(name);

    return text != NULL ? strtoull(text, NULL, 0) : otherwise;
}

uint64_t trial_seed(void) {
    return number_from_environment("BATCHDOT_TEST_SEED", default_seed);
}

uint64_t trial_cases(void) {
    return number_from_environment("BATCHDOT_TEST_CASES", default_cases);
}

/* The case that is being run, for a line on it even if a signal ends it. */
static struct {
    const trial_test *test;
    const trial *tried; /* NULL: none */
} running;

static void report(const char *failure) {
    char description[TRIAL_TEXT_SIZE];

    running.test->describe(running.tried, description, sizeof description);
    fprintf(stderr, "BATCHDOT_TEST_SEED=%" PRIu64 " BATCHDOT_TEST_CASE=%" PRIu64 " %s %s: %s: %s\n", trial_seed(),
            running.tried->number, running.test->program, running.test->name, failure, description);
}

/* After a test: CMocka has caught the signal by then. */
int trial_report_signal(void **state) {
    (void)state;
    if (running.tried != NULL)
        report("ended by a signal");
    running.tried = NULL;
    return 0;
}

static void run_case(const trial_test *test, uint64_t number) {
    trial *tried = allocate(sizeof *tried);
    bool ok;

    memset(tried, 0, sizeof *tried);
    tried->number = number;
    test->make(tried, test, random_seed_of(trial_seed(), test->stream, number));
    keep_memory(tried);
    running.test = test;
    running.tried = tried;
    ok = test->check(tried);
    if (!ok)
        report(tried->failure);
    running.tried = NULL;
    free_memory(tried);
    test->end(tried);
    free(tried);
    if (!ok)
        fail();
}

void trial_run(const trial_test *test, uint64_t count) {
    if (getenv("BATCHDOT_TEST_CASE") != NULL) {
        run_case(test, number_from_environment("BATCHDOT_TEST_CASE", 0));
        return;
    }
    for (uint64_t number = 0; number < count; number++)
        run_case(test, number);
}

static bool library_has_blas;

int trial_find_blas(void **state) {
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

bool trial_library_has_blas(void) {
    return library_has_blas;
}
