#include "base/threads.h"

#include "base/parts.h"

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

/* Shares are on the stack. Where there are more threads, some have one together. */
enum { MOST_SHARES = 64 };

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

/* A thread's part of the grains, into which the units are cut. It takes them from the front, some at a time, and so do
 * threads whose own share is done: processors are not equally fast, least of all where others use them too. */
struct share {
    _Alignas(64) _Atomic int64_t next; /* alone in its cache line */
    int64_t end;
};

struct team {
    int64_t unit_count, grain;
    void (*work)(int64_t first, int64_t last, void *context);
    void *context;
    int share_count;
    struct share shares[MOST_SHARES];
};

static void make_shares(struct team *team, int share_count, int64_t grain_count) {
    const int64_t grains = grain_count / share_count, rest = grain_count % share_count;
    int64_t first = 0;
    team->share_count = share_count;
    for (int i = 0; i < share_count; i++) {
        atomic_init(&team->shares[i].next, first);
        first += grains + (i < rest);
        team->shares[i].end = first;
    }
}

/* Takes half of what is left, so that pieces are few and the last ones small. (A quarter was as fast.) */
static bool take_piece(struct share *share, int64_t *first, int64_t *last) {
    *first = atomic_load_explicit(&share->next, memory_order_relaxed);
    do {
        if (*first == share->end)
            return false;
        *last = *first + bd_divide_up(share->end - *first, 2);
    } while (
        !atomic_compare_exchange_weak_explicit(&share->next, first, *last, memory_order_relaxed, memory_order_relaxed));
    return true;
}

/* Begins with the member's own share, which it had in the last call as well and may find in its caches. */
static void work_as_member(struct team *team, int member) {
    int64_t first, last;
    for (int i = 0; i < team->share_count; i++) {
        struct share *const share = &team->shares[(member + i) % team->share_count];
        while (take_piece(share, &first, &last)) {
            const int64_t end = last * team->grain;
            team->work(first * team->grain, end < team->unit_count ? end : team->unit_count, team->context);
        }
    }
}

/* Not inlined: a compiler may start the OpenMP runtime at the head of a function that holds a parallel region, and work
 * for one thread must not come by there. OpenMP may give fewer threads than it is asked for. */
HANDS_OVER_TO_TEAM static __attribute__((noinline)) void run_team(int thread_count, struct team *team) {
    __tsan_release(&team_tag);
#pragma omp parallel num_threads(thread_count)
    {
        __tsan_acquire(&team_tag);
        work_as_member(team, omp_get_thread_num());
        __tsan_release(&team_tag);
    }
    __tsan_acquire(&team_tag);
}

/* Not inlined: the shares take some KiB of stack, which work for one thread does without. */
static __attribute__((noinline)) void share_out(int thread_count, int64_t unit_count, int64_t grain,
                                                void (*work)(int64_t first, int64_t last, void *context),
                                                void *context) {
    struct team team; /* of whose shares most are not needed */
    team.unit_count = unit_count, team.grain = grain, team.work = work, team.context = context;
    make_shares(&team, thread_count < MOST_SHARES ? thread_count : MOST_SHARES, bd_divide_up(unit_count, grain));
    run_team(thread_count, &team);
}

void bd_run_threads(int thread_count, int64_t unit_count, int64_t grain,
                    void (*work)(int64_t first, int64_t last, void *context), void *context) {
    if (thread_count > 1 && bd_divide_up(unit_count, grain) < thread_count)
        thread_count = (int)bd_divide_up(unit_count, grain);
    if (thread_count > 1)
        share_out(thread_count, unit_count, grain, work, context);
    else
        work(0, unit_count, context);
}

#else

int bd_thread_budget(int num_threads) {
    (void)num_threads;
    return 1;
}

void bd_run_threads(int thread_count, int64_t unit_count, int64_t grain,
                    void (*work)(int64_t first, int64_t last, void *context), void *context) {
    (void)thread_count, (void)grain;
    work(0, unit_count, context);
}

#endif
