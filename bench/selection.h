/* Which cases and contestants a command line asks for. */
#ifndef BATCHDOT_BENCH_SELECTION_H
#define BATCHDOT_BENCH_SELECTION_H

#include "bench_options.h"
#include "contestants.h"

/* Drops the cases that are not asked for. False, with a sentence in error, if a name in the options is unknown or no
 * case is left. */
bool select_cases(const struct bench_options *options, struct case_table *cases, char *error, size_t error_size);

/* This library and the bounds; and the peers that are asked for, or the other build of the library. False, with a
 * sentence in error, if a name in the options is unknown or taken. */
bool select_contestants(const struct bench_options *options, struct contestant_list *selected, char *error,
                        size_t error_size);

#endif
