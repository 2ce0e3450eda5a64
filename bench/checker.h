/* Whether a contestant computes a product rightly, found out in a process of its own: a library that crashes, hangs or
 * writes where it must not does so there. */
#ifndef BATCHDOT_BENCH_CHECKER_H
#define BATCHDOT_BENCH_CHECKER_H

#include "arena.h"
#include "contestants.h"

enum verdict_status { VERDICT_RIGHT, VERDICT_CANNOT, VERDICT_WRONG, VERDICT_CRASHED, VERDICT_HUNG };

struct verdict {
    enum verdict_status status;
    char reason[CONTESTANT_TEXT_SIZE]; /* why, unless it is right */
};

/* One contestant's process. It is forked from the caller's, which must not have loaded any library yet and must ignore
 * SIGPIPE. */
struct checker {
    const struct contestant *contestant;
    int threads, seconds; /* a product that takes longer counts as hung */
    int process;          /* 0 if there is none */
    int to_worker, from_worker;
    bool is_usable, has_hung;
    char version[CONTESTANT_TEXT_SIZE];
    char reason[CONTESTANT_TEXT_SIZE]; /* why it is not usable */
};

/* Starts the process and lets it load the library; sets is_usable, and version or reason. */
void checker_start(struct checker *checker, const struct contestant *contestant, int threads, int seconds);

/* Whether the contestant computes the case in the arena, which is shared and was made before the process started, and
 * whose inputs and reference are filled in. A process that a case ended is started anew for the next. */
struct verdict checker_judge(struct checker *checker, const struct arena *arena, const struct bench_case *bench_case);

void checker_stop(struct checker *checker);

#endif
