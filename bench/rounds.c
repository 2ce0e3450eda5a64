#include "rounds.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* How long one turn lasts at least, unless it is one cold execution: long beside the clock's own cost and grain, short
 * beside the times over which a shared machine changes its speed. */
static const double turn_seconds = 1e-3;

double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Marsaglia's xorshift64: the order of turns needs no better one. */
static uint64_t next_random(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void shuffle(int *order, int count, uint64_t *state) {
    for (int i = count - 1; i > 0; i--) {
        const int j = (int)(next_random(state) % (uint64_t)(i + 1));
        const int moved = order[i];
        order[i] = order[j];
        order[j] = moved;
    }
}

#if defined(__x86_64__)
static void flush(const void *data, size_t size) {
    const char *const first = data;
    for (size_t i = 0; i < size; i += 64)
        __builtin_ia32_clflush(first + i);
    __builtin_ia32_clflush(first + size - 1);
    __builtin_ia32_mfence();
}

static void flush_operands(const struct arena *arena, const struct item_product *product) {
    flush(arena->x, (size_t)product->x_count * product->dtype->x_size);
    flush(arena->y, (size_t)product->y_count * product->dtype->y_size);
    flush(arena->out, (size_t)product->out_count * product->dtype->out_size);
}
#else
static char *volatile sink; /* lest the writing be left out */

/* Pushes everything out by writing more than any cache holds. */
static void flush_operands(const struct arena *arena, const struct item_product *product) {
    const size_t size = (size_t)128 << 20;
    (void)arena, (void)product;
    char *const larger_than_caches = malloc(size);
    if (larger_than_caches)
        sink = memset(larger_than_caches, 1, size);
    free(larger_than_caches);
}
#endif

static double time_executions(const struct entrant *entrant, const struct arena *arena, int64_t executions) {
    const double start = seconds_now();
    for (int64_t i = 0; i < executions; i++)
        entrant_execute(entrant, arena);
    return seconds_now() - start;
}

/* Also the warm-up. Doubles the number of executions until they last long enough to be counted on. */
static int64_t executions_per_turn(const struct entrant *entrant, const struct arena *arena, double *turn) {
    int64_t executions = 1;
    entrant_begin(entrant);
    entrant_execute(entrant, arena);
    *turn = time_executions(entrant, arena, executions);
    while (*turn < turn_seconds) {
        executions *= 2;
        *turn = time_executions(entrant, arena, executions);
    }
    entrant_end(entrant);
    return executions;
}

/* Threads of the contestant before go on looking for work for a while: OpenBLAS's for 2^26 clock cycles. */
static void let_others_fall_asleep(const struct entrant *entrant) {
    if (entrant->threads > 1)
        nanosleep(&(struct timespec){0, 25000000}, NULL);
}

/* The seconds of one product. */
static double time_turn(const struct round_settings *settings, const struct entrant *entrant, const struct arena *arena,
                        int64_t executions) {
    let_others_fall_asleep(entrant);
    entrant_begin(entrant);
    if (settings->cold)
        flush_operands(arena, entrant->product);
    else if (executions > 1) /* brings the operands to where the others will find them */
        entrant_execute(entrant, arena);
    const int64_t timed = settings->cold ? 1 : executions;
    const double seconds = time_executions(entrant, arena, timed);
    entrant_end(entrant);
    return seconds / ((double)timed * entrant_products(entrant));
}

int rounds_run(const struct round_settings *settings, const struct entrant *entrants, int count,
               const struct arena *arena, double *seconds) {
    int order[MAX_ENTRANTS];
    int64_t executions[MAX_ENTRANTS];
    double round_seconds = 0;
    uint64_t random = settings->seed * 0x9e3779b97f4a7c15U + 1;
    for (int i = 0; i < count; i++) {
        double turn;
        order[i] = i;
        executions[i] = executions_per_turn(entrants + i, arena, &turn);
        round_seconds += turn;
    }
    int rounds = settings->rounds;
    if (rounds > MIN_ROUNDS && rounds * round_seconds > settings->case_seconds) {
        rounds = (int)(settings->case_seconds / round_seconds);
        rounds = rounds < MIN_ROUNDS ? MIN_ROUNDS : rounds;
    }
    for (int round = 0; round < rounds; round++) {
        shuffle(order, count, &random);
        for (int turn = 0; turn < count; turn++)
            seconds[round * count + order[turn]] =
                time_turn(settings, entrants + order[turn], arena, executions[order[turn]]);
    }
    return rounds;
}
