#define ELEMENT_BITS 32
#define NAME avx512vl_f32
#define OFFERED_TILES bd_avx512vl_f32_tiles
#include "kernels/vector_avx512vl.h"

#include "kernels/real_template.h"
