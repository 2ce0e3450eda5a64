/* Declares every kernel of the list, so that each definition is checked against it. */
#ifndef BATCHDOT_KERNELS_KERNEL_PROTOTYPES_H
#define BATCHDOT_KERNELS_KERNEL_PROTOTYPES_H

#include "kernels/kernel.h"

#define KERNEL(name, x, y, out, isa, form, when)                                                                       \
    product_kernel bd_##name;                                                                                          \
    bool bd_##name##_accepts(const struct product *product);
#define KERNEL_WITH_PREPARATION(name, x, y, out, isa, form, when)                                                      \
    KERNEL(name, x, y, out, isa, form, when)                                                                           \
    size_t bd_##name##_prepare(const struct product *product, void *prepared);
#define KERNEL_WITH_SCRATCH(name, x, y, out, isa, form, when)                                                          \
    KERNEL(name, x, y, out, isa, form, when)                                                                           \
    int64_t bd_##name##_scratch(const struct product *product);
#include "kernels/kernels.inc"
#undef KERNEL

#endif
