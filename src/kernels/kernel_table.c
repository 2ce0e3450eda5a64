#include "kernels/kernel_prototypes.h"

#include <stddef.h>

static const struct kernel kernels[] = {
#define KERNEL(name, x, y, out, isa) {#name, BATCHDOT_##x, BATCHDOT_##y, BATCHDOT_##out, isa, bd_##name},
#include "kernels/kernels.inc"
#undef KERNEL
};

enum { KERNEL_COUNT = sizeof kernels / sizeof kernels[0] };

const struct kernel *bd_find_kernel(batchdot_dtype x, batchdot_dtype y, batchdot_dtype out) {
    for (int i = 0; i < KERNEL_COUNT; i++) {
        if (kernels[i].x == x && kernels[i].y == y && kernels[i].out == out)
            return &kernels[i];
    }
    return NULL;
}

const struct kernel *bd_kernels(int *count) {
    *count = KERNEL_COUNT;
    return kernels;
}
