#define ELEMENT_BITS 32
#define NAME avx512_c64
#define HALF_TILES bd_avx512vl_c64_tiles
#define COMPONENT_VECTORS "kernels/vector_avx512.h"
#include "kernels/vector_complex.h"

#include "kernels/common_families.h"

#include "kernels/permuting_families.h"
