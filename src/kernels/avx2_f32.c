#define ELEMENT_BITS 32
#define NAME avx2_f32
#include "kernels/vector_avx2.h"

#include "kernels/real_template.h"
