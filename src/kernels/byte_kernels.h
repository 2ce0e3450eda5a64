/* i8 and u8, as 16-bit integers when they are packed, two to a lane: their products cannot overflow. Include after
 * defining NAME, WIDENED_ISA, INTEGER_ELEMENTS, a vector_*.h and a small_*.h; and, where both being unsigned is too
 * much for multiply_add_pairs, X_AMONG_UNSIGNED, what x is then packed as, and FLIP_AMONG_UNSIGNED, its bits to be
 * flipped. */
#ifndef X_AMONG_UNSIGNED
#define X_AMONG_UNSIGNED U8_AS_16_BITS
#define FLIP_AMONG_UNSIGNED 0
#endif

#define GROUP 2
#define MULTIPLY_ADD multiply_add_pairs
#define SMALL_KINDS SMALL_KIND(I8_AS_16_BITS) else SMALL_KIND(U8_AS_16_BITS)
#define WIDENED_DTYPE BATCHDOT_I32
#include "kernels/small_families.h"

#include "kernels/widened_template.h"

DEFINE_SMALL_KERNELS(i8, I8_AS_16_BITS, 0, I8_AS_16_BITS, OUT_LANES)
DEFINE_SMALL_KERNELS(i8_u8, I8_AS_16_BITS, 0, U8_AS_16_BITS, OUT_LANES)
DEFINE_SMALL_KERNELS(u8, X_AMONG_UNSIGNED, FLIP_AMONG_UNSIGNED, U8_AS_16_BITS, OUT_LANES)
DEFINE_SMALL_KERNELS(u8_i8, U8_AS_16_BITS, 0, I8_AS_16_BITS, OUT_LANES)
DEFINE_WIDENED_KERNEL(i8, I8_AS_LANES, I8_AS_LANES, OUT_LANES)
DEFINE_WIDENED_KERNEL(i8_u8, I8_AS_LANES, U8_AS_LANES, OUT_LANES)
DEFINE_WIDENED_KERNEL(u8, U8_AS_LANES, U8_AS_LANES, OUT_LANES)
DEFINE_WIDENED_KERNEL(u8_i8, U8_AS_LANES, I8_AS_LANES, OUT_LANES)
