/* A naive product of two tensors whose axes carry labels, as the letters of an einsum are: loops over the definition,
 * accumulated in long double (integers modulo 2^64), with a bound on how far a right result may lie from it.
 */
#ifndef BATCHDOT_TESTS_GENERAL_ORACLE_H
#define BATCHDOT_TESTS_GENERAL_ORACLE_H

#include "oracle_element.h"

enum { GENERAL_LABEL_COUNT = 3 * BATCHDOT_MAX_NDIM };

/* A label for each axis, 0 to GENERAL_LABEL_COUNT - 1, none twice in a tensor; equal labels are equal extents. What the
 * output does not have is summed over, and an axis of it that neither input has is one of extent 1. */
typedef struct general_labels {
    int x[BATCHDOT_MAX_NDIM], y[BATCHDOT_MAX_NDIM], out[BATCHDOT_MAX_NDIM];
} general_labels;

typedef struct general_problem {
    const batchdot_tensor *x, *y, *out; /* out's data is read, for beta, and never written */
    const general_labels *labels;
    const batchdot_options *options; /* NULL as in the library; the engine and threads mean nothing here */
} general_problem;

/* Fills one oracle_element per element of the output, in row-major order. The problem must be a valid one. */
void general_oracle_compute(const general_problem *problem, oracle_element *elements);

#endif
