/* Random batch_dot problems: shapes, axes, layouts, options and data, all from one seed. */
#ifndef BATCHDOT_TESTS_RANDOM_CASE_H
#define BATCHDOT_TESTS_RANDOM_CASE_H

#include "random_tensor.h"

typedef struct random_case {
    random_tensor x, y, out;
    batchdot_axes axes;
    bool has_axes;        /* false: NULL is to be passed */
    bool default_options; /* options are BATCHDOT_OPTIONS_INIT */
    bool default_out;     /* the output is what plan_create takes out == NULL for */
    batchdot_options options;
} random_case;

typedef enum random_kind {
    RANDOM_ANYTHING,
    RANDOM_BATCHES /* several items, some of them large; finite data; no BLAS engine: for comparing bit by bit */
} random_kind;

/* A case holds pointers into itself: it must not be copied. Aborts where memory runs out. */
void random_case_make(random_case *made, uint64_t seed, batchdot_dtype dtype, random_kind kind);
void random_case_free(random_case *made);

/* One line, always ended by a 0. */
void random_case_describe(const random_case *described, char *text, size_t size);

#endif
