#define ELEMENT_BITS 64
#define NAME avx512_f64
#define HALF_TILES bd_avx512vl_f64_tiles
#include "kernels/vector_avx512.h"

#include "kernels/real_template.h"
