#define ELEMENT_BITS 32
#define NAME neon_f32
#include "kernels/vector_neon.h"

#include "kernels/real_template.h"
