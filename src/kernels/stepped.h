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

/* The same, of which then is read again what would else be kept in registers. Where these are short, a compiler keeps
 * addresses in vector registers, and what is loaded from there waits for all computation before. */
static inline const void *read_again(const void *structure) {
    __asm__("" : "+r"(structure));
    return structure;
}

#endif
