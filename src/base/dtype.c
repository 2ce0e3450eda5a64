#include "base/dtype.h"

const struct dtype_info bd_dtype_infos[BD_DTYPE_COUNT] = {
    [BATCHDOT_F32] = {"f32", 4, false, false, true}, [BATCHDOT_F64] = {"f64", 8, false, false, false},
    [BATCHDOT_C64] = {"c64", 8, true, false, true},  [BATCHDOT_C128] = {"c128", 16, true, false, false},
    [BATCHDOT_F16] = {"f16", 2, false, false, true}, [BATCHDOT_BF16] = {"bf16", 2, false, false, true},
    [BATCHDOT_I8] = {"i8", 1, false, true, false},   [BATCHDOT_U8] = {"u8", 1, false, true, false},
    [BATCHDOT_I32] = {"i32", 4, false, true, false}, [BATCHDOT_I64] = {"i64", 8, false, true, false},
};
