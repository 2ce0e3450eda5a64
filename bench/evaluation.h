/* From times to what they say. */
#ifndef BATCHDOT_BENCH_EVALUATION_H
#define BATCHDOT_BENCH_EVALUATION_H

#include "results.h"

/* Fills in a case's result from the times of its rounds: seconds has rounds rows of entrant_count values, and
 * contestant_of says which contestant an entrant is. */
void evaluate_case(const struct contestant_list *contestants, const double *seconds, int rounds, int entrant_count,
                   const int *contestant_of, struct case_result *result);

double case_gflops(const struct case_result *result, int contestant);

/* The means over the cases of one suite and dtype; NULL stands for all. */
struct suite_summary {
    int count;
    struct geometric_mean ratio, bound_fraction;
};

struct suite_summary evaluate_suite(const struct results *results, const char *suite, const struct bench_dtype *dtype);

/* When comparing: whether the case lost more than 5 % beyond the noise, which is how far the other build's second turn
 * lay from its first: the median's distance from 1 or half the distance of the quartiles, whichever is greater. */
bool case_has_lost(const struct case_result *result);

#endif
