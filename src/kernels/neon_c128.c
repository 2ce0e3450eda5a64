#define ELEMENT_BITS 64
#define NAME neon_c128
#define COMPONENT_VECTORS "kernels/vector_neon.h"
#include "kernels/vector_complex.h"

#include "kernels/common_families.h"
