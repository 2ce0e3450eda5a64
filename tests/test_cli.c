/* The batchdot command: its arguments, what it computes and prints, and what it says when something is wrong. */
#include "command_runner.h"
#include "golden_table.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define C_ORDER(descr, shape) "{'descr': '" descr "', 'fortran_order': False, 'shape': " shape "}"
#define FORTRAN_ORDER(descr, shape) "{'descr': '" descr "', 'fortran_order': True, 'shape': " shape "}"

static const float counting[] = {1, 2, 3, 4, 5, 6};

/* x.npy and y.npy: [[1, 2, 3], [4, 5, 6]], whose batch dot is [[14], [77]]. */
static int set_up_small_files(void **state) {
    if (fixture_set_up(state) != 0)
        return -1;
    fixture_write_npy("x.npy", C_ORDER("=f4", "(2, 3)"), counting, sizeof counting);
    fixture_write_npy("y.npy", C_ORDER("=f4", "(2, 3)"), counting, sizeof counting);
    return 0;
}

static const char small_summary[] = "2x1 f32, 2 elements\nmin 14, max 77, mean 45.5\nvalues 14 77\n";

/* ---- The command line ------------------------------------------------------------------------------------------- */

static void test_help_and_version(void **state) {
    (void)state;
    command_result result;
    RUN(&result, "--help");
    assert_succeeds_with(&result, "Usage: batchdot X.npy Y.npy");
    RUN(&result, "-h");
    assert_succeeds_with(&result, "Usage: batchdot X.npy Y.npy");
    RUN(&result, "shape", "4x3", "--help");
    assert_succeeds_with(&result, "Usage: batchdot X.npy Y.npy");
    char version[64];
    snprintf(version, sizeof version, "batchdot %s\n", batchdot_version());
    RUN(&result, "--version");
    assert_succeeds(&result, version);
}

