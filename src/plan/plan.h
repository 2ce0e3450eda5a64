/* A contraction together with the engine that was chosen for it. */
#ifndef BATCHDOT_PLAN_PLAN_H
#define BATCHDOT_PLAN_PLAN_H

#include "contraction/contraction.h"
#include "engines/engine.h"

/* A tensor as its caller sees it, for messages. */
struct tensor_shape {
    int ndim;
    int64_t shape[BATCHDOT_MAX_NDIM];
    bool is_empty;
};

/* The bytes that a tensor spans, from the caller's pointer. */
struct byte_span {
    int64_t first, last;
};

/* Not to be copied, as a contraction. */
struct batchdot_plan {
    struct byte_span span[OPERAND_COUNT]; /* of the caller's x, y and output; no use if has_empty */
    bool has_empty;                       /* one of them has no elements */
    int num_threads;
    const struct engine *engine;
    int64_t origin[OPERAND_COUNT]; /* the contraction's, in bytes */
    struct preparation preparation;
    struct contraction contraction; /* folded, unless the output is empty */
    const char *reason;             /* why this engine; static */
    struct tensor_shape tensor[OPERAND_COUNT];
};

/* Folds plan->contraction, which the caller has filled in together with plan->tensor. */
batchdot_status bd_plan_fold(struct batchdot_plan *plan);

/* Chooses the engine of a folded plan. */
batchdot_status bd_plan_choose_engine(struct batchdot_plan *plan, batchdot_engine requested);

/* The caller's pointers, each that of element [0, 0, ...]. */
batchdot_status bd_plan_run(const struct batchdot_plan *plan, const void *x, const void *y, void *out);

size_t bd_plan_explain(const struct batchdot_plan *plan, char *text, size_t size);

#endif
