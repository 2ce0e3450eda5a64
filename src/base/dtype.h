/* What is known of each element type, whoever computes with it. */
#ifndef BATCHDOT_BASE_DTYPE_H
#define BATCHDOT_BASE_DTYPE_H

#include <batchdot/batchdot.h>

#include <stdbool.h>
#include <stddef.h>

enum { BD_DTYPE_COUNT = BATCHDOT_I64 + 1 };

struct dtype_info {
    const char *name; /* "f32" */
    int size;         /* bytes of an element */
    bool is_complex;
    bool is_integer;
    bool is_scaled_in_float; /* as an output: alpha and beta are applied in float */
};

extern const struct dtype_info bd_dtype_infos[BD_DTYPE_COUNT];

/* NULL for a value that is no dtype. */
static inline const struct dtype_info *bd_dtype_info(batchdot_dtype dtype) {
    /* Through an unsigned, since a compiler may make the enum either signed or unsigned. */
    return (unsigned)dtype < BD_DTYPE_COUNT ? &bd_dtype_infos[dtype] : NULL;
}

static inline bool bd_is_byte(batchdot_dtype dtype) {
    return dtype == BATCHDOT_I8 || dtype == BATCHDOT_U8;
}

static inline bool bd_dtypes_multiply(batchdot_dtype x, batchdot_dtype y) {
    return x == y || (bd_is_byte(x) && bd_is_byte(y));
}

/* The output's dtype when the caller names none. */
static inline batchdot_dtype bd_default_out_dtype(batchdot_dtype x) {
    return bd_is_byte(x) ? BATCHDOT_I32 : x;
}

static inline bool bd_out_dtype_is_allowed(batchdot_dtype x, batchdot_dtype out) {
    const bool is_half = x == BATCHDOT_F16 || x == BATCHDOT_BF16;
    return out == bd_default_out_dtype(x) || (is_half && out == BATCHDOT_F32);
}

#endif
