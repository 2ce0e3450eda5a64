/* Everything that was measured, as JSON; report.py draws from it. */
#ifndef BATCHDOT_BENCH_JSON_REPORT_H
#define BATCHDOT_BENCH_JSON_REPORT_H

#include "bench_options.h"
#include "machine.h"
#include "results.h"

/* False if the file cannot be written; errno says why. */
bool json_report_write(const char *file, const struct results *results, const struct machine *machine,
                       const struct bench_options *options);

#endif
