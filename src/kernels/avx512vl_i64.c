#define ELEMENT_BITS 64
#define INTEGER_ELEMENTS
#define NAME avx512vl_i64
#define OFFERED_TILES bd_avx512vl_i64_tiles
#include "kernels/vector_avx512vl.h"

#include "kernels/vector_real.h"

#include "kernels/common_families.h"
