/* Threads: a plan executed by many at once, the first calls of all made at once, and a child forked in between. */
#define _POSIX_C_SOURCE 200809L /* fork */
#include "test_api_support.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 4, ROUNDS = 10, ITEMS = 768, SIDE = 16, COUNT_OF_OUTPUT = ITEMS * SIDE * SIDE };

static float *input_x, *input_y;

static int make_inputs(void **state) {
    (void)state;
    input_x = test_alloc(COUNT_OF_OUTPUT * sizeof(float));
    input_y = test_alloc(COUNT_OF_OUTPUT * sizeof(float));
    for (int i = 0; i < COUNT_OF_OUTPUT; i++) {
        input_x[i] = (float)(i * 37 % 1009) / 7.0F;
        input_y[i] = (float)(i * 53 % 1013) / -11.0F;
    }
    return 0;
}

static int free_inputs(void **state) {
    (void)state;
    free(input_x);
    free(input_y);
    return 0;
}

static batchdot_plan *make_plan(batchdot_engine engine, int num_threads) {
    batchdot_options options = test_options(engine);
    options.num_threads = num_threads;
    const batchdot_tensor *x = TENSOR(NULL, BATCHDOT_F32, DIMS(ITEMS, SIDE, SIDE));
    batchdot_plan *plan = NULL;
    assert_ok(batchdot_plan_create(&plan, x, x, NULL, NULL, &options));
    return plan;
}

/* ---- Calls made at once ----------------------------------------------------------------------------------------- */

/* What a thread is given and what it found; it cannot assert, since CMocka's assertions leave by longjmp. */
typedef struct worker {
    const batchdot_plan *plan;
    const float *expected; /* or NULL on the first calls, which are compared afterwards */
    float *out;
    int wrong;
} worker;

static void run_workers(void *(*body)(void *), worker workers[THREADS]) {
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, body, &workers[i]), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(workers[i].wrong, 0);
}

static void *call_first(void *argument) {
    worker *self = argument;
    const batchdot_tensor *x = TENSOR(input_x, BATCHDOT_F32, DIMS(ITEMS, SIDE, SIDE)),
                          *y = TENSOR(input_y, BATCHDOT_F32, DIMS(ITEMS, SIDE, SIDE)),
                          *out = TENSOR(self->out, BATCHDOT_F32, DIMS(ITEMS, SIDE, SIDE));
    self->wrong += batchdot(x, y, NULL, out) != BATCHDOT_OK;
    return NULL;
}

/* Whatever the library finds out on its first call, four threads want it at once. Runs first for that reason. */
static void the_first_calls_of_all_are_made_at_once(void **state) {
    (void)state;
    worker workers[THREADS] = {{0}};
    for (int i = 0; i < THREADS; i++)
        workers[i].out = test_alloc(COUNT_OF_OUTPUT * sizeof(float));
    run_workers(call_first, workers);
    for (int i = 1; i < THREADS; i++)
        assert_memory_equal(workers[i].out, workers[0].out, COUNT_OF_OUTPUT * sizeof(float));
    for (int i = 0; i < SIDE; i++) { /* a row of the last item, roughly: the bits are compared elsewhere */
        const float *x = input_x + COUNT_OF_OUTPUT - SIDE, *y = input_y + COUNT_OF_OUTPUT - SIDE * SIDE;
        double sum = 0.0;
        for (int k = 0; k < SIDE; k++)
            sum += (double)x[k] * (double)y[k * SIDE + i];
        assert_float_equal((float)sum, workers[0].out[COUNT_OF_OUTPUT - SIDE + i], (float)(sum * -1e-5));
    }
    for (int i = 0; i < THREADS; i++)
        free(workers[i].out);
}

static void *execute_often(void *argument) {
    worker *self = argument;
    for (int round = 0; round < ROUNDS; round++) {
        memset(self->out, 0xFF, COUNT_OF_OUTPUT * sizeof(float));
        self->wrong += batchdot_plan_execute(self->plan, input_x, input_y, self->out) != BATCHDOT_OK;
        self->wrong += memcmp(self->out, self->expected, COUNT_OF_OUTPUT * sizeof(float)) != 0;
    }
    return NULL;
}

static void one_plan_serves_many_threads(void **state) {
    (void)state;
    batchdot_engine engines[3];
    const int engine_count = test_engines(engines);
    float *expected = test_alloc(COUNT_OF_OUTPUT * sizeof(float));
    worker workers[THREADS];
    for (int i = 0; i < THREADS; i++)
        workers[i] = (worker){NULL, expected, test_alloc(COUNT_OF_OUTPUT * sizeof(float)), 0};
    for (int i = 0; i < engine_count * 3; i++) {
        batchdot_plan *alone = make_plan(engines[i / 3], 1), *plan = make_plan(engines[i / 3], i % 3);
        assert_ok(batchdot_plan_execute(alone, input_x, input_y, expected));
        for (int j = 0; j < THREADS; j++)
            workers[j].plan = plan;
        run_workers(execute_often, workers);
        batchdot_plan_destroy(plan);
        batchdot_plan_destroy(alone);
    }
    for (int i = 0; i < THREADS; i++)
        free(workers[i].out);
    free(expected);
}

/* One item, large enough for scratch of the plan's own, of which there is less than there are threads. */
enum { LARGE_M = 96, LARGE_N = 512, LARGE_K = 700, LARGE_ROUNDS = 5 };

