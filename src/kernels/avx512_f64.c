#define ELEMENT_BITS 64
#define NAME avx512_f64
#include "kernels/vector_avx512.h"

#include "kernels/real_template.h"
