/* The bench as a whole: who is checked, timed, caught, left out, and how it says so. The peers are faulty_cblas.c. */
#include "address_sanitizer.h"
#include "bench_runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char small_table[] = "tiny\ttest,quick\tf32,f64\t3,2,2\t3,2,2\t2,1\n"
                                  "wide\ttest\tf32\t2,3,4\t2,4,5\t2,1\n"
                                  "turned\tmore\tf32\t2,4,3\t2,5,4\t1,2\n";

static int set_up(void **state) {
    bench_set_fault(NULL, NULL);
    if (fixture_set_up(state))
        return -1;
    bench_write_cases(small_table);
    return 0;
}

static void assert_others_timed(const command_result *result) {
    static const char *const others[] = {"batchdot", "touch", "fma"};
    for (size_t i = 0; i < COUNT(others); i++) {
        assert_timed(result, "tiny", "f32", others[i]);
        assert_timed(result, "tiny", "f64", others[i]);
        assert_timed(result, "wide", "f32", others[i]);
        assert_timed(result, "turned", "f32", others[i]);
    }
}

/* ---- Peers ------------------------------------------------------------------------------------------------------ */

static void test_right_peer(void **state) {
    (void)state;
    command_result result;
    BENCH(&result, "--peer", "mine", "--cblas", bench_cblas_named("mine"));
    assert_ends_well(&result);
    assert_others_timed(&result);
    assert_timed(&result, "tiny", "f32", "mine");
    assert_timed(&result, "tiny", "f64", "mine");
    assert_timed(&result, "wide", "f32", "mine");
    assert_timed(&result, "turned", "f32", "mine");
    assert_cell(&result, "turned", "f32", "mine-copied", "-");
    assert_says(&result, "the worst cases beside the best peer");
    assert_says(&result, " of mine\n");
    assert_says(&result, "1 thread, 1 rounds, warm caches");
    assert_says(&result, "one item of f32, ns");
    assert_does_not_say(&result, "found wanting");
    assert_does_not_say(&result, "skipped");
    command_release(&result);
}

/* Whom the user names takes part, whatever peers of the bench's own are asked for. */
static void test_only_named_peer(void **state) {
    (void)state;
    command_result result;
    BENCH(&result, "--peer", "none", "--cblas", bench_cblas_named("mine"));
    assert_ends_well(&result);
    assert_others_timed(&result);
    assert_timed(&result, "tiny", "f32", "mine");
    command_release(&result);
}

/* A CBLAS refuses a leading dimension that is too small, even of a matrix with one row. */
static void test_contracted_extent_of_one(void **state) {
    static const char table[] = "ones\tt\tf32,f64\t2,3,1\t2,4,1\t2,2\n"
                                "turned-ones\tt\tf32\t2,1,3\t2,1,4\t1,1\n"
                                "flat-ones\tt\tf32\t4,1\t4,5,1\t1,2\n";
    (void)state;
    command_result result;
    bench_write_cases(table);
    BENCH(&result, "--peer", "mine", "--cblas", bench_cblas_named("mine"));
    assert_ends_well(&result);
    assert_timed(&result, "ones", "f32", "mine");
    assert_timed(&result, "ones", "f64", "mine");
    assert_timed(&result, "turned-ones", "f32", "mine");
    assert_timed(&result, "flat-ones", "f32", "mine");
    command_release(&result);
}

/* A peer need not have every dtype. */
static void test_complex_dtypes(void **state) {
    static const char table[] = "complex\tt\tc64,c128\t2,3,2\t2,2,4\t2,1\n";
    (void)state;
    command_result result;
    bench_write_cases(table);
    BENCH(&result, "--peer", "mine", "--cblas", bench_cblas_named("mine"));
    assert_ends_well(&result);
    assert_timed(&result, "complex", "c64", "batchdot");
    assert_timed(&result, "complex", "c128", "batchdot");
    assert_cell(&result, "complex", "c64", "mine", "-");
    command_release(&result);
}

/* Where it stands in its line, behind the case's name. */
static size_t end_of_first_cell(const command_result *result, const char *name, const char *dtype) {
    char start[80];
    snprintf(start, sizeof start, "\n%-24s %s ", name, dtype);
    const char *const line = strstr(result->out, start);
    if (!line) {
        fail_with(result, start);
        return 0;
    }
    const size_t blanks = strlen(start) + strspn(line + strlen(start), " ");
    return blanks + strcspn(line + blanks, " ");
}

