#define ELEMENT_BITS 32
#define NAME avx512_f32
#define HALF_TILES bd_avx512vl_f32_tiles
#include "kernels/vector_avx512.h"

#include "kernels/real_template.h"
