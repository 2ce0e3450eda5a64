/* The batchdot command and files: bad ones are refused in one line, and an output appears whole or not at all. */
#include "command_runner.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define C_ORDER(descr, shape) "{'descr': '" descr "', 'fortran_order': False, 'shape': " shape "}"

static const float counting[] = {1, 2, 3, 4, 5, 6};
static const float product[] = {14, 77};

static int set_up_small_files(void **state) {
    if (fixture_set_up(state) != 0)
        return -1;
    fixture_write_npy("x.npy", C_ORDER("=f4", "(2, 3)"), counting, sizeof counting);
    fixture_write_npy("y.npy", C_ORDER("=f4", "(2, 3)"), counting, sizeof counting);
    return 0;
}

static void check_product(const char *name) {
    size_t size;
    char *const written = fixture_read(fixture_path(name), &size);
    assert_int_equal(size, 128 + sizeof product);
    assert_memory_equal(written + 128, product, sizeof product);
    free(written);
}

/* ---- Bad files -------------------------------------------------------------------------------------------------- */

/* As every operand that a file can be, the bad file gives status 1, one line with its name and this reason, and neither
 * an output file nor a temporary one. */
static void check_bad_file(const char *name, const char *reason) {
    char line[512];
    command_result result;
    const char *const bad = fixture_path(name), *const good = fixture_path("x.npy");
    const char *const out = fixture_path("out.npy");
    const int entries = fixture_count_entries();
    snprintf(line, sizeof line, "/%s %s", name, reason);
    RUN(&result, bad, good, "-o", out);
    assert_fails(&result, line);
    RUN(&result, good, bad, "-o", out);
    assert_fails(&result, line);
    RUN(&result, good, good, "--compare", bad, "-o", out);
    assert_fails(&result, line);
    RUN(&result, bad, bad);
    assert_fails(&result, line);
    assert_int_equal(fixture_count_entries(), entries);
}

static void test_bad_files(void **state) {
    (void)state;
    check_bad_file("missing.npy", "cannot be opened: No such file or directory");
    assert_int_equal(mkdir(fixture_path("directory.npy"), 0700), 0);
    check_bad_file("directory.npy", "is a directory");
    assert_int_equal(mkfifo(fixture_path("fifo.npy"), 0600), 0);
    check_bad_file("fifo.npy", "is a FIFO");
    fixture_write("empty.npy", "", 0);
    check_bad_file("empty.npy", "is empty");
    fixture_write("text.npy", "1, 2, 3\n4, 5, 6\n", 16);
    check_bad_file("text.npy", "is not a NumPy .npy file");
    fixture_write("version.npy", "\x93NUMPY\x09\x00\x02\x00{}", 12);
    check_bad_file("version.npy", "is of .npy format 9.0, which is not supported");
    fixture_write("cut.npy", "\x93NUMPY\x01\x00", 8);
    check_bad_file("cut.npy", "is truncated: it ends before its header");
    fixture_write("cutheader.npy", "\x93NUMPY\x01\x00\xff\xff{'descr'", 18);
    check_bad_file("cutheader.npy", "is truncated: its header is said to have 65535 bytes, but only 8 follow");
}

static void test_lying_headers(void **state) {
    static const struct {
        const char *name, *text, *reason;
        size_t data_size;
    } rows[] = {
        {"short.npy", C_ORDER("<f4", "(2, 3)"), "is truncated: its header promises 24 bytes of data", 23},
        {"long.npy", C_ORDER("<f4", "(2, 3)"), "has 1 bytes more than its header promises", 25},
        {"huge.npy", C_ORDER("<f4", "(4294967296, 4294967296)"), "has a shape with more elements than can be", 24},
        {"large.npy", C_ORDER("<f8", "(1, 1152921504606846976)"),
         "is truncated: its header promises 9223372036854775808", 24},
        {"larger.npy", C_ORDER("<c16", "(1, 1152921504606846976)"), "has a shape with more elements than can be", 24},
        {"beyond.npy", C_ORDER("<f4", "(99999999999999999999, 1)"), "has an extent beyond 64 bits", 24},
        {"negative.npy", C_ORDER("<f4", "(-2, -3)"), "has a negative extent", 24},
        {"object.npy", C_ORDER("|O", "(2, 3)"), "holds Python objects", 24},
        {"bool.npy", C_ORDER("|b1", "(2, 3)"), "has a dtype that is not supported: '|b1'", 6},
        {"u4.npy", C_ORDER("<u4", "(2, 3)"), "has a dtype that is not supported: '<u4'", 24},
        {"bytes.npy", C_ORDER("|S10", "(2, 3)"), "has a dtype that is not supported: '|S10'", 60},
        {"text.npy", C_ORDER("<U3", "(2, 3)"), "has a dtype that is not supported: '<U3'", 72},
        {"fields.npy", "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2, 3)}",
         "has a structured dtype, which is not supported: [('a', '<f4')]", 24},
        {"garbage.npy", "\x01\x02\n\r\x1b[31m\xff", "has a malformed header", 24},
        {"keys.npy", "{'descr': '<f4', 'fortran_order': False}", "has no 'shape' in its header", 24},
    };
    (void)state;
    const char data[128] = {0};
    for (size_t i = 0; i < COUNT(rows); i++) {
        fixture_write_npy(rows[i].name, rows[i].text, data, rows[i].data_size);
        check_bad_file(rows[i].name, rows[i].reason);
    }
}

