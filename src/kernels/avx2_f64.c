#define ELEMENT_BITS 64
#define NAME avx2_f64
#include "kernels/vector_avx2.h"

#include "kernels/real_template.h"
