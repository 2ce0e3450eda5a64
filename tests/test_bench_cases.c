/* The bench's table of cases, its command line, and the cases and contestants that these ask for. */
#include "case_axes.h"
#include "exact_values.h"
#include "npy_fixture.h"
#include "selection.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define OPTIONS(options, ...) read_options((options), (char *[]){"batchdot-bench", __VA_ARGS__, NULL})

enum { ERROR_SIZE = 300, MAX_ARGUMENTS = 31 };

static const char small_table[] = "# a comment\n"
                                  "\n"
                                  "one\tfirst,quick\tf32,f64\t2,3\t2,3\t1,1\n"
                                  "one-more\tfirst\tf32\t2,3,4\t2,4,5\t2,1\r\n"
                                  "two\tsecond,quick\tf64\t2,3,4,5\t2,6,4,7\t2,2";
static const char general_table[] = "letters\tfirst\tf32\t2,3,4\t4,5,2\tabK,Kca->bc\n"
                                    "all\tfirst\tf32\t3\t3\ti,i->\n"
                                    "none\tfirst\tf32\t3\t4\ti,j->ji\tnormalize\n"
                                    "flags\tfirst\tbf16\t2,3\t2,3\t1,1\tnormalize,shared-y\n"
                                    "plain\tfirst\tf32\t2,3\t2,3\t1,1\n";

static bool read_text(const char *text, struct case_table *table, char *error) {
    fixture_write("cases.tsv", text, strlen(text));
    return case_table_read(table, fixture_path("cases.tsv"), error, ERROR_SIZE);
}

/* ---- The table -------------------------------------------------------------------------------------------------- */

static bool table_has(const struct case_table *table, const char *suite, const char *dtype, bool quick) {
    for (int i = 0; i < table->count; i++) {
        const struct bench_case *const one = &table->cases[i];
        if (!strcmp(one->suites[0], suite) && !strcmp(one->dtype->name, dtype) &&
            (!quick || bench_case_is_in_suite(one, "quick")))
            return true;
    }
    return false;
}

/* What the inputs can do, and that what belongs to a suite is in it: a batch_dot in `general` is there to be compared.
 */
static void check_real_case(const struct bench_case *one) {
    struct case_axes axes;
    case_axes_make(one, &axes);
    assert_in_range(case_axes_extent(&axes, AXIS_CONTRACTED), 1, EXACT_MAX_K);
    if (one->normalizes != !strcmp(one->suites[0], "normalize") ||
        (*one->expression || one->shares_y) != !strcmp(one->suites[0], "general"))
        fail_msg("%s is in the wrong suite", one->name);
}

static void test_real_table(void **state) {
    static const char *const suites[] = {"doc",        "dot",      "gemv",   "tiny",      "small",
                                         "medium",     "large",    "outer",  "attention", "dlrm",
                                         "transposed", "gradient", "skinny", "general",   "normalize"};
    (void)state;
    struct case_table table;
    char error[ERROR_SIZE] = "";
    if (!case_table_read(&table, BENCH_CASES, error, sizeof error))
        fail_msg("%s", error);
    for (size_t i = 0; i < COUNT(suites); i++)
        if (!table_has(&table, suites[i], "f32", true) || !table_has(&table, suites[i], "f64", true))
            fail_msg("suite %s lacks a quick case of f32 or f64", suites[i]);
    static const char *const complex_suites[] = {"doc", "dot", "gemv", "tiny", "small", "medium", "large", "outer"};
    for (size_t i = 0; i < COUNT(complex_suites); i++)
        if (!table_has(&table, complex_suites[i], "c64", false) || !table_has(&table, complex_suites[i], "c128", false))
            fail_msg("suite %s lacks a case of c64 or c128", complex_suites[i]);
    static const char *const small_dtypes[] = {"f16", "f16-f32", "bf16", "bf16-f32", "i8", "u8", "u8-i8"};
    for (size_t i = 0; i < COUNT(small_dtypes); i++)
        if (!table_has(&table, "medium", small_dtypes[i], false) ||
            !table_has(&table, "attention", small_dtypes[i], true))
            fail_msg("suite medium or attention lacks a case of %s", small_dtypes[i]);
    static const char *const general_dtypes[] = {"c64", "bf16", "i8"};
    for (size_t i = 0; i < COUNT(general_dtypes); i++)
        if (!table_has(&table, "general", general_dtypes[i], false))
            fail_msg("suite general lacks a case of %s", general_dtypes[i]);
    int names = 0;
    for (int i = 0; i < table.count; i++) {
        bool is_known_suite = false, is_known_name = false;
        check_real_case(&table.cases[i]);
        for (size_t j = 0; j < COUNT(suites); j++)
            is_known_suite = is_known_suite || !strcmp(table.cases[i].suites[0], suites[j]);
        if (!is_known_suite)
            fail_msg("%s is in an unknown suite %s", table.cases[i].name, table.cases[i].suites[0]);
        for (int j = 0; j < i; j++)
            is_known_name = is_known_name || !strcmp(table.cases[j].name, table.cases[i].name);
        names += !is_known_name;
    }
    assert_in_range(names, 70, 100);
    case_table_free(&table);
    assert_null(table.cases);
}

