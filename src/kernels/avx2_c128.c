#define ELEMENT_BITS 64
#define NAME avx2_c128
#define COMPONENT_VECTORS "kernels/vector_avx2.h"
#include "kernels/vector_complex.h"

#include "kernels/common_families.h"
