#define ELEMENT_BITS 32
#define NAME neon
#define WIDENED_ISA ISA_NEON
#include "kernels/vector_neon.h"

#include "kernels/small_neon.h"

#include "kernels/half_kernels.h"
