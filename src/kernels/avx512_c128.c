#define ELEMENT_BITS 64
#define NAME avx512_c128
#define HALF_TILES bd_avx512vl_c128_tiles
#define COMPONENT_VECTORS "kernels/vector_avx512.h"
#include "kernels/vector_complex.h"

#include "kernels/common_families.h"

#include "kernels/permuting_families.h"
