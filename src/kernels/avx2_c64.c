#define ELEMENT_BITS 32
#define NAME avx2_c64
#define COMPONENT_VECTORS "kernels/vector_avx2.h"
#include "kernels/vector_complex.h"

#include "kernels/common_families.h"

#include "kernels/permuting_families.h"
