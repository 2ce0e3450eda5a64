#define ELEMENT_BITS 64
#define NAME portable_c128
#define COMPONENT_VECTORS "kernels/vector_portable.h"
#include "kernels/vector_complex.h"

#include "kernels/common_families.h"