static void test_small_table(void **state) {
    (void)state;
    struct case_table table;
    char error[ERROR_SIZE] = "";
    assert_true(read_text(small_table, &table, error));
    assert_int_equal(table.count, 4);
    assert_string_equal(table.cases[0].name, "one");
    assert_string_equal(table.cases[1].name, "one");
    assert_string_equal(table.cases[0].dtype->name, "f32");
    assert_int_equal(table.cases[0].dtype->x_size, 4);
    assert_int_equal(table.cases[0].dtype->x, BATCHDOT_F32);
    assert_string_equal(table.cases[1].dtype->name, "f64");
    assert_int_equal(table.cases[1].dtype->y_size, 8);
    assert_int_equal(table.cases[1].dtype->y, BATCHDOT_F64);
    const struct bench_case *const last = &table.cases[3];
    assert_string_equal(last->name, "two");
    assert_int_equal(last->x_ndim, 4);
    assert_int_equal(last->y_ndim, 4);
    assert_memory_equal(last->x_shape, ((const int64_t[]){2, 3, 4, 5}), 4 * sizeof(int64_t));
    assert_memory_equal(last->y_shape, ((const int64_t[]){2, 6, 4, 7}), 4 * sizeof(int64_t));
    assert_int_equal(table.cases[2].axes.x, 2);
    assert_int_equal(table.cases[2].axes.y, 1);
    assert_int_equal(last->suite_count, 2);
    assert_true(bench_case_is_in_suite(last, "second"));
    assert_true(bench_case_is_in_suite(last, "quick"));
    assert_false(bench_case_is_in_suite(last, "sec"));
    assert_false(bench_case_is_in_suite(&table.cases[2], "quick"));
    case_table_free(&table);
    assert_null(bench_dtype_find("f8"));
}

static void test_expressions_and_flags(void **state) {
    (void)state;
    struct case_table table;
    char error[ERROR_SIZE] = "";
    if (!read_text(general_table, &table, error))
        fail_msg("%s", error);
    assert_int_equal(table.count, 5);
    assert_string_equal(table.cases[0].expression, "abK,Kca->bc");
    assert_string_equal(table.cases[1].expression, "i,i->");
    assert_string_equal(table.cases[2].expression, "i,j->ji");
    assert_int_equal(table.cases[2].x_ndim, 1);
    static const bool normalizes[] = {false, false, true, true, false}, shares[] = {false, false, false, true, false};
    for (int i = 0; i < 5; i++) {
        assert_int_equal(table.cases[i].normalizes, normalizes[i]);
        assert_int_equal(table.cases[i].shares_y, shares[i]);
    }
    assert_string_equal(table.cases[4].expression, "");
    struct case_axes axes;
    case_axes_make(&table.cases[0], &axes);
    static const struct case_axis expected[] = {{AXIS_ROW, 3, 4, 0, 5},
                                                {AXIS_COLUMN, 5, 0, 2, 1},
                                                {AXIS_CONTRACTED, 2, 12, 1, 0},
                                                {AXIS_CONTRACTED, 4, 1, 10, 0}};
    assert_int_equal(axes.count, 4);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(axes.axes[i].role, expected[i].role);
        assert_int_equal(axes.axes[i].extent, expected[i].extent);
        assert_int_equal(axes.axes[i].x, expected[i].x);
        assert_int_equal(axes.axes[i].y, expected[i].y);
        assert_int_equal(axes.axes[i].out, expected[i].out);
    }
    assert_int_equal(axes.x_count, 24);
    assert_int_equal(axes.y_count, 40);
    assert_int_equal(axes.out_count, 15);
    case_table_free(&table);
}

