/* What the library says: status names, the last error, the version, explain. */
#include "test_api_support.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Names ------------------------------------------------------------------------------------------------------ */

static const char *const status_names[] = {
    "BATCHDOT_OK",
    "BATCHDOT_ERROR_NULL",
    "BATCHDOT_ERROR_RANK",
    "BATCHDOT_ERROR_BATCH",
    "BATCHDOT_ERROR_AXIS_RANGE",
    "BATCHDOT_ERROR_AXIS_BATCH",
    "BATCHDOT_ERROR_CONTRACTED",
    "BATCHDOT_ERROR_SHAPE",
    "BATCHDOT_ERROR_DTYPE",
    "BATCHDOT_ERROR_OUTPUT",
    "BATCHDOT_ERROR_OVERLAP",
    "BATCHDOT_ERROR_OVERFLOW",
    "BATCHDOT_ERROR_OPTION",
    "BATCHDOT_ERROR_MEMORY",
};

static void every_status_has_its_name(void **state) {
    (void)state;
    assert_int_equal(COUNT(status_names), BATCHDOT_ERROR_MEMORY + 1);
    for (size_t i = 0; i < COUNT(status_names); i++)
        assert_string_equal(batchdot_status_name((batchdot_status)i), status_names[i]);
    static const int unknown[] = {-1, BATCHDOT_ERROR_MEMORY + 1, 1000, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < COUNT(unknown); i++)
        assert_string_equal(batchdot_status_name((batchdot_status)unknown[i]), "BATCHDOT_ERROR_UNKNOWN");
}

static void the_version_is_the_header_s(void **state) {
    (void)state;
    char text[64];
    snprintf(text, sizeof text, "%d.%d.%d", BATCHDOT_VERSION_MAJOR, BATCHDOT_VERSION_MINOR, BATCHDOT_VERSION_PATCH);
    assert_string_equal(batchdot_version(), text);
}

static void the_default_options(void **state) {
    (void)state;
    const batchdot_options options = BATCHDOT_OPTIONS_INIT;
    assert_int_equal(options.struct_size, sizeof options);
    assert_int_equal(options.num_threads, 0);
    assert_int_equal(options.engine, BATCHDOT_ENGINE_AUTO);
    assert_true(options.alpha[0] == 1.0 && options.alpha[1] == 0.0);
    assert_true(options.beta[0] == 0.0 && options.beta[1] == 0.0);
    assert_true(options.conj_x == 0 && options.conj_y == 0 && options.normalize == 0);
    assert_true(options.normalize_epsilon == 1e-12);
}

/* ---- The last error --------------------------------------------------------------------------------------------- */

/* Two batches that differ: a failure whose sentence holds both shapes. */
static batchdot_status fail_with(int64_t x_batch, int64_t y_batch) {
    int ndim = 0;
    int64_t shape[BATCHDOT_MAX_NDIM];
    return batchdot_infer_shape(DIMS(x_batch, 3), DIMS(y_batch, 3), NULL, &ndim, shape);
}

static void a_success_does_not_clear_the_last_error(void **state) {
    (void)state;
    assert_int_equal(fail_with(4, 5), BATCHDOT_ERROR_BATCH);
    const char *text = batchdot_last_error();
    char copy[1024];
    assert_true(strlen(text) < sizeof copy);
    strcpy(copy, text);
    assert_non_null(strstr(copy, "(4, 3)"));
    assert_non_null(strstr(copy, "(5, 3)"));

    assert_int_equal(fail_with(4, 4), BATCHDOT_OK);
    double x_data[6] = {0}, result[2];
    const batchdot_tensor *x = TENSOR(x_data, BATCHDOT_F64, DIMS(2, 3));
    assert_ok(batchdot(x, x, NULL, TENSOR(result, BATCHDOT_F64, DIMS(2, 1))));
    assert_ok(test_run(x, x, NULL, TENSOR(result, BATCHDOT_F64, DIMS(2, 1)), NULL));
    assert_string_equal(text, copy);
    assert_string_equal(batchdot_last_error(), copy);

    assert_int_equal(fail_with(6, 7), BATCHDOT_ERROR_BATCH);
    assert_non_null(strstr(batchdot_last_error(), "(6, 3)"));
    assert_null(strstr(batchdot_last_error(), "(4, 3)"));
}

/* What a thread saw; it cannot assert, since CMocka's assertions leave by longjmp. */
typedef struct witness {
    bool empty_at_first, own_after, held_through;
    int64_t batch;
    char needle[32];
} witness;

static void *fail_in_thread(void *argument) {
    witness *seen = argument;
    seen->empty_at_first = strcmp(batchdot_last_error(), "") == 0;
    snprintf(seen->needle, sizeof seen->needle, "(%d, 3)", (int)seen->batch);
    seen->own_after = seen->held_through = true;
    for (int i = 0; i < 2000; i++) {
        seen->own_after &= fail_with(seen->batch, 3) == BATCHDOT_ERROR_BATCH;
        seen->held_through &= strstr(batchdot_last_error(), seen->needle) != NULL;
    }
    return NULL;
}

