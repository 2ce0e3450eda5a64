#define ELEMENT_BITS 64
#define NAME avx512vl_f64
#define OFFERED_TILES bd_avx512vl_f64_tiles
#include "kernels/vector_avx512vl.h"

#include "kernels/real_template.h"
