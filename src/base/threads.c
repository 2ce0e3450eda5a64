#include "base/threads.h"

#ifdef _OPENMP

#include <omp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

/* ThreadSanitizer cannot see an OpenMP runtime's own synchronisation: two calls tell it, and the variables that the
 * compiler hands to a team before a worker can make such a call are kept from it. */
#if defined(__SANITIZE_THREAD__)
#define THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define THREAD_SANITIZER 1
#endif
#endif
#ifdef THREAD_SANITIZER
void __tsan_acquire(void *address);
void __tsan_release(void *address);
#define HANDS_OVER_TO_TEAM __attribute__((no_sanitize("thread")))
#else
#define __tsan_acquire(address) ((void)(address))
#define __tsan_release(address) ((void)(address))
#define HANDS_OVER_TO_TEAM
#endif

static char team_tag; /* what the sanitizer is told that threads synchronise on */

/* A forked child inherits OpenMP's record of a thread pool but not the threads, and would wait for them for ever.
 * Whether there was a pool cannot be asked, since the caller's own code may have made it: every forked child is kept to
 * one thread. */
static atomic_bool is_forked_child;

static void note_fork(void) {
    atomic_store(&is_forked_child, true);
}

static __attribute__((constructor)) void install_fork_handler(void) {
    pthread_atfork(NULL, NULL, note_fork);
}

/* More threads than this gain nothing, and an OpenMP runtime that cannot make as many as it is told ends the process.
 */
static int most_threads(void) {
    const int configured = omp_get_max_threads(), processors = omp_get_num_procs();
    return configured > processors ? configured : processors;
}

int bd_thread_budget(int num_threads) {
    if (num_threads == 1) /* and an OpenMP runtime that was never needed is not even started */
        return 1;
    if (omp_in_parallel() || atomic_load_explicit(&is_forked_child, memory_order_relaxed))
        return 1;
    if (num_threads == 0)
        return omp_get_max_threads();
    const int most = most_threads();
    return num_threads < most ? num_threads : most;
}

/* Not inlined: a compiler may start the OpenMP runtime at the head of a function that holds a parallel region, and work
 * for one thread must not come by there. */
HANDS_OVER_TO_TEAM static __attribute__((noinline)) void
run_team(int thread_count, int64_t unit_count, void (*work)(int64_t first, int64_t last, void *context),
         void *context) {
    __tsan_release(&team_tag);
#pragma omp parallel num_threads(thread_count)
    {
        __tsan_acquire(&team_tag);
        /* OpenMP may give fewer threads than were asked for. */
        const int64_t team = omp_get_num_threads(), member = omp_get_thread_num();
        const int64_t share = unit_count / team, rest = unit_count % team;
        const int64_t first = member * share + (member < rest ? member : rest);
        const int64_t last = first + share + (member < rest);
        if (first < last)
            work(first, last, context);
        __tsan_release(&team_tag);
    }
    __tsan_acquire(&team_tag);
}

void bd_run_threads(int thread_count, int64_t unit_count, void (*work)(int64_t first, int64_t last, void *context),
                    void *context) {
    if (thread_count > unit_count)
        thread_count = (int)unit_count;
    if (thread_count > 1)
        run_team(thread_count, unit_count, work, context);
    else
        work(0, unit_count, context);
}

#else

int bd_thread_budget(int num_threads) {
    (void)num_threads;
    return 1;
}

void bd_run_threads(int thread_count, int64_t unit_count, void (*work)(int64_t first, int64_t last, void *context),
                    void *context) {
    (void)thread_count;
    work(0, unit_count, context);
}

#endif
