#define ELEMENT_BITS 32
#define INTEGER_ELEMENTS
#define NAME portable
#define WIDENED_ISA ISA_PORTABLE
#include "kernels/vector_portable.h"

#include "kernels/small_portable.h"

/* 128 less than it is: extended as if it were signed, and the upper bits inverted. */
#define X_AMONG_UNSIGNED I8_AS_16_BITS
#define FLIP_AMONG_UNSIGNED UINT32_C(0xff80ff80)
#define SUMS_BEGIN_WITH_A_ROW
#include "kernels/byte_kernels.h"
