#define ELEMENT_BITS 32
#define NAME avx512vl_f32
#include "kernels/vector_avx512vl.h"

#include "kernels/real_template.h"