static void test_mixed_dtype(void **state) {
    (void)state;
    const struct bench_dtype *const mixed = bench_dtype_find("u8-i8");
    assert_non_null(mixed);
    assert_int_equal(mixed->x, BATCHDOT_U8);
    assert_int_equal(mixed->y, BATCHDOT_I8);
    assert_int_equal(mixed->out, BATCHDOT_I32);
    assert_int_equal(mixed->x_size, 1);
    assert_int_equal(mixed->y_size, 1);
    assert_int_equal(mixed->out_size, 4);
    assert_int_equal(mixed->parts, 1);
}

#define LONGEST_NAME "12345678901234567890123456789012345678901234567"
#define LONGEST_SUITE "12345678901234567890123"

static void test_limits_of_a_line(void **state) {
    (void)state;
    struct case_table table;
    char error[ERROR_SIZE] = "";
    if (!read_text(LONGEST_NAME "\t" LONGEST_SUITE ",b,c,d\tf32\t2,1,1,1,1,3\t2,1,1,1,1,3\t5,5\n", &table, error))
        fail_msg("%s", error);
    assert_string_equal(table.cases[0].name, LONGEST_NAME);
    assert_string_equal(table.cases[0].suites[0], LONGEST_SUITE);
    assert_string_equal(table.cases[0].suites[3], "d");
    assert_int_equal(table.cases[0].x_shape[5], 3);
    case_table_free(&table);
}

static const char columns_fault[] = "there are not 6 or 7 columns separated by tabs",
                  many_fault[] = "there are more than 7 columns";
static const char name_fault[] = "the name is empty or too long";
static const char suites_fault[] = "the suites are not names separated by commas";
static const char shape_fault[] = "a shape is not 2 to 6 positive integers separated by commas";
static const char axes_fault[] = "the axes are neither two axes behind the batch nor an expression";
static const char expression_fault[] =
    "the expression is not a letter for each axis of x, a comma, one for each of y, and ->";