/* A name with a line break in it does not make two lines of one. */
static void test_strange_names(void **state) {
    (void)state;
    command_result result;
    RUN(&result, fixture_path("line\nbreak\x1b.npy"), fixture_path("y.npy"));
    assert_fails(&result, "line?break?.npy cannot be opened");
    fixture_write_npy("-x.npy", C_ORDER("=f4", "(2, 3)"), counting, sizeof counting);
    RUN(&result, "-o", fixture_path("out.npy"), "--", fixture_path("-x.npy"), fixture_path("y.npy"));
    assert_succeeds(&result, "");
    check_product("out.npy");
}

static void test_refused_products(void **state) {
    (void)state;
    command_result result;
    const char *const x = fixture_path("x.npy"), *const other = fixture_path("other.npy");
    const char *const out = fixture_path("out.npy");
    fixture_write_npy("other.npy", C_ORDER("=f8", "(2, 3)"), (double[6]){0}, 48);
    RUN(&result, x, other, "-o", out);
    assert_fails(&result, "other.npy: ");
    fixture_write_npy("other.npy", C_ORDER("=f4", "(3, 2)"), counting, sizeof counting);
    RUN(&result, x, other, "-o", out);
    assert_fails(&result, "other.npy: ");
    fixture_write_npy("other.npy", C_ORDER("=f4", "()"), counting, 4);
    RUN(&result, other, x, "-o", out);
    assert_fails(&result, "other.npy and ");
    RUN(&result, x, x, "--axes", "0", "-o", out);
    assert_fails(&result, "x.npy: ");
    RUN(&result, x, x, "--axes", "1,-2147483648", "-o", out);
    assert_fails(&result, "x.npy: ");
    assert_int_equal(fixture_count_entries(), 3);
}

/* ---- Outputs ---------------------------------------------------------------------------------------------------- */

static void test_outputs(void **state) {
    (void)state;
    command_result result;
    const char *const x = fixture_path("x.npy"), *const y = fixture_path("y.npy");
    RUN(&result, x, y, "-o", fixture_path("out.npy"));
    assert_succeeds(&result, "");
    check_product("out.npy");
    fixture_write("out.npy", "something else, and longer than what will be there in its place", 60);
    RUN(&result, "--output", fixture_path("out.npy"), x, y);
    assert_succeeds(&result, "");
    check_product("out.npy");
    RUN(&result, x, y, "-o", x);
    assert_succeeds(&result, "");
    check_product("x.npy");
    RUN(&result, y, y, "-o", y, "--compare", x);
    assert_succeeds_with(&result, "2x1 f32: largest difference 0");
    check_product("y.npy");
    RUN(&result, "--engine", "native", "--threads", "1", "--axes", "-1", x, y, "-o", fixture_path("new.npy"));
    assert_succeeds(&result, "");
    assert_int_equal(fixture_count_entries(), 4);
}

static void test_output_in_working_directory(void **state) {
    (void)state;
    command_result result;
    RUN_THERE(&result, "x.npy", "y.npy", "-oout.npy");
    assert_succeeds(&result, "");
    check_product("out.npy");
    assert_int_equal(fixture_count_entries(), 3);
}

static void test_output_written_though_it_differs(void **state) {
    (void)state;
    command_result result;
    fixture_write_npy("expected.npy", C_ORDER("=f4", "(2, 1)"), (float[]){14, 78}, 8);
    RUN(&result, fixture_path("x.npy"), fixture_path("y.npy"), "--compare", fixture_path("expected.npy"), "-o",
        fixture_path("out.npy"));
    assert_int_equal(result.status, 1);
    command_release(&result);
    check_product("out.npy");
}

