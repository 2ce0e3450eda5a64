#include "kernels/kernel_prototypes.h"

#include <stddef.h>

static const struct kernel kernels[] = {
#define KERNEL(name, x, y, out, isa, form, when)                                                                       \
    {#name, BATCHDOT_##x, BATCHDOT_##y, BATCHDOT_##out, ISA_##isa, form, when, bd_##name##_accepts, bd_##name},
#include "kernels/kernels.inc"
#undef KERNEL
};

enum { KERNEL_COUNT = sizeof kernels / sizeof kernels[0] };

const struct kernel *bd_find_kernel(enum isa isa, batchdot_dtype x, batchdot_dtype y, batchdot_dtype out,
                                    const struct product *product) {
    for (int i = 0; i < KERNEL_COUNT; i++) {
        const struct kernel *const kernel = &kernels[i];
        if (kernel->x == x && kernel->y == y && kernel->out == out && kernel->isa <= isa && kernel->accepts(product))
            return kernel;
    }
    return NULL;
}

const struct kernel *bd_kernels(int *count) {
    *count = KERNEL_COUNT;
    return kernels;
}
