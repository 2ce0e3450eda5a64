/* Cases of random einsum expressions, small enough to be computed by their definition. */
#ifndef TEST_BENCH_EXPRESSION_H
#define TEST_BENCH_EXPRESSION_H

#include "case_table.h"

enum { MAX_ELEMENTS = 729, MAX_LETTERS = 6 };

/* An expression's letters, a and the next ones, and their extents by the letters' codes, 1 to 3, and 1 of those that do
 * not occur. */
struct spelled {
    char x[MAX_LETTERS + 1], y[MAX_LETTERS + 1], out[MAX_LETTERS + 1];
    int64_t extents[128];
};

uint32_t next_random(uint32_t *state);

/* Letters of every role in any order, none of some; x and y have one each at least. */
struct spelled spell(uint32_t *random);

struct bench_case case_of(const struct spelled *spelled, const struct bench_dtype *dtype);

/* Where the element at these places, by the letters' codes, lies in a contiguous tensor of such letters. */
int64_t place_in(const char *letters, const int64_t *extents, const int64_t *places);

/* Steps to the next places of all letters, like the digits of a number. False at the end. */
bool step(const int64_t *extents, int64_t *places);

#endif
