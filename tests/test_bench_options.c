/* The bench's command line, as a user meets it: what it refuses, and what it answers without measuring. */
#include "command_runner.h"

#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Runs the bench on the small table. */
#define BENCH(result, ...) RUN((result), "--cases", fixture_path("cases.tsv"), __VA_ARGS__)

static const char small_table[] = "tiny\ttest,quick\tf32,f64\t3,2,2\t3,2,2\t2,1\n"
                                  "turned\tmore\tf32\t2,4,3\t2,5,4\t1,2\n";

static int set_up(void **state) {
    if (fixture_set_up(state))
        return -1;
    fixture_write("cases.tsv", small_table, strlen(small_table));
    return 0;
}

static void fail_with(const command_result *result, const char *wanted) {
    fail_msg("wanted: %s\nstatus %d, signal %d\nstdout: %s\nstderr: %s", wanted, result->status, result->signal,
             result->out, result->err);
}

static void assert_ends_well(const command_result *result) {
    if (result->status != 0 || *result->err)
        fail_with(result, "status 0 and nothing on stderr");
}

/* Whether a line begins with these words, one blank between each. */
static void assert_has_line(const command_result *result, const char *beginning) {
    char wanted[200];
    snprintf(wanted, sizeof wanted, "\n%s", beginning);
    if (strncmp(result->out, beginning, strlen(beginning)) != 0 && !strstr(result->out, wanted))
        fail_with(result, beginning);
}

static void test_list(void **state) {
    (void)state;
    command_result result;
    static const char mine[] = "mine=" FAULTY_CBLAS_FILE;
    BENCH(&result, "--list", "--cblas", mine);
    assert_ends_well(&result);
    assert_has_line(&result, "tiny                     f32      test quick\n");
    assert_has_line(&result, "tiny                     f64      test quick\n");
    assert_has_line(&result, "turned                   f32      more\n");
    assert_has_line(&result, "batchdot                 /");
    assert_has_line(&result, "openblas                 ");
    assert_has_line(&result, "mine                     " FAULTY_CBLAS_FILE "\n");
    assert_null(strstr(result.out, "GFLOP/s"));
    command_release(&result);
    RUN(&result, "--list", "--suite", "tiny", "--peer", "none");
    assert_ends_well(&result);
    assert_has_line(&result, "tiny-2                   f32      tiny\n");
    assert_null(strstr(result.out, "skinny"));
    assert_null(strstr(result.out, "blas"));
    command_release(&result);
}

static void test_help(void **state) {
    (void)state;
    command_result result;
    RUN(&result, "--help");
    assert_succeeds_with(&result, "usage: batchdot-bench [OPTION...]\n");
    RUN(&result, "--rounds", "2", "--help");
    assert_succeeds_with(&result, "  --compare OLD.so");
}

/* Each ends with status 2, one line that has this in it, and nothing measured. */
static const struct {
    const char *arguments[3], *message;
} misuses[] = {
    {{"--rounds", "0"}, "--rounds takes a number from 1 to 1000"},
    {{"--rounds", "1001"}, "--rounds takes a number from 1 to 1000"},
    {{"--rounds", "x"}, "--rounds takes a number from 1 to 1000"},
    {{"--rounds", "2x"}, "--rounds takes a number from 1 to 1000"},
    {{"--rounds="}, "--rounds takes a number from 1 to 1000"},
    {{"--rounds", "99999999999999999999"}, "--rounds takes a number from 1 to 1000"},
    {{"--rounds"}, "--rounds"},
    {{"--threads", "0"}, "--threads takes a number from 1 to 1024"},
    {{"--threads", "1025"}, "--threads takes a number from 1 to 1024"},
    {{"--check-seconds", "0"}, "--check-seconds takes a number from 1 to 86400"},
    {{"--check-seconds", "-1"}, "--check-seconds takes a number from 1 to 86400"},
    {{"--seed", "-1"}, "--seed takes a number from 0 to 1073741824"},
    {{"--cblas", "mine"}, "--cblas takes NAME=FILE"},
    {{"--cblas", "=file"}, "--cblas takes NAME=FILE"},
    {{"--cblas", "mine="}, "--cblas takes NAME=FILE"},
    {{"--cblas", "blis=file"}, "the name blis is too long, or is another contestant's"},
    {{"--peer", "nobody"}, "there is no peer nobody"},
    {{"--suite", "none"}, "there is no suite none"},
    {{"--case", "none"}, "there is no case none"},
    {{"--dtype", "f16"}, "there is no case of dtype f16"},
    {{"--suite=more", "--case=tiny"}, "no case is in all that was asked for"},
    {{"--cases", "/no/such/cases.tsv"}, "/no/such/cases.tsv: No such file or directory"},
    {{"--compare=old.so", "--peer=none"}, "--compare takes no peers"},
    {{"--compare=old.so", "--cblas=a=b"}, "--compare takes no peers"},
    {{"--nonsense"}, "--nonsense"},
    {{"--cold=yes"}, "--cold"},
    {{"-z"}, "'z'"},
    {{"tiny"}, "tiny is not an option"},
};

static void test_misuse(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(misuses); i++) {
        command_result result;
        if (misuses[i].arguments[1])
            BENCH(&result, misuses[i].arguments[0], misuses[i].arguments[1]);
        else
            BENCH(&result, misuses[i].arguments[0]);
        const char *const line_end = strchr(result.err, '\n');
        if (result.status != 2 || *result.out || !strstr(result.err, "batchdot-bench: ") ||
            !strstr(result.err, misuses[i].message) || !line_end || line_end[1])
            fail_with(&result, misuses[i].message);
        command_release(&result);
    }
}

static void test_too_many_peers(void **state) {
    (void)state;
    command_result result;
    RUN(&result, "--cblas=a=f", "--cblas=b=f", "--cblas=c=f", "--cblas=d=f", "--cblas=e=f", "--cblas=f=f",
        "--cblas=g=f", "--cblas=h=f", "--cblas=i=f");
    assert_int_equal(result.status, 2);
    assert_string_equal(result.err, "batchdot-bench: --cblas was given too often; --help lists the options\n");
    command_release(&result);
}

static void test_faulty_table(void **state) {
    static const char table[] = "fine\td\tf32\t2,2\t2,2\t1,1\nnot fine\n";
    (void)state;
    command_result result;
    fixture_write("cases.tsv", table, strlen(table));
    BENCH(&result, "--peer", "none");
    assert_int_equal(result.status, 2);
    if (*result.out || !strstr(result.err, "cases.tsv, line 2: there are not 6 or 7 columns separated by tabs\n"))
        fail_with(&result, "a word on line 2");
    command_release(&result);
}

static void test_json_that_cannot_be_written(void **state) {
    (void)state;
    command_result result;
    BENCH(&result, "--peer", "none", "--rounds", "1", "--case", "turned", "--json", "/no/such/directory/results.json");
    assert_int_equal(result.status, 1);
    assert_string_equal(result.err, "batchdot-bench: /no/such/directory/results.json: No such file or directory\n");
    command_release(&result);
}

#define OPTION_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, fixture_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        OPTION_TEST(test_list),           OPTION_TEST(test_help),         OPTION_TEST(test_misuse),
        OPTION_TEST(test_too_many_peers), OPTION_TEST(test_faulty_table), OPTION_TEST(test_json_that_cannot_be_written),
    };
    return cmocka_run_group_tests_name("batchdot-bench's options", tests, NULL, NULL);
}
