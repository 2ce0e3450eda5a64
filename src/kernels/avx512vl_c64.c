#define ELEMENT_BITS 32
#define NAME avx512vl_c64
#define OFFERED_TILES bd_avx512vl_c64_tiles
#define COMPONENT_VECTORS "kernels/vector_avx512vl.h"
#include "kernels/vector_complex.h"

#include "kernels/common_families.h"
