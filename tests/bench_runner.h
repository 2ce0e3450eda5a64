/* Runs batchdot-bench on a small table of cases, with faulty_cblas.c as a peer, and looks at what it prints. Where that
 * is not what is wanted the test fails, with all that was printed. */
#ifndef TEST_BENCH_RUNNER_H
#define TEST_BENCH_RUNNER_H

#include "command_runner.h"

/* Runs the bench with one round on the table that bench_write_cases wrote. */
#define BENCH(result, ...) RUN((result), "--cases", fixture_path("cases.tsv"), "--rounds", "1", __VA_ARGS__)

void bench_write_cases(const char *table);

/* The environment's fault, and the m of the products that have it; NULL: none, or all. */
void bench_set_fault(const char *fault, const char *rows);

/* A --cblas argument. */
const char *bench_cblas_named(const char *name);

void fail_with(const command_result *result, const char *wanted);

void assert_ends_well(const command_result *result); /* status 0, and nothing on stderr */
void assert_says(const command_result *result, const char *part);
void assert_does_not_say(const command_result *result, const char *part);

/* The words of the first line that begins with these; the rest of *words is empty. False if there is none. second may
 * be NULL. */
enum { MAX_WORDS = 24, WORD_SIZE = 40 };
bool find_line(const char *text, const char *first, const char *second, char words[MAX_WORDS][WORD_SIZE]);

bool is_number(const char *text);

/* A case's cell in the table of speeds, in the column of a contestant: its name, as far as the first hyphen. Of
 * several that begin alike it is the first; the one behind has "-copied" in its name. */
void assert_timed(const command_result *result, const char *name, const char *dtype, const char *contestant);
void assert_cell(const command_result *result, const char *name, const char *dtype, const char *contestant,
                 const char *expected);

#endif