/* This library computes every dtype of the table rightly, mixed ones too. */
static void test_every_dtype(void **state) {
    static const char *const dtypes[] = {"f32",      "f64", "c64", "c128",  "f16", "f16-f32", "bf16",
                                         "bf16-f32", "i8",  "u8",  "u8-i8", "i32", "i64"};
    char table[300] = "";
    size_t length = 0;
    (void)state;
    for (size_t i = 0; i < COUNT(dtypes); i++)
        length += (size_t)snprintf(table + length, sizeof table - length, "%s%s", i ? "," : "every\tt\t", dtypes[i]);
    length += (size_t)snprintf(table + length, sizeof table - length, "\t3,5,33\t3,33,7\t2,1\n");
    command_result result;
    fixture_write("cases.tsv", table, length);
    BENCH(&result, "--peer", "none");
    assert_ends_well(&result);
    for (size_t i = 0; i < COUNT(dtypes); i++) {
        assert_timed(&result, "every", dtypes[i], "batchdot");
        assert_timed(&result, "every", dtypes[i], "touch");
        assert_timed(&result, "every", dtypes[i], "fma");
        assert_int_equal(end_of_first_cell(&result, "every", dtypes[i]), end_of_first_cell(&result, "every", "f32"));
    }
    assert_does_not_say(&result, "found wanting");
    command_release(&result);
}

static const char general_table[] = "heads\tt\tf32,f64\t2,3,4,5\t2,6,4,5\tbqhd,bkhd->bhqk\n"
                                    "apart\tt\tf32,c64,bf16,i8\t3,4,5\t3,5,6\tabk,akc->bc\n"
                                    "full\tt\tf64\t3,4,5\t5,3,4\tabc,cab->\n"
                                    "outer\tt\tf32\t3,4\t3,5\tbi,bj->bji\n"
                                    "shared\tt\tf32,f64\t3,2,4\t3,4,5\t2,1\tshared-y\n"
                                    "cosine\tt\tf32,f64,c64,c128,f16,bf16\t3,2,70\t3,4,70\t2,2\tnormalize\n"
                                    "columns\tt\tf32,f64\t3,70\t3,70,4\t1,1\tnormalize\n"
                                    "letters\tt\tf32\t3,4,5\t4,3,6\tabi,baj->ij\tnormalize\n";

/* What no loop over matrix products computes is done with copies, and what does without copies without. */
static void test_general_products(void **state) {
    static const struct {
        const char *name, *dtype;
        bool by_loops, with_copies;
    } rows[] = {
        {"heads", "f32", true, true},    {"heads", "f64", true, true},    {"apart", "f32", false, true},
        {"apart", "c64", false, false},  {"apart", "bf16", false, false}, {"apart", "i8", false, false},
        {"full", "f64", false, true},    {"outer", "f32", false, true},   {"shared", "f32", true, false},
        {"shared", "f64", true, false},  {"cosine", "f32", false, true},  {"cosine", "f64", false, true},
        {"cosine", "c64", false, false}, {"cosine", "f16", false, false}, {"cosine", "bf16", false, false},
        {"columns", "f32", false, true}, {"columns", "f64", false, true}, {"letters", "f32", false, true},
    };
    (void)state;
    command_result result;
    bench_write_cases(general_table);
    for (int threads = 1; threads <= 2; threads++) {
        BENCH(&result, "--peer", "none", "--cblas", bench_cblas_named("mine"), "--threads", threads == 1 ? "1" : "2");
        assert_ends_well(&result);
        assert_does_not_say(&result, "found wanting");
        for (size_t i = 0; i < COUNT(rows); i++) {
            assert_timed(&result, rows[i].name, rows[i].dtype, "batchdot");
            assert_timed(&result, rows[i].name, rows[i].dtype, "touch");
            assert_timed(&result, rows[i].name, rows[i].dtype, "fma");
            const struct {
                const char *name;
                bool computes;
            } peers[] = {{"mine", rows[i].by_loops}, {"mine-copied", rows[i].with_copies}};
            for (size_t j = 0; j < COUNT(peers); j++)
                if (peers[j].computes)
                    assert_timed(&result, rows[i].name, rows[i].dtype, peers[j].name);
                else
                    assert_cell(&result, rows[i].name, rows[i].dtype, peers[j].name, "-");
        }
        command_release(&result);
    }
}

