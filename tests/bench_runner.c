#include "bench_runner.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bench_write_cases(const char *table) {
    fixture_write("cases.tsv", table, strlen(table));
}

void bench_set_fault(const char *fault, const char *rows) {
    unsetenv("FAULTY_CBLAS");
    unsetenv("FAULTY_CBLAS_ROWS");
    if (fault)
        setenv("FAULTY_CBLAS", fault, 1);
    if (rows)
        setenv("FAULTY_CBLAS_ROWS", rows, 1);
}

const char *bench_cblas_named(const char *name) {
    static char text[1000];
    snprintf(text, sizeof text, "%s=%s", name, FAULTY_CBLAS_FILE);
    return text;
}

void fail_with(const command_result *result, const char *wanted) {
    fail_msg("wanted: %s\nstatus %d, signal %d\nstdout: %s\nstderr: %s", wanted, result->status, result->signal,
             result->out, result->err);
}

void assert_ends_well(const command_result *result) {
    if (result->status != 0 || *result->err)
        fail_with(result, "status 0 and nothing on stderr");
}

void assert_says(const command_result *result, const char *part) {
    if (!strstr(result->out, part))
        fail_with(result, part);
}

void assert_does_not_say(const command_result *result, const char *part) {
    if (strstr(result->out, part))
        fail_with(result, "not what was printed");
}

bool find_line(const char *text, const char *first, const char *second, char words[MAX_WORDS][WORD_SIZE]) {
    for (const char *line = text; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        const char *place = line;
        memset(words, 0, (size_t)MAX_WORDS * WORD_SIZE);
        for (int word = 0; word < MAX_WORDS && *place && *place != '\n'; word++) {
            const size_t length = strcspn(place, " \n");
            snprintf(words[word], WORD_SIZE, "%.*s", (int)length, place);
            place += length;
            place += strspn(place, " ");
        }
        if (!strcmp(words[0], first) && (!second || !strcmp(words[1], second)))
            return true;
    }
    return false;
}

bool is_number(const char *text) {
    char *end;
    return isdigit((unsigned char)*text) && strtod(text, &end) >= 0 && !*end;
}

/* Names are broken at their hyphens, so that the heading's first line has what is before the first. */
static const char *cell_of(const command_result *result, const char *name, const char *dtype, const char *contestant) {
    static char heading[MAX_WORDS][WORD_SIZE], row[MAX_WORDS][WORD_SIZE];
    const size_t length = strcspn(contestant, "-");
    int before = contestant[length] ? 1 : 0;
    if (!find_line(result->out, "GFLOP/s", NULL, heading) || !find_line(result->out, name, dtype, row))
        fail_with(result, "a table of speeds");
    for (int i = 1; i < MAX_WORDS - 1; i++)
        if (strlen(heading[i]) == length && !strncmp(heading[i], contestant, length) && before-- == 0)
            return row[i + 1];
    fail_with(result, contestant);
    return "";
}

void assert_timed(const command_result *result, const char *name, const char *dtype, const char *contestant) {
    if (!is_number(cell_of(result, name, dtype, contestant)))
        fail_with(result, contestant);
}

void assert_cell(const command_result *result, const char *name, const char *dtype, const char *contestant,
                 const char *expected) {
    const char *const cell = cell_of(result, name, dtype, contestant);
    if (strcmp(cell, expected) != 0)
        fail_msg("%s, %s, %s: %s instead of %s\n%s", contestant, name, dtype, cell, expected, result->out);
}
