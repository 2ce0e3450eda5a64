#include "evaluation.h"

#include "rounds.h"

#include <math.h>
#include <string.h>

static const double loss_that_counts = 0.05;

/* The times of two entrants within a round, one by the other. */
static struct quartiles ratio_of(const double *seconds, int rounds, int entrant_count, int numerator, int denominator) {
    double ratios[MAX_ROUNDS];
    for (int round = 0; round < rounds; round++)
        ratios[round] = seconds[round * entrant_count + numerator] / seconds[round * entrant_count + denominator];
    return quartiles_of(ratios, rounds);
}

static struct quartiles seconds_of(const double *seconds, int rounds, int entrant_count, int entrant) {
    double own[MAX_ROUNDS];
    for (int round = 0; round < rounds; round++)
        own[round] = seconds[round * entrant_count + entrant];
    return quartiles_of(own, rounds);
}

/* Which entrants play which part; -1 for a part that none plays. */
struct parts {
    int ours, best_peer, again, bound;
};

static bool is_better(const struct contestant_result *one, const struct contestant_result *other, bool is_bound) {
    return is_bound ? one->seconds.median > other->seconds.median : one->seconds.median < other->seconds.median;
}

static struct parts find_parts(const struct contestant_list *contestants, const struct case_result *result,
                               int entrant_count, const int *contestant_of) {
    struct parts parts = {-1, -1, -1, -1};
    for (int i = 0; i < entrant_count; i++) {
        const enum contestant_role role = contestants->entries[contestant_of[i]].role;
        int *const part = role == ROLE_OURS    ? &parts.ours
                          : role == ROLE_AGAIN ? &parts.again
                          : role == ROLE_BOUND ? &parts.bound
                                               : &parts.best_peer;
        if (*part < 0 || is_better(&result->contestants[contestant_of[i]], &result->contestants[contestant_of[*part]],
                                   role == ROLE_BOUND))
            *part = i;
    }
    return parts;
}

void evaluate_case(const struct contestant_list *contestants, const double *seconds, int rounds, int entrant_count,
                   const int *contestant_of, struct case_result *result) {
    for (int i = 0; i < entrant_count; i++)
        result->contestants[contestant_of[i]].seconds = seconds_of(seconds, rounds, entrant_count, i);
    const struct parts parts = find_parts(contestants, result, entrant_count, contestant_of);
    result->ours = parts.ours < 0 ? -1 : contestant_of[parts.ours];
    result->best_peer = parts.best_peer < 0 ? -1 : contestant_of[parts.best_peer];
    result->bound = parts.bound < 0 ? -1 : contestant_of[parts.bound];
    if (parts.ours >= 0 && parts.best_peer >= 0)
        result->ratio = ratio_of(seconds, rounds, entrant_count, parts.best_peer, parts.ours);
    if (parts.ours >= 0 && parts.bound >= 0)
        result->bound_fraction = ratio_of(seconds, rounds, entrant_count, parts.bound, parts.ours).median;
    if (parts.best_peer >= 0 && parts.again >= 0)
        result->noise = ratio_of(seconds, rounds, entrant_count, parts.best_peer, parts.again);
}

double case_gflops(const struct case_result *result, int contestant) {
    return 1e-9 * item_product_flops(&result->product) / result->contestants[contestant].seconds.median;
}

struct suite_summary evaluate_suite(const struct results *results, const char *suite, const struct bench_dtype *dtype) {
    struct suite_summary summary = {.count = 0};
    for (int i = 0; i < results->case_count; i++) {
        const struct case_result *const result = &results->cases[i];
        const struct bench_case *const bench_case = result->product.bench_case;
        if ((suite && strcmp(suite, bench_case->suites[0]) != 0) || (dtype && dtype != bench_case->dtype))
            continue;
        summary.count++;
        if (result->ours >= 0 && result->best_peer >= 0)
            geometric_mean_add(&summary.ratio, result->ratio.median);
        if (result->ours >= 0 && result->bound >= 0)
            geometric_mean_add(&summary.bound_fraction, result->bound_fraction);
    }
    return summary;
}

bool case_has_lost(const struct case_result *result) {
    if (result->ours < 0 || result->best_peer < 0)
        return false;
    const double shift = fabs(1 - result->noise.median), spread = (result->noise.upper - result->noise.lower) / 2;
    return 1 - result->ratio.median > loss_that_counts + (shift > spread ? shift : spread);
}
