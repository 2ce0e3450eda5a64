/* Runs the batchdot command as a user does, and looks at what it says. */
#ifndef TEST_COMMAND_RUNNER_H
#define TEST_COMMAND_RUNNER_H

#include "npy_fixture.h"

#include <stdbool.h>
#include <sys/types.h>

typedef struct command_result {
    int status; /* the exit status; -1 if a signal ended it */
    int signal; /* that signal; 0 if none */
    char *out, *err;
} command_result;

/* A command that is on its way. */
typedef struct running_command {
    pid_t process;
    int out, err; /* descriptors of files that take what it prints */
} running_command;

/* RUN(&result, "shape", "4x3", "4x3"): runs `batchdot shape 4x3 4x3`. What it printed is to be released. */
#define RUN(result, ...) command_run((result), NULL, (const char *const[]){__VA_ARGS__, NULL})

/* The same; `in_child` is called in the new process before the command starts there. */
#define RUN_PREPARED(result, in_child, ...) command_run((result), (in_child), (const char *const[]){__VA_ARGS__, NULL})

/* The same in the fixture's directory, so that its files go by their names alone. */
#define RUN_THERE(result, ...) RUN_PREPARED((result), go_to_fixture, __VA_ARGS__)
void go_to_fixture(void);

void command_run(command_result *result, void (*in_child)(void), const char *const *arguments);
running_command command_start(void (*in_child)(void), const char *const *arguments);
void command_wait(running_command *running, command_result *result);
void command_release(command_result *result);

/* Each of these ends the test, telling what the command did, if the result is not so; and releases it. */
void assert_succeeds(command_result *result, const char *expected_out); /* status 0, this output, nothing on stderr */
void assert_succeeds_with(command_result *result, const char *part_of_out); /* the same, with this in the output */
void assert_fails(command_result *result,
                  const char *part); /* status 1, one line on stderr with this in it, no output */
void assert_misused(command_result *result, const char *part); /* status 2, a line with this in it, then a hint */

#endif