static const char letters_fault[] = "a letter of the expression stands twice in one tensor, or in one tensor only";
static const char flag_fault[] = "a flag is neither normalize nor shared-y";
static const char extents_fault[] = "the batch or the contracted extents differ";
static const struct {
    const char *line, *sentence;
} faulty_lines[] = {
    {"a", columns_fault},
    {"a\td\tf32\t2,2\t2,2", columns_fault},
    {"a d f32 2,2 2,2 1,1", columns_fault},
    {"a\td\tf32\t2,2\t2,2\t1,1\tnormalize\t", many_fault},
    {"a\td\tf32\t2,2\t2,2\t1,1\t", flag_fault},
    {"a\td\tf32\t2,2\t2,2\t1,1\tnormalise", flag_fault},
    {"a\td\tf32\t2,2\t2,2\t1,1\tnormalize,", flag_fault},
    {"a\td\tf32\t2,2\t2,2\tbi,bj->bij\tshared-y", "an expression has no y that is shared"},
    {"a\td\ti8\t2,2\t2,2\t1,1\tnormalize", "integers are not normalized"},
    {"a\td\tf32,i64\t2,2\t2,2\t1,1\tnormalize", "integers are not normalized"},
    {"a\td\tf32\t2,2\t2,2\tbi", expression_fault},
    {"a\td\tf32\t2,2\t2,2\tbi,bi", expression_fault},
    {"a\td\tf32\t2,2\t2,2\tbi,bi-b", expression_fault},
    {"a\td\tf32\t2,2\t2,2\tbik,bi->b", expression_fault},
    {"a\td\tf32\t2,2\t2,2\tb,bi->b", expression_fault},
    {"a\td\tf32\t2,2\t2,2\tbi,bij->b", expression_fault},
    {"a\td\tf32\t2,2\t2,2\tbi, bi->b", expression_fault},
    {"a\td\tf32\t2,2\t2,2\tbb,bi->b", expression_fault},
    {"a\td\tf32\t2,2\t2,2\tbi,ii->b", expression_fault},
    {"a\td\tf32\t2,2\t2,2\tbi,bi->bb", letters_fault},
    {"a\td\tf32\t2,2\t2,2\tbi,bi->b ", letters_fault},
    {"a\td\tf32\t2,2\t2,2\tbi,bi->bj", letters_fault},
    {"a\td\tf32\t2,2\t2,2\tbi,bj->b", letters_fault},
    {"a\td\tf32\t2,2\t2,2\tbi,bj->bi", letters_fault},
    {"a\td\tf32\t2,3\t2,2\tbi,bi->b", extents_fault},
    {"a\td\tf32\t3,2\t2,2\tbi,bi->b", extents_fault},
    {"a\td\tf32\t\t2,2\tbi,bi->b", shape_fault},
    {"\td\tf32\t2,2\t2,2\t1,1", name_fault},
    {LONGEST_NAME "8\td\tf32\t2,2\t2,2\t1,1", name_fault},
    {"a\t\tf32\t2,2\t2,2\t1,1", suites_fault},
    {"a\t" LONGEST_SUITE "4\tf32\t2,2\t2,2\t1,1", suites_fault},
    {"a\tb,c,d,e,f\tf32\t2,2\t2,2\t1,1", suites_fault},
    {"a\td\tf32\t2\t2,2\t1,1", shape_fault},
    {"a\td\tf32\t2,2\t2\t1,1", shape_fault},
    {"a\td\tf32\t\t2,2\t1,1", shape_fault},
    {"a\td\tf32\t2,x\t2,2\t1,1", shape_fault},
    {"a\td\tf32\t2,2x\t2,2\t1,1", shape_fault},
    {"a\td\tf32\t2x2\t2,2\t1,1", shape_fault},
    {"a\td\tf32\t2,0\t2,0\t1,1", shape_fault},
    {"a\td\tf32\t2,-2\t2,2\t1,1", shape_fault},
    {"a\td\tf32\t2,2,\t2,2\t1,1", shape_fault},
    {"a\td\tf32\t2,,2\t2,2\t1,1", shape_fault},
    {"a\td\tf32\t2,2147483648\t2,2\t1,1", shape_fault},
    {"a\td\tf32\t2,99999999999999999999\t2,2\t1,1", shape_fault},
    {"a\td\tf32\t2,2\t2,2,2,2,2,2,2\t1,1", shape_fault},
    {"a\td\tf32\t2,2\t2,2\t1", axes_fault},
    {"a\td\tf32\t2,2\t2,2\t", axes_fault},
    {"a\td\tf32\t2,2\t2,2\t1,1,1", axes_fault},
    {"a\td\tf32\t2,2\t2,2\t0,1", axes_fault},
    {"a\td\tf32\t2,2\t2,2\t1,0", axes_fault},
    {"a\td\tf32\t2,2\t2,2\t2,1", axes_fault},
    {"a\td\tf32\t2,2\t2,2\t1,2", axes_fault},
    {"a\td\tf32\t2,2\t2,2\t-1,-1", axes_fault},
    {"a\td\tf32\t2,2\t3,2\t1,1", extents_fault},
    {"a\td\tf32\t2,2\t2,3\t1,1", extents_fault},
    {"a\td\tf32\t2,3,2\t2,3,4\t2,2", extents_fault},
    {"fine\td\tf32\t2,2\t2,2\t1,1", "there is another case of that name"},
    {"a\td\tf8\t2,2\t2,2\t1,1", "a dtype is unknown"},
    {"a\td\tf32,f3\t2,2\t2,2\t1,1", "a dtype is unknown"},
    {"a\td\t\t2,2\t2,2\t1,1", "there is no dtype"},
};