static void the_last_error_belongs_to_its_thread(void **state) {
    (void)state;
    assert_int_equal(fail_with(4, 5), BATCHDOT_ERROR_BATCH);
    const char *text = batchdot_last_error(); /* holds while others fail, without asking again */
    pthread_t threads[3];
    witness seen[3] = {{.batch = 71}, {.batch = 72}, {.batch = 73}};
    for (size_t i = 0; i < COUNT(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, fail_in_thread, &seen[i]), 0);
    for (size_t i = 0; i < COUNT(threads); i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (size_t i = 0; i < COUNT(threads); i++) {
        assert_true(seen[i].empty_at_first);
        assert_true(seen[i].own_after);
        assert_true(seen[i].held_through);
    }
    assert_non_null(strstr(text, "(4, 3)"));
    assert_non_null(strstr(text, "(5, 3)"));
    assert_string_equal(batchdot_last_error(), text);
}

/* ---- Explain ---------------------------------------------------------------------------------------------------- */

static void explain_counts_as_snprintf_does(void **state) {
    (void)state;
    batchdot_plan *plan = NULL;
    assert_ok(batchdot_plan_create(&plan, TENSOR(NULL, BATCHDOT_F32, DIMS(32, 20)),
                                   TENSOR(NULL, BATCHDOT_F32, DIMS(32, 30, 20)), AXES(1, 2), NULL, NULL));
    const size_t length = batchdot_plan_explain(plan, NULL, 0);
    assert_true(length > 0);
    /* Exactly as large as said, so that a sanitizer sees a byte too many. */
    char *whole = test_alloc(length + 1), *exact = test_alloc(length), *half = test_alloc(length / 2 + 1), one = 'x';
    assert_int_equal(batchdot_plan_explain(plan, whole, length + 1), length);
    assert_int_equal(strlen(whole), length);

    assert_int_equal(batchdot_plan_explain(plan, &one, 0), length);
    assert_int_equal(one, 'x');
    assert_int_equal(batchdot_plan_explain(plan, &one, 1), length);
    assert_int_equal(one, '\0');

    assert_int_equal(batchdot_plan_explain(plan, exact, length), length);
    assert_int_equal(strlen(exact), length - 1);
    assert_memory_equal(exact, whole, length - 1);
    assert_int_equal(batchdot_plan_explain(plan, half, length / 2 + 1), length);
    assert_int_equal(strlen(half), length / 2);
    assert_memory_equal(half, whole, length / 2);

    char large[16384];
    assert_true(length < sizeof large);
    test_fill(large, sizeof large);
    assert_int_equal(batchdot_plan_explain(plan, large, sizeof large), length);
    assert_string_equal(large, whole);
    free(whole);
    free(exact);
    free(half);
    batchdot_plan_destroy(plan);
}

static void explain_survives_null(void **state) {
    (void)state;
    char text[16] = "before";
    assert_int_equal(batchdot_plan_explain(NULL, NULL, 0), 0);
    assert_int_equal(batchdot_plan_explain(NULL, text, 0), 0);
    assert_string_equal(text, "before");
    assert_int_equal(batchdot_plan_explain(NULL, text, sizeof text), 0);
    assert_string_equal(text, "");
    batchdot_plan *plan = NULL;
    const batchdot_tensor *x = TENSOR(NULL, BATCHDOT_I64, DIMS(2, 3));
    assert_ok(batchdot_plan_create(&plan, x, x, NULL, NULL, NULL));
    batchdot_plan_explain(plan, NULL, 10); /* not allowed, and survived */
    batchdot_plan_explain(NULL, NULL, 10);
    batchdot_plan_destroy(plan);
}

/* Every shape and dtype has something to say: more than one line would be welcome, none is a bug. */
static void explain_speaks_of_every_plan(void **state) {
    (void)state;
    static const int64_t shapes[][3] = {{2, 3, 3}, {0, 3, 3}, {2, 0, 0}, {1, 1, 1}, {64, 96, 96}};
    batchdot_engine engines[3];
    const int engine_count = test_engines(engines);
    for (int i = 0; i < TEST_DTYPE_COUNT * (int)COUNT(shapes) * engine_count; i++) {
        const batchdot_dtype dtype = (batchdot_dtype)(i % TEST_DTYPE_COUNT);
        const int64_t *shape = shapes[i / TEST_DTYPE_COUNT % (int)COUNT(shapes)];
        const batchdot_options options = test_options(engines[i / TEST_DTYPE_COUNT / (int)COUNT(shapes)]);
        const batchdot_tensor x = {NULL, dtype, 3, shape, NULL};
        batchdot_plan *plan = NULL;
        assert_ok(batchdot_plan_create(&plan, &x, &x, NULL, NULL, &options));
        char text[8192] = "";
        const size_t length = batchdot_plan_explain(plan, text, sizeof text);
        assert_true(length > 0 && length < sizeof text);
        assert_int_equal(strlen(text), length);
        batchdot_plan_destroy(plan);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_its_name),
        cmocka_unit_test(the_version_is_the_header_s),
        cmocka_unit_test(the_default_options),
        cmocka_unit_test(a_success_does_not_clear_the_last_error),
        cmocka_unit_test(the_last_error_belongs_to_its_thread),
        cmocka_unit_test(explain_counts_as_snprintf_does),
        cmocka_unit_test(explain_survives_null),
        cmocka_unit_test(explain_speaks_of_every_plan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
