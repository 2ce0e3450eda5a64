#define ELEMENT_BITS 32
#define NAME avx512
#define WIDENED_ISA ISA_AVX512
#include "kernels/vector_avx512.h"

#include "kernels/small_avx512.h"

#include "kernels/half_kernels.h"
