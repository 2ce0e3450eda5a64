/* The tables that people read. */
#ifndef BATCHDOT_BENCH_TEXT_REPORT_H
#define BATCHDOT_BENCH_TEXT_REPORT_H

#include "bench_options.h"
#include "machine.h"
#include "results.h"

#include <stdio.h>

/* Who takes part, and on what machine. */
void text_report_head(FILE *stream, const struct results *results, const struct machine *machine,
                      const struct bench_options *options);

/* A line a case, the suites, the worst cases, what went wrong, and the overheads. */
void text_report_results(FILE *stream, const struct results *results);

/* The same for two builds of the library. Returns how many cases lost. */
int text_report_comparison(FILE *stream, const struct results *results);

#endif