static void test_faulty_lines(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(faulty_lines); i++) {
        struct case_table table;
        char text[ERROR_SIZE], error[ERROR_SIZE] = "", expected[2 * ERROR_SIZE];
        snprintf(text, sizeof text, "# comment\nfine\td\tf32\t2,2\t2,2\t1,1\n%s\nnext\n", faulty_lines[i].line);
        if (read_text(text, &table, error))
            fail_msg("this was taken: %s", faulty_lines[i].line);
        snprintf(expected, sizeof expected, "%s, line 3: %s", fixture_path("cases.tsv"), faulty_lines[i].sentence);
        assert_string_equal(error, expected);
        assert_null(table.cases);
        assert_int_equal(table.count, 0);
    }
}

static void test_missing_table(void **state) {
    (void)state;
    struct case_table table;
    char error[ERROR_SIZE] = "";
    assert_false(case_table_read(&table, fixture_path("missing.tsv"), error, sizeof error));
    assert_non_null(strstr(error, "missing.tsv: No such file or directory"));
}

/* ---- The command line ------------------------------------------------------------------------------------------- */

/* The texts of --cblas are split where they stand, so that what is read must be writable. */
static int read_options(struct bench_options *options, char **arguments) {
    static char copies[MAX_ARGUMENTS][80];
    char *argv[MAX_ARGUMENTS + 1];
    int count = 0;
    for (; arguments[count]; count++) {
        assert_in_range(count, 0, MAX_ARGUMENTS - 1);
        snprintf(copies[count], sizeof copies[count], "%s", arguments[count]);
        argv[count] = copies[count];
    }
    argv[count] = NULL;
    optind = 1;
    return bench_options_read(count, argv, options);
}

static void test_defaults(void **state) {
    (void)state;
    struct bench_options options;
    assert_int_equal(read_options(&options, (char *[]){"batchdot-bench", NULL}), -1);
    assert_string_equal(options.cases_file, BENCH_CASES);
    assert_non_null(strstr(options.library, "libbatchdot"));
    assert_int_equal(options.rounds, 25);
    assert_int_equal(options.threads, 1);
    assert_int_equal(options.check_seconds, 60);
    assert_int_equal(options.seed, 1);
    assert_false(options.cold);
    assert_false(options.only_list);
    assert_null(options.suites);
    assert_null(options.peers);
    assert_null(options.json_file);
    assert_null(options.compare);
    assert_int_equal(options.cblas_count, 0);
}

static void test_all_options(void **state) {
    (void)state;
    struct bench_options options;
    assert_int_equal(OPTIONS(&options, "--suite", "a", "--case", "b", "--dtype", "c", "--peer", "d", "--cblas", "e=f=g",
                             "--rounds", "1000", "--threads=1024", "--cold", "--seed", "0", "--check-seconds", "7",
                             "--json", "-", "--library", "h", "--cases=i", "--list"),
                     -1);
    assert_string_equal(options.suites, "a");
    assert_string_equal(options.names, "b");
    assert_string_equal(options.dtypes, "c");
    assert_string_equal(options.peers, "d");
    assert_int_equal(options.cblas_count, 1);
    assert_string_equal(options.cblas[0].name, "e");
    assert_string_equal(options.cblas[0].file, "f=g");
    assert_int_equal(options.rounds, 1000);
    assert_int_equal(options.threads, 1024);
    assert_true(options.cold);
    assert_int_equal(options.seed, 0);
    assert_int_equal(options.check_seconds, 7);
    assert_string_equal(options.json_file, "-");
    assert_string_equal(options.library, "h");
    assert_string_equal(options.cases_file, "i");
    assert_true(options.only_list);
    assert_int_equal(OPTIONS(&options, "--compare", "old.so"), -1);
    assert_string_equal(options.compare, "old.so");
}

