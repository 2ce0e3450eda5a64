#define ELEMENT_BITS 64
#define NAME neon_f64
#include "kernels/vector_neon.h"

#include "kernels/real_template.h"
