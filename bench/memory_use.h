/* What a contestant takes of memory beside the operands. */
#ifndef BATCHDOT_BENCH_MEMORY_USE_H
#define BATCHDOT_BENCH_MEMORY_USE_H

#include "arena.h"
#include "contestant.h"

/* The bytes by which the resident memory of a process grows at most while the contestant prepares and executes the case
 * in the arena, which is shared, for the first time; pages of files, such as the library's code, are not counted. The
 * kernel counts in pages, and not to the last of them. -1 if it cannot be known: this system has no such count, or the
 * library cannot be used. The caller must not have loaded any library. */
int64_t memory_use_measure(const struct contestant *contestant, const struct item_product *product,
                           const struct arena *arena, int threads);

#endif
