/* Copies of vectors divided by their norms, sqrt(max(sum |x|^2, 1e-12)): what the caller of a library that does not
 * normalize has to make. */
#ifndef BATCHDOT_BENCH_NORMALIZED_COPY_H
#define BATCHDOT_BENCH_NORMALIZED_COPY_H

#include "case_table.h"

/* A contiguous tensor of shape (before, length, behind): a vector lies along length. */
struct normalized_copy {
    int64_t before, length, behind;
    int parts;      /* of an element: 2 where it is complex */
    bool is_double; /* float otherwise */
};

/* Copies one of so many parts, for a thread each. */
void normalized_copy_run(const struct normalized_copy *copy, const void *from, void *to, int part, int parts);

#endif
