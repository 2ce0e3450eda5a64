/* The command line of batchdot-bench. */
#ifndef BATCHDOT_BENCH_BENCH_OPTIONS_H
#define BATCHDOT_BENCH_BENCH_OPTIONS_H

#include <stdbool.h>

enum { MAX_NAMED_CBLAS = 8 };

struct bench_options {
    const char *cases_file, *library;
    const char *suites, *names, *dtypes, *peers; /* lists separated by commas; NULL: all */
    struct {
        const char *name, *file;
    } cblas[MAX_NAMED_CBLAS];
    int cblas_count;
    int rounds, threads, check_seconds;
    unsigned seed;
    bool cold, only_list;
    const char *json_file; /* "-" for the standard output; NULL: none */
    const char *compare;   /* the other build's file; NULL: none */
};

/* -1 to go on; otherwise the status to end with, all having been said. */
int bench_options_read(int argc, char **argv, struct bench_options *options);

/* Whether a name stands in a list separated by commas. A NULL list has every name. */
bool bench_list_has(const char *list, const char *name);

#endif
