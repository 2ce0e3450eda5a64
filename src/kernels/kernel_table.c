#include "base/dtype.h"
#include "kernels/kernel_prototypes.h"

#include <stddef.h>

static const struct kernel kernels[] = {
#define KERNEL_AND(prepare, scratch, name, x, y, out, isa, form, when)                                                 \
    {#name, BATCHDOT_##x,        BATCHDOT_##y, BATCHDOT_##out, ISA_##isa, form,                                        \
     when,  bd_##name##_accepts, bd_##name,    prepare,        scratch},
#define KERNEL(name, ...) KERNEL_AND(NULL, NULL, name, __VA_ARGS__)
#define KERNEL_WITH_PREPARATION(name, ...) KERNEL_AND(bd_##name##_prepare, NULL, name, __VA_ARGS__)
#define KERNEL_WITH_SCRATCH(name, ...) KERNEL_AND(NULL, bd_##name##_scratch, name, __VA_ARGS__)
#include "kernels/kernels.inc"
#undef KERNEL
#undef KERNEL_AND
};

enum { KERNEL_COUNT = sizeof kernels / sizeof kernels[0] };

enum { /* numbers the rows, and names that of each dtype's first */
#define KERNELS_OF_X(dtype) FIRST_OF_##dtype, BEFORE_##dtype = FIRST_OF_##dtype - 1,
#define KERNEL(name, x, y, out, isa, form, when) ROW_OF_##name,
#include "kernels/kernels.inc"
#undef KERNEL
};

static const unsigned char first_rows[BD_DTYPE_COUNT] = {
#define KERNELS_OF_X(dtype) [BATCHDOT_##dtype] = FIRST_OF_##dtype,
#define KERNEL(name, x, y, out, isa, form, when)
#include "kernels/kernels.inc"
#undef KERNEL
};

const struct kernel *bd_find_kernel(enum isa isa, batchdot_dtype x, batchdot_dtype y, batchdot_dtype out,
                                    const struct product *product) {
    const struct kernel *kernel = &kernels[first_rows[x]];
    while (kernel->isa > isa) /* which no dtype's last rows are */
        kernel++;
    for (; kernel < kernels + KERNEL_COUNT && kernel->x == x; kernel++) {
        if (kernel->y == y && kernel->out == out && kernel->accepts(product))
            return kernel;
    }
    return NULL;
}

const struct kernel *bd_kernels(int *count) {
    *count = KERNEL_COUNT;
    return kernels;
}