static void test_faulty_general_products(void **state) {
    (void)state;
    command_result result;
    bench_write_cases(general_table);
    bench_set_fault("element", NULL);
    BENCH(&result, "--peer", "none", "--dtype", "f32", "--cblas", bench_cblas_named("mine"));
    assert_ends_well(&result);
    assert_cell(&result, "heads", "f32", "mine", "WRONG");
    assert_cell(&result, "heads", "f32", "mine-copied", "WRONG");
    assert_cell(&result, "apart", "f32", "mine-copied", "WRONG");
    assert_cell(&result, "cosine", "f32", "mine-copied", "WRONG");
    assert_timed(&result, "cosine", "f32", "batchdot");
    assert_says(&result, "\n  mine-copied, apart, f32: WRONG: element 23 of 24 is ");
    command_release(&result);
}

/* Peers that the bench was configured with, in what a CBLAS need not have. */
static void test_small_dtypes_of_peers(void **state) {
    static const char table[] = "plain\tt\tu8-i8,bf16-f32,f16-f32,f16\t3,5,33\t3,33,7\t2,1\n"
                                "turned\tt\tu8-i8,bf16-f32,f16-f32,f16\t3,33,5\t3,7,33\t1,2\n";
    static const char *const dtypes[] = {"u8-i8", "bf16-f32", "f16-f32", "f16"};
    (void)state;
#if IS_ADDRESS_SANITIZED
    skip(); /* what others leak is no fault of the bench */
#endif
    command_result result;
    bench_write_cases(table);
    BENCH(&result, "--peer", "mkl,onednn");
    assert_ends_well(&result);
    assert_does_not_say(&result, "found wanting");
    if (!strstr(result.out, "\nonednn               skipped: ")) {
        assert_timed(&result, "plain", "u8-i8", "onednn");
        assert_timed(&result, "turned", "u8-i8", "onednn");
    }
    const bool has_mkl = !strstr(result.out, "\nmkl                  skipped: ");
    for (size_t i = 0; has_mkl && i < COUNT(dtypes); i++) {
        assert_timed(&result, "plain", dtypes[i], "mkl");
        assert_timed(&result, "turned", dtypes[i], "mkl");
    }
    command_release(&result);
}

