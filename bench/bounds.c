#include "bounds.h"

/* The best first; the last one does everything everywhere. */
static const struct bounds *const instruction_sets[] = {
#if defined(__x86_64__)
    &bounds_avx512bf16, &bounds_avx512vnni, &bounds_avx512, &bounds_avx2,
#endif
    &bounds_portable,
};

enum arithmetic bounds_arithmetic(batchdot_dtype dtype) {
    switch (dtype) {
    case BATCHDOT_F64:
    case BATCHDOT_C128:
        return ARITHMETIC_F64;
    case BATCHDOT_BF16:
        return ARITHMETIC_BF16;
    case BATCHDOT_I8:
    case BATCHDOT_U8:
        return ARITHMETIC_BYTES;
    case BATCHDOT_I32:
        return ARITHMETIC_I32;
    case BATCHDOT_I64:
        return ARITHMETIC_I64;
    default: /* f16 too: it is widened */
        return ARITHMETIC_F32;
    }
}

const struct bounds *bounds_for_touch(void) {
    const struct bounds *const *set = instruction_sets;
    while (!(*set)->touch || !(*set)->is_supported())
        set++;
    return *set;
}

const struct bounds *bounds_for_fma(enum arithmetic arithmetic) {
    const struct bounds *const *set = instruction_sets;
    while (!(*set)->fma[arithmetic] || !(*set)->is_supported())
        set++;
    return *set;
}
