/* A case's inputs and the right output. Both are exact, so that no tolerance can hide a fault: see exact_values.h, and
 * for normalized vectors below. */
#ifndef BATCHDOT_BENCH_EXACT_PRODUCT_H
#define BATCHDOT_BENCH_EXACT_PRODUCT_H

#include "case_axes.h"

/* Fills x and y. Where vectors are normalized the squares of each one's parts add up to a power of 4: its norm and
 * whatever is divided by it are powers of 2, so that neither the root nor the division rounds, whether elements are
 * divided or sums. As many of its parts as the greatest power of 4 within their number, in random places, are one power
 * of 2, another one in each vector, with random signs; the rest is 0. So a norm that lacks a part is another number,
 * and so is that of other vectors than the right ones. */
void exact_product_fill(const struct bench_case *bench_case, void *x, void *y, uint32_t seed);

/* The product of x and y by plain loops over the axes; reference has an element for each of the output, part by part
 * where elements are complex. False if there is no memory. */
bool exact_product_compute(const struct bench_case *bench_case, const void *x, const void *y, float *reference);

#endif