static void test_faulty_peers(void **state) {
    static const struct {
        const char *fault, *word, *reason;
    } rows[] = {
        {"element", "WRONG", "element 3 of 12 is "},
        {"unwritten", "WRONG", "nan where "},
        {"first", "WRONG", "element 0 of 12 is "},
        {"outside", "WRONG", "it wrote outside the output"},
        {"late", "WRONG", "element 3 of 12 is "},
        {"inputs", "CRASH", "it ended the process"},
        {"crash", "CRASH", "it ended the process"},
        {"abort", "CRASH", "it ended the process"},
        {"exit", "CRASH", "it ended the process with status "},
        {"hang", "HUNG", "it did not end within 1 s"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char line[200];
        command_result result;
        bench_set_fault(rows[i].fault, "2");
        /* Where a fault is no hanging, a busy machine must not make it one. */
        BENCH(&result, "--peer", "mine", "--cblas", bench_cblas_named("mine"), "--check-seconds",
              strcmp(rows[i].word, "HUNG") == 0 ? "1" : "60");
        assert_int_equal(result.status, 0);
        if (strcmp(rows[i].word, "CRASH") != 0) /* of that, a sanitizer would tell */
            assert_string_equal(result.err, "");
        assert_others_timed(&result);
        assert_cell(&result, "tiny", "f32", "mine", rows[i].word);
        assert_cell(&result, "tiny", "f64", "mine", rows[i].word);
        assert_says(&result, "\nchecked, found wanting, and not timed\n");
        snprintf(line, sizeof line, "\n  mine, tiny, f32: %s: ", rows[i].word);
        assert_says(&result, line);
        if (!strstr(strstr(result.out, line), rows[i].reason))
            fail_with(&result, rows[i].reason);
        if (strcmp(rows[i].word, "HUNG") == 0) {
            assert_says(&result, "\n  mine, wide, f32: HUNG: not tried again after it hung in tiny\n");
        } else { /* the other products of the same peer do count */
            assert_timed(&result, "wide", "f32", "mine");
            assert_timed(&result, "turned", "f32", "mine");
            assert_does_not_say(&result, "mine, wide");
        }
        command_release(&result);
    }
}

/* Wrong the first time it matters: a process that has computed nothing else before. */
static void test_late_fault_alone(void **state) {
    (void)state;
    command_result result;
    bench_set_fault("late", NULL);
    BENCH(&result, "--case", "wide", "--peer", "mine", "--cblas", bench_cblas_named("mine"));
    assert_ends_well(&result);
    assert_cell(&result, "wide", "f32", "mine", "WRONG");
    assert_says(&result, "mine, wide, f32: WRONG: element 14 of 30 is ");
    assert_timed(&result, "wide", "f32", "batchdot");
    command_release(&result);
}

static void test_peers_that_do_not_load(void **state) {
    (void)state;
    command_result result;
    bench_set_fault("load", NULL);
    BENCH(&result, "--peer", "mine", "--cblas", bench_cblas_named("mine"));
    assert_ends_well(&result);
    assert_others_timed(&result);
    assert_says(&result, "\nmine                 skipped: loading it: it ended the process");
    command_release(&result);
    BENCH(&result, "--peer", "mine", "--cblas", "mine=/no/such/library.so");
    assert_ends_well(&result);
    assert_others_timed(&result);
    assert_says(&result, "\nmine                 skipped: /no/such/library.so: ");
    command_release(&result);
}

static void test_library_that_is_not_ours(void **state) {
    (void)state;
    command_result result;
    BENCH(&result, "--peer", "none", "--library", FAULTY_CBLAS_FILE);
    assert_int_equal(result.signal, 0);
    assert_in_range(result.status, 0, 1);
    assert_says(&result, "\nbatchdot             skipped: it is not a libbatchdot\n");
    assert_timed(&result, "tiny", "f32", "touch");
    command_release(&result);
}

/* A library without the routines can be opened, but computes nothing. */
static void test_library_of_another_kind(void **state) {
    (void)state;
#ifdef __GLIBC__
    command_result result;
    BENCH(&result, "--peer", "mine", "--cblas", "mine=libm.so.6");
    assert_ends_well(&result);
    assert_others_timed(&result);
    assert_cell(&result, "tiny", "f32", "mine", "-");
    assert_does_not_say(&result, "found wanting");
    command_release(&result);
#endif
}

static void test_variants_as_peers(void **state) {
    (void)state;
    command_result result;
    BENCH(&result, "--peer", "batchdot-native", "--library", BATCHDOT_LIBRARY);
    assert_ends_well(&result);
    assert_says(&result, " of batchdot-native\n");
    command_release(&result);
    BENCH(&result, "--peer", "batchdot-one-thread", "--library", BATCHDOT_LIBRARY, "--threads", "2");
    assert_ends_well(&result);
    assert_says(&result, " of batchdot-one-thread\n");
    command_release(&result);
}

/* ---- Options ---------------------------------------------------------------------------------------------------- */

static void test_cold_and_threads(void **state) {
    (void)state;
    command_result result;
    BENCH(&result, "--cold", "--peer", "mine", "--cblas", bench_cblas_named("mine"));
    assert_ends_well(&result);
    assert_others_timed(&result);
    assert_timed(&result, "turned", "f32", "mine");
    assert_says(&result, "cold caches");
    command_release(&result);
    BENCH(&result, "--threads", "2", "--peer", "mine", "--cblas", bench_cblas_named("mine"));
    assert_ends_well(&result);
    assert_others_timed(&result);
    assert_timed(&result, "turned", "f32", "mine");
    assert_says(&result, "2 threads");
    assert_does_not_say(&result, "found wanting");
    command_release(&result);
    bench_set_fault("element", NULL);
    BENCH(&result, "--threads", "2", "--peer", "mine", "--cblas", bench_cblas_named("mine"));
    assert_ends_well(&result);
    assert_cell(&result, "turned", "f32", "mine", "WRONG");
    command_release(&result);
}

static void test_selection(void **state) {
    (void)state;
    command_result result;
    BENCH(&result, "--suite", "quick", "--dtype", "f64", "--peer", "none");
    assert_ends_well(&result);
    assert_timed(&result, "tiny", "f64", "batchdot");
    assert_does_not_say(&result, "f32 ");
    assert_does_not_say(&result, "wide");
    command_release(&result);
}

/* ---- JSON ------------------------------------------------------------------------------------------------------- */

/* Everything that a faulty run's JSON must hold; check_bench_json.cmake parses it. */
static void check_json(const char *text) {
    static const char *const parts[] = {
        "{\"name\": \"mine\", \"role\": \"peer\", \"version\": ",
        "{\"name\": \"batchdot\", \"role\": \"ours\", \"version\": \"libbatchdot ",
        "{\"name\": \"mine\", \"status\": \"wrong\", \"reason\": \"element 3 of 12 is ",
        "{\"name\": \"mine\", \"status\": \"timed\", \"seconds\": {\"median\": ",
        "\"best_peer\": \"mine\", \"ratio\": {\"median\": ",
        "\"best_peer\": null, \"ratio\": null",
        "{\"name\": \"lost\", \"reason\": \"/no/such/library.so: ",
    };
    for (size_t i = 0; i < COUNT(parts); i++)
        if (!strstr(text, parts[i]))
            fail_msg("wanted: %s\nin: %s", parts[i], text);
    assert_memory_equal(text, "{\"version\": 1,\n", 15);
    assert_string_equal(text + strlen(text) - 2, "}\n");
    assert_null(strstr(text, "nan"));
    assert_null(strstr(text, "inf"));
}

static void test_json(void **state) {
    (void)state;
    command_result result;
    bench_set_fault("element", "2");
    BENCH(&result, "--peer", "mine,lost", "--cblas", bench_cblas_named("mine"), "--cblas", "lost=/no/such/library.so",
          "--json", fixture_path("results.json"));
    assert_ends_well(&result);
    assert_others_timed(&result);
    size_t size;
    char *const text = fixture_read(fixture_path("results.json"), &size);
    check_json(text);
    free(text);
    command_release(&result);
    BENCH(&result, "--peer", "mine,lost", "--cblas", bench_cblas_named("mine"), "--cblas", "lost=/no/such/library.so",
          "--json", "-");
    assert_int_equal(result.status, 0);
    check_json(result.out);
    if (!strstr(result.err, "\nGFLOP/s ") || strstr(result.out, "GFLOP/s"))
        fail_with(&result, "the tables on stderr");
    command_release(&result);
}

/* ---- --compare -------------------------------------------------------------------------------------------------- */

static void check_comparison(const command_result *result, const char *name, const char *dtype) {
    char words[MAX_WORDS][WORD_SIZE];
    if (!find_line(result->out, name, dtype, words) || !is_number(words[2]) || !is_number(words[3]))
        fail_with(result, name);
}

/* The speeds of the same file twice differ by noise, of which one round knows nothing. */
static void test_comparison(void **state) {
    (void)state;
    command_result result;
    BENCH(&result, "--compare", BATCHDOT_LIBRARY, "--rounds", "3");
    assert_int_equal(result.signal, 0);
    assert_in_range(result.status, 0, 1);
    assert_string_equal(result.err, "");
    assert_says(&result, "new / old (quartiles)");
    check_comparison(&result, "tiny", "f32");
    check_comparison(&result, "tiny", "f64");
    check_comparison(&result, "wide", "f32");
    check_comparison(&result, "turned", "f32");
    assert_says(&result, " of 4 cases lost more than 5 % beyond the noise");
    assert_int_equal(strstr(result.out, "   LOST\n") != NULL, result.status);
    assert_int_equal(strstr(result.out, "\n0 of 4 cases lost") == NULL, result.status);
    assert_does_not_say(&result, "found wanting");
    command_release(&result);
}

static void test_comparison_with_what_is_no_library(void **state) {
    (void)state;
    command_result result;
    BENCH(&result, "--compare", FAULTY_CBLAS_FILE);
    assert_int_equal(result.signal, 0);
    assert_in_range(result.status, 0, 1);
    assert_says(&result, "\nold                  skipped: it is not a libbatchdot\n");
    assert_says(&result, "  not timed\n");
    command_release(&result);
}

#define PROGRAM_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, fixture_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        PROGRAM_TEST(test_right_peer),
        PROGRAM_TEST(test_only_named_peer),
        PROGRAM_TEST(test_contracted_extent_of_one),
        PROGRAM_TEST(test_complex_dtypes),
        PROGRAM_TEST(test_every_dtype),
        PROGRAM_TEST(test_general_products),
        PROGRAM_TEST(test_faulty_general_products),
        PROGRAM_TEST(test_small_dtypes_of_peers),
        PROGRAM_TEST(test_faulty_peers),
        PROGRAM_TEST(test_late_fault_alone),
        PROGRAM_TEST(test_peers_that_do_not_load),
        PROGRAM_TEST(test_library_that_is_not_ours),
        PROGRAM_TEST(test_library_of_another_kind),
        PROGRAM_TEST(test_variants_as_peers),
        PROGRAM_TEST(test_cold_and_threads),
        PROGRAM_TEST(test_selection),
        PROGRAM_TEST(test_json),
        PROGRAM_TEST(test_comparison),
        PROGRAM_TEST(test_comparison_with_what_is_no_library),
    };
    return cmocka_run_group_tests_name("batchdot-bench", tests, NULL, NULL);
}
