/* Where y's bytes are signed. */
#define DPBUSD_OPERANDS(x, y) x, y
#include "kernels/byte_quads.h"

DEFINE_SMALL_KERNELS(i8, BYTE_BITS, UPPERMOST_BITS, BYTE_BITS, OUT_LANES)
DEFINE_SMALL_KERNELS(u8_i8, BYTE_BITS, 0, BYTE_BITS, OUT_LANES)
