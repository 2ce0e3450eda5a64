/* Trials of plans on random cases: a result must be what an oracle says, to the last byte of the output's memory, and a
 * failure is reported in one line with the seed and the number that repeat it.
 *
 * BATCHDOT_TEST_CASES=n  cases a dtype (default 20000; some tests take a part of them only)
 * BATCHDOT_TEST_SEED=n   another seed than the fixed one
 * BATCHDOT_TEST_CASE=n   only this case, of each test that is run
 */
#ifndef BATCHDOT_TESTS_RANDOM_TRIAL_H
#define BATCHDOT_TESTS_RANDOM_TRIAL_H

#include "oracle_element.h"
#include "random_tensor.h"

enum { TRIAL_TEXT_SIZE = 8192 };

/* One case on trial, and why it failed. */
typedef struct trial {
    uint64_t number;
    void *made; /* the case, as its program makes it, with the tensors below */
    const random_tensor *x, *y, *out;
    oracle_element *expected; /* one an element of the output */
    unsigned char *output_before, *inputs_before;
    char failure[TRIAL_TEXT_SIZE];
} trial;

/* A test of a program, run on one dtype. */
typedef struct trial_test {
    const char *program;
    char name[48];
    batchdot_dtype dtype;
    uint64_t stream; /* tests of different streams see other cases */
    void (*make)(trial *begun, const struct trial_test *test, uint64_t seed); /* sets made, x, y and out */
    void (*end)(trial *ended);                                                /* frees what make has made */
    bool (*check)(trial *tried);                                              /* false: and failure says why */
    void (*describe)(const trial *described, char *text, size_t size);
} trial_test;

uint64_t trial_seed(void);
uint64_t trial_cases(void);

/* Runs so many cases, or that of BATCHDOT_TEST_CASE alone; a CMocka test fails with the first of them. Needs
 * trial_report_signal as the test's teardown, for a line even on a case that a signal ends. */
void trial_run(const trial_test *test, uint64_t count);
int trial_report_signal(void **state);

/* A group's setup, and what it finds out. */
int trial_find_blas(void **state);
bool trial_library_has_blas(void);

/* ---- Checks: each gives false and says why in trial->failure ---------------------------------------------------- */

bool trial_fails(trial *failed, const char *format, ...);
bool trial_is_ok(trial *tried, const char *call, batchdot_status status);
bool trial_executes(trial *tried, const char *call, const batchdot_plan *plan);

/* Once the expected elements are there: those of the output are right, and the inputs and all else in the output's
 * memory are untouched. Leaves the output as it was before the call. */
bool trial_result_is_right(trial *tried, const char *call);

/* Executes a plan on inputs that end, or often begin, at a page that must not be read. */
bool trial_stays_within_inputs(trial *tried, const batchdot_plan *plan);

/* Whether executing a plan again gives the same bits. Leaves the output as it was. */
bool trial_repeats(trial *tried, const batchdot_plan *plan);

/* How a case is a batch of items. */
typedef struct trial_items {
    int64_t count;
    batchdot_status (*plan_all)(const trial *of, int num_threads, batchdot_plan **plan);
    batchdot_status (*plan_one)(const trial *of, batchdot_plan **plan);
    void (*place)(const trial *of, int64_t item, int64_t offsets[3]); /* of an item in x, y, out; in elements */
} trial_items;

/* Whether two and three threads, and each item alone, give the same bits as one thread that computes all. */
bool trial_is_batch_invariant(trial *tried, const trial_items *items);

#endif
