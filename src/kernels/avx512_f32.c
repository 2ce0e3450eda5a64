#define ELEMENT_BITS 32
#define NAME avx512_f32
#include "kernels/vector_avx512.h"

#include "kernels/real_template.h"
