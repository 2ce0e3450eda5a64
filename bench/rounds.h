/* The method: every contestant runs once a round, in random order. */
#ifndef BATCHDOT_BENCH_ROUNDS_H
#define BATCHDOT_BENCH_ROUNDS_H

#include "entrant.h"

struct round_settings {
    int rounds;
    bool cold;           /* the operands are flushed from all caches before each execution */
    double case_seconds; /* fewer rounds (but MIN_ROUNDS) for a case that would take longer */
    uint64_t seed;
};

enum { MIN_ROUNDS = 5, MAX_ROUNDS = 1000, MAX_ENTRANTS = 64 };

double seconds_now(void);

/* Times the entrants, at most MAX_ENTRANTS of them. seconds has settings->rounds rows of count values: of one execution
 * each. Returns how many rounds there were. */
int rounds_run(const struct round_settings *settings, const struct entrant *entrants, int count,
               const struct arena *arena, double *seconds);

#endif
