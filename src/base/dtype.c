#include "base/dtype.h"

static const struct dtype_info infos[BD_DTYPE_COUNT] = {
    [BATCHDOT_F32] = {"f32", 4, false, false, true}, [BATCHDOT_F64] = {"f64", 8, false, false, false},
    [BATCHDOT_C64] = {"c64", 8, true, false, true},  [BATCHDOT_C128] = {"c128", 16, true, false, false},
    [BATCHDOT_F16] = {"f16", 2, false, false, true}, [BATCHDOT_BF16] = {"bf16", 2, false, false, true},
    [BATCHDOT_I8] = {"i8", 1, false, true, false},   [BATCHDOT_U8] = {"u8", 1, false, true, false},
    [BATCHDOT_I32] = {"i32", 4, false, true, false}, [BATCHDOT_I64] = {"i64", 8, false, true, false},
};

static bool is_byte(batchdot_dtype dtype) {
    return dtype == BATCHDOT_I8 || dtype == BATCHDOT_U8;
}

static bool is_half(batchdot_dtype dtype) {
    return dtype == BATCHDOT_F16 || dtype == BATCHDOT_BF16;
}

const struct dtype_info *bd_dtype_info(batchdot_dtype dtype) {
    /* Through an unsigned, since a compiler may make the enum either signed or unsigned. */
    return (unsigned)dtype < BD_DTYPE_COUNT ? &infos[dtype] : NULL;
}

bool bd_dtypes_multiply(batchdot_dtype x, batchdot_dtype y) {
    return x == y || (is_byte(x) && is_byte(y));
}

batchdot_dtype bd_default_out_dtype(batchdot_dtype x) {
    return is_byte(x) ? BATCHDOT_I32 : x;
}

bool bd_out_dtype_is_allowed(batchdot_dtype x, batchdot_dtype out) {
    return out == bd_default_out_dtype(x) || (is_half(x) && out == BATCHDOT_F32);
}
