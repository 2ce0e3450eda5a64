/* What is known of each element type, whoever computes with it. */
#ifndef BATCHDOT_BASE_DTYPE_H
#define BATCHDOT_BASE_DTYPE_H

#include <batchdot/batchdot.h>

#include <stdbool.h>

enum { BD_DTYPE_COUNT = BATCHDOT_I64 + 1 };

struct dtype_info {
    const char *name; /* "f32" */
    int size;         /* bytes of an element */
    bool is_complex;
    bool is_integer;
    bool is_scaled_in_float; /* as an output: alpha and beta are applied in float */
};

/* NULL for a value that is no dtype. */
const struct dtype_info *bd_dtype_info(batchdot_dtype dtype);

bool bd_dtypes_multiply(batchdot_dtype x, batchdot_dtype y);

/* The output's dtype when the caller names none. */
batchdot_dtype bd_default_out_dtype(batchdot_dtype x);

bool bd_out_dtype_is_allowed(batchdot_dtype x, batchdot_dtype out);

#endif