static void test_lists(void **state) {
    (void)state;
    assert_true(bench_list_has(NULL, "anything"));
    assert_true(bench_list_has("mkl", "mkl"));
    assert_true(bench_list_has("blis,mkl", "blis"));
    assert_true(bench_list_has("blis,mkl", "mkl"));
    assert_true(bench_list_has("mkl-jit,mkl", "mkl"));
    assert_true(bench_list_has("a,mkl,b", "mkl"));
    assert_false(bench_list_has("mkl-jit", "mkl"));
    assert_false(bench_list_has("mkl", "mkl-jit"));
    assert_false(bench_list_has("my-mkl", "mkl"));
    assert_false(bench_list_has("blis,mk", "mkl"));
    assert_false(bench_list_has("", "mkl"));
}

/* ---- What they select ------------------------------------------------------------------------------------------- */

/* The names and dtypes that are left of the small table, or what is wrong. */
static const char *cases_selected(struct bench_options options) {
    static char text[ERROR_SIZE];
    struct case_table table;
    char error[ERROR_SIZE] = "";
    assert_true(read_text(small_table, &table, error));
    if (select_cases(&options, &table, error, sizeof error)) {
        size_t length = 0;
        for (int i = 0; i < table.count; i++)
            length += (size_t)snprintf(text + length, sizeof text - length, "%s %s,", table.cases[i].name,
                                       table.cases[i].dtype->name);
    } else {
        snprintf(text, sizeof text, "%s", error);
    }
    case_table_free(&table);
    return text;
}

#define CASES_OF(...) cases_selected((struct bench_options){__VA_ARGS__})

static void test_selected_cases(void **state) {
    (void)state;
    assert_string_equal(CASES_OF(.suites = NULL), "one f32,one f64,one-more f32,two f64,");
    assert_string_equal(CASES_OF(.suites = "quick"), "one f32,one f64,two f64,");
    assert_string_equal(CASES_OF(.suites = "second,first"), "one f32,one f64,one-more f32,two f64,");
    assert_string_equal(CASES_OF(.names = "one"), "one f32,one f64,");
    assert_string_equal(CASES_OF(.names = "one-more,two"), "one-more f32,two f64,");
    assert_string_equal(CASES_OF(.dtypes = "f64"), "one f64,two f64,");
    assert_string_equal(CASES_OF(.suites = "quick", .names = "one", .dtypes = "f32"), "one f32,");
    assert_string_equal(CASES_OF(.suites = "first", .names = "two"), "no case is in all that was asked for");
    assert_string_equal(CASES_OF(.suites = "firs"), "there is no suite firs");
    assert_string_equal(CASES_OF(.suites = "first,third"), "there is no suite third");
    assert_string_equal(CASES_OF(.suites = "quick,"), "there is no suite ");
    assert_string_equal(CASES_OF(.names = "one,on"), "there is no case on");
    assert_string_equal(CASES_OF(.dtypes = "f16"), "there is no case of dtype f16");
}

/* The names of those who take part, or what is wrong. */
static const char *contestants_selected(struct bench_options options) {
    static char text[ERROR_SIZE];
    struct contestant_list list;
    options.library = "here.so";
    size_t length = 0;
    if (select_contestants(&options, &list, text, sizeof text))
        for (int i = 0; i < list.count; i++)
            length += (size_t)snprintf(text + length, sizeof text - length, "%s,", list.entries[i].name);
    return text;
}

#define CONTESTANTS_OF(...) contestants_selected((struct bench_options){__VA_ARGS__})

