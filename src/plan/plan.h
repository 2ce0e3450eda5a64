/* A contraction together with the engine that was chosen for it. */
#ifndef BATCHDOT_PLAN_PLAN_H
#define BATCHDOT_PLAN_PLAN_H

#include "contraction/contraction.h"
#include "engines/engine.h"

/* A tensor as its caller sees it, for messages. */
struct tensor_shape {
    const char *name; /* static */
    int ndim;
    bool is_empty;
    const int64_t *shape; /* the caller's own, or one of kept_shapes */
};

/* Not to be copied, as a contraction. */
struct batchdot_plan {
    struct operand_bytes bytes[OPERAND_COUNT]; /* of the contraction's operands; no use if the output is empty */
    bool has_empty;                            /* one of the tensors has no elements */
    int num_threads;
    const struct engine *engine;
    struct preparation preparation;
    struct contraction contraction; /* folded, unless the output is empty */
    batchdot_engine requested;
    struct tensor_shape tensor[OPERAND_COUNT]; /* the caller's x, y and output */
    int64_t kept_shapes[OPERAND_COUNT][BATCHDOT_MAX_NDIM];
};

/* Folds plan->contraction, which the caller has filled in together with plan->tensor. */
batchdot_status bd_plan_fold(struct batchdot_plan *plan);

/* Chooses the engine of a folded plan. */
batchdot_status bd_plan_choose_engine(struct batchdot_plan *plan, batchdot_engine requested);

/* Why that engine, in words. For a plan whose output is not empty. */
const char *bd_plan_reason(const struct batchdot_plan *plan);

/* For a plan that outlives the call that makes it: copies the caller's shapes. */
void bd_plan_keep_shapes(struct batchdot_plan *plan);

/* What makes executing the plan faster and takes memory of its own. It works without. */
void bd_plan_keep_preparation(struct batchdot_plan *plan);

/* Frees that, but not the plan. */
void bd_plan_forget_preparation(struct batchdot_plan *plan);

/* The caller's pointers, each that of element [0, 0, ...]. */
batchdot_status bd_plan_run(const struct batchdot_plan *plan, const void *x, const void *y, void *out);

size_t bd_plan_explain(const struct batchdot_plan *plan, char *text, size_t size);

#endif
