/* A naive batch_dot, to hold the library against: Keras's rules on shapes, and the product by its definition, with a
 * bound on how far a right result may lie from it.
 */
#ifndef BATCHDOT_TESTS_ORACLE_H
#define BATCHDOT_TESTS_ORACLE_H

#include "oracle_element.h"

typedef struct oracle_problem {
    const batchdot_tensor *x, *y, *out; /* out's data is read, for beta, and never written */
    const batchdot_axes *axes;          /* NULL as in the library */
    const batchdot_options *options;    /* NULL as in the library; the engine and threads mean nothing here */
} oracle_problem;

/* The rules that batchdot.h gives for batchdot_infer_shape, in their order. out_shape is set on success only. */
batchdot_status oracle_infer_shape(int x_ndim, const int64_t *x_shape, int y_ndim, const int64_t *y_shape,
                                   const batchdot_axes *axes, int *out_ndim, int64_t out_shape[BATCHDOT_MAX_NDIM]);

/* Fills one oracle_element per element of the output, in row-major order. The problem must be a valid one. */
void oracle_compute(const oracle_problem *problem, oracle_element *elements);

#endif
