/* How addresses go from step to step. Needs a vector_*.h. */
#ifndef BATCHDOT_KERNELS_STEPPED_H
#define BATCHDOT_KERNELS_STEPPED_H

#include "kernels/kernel.h"

/* Keeps a compiler from other ways to reach the next step's elements than adding a stride, such as loops of their own
 * for strides of 1 or addresses worked out beforehand, for which there are no registers. */
static inline const element *stepped(const element *data) {
    __asm__("" : "+r"(data));
    return data;
}

/* The same of an output. */
static inline element *stepped_output(element *data) {
    __asm__("" : "+r"(data));
    return data;
}

/* The same product, of which then is read again what would else be kept in registers. Where these are short, a compiler
 * keeps addresses in vector registers, and what is loaded from there waits for all computation before. */
static inline const struct product *read_again(const struct product *product) {
    __asm__("" : "+r"(product));
    return product;
}

#endif