static void test_selected_contestants(void **state) {
    (void)state;
    const char *const all = CONTESTANTS_OF(.peers = NULL);
    assert_memory_equal(all, "batchdot,openblas,", 18);
    assert_non_null(strstr(all, ",mkl-jit,touch,fma,"));
    assert_non_null(strstr(all, ",openblas-copied,openblas-new,"));
    assert_non_null(strstr(all, ",openblas-new-copied,"));
    assert_non_null(strstr(all, ",mkl-copied,"));
    assert_null(strstr(all, "batchdot-"));
    assert_string_equal(CONTESTANTS_OF(.peers = "none"), "batchdot,touch,fma,");
    assert_string_equal(CONTESTANTS_OF(.peers = "mkl"), "batchdot,mkl,touch,fma,");
    assert_string_equal(CONTESTANTS_OF(.peers = "blis,batchdot-native"), "batchdot,batchdot-native,blis,touch,fma,");
    assert_string_equal(CONTESTANTS_OF(.peers = "mk"), "there is no peer mk");
    assert_string_equal(CONTESTANTS_OF(.peers = "mkl,touch"), "there is no peer touch");
    assert_string_equal(CONTESTANTS_OF(.peers = "batchdot"), "there is no peer batchdot");
}

static void test_named_cblas(void **state) {
    (void)state;
    assert_string_equal(CONTESTANTS_OF(.peers = "mine", .cblas = {{"mine", "a.so"}}, .cblas_count = 1),
                        "batchdot,touch,fma,mine,mine-copied,");
    assert_string_equal(CONTESTANTS_OF(.peers = "none", .cblas = {{"mine", "a.so"}}, .cblas_count = 1),
                        "batchdot,touch,fma,mine,mine-copied,");
    assert_non_null(strstr(CONTESTANTS_OF(.cblas = {{"mine", "a.so"}}, .cblas_count = 1), ",mkl,"));
    assert_string_equal(CONTESTANTS_OF(.cblas = {{"mkl", "a.so"}}, .cblas_count = 1),
                        "the name mkl is too long, or is another contestant's");
    assert_string_equal(CONTESTANTS_OF(.cblas = {{"a", "a.so"}, {"a", "b.so"}}, .cblas_count = 2),
                        "the name a is too long, or is another contestant's");
    assert_string_equal(CONTESTANTS_OF(.cblas = {{"1234567890123456789012345", "a.so"}}, .cblas_count = 1),
                        "the name 1234567890123456789012345 is too long, or is another contestant's");
}

static void test_comparison(void **state) {
    (void)state;
    struct contestant_list list;
    char error[ERROR_SIZE] = "";
    const struct bench_options options = {.library = "new.so", .compare = "old.so"};
    assert_string_equal(CONTESTANTS_OF(.compare = "old.so"), "batchdot,touch,fma,old,old-again,");
    assert_true(select_contestants(&options, &list, error, sizeof error));
    assert_string_equal(contestant_list_find(&list, "batchdot")->library_file, "new.so");
    assert_string_equal(contestant_list_find(&list, "old")->library_file, "old.so");
    assert_string_equal(contestant_list_find(&list, "old-again")->library_file, "old.so");
    assert_int_equal(contestant_list_find(&list, "batchdot")->role, ROLE_OURS);
    assert_int_equal(contestant_list_find(&list, "old")->role, ROLE_PEER);
    assert_int_equal(contestant_list_find(&list, "old-again")->role, ROLE_AGAIN);
    assert_ptr_equal(contestant_list_find(&list, "old")->kind, &contestant_batchdot_kind);
}

#define FILE_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_set_up, fixture_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_real_table),     FILE_TEST(test_small_table),
        FILE_TEST(test_expressions_and_flags), cmocka_unit_test(test_mixed_dtype),
        FILE_TEST(test_limits_of_a_line),      FILE_TEST(test_faulty_lines),
        FILE_TEST(test_missing_table),         cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_all_options),    cmocka_unit_test(test_lists),
        FILE_TEST(test_selected_cases),        cmocka_unit_test(test_selected_contestants),
        cmocka_unit_test(test_named_cblas),    cmocka_unit_test(test_comparison),
    };
    return cmocka_run_group_tests_name("the bench's cases and options", tests, NULL, NULL);
}
