#define ELEMENT_BITS 32
#define NAME avx2
#define WIDENED_ISA ISA_AVX2
#include "kernels/vector_avx2.h"

#include "kernels/small_avx2.h"

#include "kernels/half_kernels.h"