static void test_refused_outputs(void **state) {
    (void)state;
    command_result result;
    const char *const x = fixture_path("x.npy"), *const y = fixture_path("y.npy");
    assert_int_equal(mkdir(fixture_path("directory"), 0700), 0);
    RUN(&result, x, y, "-o", fixture_path("directory"));
    assert_fails(&result, "directory cannot be written: it is a directory");
    RUN(&result, x, y, "-o", fixture_path("new/"));
    assert_fails(&result, "new/ is not a file's name");
    RUN(&result, x, y, "-o", fixture_path("new/out.npy"));
    assert_fails(&result, "new/out.npy cannot be written");
    /* Nothing of the system's own may stand here: a command that is broken would replace it. */
    struct stat status;
    assert_int_equal(mkfifo(fixture_path("fifo"), 0600), 0);
    assert_int_equal(symlink("fifo", fixture_path("link")), 0);
    RUN(&result, x, y, "-o", fixture_path("link"));
    assert_fails(&result, "link cannot be written: it is a FIFO");
    RUN(&result, x, y, "-o", fixture_path("fifo"));
    assert_fails(&result, "fifo cannot be written: it is a FIFO");
    assert_int_equal(lstat(fixture_path("fifo"), &status), 0);
    assert_true(S_ISFIFO(status.st_mode));
    assert_int_equal(fixture_count_entries(), 5);
}

/* A limit stands for a full disk. */
static void limit_file_size(void) {
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){64, 64});
}

static void test_output_without_room(void **state) {
    (void)state;
    command_result result;
    fixture_write("out.npy", "old", 3);
    RUN_PREPARED(&result, limit_file_size, fixture_path("x.npy"), fixture_path("y.npy"), "-o", fixture_path("out.npy"));
    assert_int_equal(result.status, 1);
    command_release(&result);
    size_t size;
    char *const content = fixture_read(fixture_path("out.npy"), &size);
    assert_string_equal(content, "old");
    free(content);
    assert_int_equal(fixture_count_entries(), 3);
}

/* ---- Signals ---------------------------------------------------------------------------------------------------- */

/* Two inputs of zeros, and a product of them that takes a while. */
static void write_large_files(void) {
    static const char *const names[] = {"large_x.npy", "large_y.npy"};
    static const char *const texts[] = {C_ORDER("<i8", "(1, 1024, 4096)"), C_ORDER("<i8", "(1, 4096, 1024)")};
    for (int i = 0; i < 2; i++) {
        fixture_write_npy(names[i], texts[i], NULL, 0);
        struct stat status;
        assert_int_equal(stat(fixture_path(names[i]), &status), 0);
        assert_int_equal(truncate(fixture_path(names[i]), status.st_size + 8L * 1024 * 4096), 0);
    }
}

/* Starts the long product, and returns when its temporary file is there; false if it never was seen. */
static bool start_large_product(running_command *running) {
    const int entries = fixture_count_entries();
    const char *const arguments[] = {fixture_path("large_x.npy"),
                                     fixture_path("large_y.npy"),
                                     "-o",
                                     fixture_path("out.npy"),
                                     "--threads",
                                     "1",
                                     "--engine",
                                     "native",
                                     NULL};
    *running = command_start(NULL, arguments);
    for (int waited = 0; waited < 60000; waited++) {
        if (fixture_count_entries() > entries)
            return !fixture_exists("out.npy");
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    return false;
}

static void check_killed_by(int signal_number) {
    running_command running;
    command_result result;
    const int entries = fixture_count_entries();
    const bool seen = start_large_product(&running);
    kill(running.process, signal_number);
    command_wait(&running, &result);
    assert_true(seen);
    if (result.signal != signal_number)
        fail_msg("signal %d led to status %d, signal %d: %s", signal_number, result.status, result.signal, result.err);
    command_release(&result);
    assert_int_equal(fixture_count_entries(), entries);
}

static void test_killed(void **state) {
    (void)state;
    write_large_files();
    check_killed_by(SIGTERM);
    check_killed_by(SIGINT);
    check_killed_by(SIGHUP);
}

/* An input that is cut short while it is read makes reading its pages impossible: SIGBUS. */
static void test_input_cut_short_meanwhile(void **state) {
    (void)state;
    running_command running;
    command_result result;
    write_large_files();
    const int entries = fixture_count_entries();
    const bool seen = start_large_product(&running);
    assert_int_equal(truncate(fixture_path("large_x.npy"), 4096), 0);
    assert_int_equal(truncate(fixture_path("large_y.npy"), 4096), 0);
    command_wait(&running, &result);
    assert_true(seen);
    assert_fails(&result, "a file became shorter or unreadable while it was in use");
    assert_int_equal(fixture_count_entries(), entries);
}

#define COMMAND_TEST(test) cmocka_unit_test_setup_teardown(test, set_up_small_files, fixture_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        COMMAND_TEST(test_bad_files),
        COMMAND_TEST(test_lying_headers),
        COMMAND_TEST(test_strange_names),
        COMMAND_TEST(test_refused_products),
        COMMAND_TEST(test_outputs),
        COMMAND_TEST(test_output_in_working_directory),
        COMMAND_TEST(test_output_written_though_it_differs),
        COMMAND_TEST(test_refused_outputs),
        COMMAND_TEST(test_output_without_room),
        COMMAND_TEST(test_killed),
        COMMAND_TEST(test_input_cut_short_meanwhile),
    };
    return cmocka_run_group_tests_name("the command's files", tests, NULL, NULL);
}