static void *execute_large_often(void *argument) {
    worker *self = argument;
    for (int round = 0; round < LARGE_ROUNDS; round++) {
        memset(self->out, 0xFF, LARGE_M * LARGE_N * sizeof(float));
        self->wrong += batchdot_plan_execute(self->plan, input_x, input_y + round, self->out) != BATCHDOT_OK;
        self->wrong +=
            memcmp(self->out, self->expected + round * LARGE_M * LARGE_N, LARGE_M * LARGE_N * sizeof(float)) != 0;
    }
    return NULL;
}

static void threads_share_a_plan_s_scratch(void **state) {
    (void)state;
    assert_true(LARGE_M * LARGE_K <= COUNT_OF_OUTPUT);
    float *y = test_alloc((LARGE_K * LARGE_N + LARGE_ROUNDS) * sizeof(float)), *const usual_y = input_y;
    for (int i = 0; i < LARGE_K * LARGE_N + LARGE_ROUNDS; i++)
        y[i] = (float)(i * 29 % 1019) / 13.0F;
    input_y = y;
    batchdot_options options = test_options(BATCHDOT_ENGINE_NATIVE);
    const batchdot_tensor *x = TENSOR(NULL, BATCHDOT_F32, DIMS(1, LARGE_M, LARGE_K)),
                          *large_y = TENSOR(NULL, BATCHDOT_F32, DIMS(1, LARGE_K, LARGE_N));
    float *expected = test_alloc(LARGE_ROUNDS * LARGE_M * LARGE_N * sizeof(float));
    worker workers[THREADS];
    for (int i = 0; i < THREADS; i++)
        workers[i] = (worker){NULL, expected, test_alloc(LARGE_M * LARGE_N * sizeof(float)), 0};
    for (options.num_threads = 1; options.num_threads <= 2; options.num_threads++) {
        batchdot_plan *plan = NULL;
        assert_ok(batchdot_plan_create(&plan, x, large_y, NULL, NULL, &options));
        for (int round = 0; round < LARGE_ROUNDS; round++)
            assert_ok(batchdot_plan_execute(plan, input_x, y + round, expected + round * LARGE_M * LARGE_N));
        for (int i = 0; i < THREADS; i++)
            workers[i].plan = plan;
        run_workers(execute_large_often, workers);
        batchdot_plan_destroy(plan);
    }
    for (int i = 0; i < THREADS; i++)
        free(workers[i].out);
    free(expected);
    free(y);
    input_y = usual_y;
}

/* ---- A forked child --------------------------------------------------------------------------------------------- */

/* What the child does; its exit status says how far it came. The alarm ends a child that waits for lost threads. */
static int in_child(const batchdot_plan *plan, const float *expected, float *out, batchdot_engine engine) {
    alarm(20);
    memset(out, 0xFF, COUNT_OF_OUTPUT * sizeof(float));
    if (batchdot_plan_execute(plan, input_x, input_y, out) != BATCHDOT_OK)
        return 1;
    if (memcmp(out, expected, COUNT_OF_OUTPUT * sizeof(float)) != 0)
        return 2;
    batchdot_options options = test_options(engine);
    options.num_threads = 2;
    const batchdot_tensor *x = TENSOR(input_x, BATCHDOT_F32, DIMS(ITEMS, SIDE, SIDE)),
                          *y = TENSOR(input_y, BATCHDOT_F32, DIMS(ITEMS, SIDE, SIDE));
    memset(out, 0xFF, COUNT_OF_OUTPUT * sizeof(float));
    if (test_run(x, y, NULL, TENSOR(out, BATCHDOT_F32, DIMS(ITEMS, SIDE, SIDE)), &options) != BATCHDOT_OK)
        return 3;
    return memcmp(out, expected, COUNT_OF_OUTPUT * sizeof(float)) != 0 ? 4 : 0;
}

static void check_fork(batchdot_engine engine) {
    float *expected = test_alloc(COUNT_OF_OUTPUT * sizeof(float)), *out = test_alloc(COUNT_OF_OUTPUT * sizeof(float));
    batchdot_plan *plan = make_plan(engine, 2);
    assert_ok(batchdot_plan_execute(plan, input_x, input_y, expected));
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(in_child(plan, expected, out, engine));
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_false(WIFSIGNALED(status)); /* SIGALRM: it hung */
    assert_int_equal(WEXITSTATUS(status), 0);

    /* The parent has lost nothing. */
    memset(out, 0xFF, COUNT_OF_OUTPUT * sizeof(float));
    assert_ok(batchdot_plan_execute(plan, input_x, input_y, out));
    assert_memory_equal(out, expected, COUNT_OF_OUTPUT * sizeof(float));
    batchdot_plan_destroy(plan);
    free(expected);
    free(out);
}

static void a_forked_child_works(void **state) {
    (void)state;
#if TEST_THREAD_SANITIZED
    skip(); /* it does not follow a fork of a program with threads */
#endif
    batchdot_engine engines[3];
    const int engine_count = test_engines(engines);
    for (int e = 0; e < engine_count; e++)
        check_fork(engines[e]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_calls_of_all_are_made_at_once),
        cmocka_unit_test(one_plan_serves_many_threads),
        cmocka_unit_test(threads_share_a_plan_s_scratch),
        cmocka_unit_test(a_forked_child_works),
    };
    return cmocka_run_group_tests(tests, make_inputs, free_inputs);
}
