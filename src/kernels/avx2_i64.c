#define ELEMENT_BITS 64
#define INTEGER_ELEMENTS
#define NAME avx2_i64
#include "kernels/vector_avx2.h"

#include "kernels/vector_real.h"

#include "kernels/common_families.h"
