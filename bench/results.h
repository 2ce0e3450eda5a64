/* What a run of the bench found out. */
#ifndef BATCHDOT_BENCH_RESULTS_H
#define BATCHDOT_BENCH_RESULTS_H

#include "checker.h"
#include "contestants.h"
#include "overheads.h"
#include "statistics.h"

struct contestant_result {
    struct verdict verdict; /* only what is right was timed */
    struct quartiles seconds;
};

struct case_result {
    struct item_product product;
    struct contestant_result contestants[MAX_CONTESTANTS]; /* as in results.contestants */
    int ours;                                              /* -1 if ours was not timed */
    int best_peer;                                         /* the one of the least median; -1 if none was timed */
    struct quartiles ratio; /* best peer's time by ours, within a round: above 1 ours is faster */
    int bound;              /* the slower of the two bounds; -1 if none was timed */
    double bound_fraction;  /* the bound's time by ours, within a round: the median */
    int64_t memory_bytes;   /* ours, beyond inputs and output; -1 if it is not known */
    struct quartiles noise; /* when comparing: the other build's time by its own in a second turn */
};

struct results {
    struct contestant_list contestants; /* those that take part */
    struct {
        char name[32];
        char reason[CONTESTANT_TEXT_SIZE];
    } skipped[MAX_CONTESTANTS];
    int skipped_count;
    struct case_result *cases;
    int case_count;
    struct overheads overheads;
};

#endif
