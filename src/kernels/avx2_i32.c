#define ELEMENT_BITS 32
#define INTEGER_ELEMENTS
#define NAME avx2_i32
#include "kernels/vector_avx2.h"

#include "kernels/vector_real.h"

#include "kernels/common_families.h"

#include "kernels/permuting_families.h"
