/* The words of vector_avx512.h for vectors half as long, with the registers and masks of AVX-512 (F, DQ, VL); without
 * permute, which the longer vectors are better for. Include after defining ELEMENT_BITS, and INTEGER_ELEMENTS if they
 * are. */
#define MULTIPLY_INTEGERS OF_INTEGERS(mullo)
#include "kernels/vector_ymm.h"

#define REGISTERS 32

typedef __mmask8 part;

enum { PARTS_COST = 0, PERMUTES_COST = 1 };

#include "kernels/vector_masks.h"

#undef OF_TYPE
#undef OF_INTEGERS
#undef TO_INTEGERS
#undef FROM_INTEGERS
#undef LOW_HALF
