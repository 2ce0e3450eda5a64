/* A contestant that is ready for one product. */
#ifndef BATCHDOT_BENCH_ENTRANT_H
#define BATCHDOT_BENCH_ENTRANT_H

#include "arena.h"
#include "contestant.h"

struct entrant {
    const struct contestant *contestant;
    const struct item_product *product;
    void *state;
    int threads;
    int spread; /* threads that a run's items are spread over; 1: none but the caller's */
    int library_threads;
};

/* NULL, or why the contestant cannot compute the product. */
const char *entrant_prepare(struct entrant *entrant, const struct contestant *contestant,
                            const struct item_product *product, int threads);

/* To be called before executing and after it; not timed. In between the contestant's library has the threads that this
 * entrant wants of it, outside of that all that there are: two contestants may call one library. */
void entrant_begin(const struct entrant *entrant);
void entrant_end(const struct entrant *entrant);

/* Computes the whole product once, or as often as entrant_products says. */
void entrant_execute(const struct entrant *entrant, const struct arena *arena);

/* How many products one execution stands for: one, but for a bound that is too short to be measured alone. */
double entrant_products(const struct entrant *entrant);

void entrant_release(struct entrant *entrant);

#endif