static void test_misuse(void **state) {
    static const struct {
        const char *arguments[6], *message;
    } rows[] = {
        {{NULL}, "two .npy files are needed"},
        {{"x.npy"}, "two .npy files are needed"},
        {{"x.npy", "y.npy", "z.npy"}, "one operand too many: z.npy"},
        {{"x.npy", "y.npy", "z.npy", "u.npy"}, "one operand too many: z.npy"},
        {{"x.npy", "y.npy", "--nonsense"}, "unknown or ambiguous option --nonsense"},
        {{"x.npy", "y.npy", "-z"}, "unknown option -z"},
        {{"x.npy", "y.npy", "-hz"}, NULL}, /* help comes first */
        {{"x.npy", "y.npy", "--help=me"}, "--help=me: this option takes no value"},
        {{"x.npy", "y.npy", "-o"}, "-o needs a value"},
        {{"x.npy", "y.npy", "-o", ""}, "-o takes a file's name, not an empty one"},
        {{"x.npy", "y.npy", "--compare="}, "--compare takes a file's name, not an empty one"},
        {{"x.npy", "y.npy", "--axes"}, "--axes needs a value"},
        {{"x.npy", "y.npy", "--axes="}, "--axes takes an integer, two integers"},
        {{"x.npy", "y.npy", "--axes", "1,"}, "--axes takes an integer, two integers"},
        {{"x.npy", "y.npy", "--axes", ",1"}, "--axes takes an integer, two integers"},
        {{"x.npy", "y.npy", "--axes", "1,2,3"}, "--axes takes an integer, two integers"},
        {{"x.npy", "y.npy", "--axes", "1, 2"}, "--axes takes an integer, two integers"},
        {{"x.npy", "y.npy", "--axes", "--1"}, "--axes takes an integer, two integers"},
        {{"x.npy", "y.npy", "--axes", "-"}, "--axes takes an integer, two integers"},
        {{"x.npy", "y.npy", "--axes", "1x"}, "--axes takes an integer, two integers"},
        {{"x.npy", "y.npy", "--axes", "None"}, "--axes takes an integer, two integers"},
        {{"x.npy", "y.npy", "--axes", "2147483648"}, "--axes takes an integer, two integers"},
        {{"x.npy", "y.npy", "--axes", "1,-2147483649"}, "--axes takes an integer, two integers"},
        {{"x.npy", "y.npy", "--axes", "99999999999999999999"}, "--axes takes an integer, two integers"},
        {{"x.npy", "y.npy", "--threads", "-1"}, "--threads takes a number of threads"},
        {{"x.npy", "y.npy", "--threads", "two"}, "--threads takes a number of threads"},
        {{"x.npy", "y.npy", "--threads", "2x"}, "--threads takes a number of threads"},
        {{"x.npy", "y.npy", "--threads", "2147483648"}, "--threads takes a number of threads"},
        {{"x.npy", "y.npy", "--engine", "gpu"}, "--engine takes auto, native or blas, not 'gpu'"},
        {{"x.npy", "y.npy", "--dtype", "f32"}, "--dtype has no meaning for this command"},
        {{"explain", "4x3", "4x3", "--dtype", "f33"}, "--dtype takes f32, f64,"},
        {{"explain", "4x3"}, "two shapes or files are needed"},
        {{"explain", "4x3", "4x3", "4x3"}, "one operand too many: 4x3"},
        {{"explain", "4x3", "4x3", "-o", "out.npy"}, "--output has no meaning for this command"},
        {{"explain", "4x99999999999999999999", "4x3"},
         "'4x99999999999999999999' is not a shape such as 32x20x1: an extent is beyond int64_t"},
        {{"shape"}, "two shapes are needed"},
        {{"shape", "4x3", "4x3", "--threads", "2"}, "--threads has no meaning for this command"},
        {{"shape", "4x3", "4,3"}, "'4,3' is not a shape such as 32x20x1"},
        {{"shape", "4x", "4x3"}, "'4x' is not a shape such as 32x20x1"},
        {{"shape", "", "4x3"}, "'' is not a shape such as 32x20x1"},
        {{"shape", "4xx3", "4x3"}, "'4xx3' is not a shape such as 32x20x1"},
        {{"shape", "4x3", "4x9223372036854775808"},
         "'4x9223372036854775808' is not a shape such as 32x20x1: an extent is beyond int64_t"},
        {{"shape", "-4x3", "4x3"}, "unknown option -4"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        command_result result;
        command_run(&result, NULL, rows[i].arguments);
        if (rows[i].message)
            assert_misused(&result, rows[i].message);
        else
            assert_succeeds_with(&result, "Usage:");
    }
}

static void test_options_anywhere(void **state) {
    (void)state;
    const char *const x = fixture_path("x.npy");
    const char *const y = fixture_path("y.npy");
    command_result result;
    RUN(&result, x, y, "--axes", "1");
    assert_succeeds(&result, small_summary);
    RUN(&result, "--axes", "-1,-1", x, y);
    assert_succeeds(&result, small_summary);
    RUN(&result, x, "--axes=-1,1", y);
    assert_succeeds(&result, small_summary);
    RUN(&result, "--threads=2", x, "--engine", "native", y, "--axes", "none");
    assert_succeeds(&result, small_summary);
    RUN(&result, "--axes", "1,1", "--", x, y);
    assert_succeeds(&result, small_summary);
    RUN(&result, "--axes", "7", "--axes", "1", x, y);
    assert_succeeds(&result, small_summary);
    RUN(&result, x, "--", y, "--axes");
    assert_misused(&result, "one operand too many: --axes");
    setenv("POSIXLY_CORRECT", "1", 1);
    RUN(&result, x, y, "--axes", "1");
    unsetenv("POSIXLY_CORRECT");
    assert_succeeds(&result, small_summary);
}

/* ---- shape and explain ------------------------------------------------------------------------------------------ */

static void test_shape(void **state) {
    (void)state;
    command_result result;
    RUN(&result, "shape", "32x20x1", "32x30x20", "--axes", "1,2");
    assert_succeeds(&result, "32x1x30\n");
    RUN(&result, "shape", "--axes", "1,2", "32x20", "32x30x20");
    assert_succeeds(&result, "32x30\n");
    RUN(&result, "shape", "5x3", "5x3", "--axes", "1");
    assert_succeeds(&result, "5x1\n");
    RUN(&result, "shape", "2x3x4x5", "2x6x5x7");
    assert_succeeds(&result, "2x3x4x6x7\n");
    RUN(&result, "shape", "2x3x4", "2x4x0", "--axes", "-1,-2");
    assert_succeeds(&result, "2x3x0\n");
    RUN(&result, "shape", "4x3", "4x5", "--axes", "1");
    assert_fails(&result, "5");

#define ONES_16 "x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1"
    static const char ones_65[] = "1" ONES_16 ONES_16 ONES_16 ONES_16;
    RUN(&result, "shape", ones_65 + 2, "1x1");
    assert_succeeds_with(&result, ones_65 + 4); /* one axis of the 64 is contracted */
    RUN(&result, "shape", ones_65, "1x1");
    assert_misused(&result, "is not a shape such as 32x20x1: it has more than 64 axes");
}

static void test_shape_errors(void **state) {
    static golden_error errors[GOLDEN_MAX_ROWS];
    (void)state;
    const int rows = golden_read_errors(errors);
    for (int i = 0; i < rows; i++) {
        command_result result;
        RUN(&result, "shape", errors[i].x.text, errors[i].y.text, "--axes", errors[i].axes.text);
        assert_fails(&result, "");
    }
}

static void test_explain(void **state) {
    (void)state;
    command_result result, other;
    const char *const x = fixture_path("x.npy");
    RUN(&result, "explain", "2x3", "2x3");
    RUN(&other, "explain", x, fixture_path("y.npy"), "--axes", "1", "--engine", "auto");
    assert_true(strlen(result.out) > 0);
    assert_int_equal(result.out[strlen(result.out) - 1], '\n');
    assert_string_equal(result.out, other.out);
    command_release(&other);
    RUN(&other, "explain", "2x3", x);
    assert_succeeds(&other, result.out);
    RUN(&other, "explain", "2x3", "2x3", "--dtype", "i8");
    assert_int_equal(other.status, 0);
    assert_string_not_equal(result.out, other.out);
    command_release(&result);
    command_release(&other);

    fixture_write_npy("header.npy", FORTRAN_ORDER(">c16", "(100000, 3, 70000)"), NULL, 0);
    RUN(&result, "explain", fixture_path("header.npy"), "100000x70000x8", "--engine", "native", "--threads", "1");
    assert_succeeds_with(&result, "c128");
    fixture_write_npy("turned.npy", FORTRAN_ORDER("=f4", "(2, 30, 40)"), NULL, 0);
    RUN(&result, "explain", fixture_path("turned.npy"), "2x40x50");
    RUN(&other, "explain", "2x30x40", "2x40x50");
    assert_int_equal(result.status, 0);
    assert_int_equal(other.status, 0);
    assert_string_not_equal(result.out, other.out);
    command_release(&result);
    command_release(&other);
    RUN(&result, "explain", x, fixture_path("header.npy"));
    assert_fails(&result, "header.npy");
    RUN(&result, "explain", x, "missing.npy");
    assert_fails(&result, "missing.npy cannot be opened: No such file or directory");
    RUN(&result, "explain", "4x3", "5x3");
    assert_fails(&result, "4x3 and 5x3: ");
    RUN(&result, "explain", x, x, "--dtype", "f64");
    assert_misused(&result, "--dtype is for shapes");
}

/* ---- Results ---------------------------------------------------------------------------------------------------- */

static void test_golden_cases(void **state) {
    static golden_case cases[GOLDEN_MAX_ROWS];
    (void)state;
    const int rows = golden_read_cases(cases);
    for (int i = 0; i < rows; i++) {
        const golden_case *const row = &cases[i];
        const char *const x = golden_path(row->x), *const y = golden_path(row->y), *const out = golden_path(row->out);
        const bool integers = row->dtype[0] == 'i';
        command_result result;
        RUN(&result, x, y, "--axes", row->axes.text, "--compare", out);
        if (!strstr(result.out, row->dtype) || strchr(result.out, '\n') != result.out + strlen(result.out) - 1)
            fail_msg("%s %s: not one line that names the dtype: %s", row->name, row->dtype, result.out);
        assert_succeeds_with(&result, integers ? "largest difference 0, integers must be equal" : " of the tolerance");
        if (!integers)
            continue;
        /* There is one right answer, and one way to write it. */
        RUN(&result, "-o", fixture_path("out.npy"), x, y, "--axes", row->axes.text);
        assert_succeeds(&result, "");
        size_t size, expected_size;
        char *const written = fixture_read(fixture_path("out.npy"), &size);
        char *const expected = fixture_read(out, &expected_size);
        assert_int_equal(size, expected_size);
        assert_memory_equal(written, expected, size);
        free(written);
        free(expected);
    }
}

/* Runs x.npy and y.npy of these contents, and expects this summary. */
static void check_summary(const char *x_text, const void *x, size_t x_size, const char *y_text, const void *y,
                          size_t y_size, const char *expected) {
    command_result result;
    fixture_write_npy("x.npy", x_text, x, x_size);
    fixture_write_npy("y.npy", y_text, y, y_size);
    RUN(&result, fixture_path("x.npy"), fixture_path("y.npy"));
    assert_succeeds(&result, expected);
}

static void test_summaries(void **state) {
    (void)state;
    const double reals[] = {1, 2, 3, 4, 5, 6, (double)INFINITY, 8}, ones[] = {1, 1, 1, 1, 1, 1, 1, 1};
    check_summary(C_ORDER("=f8", "(8, 1)"), reals, sizeof reals, C_ORDER("=f8", "(8, 1)"), ones, sizeof ones,
                  "8x1 f64, 8 elements\nmin 1, max 8, mean 4.14286\nnot finite: 0 NaN, 1 Inf\n"
                  "values 1 2 3 4 5 6 ...\n");
    const double nan[] = {(double)NAN};
    check_summary(C_ORDER("=f8", "(1, 1)"), nan, sizeof nan, C_ORDER("=f8", "(1, 1)"), ones, 8,
                  "1x1 f64, 1 element\nnot finite: 1 NaN, 0 Inf\nvalues nan\n");
    check_summary(C_ORDER("=f8", "(2, 3, 0)"), NULL, 0, C_ORDER("=f8", "(2, 0, 0)"), NULL, 0,
                  "2x3x0 f64, 0 elements\n");
    const float complex_x[] = {1, 2, 0, 1}, complex_y[] = {3, 0, 0, 4};
    check_summary(C_ORDER("=c8", "(2, 1)"), complex_x, sizeof complex_x, C_ORDER("=c8", "(2, 1)"), complex_y,
                  sizeof complex_y, "2x1 c64, 2 elements\nmean -0.5+3j, largest modulus 6.7082\nvalues 3+6j -4+0j\n");
    const int64_t large[] = {INT64_MAX, INT64_MIN}, one[] = {1, 1};
    check_summary(C_ORDER("=i8", "(2, 1)"), large, sizeof large, C_ORDER("=i8", "(2, 1)"), one, sizeof one,
                  "2x1 i64, 2 elements\nmin -9223372036854775808, max 9223372036854775807, mean 0\n"
                  "values 9223372036854775807 -9223372036854775808\n");
    const int8_t bytes[] = {-128, -128};
    const uint8_t unsigned_bytes[] = {255, 255};
    check_summary(C_ORDER("|i1", "(1, 2)"), bytes, sizeof bytes, C_ORDER("|u1", "(1, 2)"), unsigned_bytes,
                  sizeof unsigned_bytes, "1x1 i32, 1 element\nmin -65280, max -65280, mean -65280\nvalues -65280\n");
    const uint16_t f16[] = {0x3c00, 0x4000}, bf16[] = {0x3f80, 0x4000}; /* 1, 2 */
    check_summary(C_ORDER("=f2", "(1, 2)"), f16, sizeof f16, C_ORDER("=f2", "(1, 2)"), f16, sizeof f16,
                  "1x1 f16, 1 element\nmin 5, max 5, mean 5\nvalues 5\n");
    check_summary(C_ORDER("=V2", "(1, 2)"), bf16, sizeof bf16, C_ORDER("|V2", "(1, 2)"), bf16, sizeof bf16,
                  "1x1 bf16, 1 element\nmin 5, max 5, mean 5\nvalues 5\n");
}

/* The same numbers in another layout: x as [[1, 3, 5], [2, 4, 6]] in the other byte order, the data misaligned. */
static void test_layouts(void **state) {
    (void)state;
    command_result result;
    float swapped[6];
    memcpy(swapped, counting, sizeof swapped);
    fixture_order_bytes(swapped, 4, 6, '>');
    for (size_t offset = 0; offset < 4; offset++) {
        fixture_write_npy_at("other.npy", offset, FORTRAN_ORDER(">f4", "(2, 3)"), swapped, sizeof swapped);
        RUN(&result, fixture_path("other.npy"), fixture_path("y.npy"));
        assert_succeeds(&result, "2x1 f32, 2 elements\nmin 22, max 64, mean 43\nvalues 22 64\n");
        RUN(&result, fixture_path("other.npy"), fixture_path("other.npy"));
        assert_succeeds(&result, "2x1 f32, 2 elements\nmin 35, max 56, mean 45.5\nvalues 35 56\n");
    }
}

/* ---- --compare -------------------------------------------------------------------------------------------------- */

static void run_compare(command_result *result, const char *text, const void *data, size_t size) {
    fixture_write_npy("expected.npy", text, data, size);
    RUN(result, fixture_path("x.npy"), fixture_path("y.npy"), "--compare", fixture_path("expected.npy"));
}

static void assert_differs(command_result *result, const char *line, const char *reason) {
    const char *const line_end = strchr(result->err, '\n');
    if (result->status != 1 || strcmp(result->out, line) != 0 || strncmp(result->err, "batchdot: ", 10) != 0 ||
        !strstr(result->err, reason) || !line_end || line_end[1] != '\0')
        fail_msg("status %d\nstdout: %sstderr: %swanted: %s%s", result->status, result->out, result->err, line, reason);
    command_release(result);
}

static void test_compare(void **state) {
    (void)state;
    command_result result;
    run_compare(&result, C_ORDER("=f4", "(2, 1)"), (float[]){14, 77}, 8);
    assert_succeeds(&result, "2x1 f32: largest difference 0, 0 of the tolerance\n");
    /* K is 3: the tolerance at 14 is 8 * 2^-23 * 4 * 15, which is 60 times the distance to the next float. */
    run_compare(&result, FORTRAN_ORDER("=f4", "(2, 1)"), (float[]){14 + 15 * 0x1p-20f, 77}, 8);
    assert_succeeds_with(&result, "2x1 f32: largest difference 1.43e-05, 0.25 of the tolerance\n");
    run_compare(&result, C_ORDER("=f4", "(2, 1)"), (float[]){14 + 120 * 0x1p-20f, 77}, 8);
    assert_differs(&result, "2x1 f32: largest difference 0.000114, 2 of the tolerance\n",
                   "expected.npy in 1 element, most of all at [0, 0]: 14 instead of 14.0001144");
    run_compare(&result, C_ORDER("=f4", "(2, 1)"), (float[]){14, (float)NAN}, 8);
    assert_differs(&result, "2x1 f32: largest difference inf, inf of the tolerance\n",
                   "expected.npy in 1 element, most of all at [1, 0]: 77 instead of nan");
    run_compare(&result, C_ORDER("=f4", "(2, 1)"), (float[]){-(float)INFINITY, 78}, 8);
    assert_differs(&result, "2x1 f32: largest difference inf, inf of the tolerance\n", "in 2 elements");
    run_compare(&result, C_ORDER("=f4", "(2,)"), (float[]){14, 77}, 8);
    assert_fails(&result, "expected.npy holds 2 f32");
    run_compare(&result, C_ORDER("=f4", "(1, 2)"), (float[]){14, 77}, 8);
    assert_fails(&result, "the result is 2x1 f32, but ");
    run_compare(&result, C_ORDER("=f8", "(2, 1)"), (double[]){14, 77}, 16);
    assert_fails(&result, "expected.npy holds 2x1 f64");
    RUN(&result, fixture_path("x.npy"), fixture_path("y.npy"), "--compare", fixture_path("missing.npy"));
    assert_fails(&result, "missing.npy cannot be opened");
}

static void test_compare_with_not_finite(void **state) {
    (void)state;
    command_result result;
    fixture_write_npy("x.npy", C_ORDER("=f4", "(2, 1)"), (float[]){(float)NAN, (float)INFINITY}, 8);
    fixture_write_npy("y.npy", C_ORDER("=f4", "(2, 1)"), (float[]){1, -1}, 8);
    run_compare(&result, C_ORDER("=f4", "(2, 1)"), (float[]){(float)NAN, -(float)INFINITY}, 8);
    assert_succeeds(&result, "2x1 f32: largest difference 0, 0 of the tolerance\n");
    run_compare(&result, C_ORDER("=f4", "(2, 1)"), (float[]){(float)NAN, (float)INFINITY}, 8);
    assert_differs(&result, "2x1 f32: largest difference inf, inf of the tolerance\n", "-inf instead of inf");
    run_compare(&result, C_ORDER("=f4", "(2, 1)"), (float[]){0, -(float)INFINITY}, 8);
    assert_differs(&result, "2x1 f32: largest difference inf, inf of the tolerance\n", "nan instead of 0");
}

static void test_compare_integers(void **state) {
    (void)state;
    command_result result;
    fixture_write_npy("x.npy", C_ORDER("=i8", "(2, 1)"), (int64_t[]){INT64_MAX, INT64_MIN}, 16);
    fixture_write_npy("y.npy", C_ORDER("=i8", "(2, 1)"), (int64_t[]){1, 1}, 16);
    run_compare(&result, C_ORDER("=i8", "(2, 1)"), (int64_t[]){INT64_MAX, INT64_MIN}, 16);
    assert_succeeds(&result, "2x1 i64: largest difference 0, integers must be equal\n");
    run_compare(&result, C_ORDER("=i8", "(2, 1)"), (int64_t[]){INT64_MAX - 1, INT64_MIN}, 16);
    assert_differs(&result, "2x1 i64: largest difference 1, integers must be equal\n",
                   "in 1 element, most of all at [0, 0]: 9223372036854775807 instead of 9223372036854775806");
    run_compare(&result, C_ORDER("=i8", "(2, 1)"), (int64_t[]){INT64_MAX, INT64_MAX}, 16);
    assert_differs(&result, "2x1 i64: largest difference 18446744073709551615, integers must be equal\n", "[1, 0]");
}

/* ---- stdout ----------------------------------------------------------------------------------------------------- */

static void fill_stdout(void) {
    dup2(open("/dev/full", O_WRONLY), STDOUT_FILENO);
}

static void close_stdout(void) {
    close(STDOUT_FILENO);
}

static void close_all_standard(void) {
    close(STDIN_FILENO);
    close(STDOUT_FILENO);
    close(STDERR_FILENO);
}

static void test_stdout_that_fails(void **state) {
    (void)state;
    command_result result;
    const char *const x = fixture_path("x.npy");
    const char *const y = fixture_path("y.npy");
    if (access("/dev/full", W_OK) == 0) {
        RUN_PREPARED(&result, fill_stdout, "--help");
        assert_fails(&result, "standard output cannot be written: No space left on device");
        RUN_PREPARED(&result, fill_stdout, "--version");
        assert_fails(&result, "standard output cannot be written: No space left on device");
        RUN_PREPARED(&result, fill_stdout, "shape", "4x3", "4x3");
        assert_fails(&result, "standard output cannot be written: No space left on device");
        RUN_PREPARED(&result, fill_stdout, "explain", "4x3", "4x3");
        assert_fails(&result, "standard output cannot be written: No space left on device");
        RUN_PREPARED(&result, fill_stdout, x, y);
        assert_fails(&result, "standard output cannot be written: No space left on device");
    }
    RUN_PREPARED(&result, close_stdout, x, y);
    assert_fails(&result, "standard output cannot be written");

    /* With all of them closed, the file may get one of their numbers, but must hold the result and no message. */
    RUN_PREPARED(&result, close_all_standard, x, y, "-o", fixture_path("out.npy"), "--compare", x);
    assert_int_equal(result.status, 1);
    command_release(&result);
    size_t size;
    char *const written = fixture_read(fixture_path("out.npy"), &size);
    assert_int_equal(size, 128 + 8);
    assert_memory_equal(written + 128, ((const float[]){14, 77}), 8);
    free(written);
}

#define COMMAND_TEST(test) cmocka_unit_test_setup_teardown(test, set_up_small_files, fixture_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        COMMAND_TEST(test_help_and_version),
        COMMAND_TEST(test_misuse),
        COMMAND_TEST(test_options_anywhere),
        COMMAND_TEST(test_shape),
        COMMAND_TEST(test_shape_errors),
        COMMAND_TEST(test_explain),
        COMMAND_TEST(test_golden_cases),
        COMMAND_TEST(test_summaries),
        COMMAND_TEST(test_layouts),
        COMMAND_TEST(test_compare),
        COMMAND_TEST(test_compare_with_not_finite),
        COMMAND_TEST(test_compare_integers),
        COMMAND_TEST(test_stdout_that_fails),
    };
    return cmocka_run_group_tests_name("the command", tests, NULL, NULL);
}
