/* What the command line asks of the library: the shape and the plan of a product by axes or by letters. */
#ifndef BATCHDOT_CLI_PRODUCT_PLAN_H
#define BATCHDOT_CLI_PRODUCT_PLAN_H

#include "cli/command_line.h"
#include "cli/result.h"

#include <batchdot/batchdot.h>
#include <stdbool.h>
#include <stdint.h>

/* As batchdot_infer_shape or batchdot_infer_shape_einsum. */
batchdot_status product_infer_shape(const arguments *given, const batchdot_tensor *x, const batchdot_tensor *y,
                                    int *out_ndim, int64_t out_shape[BATCHDOT_MAX_NDIM]);

/* Makes a plan, and sets the dtype, the shape and the contracted extent of its result. If that fails, reports why, and
 * returns false. */
bool product_plan_create(batchdot_plan **plan, result *planned, const arguments *given, const batchdot_tensor *x,
                         const batchdot_tensor *y);

#endif
