#define ELEMENT_BITS 32
#define INTEGER_ELEMENTS
#define NAME neon
#define WIDENED_ISA ISA_NEON
#include "kernels/vector_neon.h"

#include "kernels/small_neon.h"

/* multiply_add_pairs takes registers of its own, and in the tiles for all 32 a compiler then puts sums on the stack. */
#undef REGISTERS
#define REGISTERS 16

#include "kernels/byte_kernels.h"
