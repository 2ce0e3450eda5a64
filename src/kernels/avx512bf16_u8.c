/* Where y's bytes are unsigned. */
#define DPBUSD_OPERANDS(x, y) y, x
#include "kernels/byte_quads.h"

DEFINE_SMALL_KERNELS(u8, BYTE_BITS, UPPERMOST_BITS, BYTE_BITS, OUT_LANES)
DEFINE_SMALL_KERNELS(i8_u8, BYTE_BITS, 0, BYTE_BITS, OUT_LANES)
