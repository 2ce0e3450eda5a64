#define ELEMENT_BITS 32
#define INTEGER_ELEMENTS
#define NAME avx512_i32
#define HALF_TILES bd_avx512vl_i32_tiles
#include "kernels/vector_avx512.h"

#include "kernels/vector_real.h"

#include "kernels/common_families.h"

#include "kernels/permuting_families.h"
