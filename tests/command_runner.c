#include "command_runner.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_ARGUMENTS = 80, SECONDS_TO_LIVE = 300 };

/* A file without a name. */
static int temporary_descriptor(void) {
    FILE *const file = tmpfile();
    assert_non_null(file);
    const int descriptor = dup(fileno(file));
    fclose(file);
    assert_true(descriptor >= 0);
    return descriptor;
}

running_command command_start(void (*in_child)(void), const char *const *arguments) {
    char *argv[MAX_ARGUMENTS + 2] = {BATCHDOT_COMMAND};
    for (int i = 0; arguments[i]; i++) {
        assert_in_range(i, 0, MAX_ARGUMENTS - 1);
        argv[i + 1] = (char *)(uintptr_t)arguments[i];
    }
    running_command running = {.out = temporary_descriptor(), .err = temporary_descriptor()};
    fflush(NULL);
    running.process = fork();
    assert_true(running.process >= 0);
    if (running.process == 0) {
        dup2(running.out, STDOUT_FILENO);
        dup2(running.err, STDERR_FILENO);
        close(running.out);
        close(running.err);
        /* A command that waits for something for ever ends the test, not the patience of who runs it. */
        alarm(SECONDS_TO_LIVE);
        /* A shell that starts the tests in the background has interrupts ignored, and nohup hang-ups; a child inherits
         * that, and the command keeps to it. */
        signal(SIGINT, SIG_DFL);
        signal(SIGHUP, SIG_DFL);
        if (in_child)
            in_child();
        execv(BATCHDOT_COMMAND, argv);
        _exit(127);
    }
    return running;
}

static char *read_and_close(int descriptor) {
    const off_t size = lseek(descriptor, 0, SEEK_END);
    assert_true(size >= 0);
    char *const text = malloc((size_t)size + 1);
    assert_non_null(text);
    assert_int_equal(pread(descriptor, text, (size_t)size, 0), size);
    text[size] = '\0';
    close(descriptor);
    return text;
}

void command_wait(running_command *running, command_result *result) {
    int status = 0;
    assert_int_equal(waitpid(running->process, &status, 0), running->process);
    result->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    result->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    result->out = read_and_close(running->out);
    result->err = read_and_close(running->err);
}

void go_to_fixture(void) {
    if (chdir(fixture_path("")) != 0)
        _exit(126);
}

void command_run(command_result *result, void (*in_child)(void), const char *const *arguments) {
    running_command running = command_start(in_child, arguments);
    command_wait(&running, result);
}

void command_release(command_result *result) {
    free(result->out);
    free(result->err);
    memset(result, 0, sizeof *result);
}

static void fail_with(const command_result *result, const char *wanted) {
    fail_msg("wanted: %s\nstatus %d, signal %d\nstdout: %s\nstderr: %s", wanted, result->status, result->signal,
             result->out, result->err);
}

void assert_succeeds(command_result *result, const char *expected_out) {
    if (result->status != 0 || *result->err || strcmp(result->out, expected_out) != 0)
        fail_with(result, expected_out);
    command_release(result);
}

void assert_succeeds_with(command_result *result, const char *part_of_out) {
    if (result->status != 0 || *result->err || !strstr(result->out, part_of_out))
        fail_with(result, part_of_out);
    command_release(result);
}

static bool starts_as_ours(const char *text) {
    return strncmp(text, "batchdot: ", 10) == 0;
}

void assert_fails(command_result *result, const char *part) {
    const char *const line_end = strchr(result->err, '\n');
    if (result->status != 1 || !starts_as_ours(result->err) || !strstr(result->err, part) || !line_end ||
        line_end[1] != '\0' || *result->out)
        fail_with(result, part);
    command_release(result);
}

void assert_misused(command_result *result, const char *part) {
    const char *const line_end = strchr(result->err, '\n');
    if (result->status != 2 || !starts_as_ours(result->err) || !strstr(result->err, part) || !line_end ||
        strcmp(line_end + 1, "Try 'batchdot --help'.\n") != 0 || *result->out)
        fail_with(result, part);
    command_release(result);
}
