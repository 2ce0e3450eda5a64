/* What this library costs beside the arithmetic. */
#ifndef BATCHDOT_BENCH_OVERHEADS_H
#define BATCHDOT_BENCH_OVERHEADS_H

#include "contestant.h"
#include "statistics.h"

/* One item, so small that its arithmetic is next to nothing. */
struct overhead {
    const char *name;          /* such as "dot 8" */
    struct quartiles plain;    /* seconds of a plain loop that computes the same */
    struct quartiles one_shot; /* of batchdot() */
    struct quartiles execute;  /* of batchdot_plan_execute() */
    struct quartiles plan;     /* of batchdot_plan_create() and batchdot_plan_destroy() */
};

enum { OVERHEAD_COUNT = 3 };

struct overheads {
    bool is_measured;
    struct overhead items[OVERHEAD_COUNT];
};

/* Measures a contestant of this library's kind, which is loaded. */
void overheads_measure(const struct contestant *contestant, int rounds, struct overheads *overheads);

#endif
