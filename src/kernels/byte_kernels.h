/* i8 and u8, as 16-bit integers when they are packed, two to a lane: their products cannot overflow. Include after
 * defining NAME, INTEGER_ELEMENTS, a vector_*.h and a small_*.h. */
#define GROUP 2
#define MULTIPLY_ADD multiply_add_pairs
#define SMALL_KINDS PACK_KIND(I8_AS_16_BITS) else PACK_KIND(U8_AS_16_BITS)
#include "kernels/small_families.h"

DEFINE_SMALL_KERNELS(i8, I8_AS_16_BITS, 0, I8_AS_16_BITS, OUT_LANES)
DEFINE_SMALL_KERNELS(i8_u8, I8_AS_16_BITS, 0, U8_AS_16_BITS, OUT_LANES)
DEFINE_SMALL_KERNELS(u8, U8_AS_16_BITS, 0, U8_AS_16_BITS, OUT_LANES)
DEFINE_SMALL_KERNELS(u8_i8, U8_AS_16_BITS, 0, I8_AS_16_BITS, OUT_LANES)
