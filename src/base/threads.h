/* Work spread over threads by OpenMP, whose settings are read and never changed. */
#ifndef BATCHDOT_BASE_THREADS_H
#define BATCHDOT_BASE_THREADS_H

#include <stdint.h>

/* The number of threads that a call with this num_threads may use; 0 asks for OpenMP's default, and more than that or
 * the processors is never given. At least 1. Without OpenMP, within a parallel region of the caller's, and in a forked
 * child, it is 1. */
int bd_thread_budget(int num_threads);

/* Calls work(first, last, context) for ranges that together cover [0, unit_count), on at most thread_count threads at
 * once, and returns when all are done. Ranges begin at multiples of grain, which is at least 1. A thread that others
 * slow down gets fewer units. */
void bd_run_threads(int thread_count, int64_t unit_count, int64_t grain,
                    void (*work)(int64_t first, int64_t last, void *context), void *context);

#endif
