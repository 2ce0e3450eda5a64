#define ELEMENT_BITS 64
#define NAME avx512vl_c128
#define OFFERED_TILES bd_avx512vl_c128_tiles
#define COMPONENT_VECTORS "kernels/vector_avx512vl.h"
#include "kernels/vector_complex.h"

#include "kernels/common_families.h"
