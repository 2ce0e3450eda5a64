/* This library, or another build of it, by the functions of its public header. */
#ifndef BATCHDOT_BENCH_BATCHDOT_FUNCTIONS_H
#define BATCHDOT_BENCH_BATCHDOT_FUNCTIONS_H

#include <batchdot/batchdot.h>

#include <stdbool.h>

struct batchdot_functions {
    __typeof__(batchdot_version) *version;
    __typeof__(batchdot_last_error) *last_error;
    __typeof__(batchdot_infer_shape) *infer_shape;
    __typeof__(batchdot) *one_shot;
    __typeof__(batchdot_plan_create) *plan_create;
    __typeof__(batchdot_plan_execute) *plan_execute;
    __typeof__(batchdot_plan_destroy) *plan_destroy;
    /* NULL in a build that is too old for them: */
    __typeof__(batchdot_infer_shape_einsum) *infer_shape_einsum;
    __typeof__(batchdot_plan_create_einsum) *plan_create_einsum;
};

/* False if the library, opened before, lacks one that every build has. */
bool batchdot_functions_find(void *library, struct batchdot_functions *functions);

#endif
