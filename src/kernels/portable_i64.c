#define ELEMENT_BITS 64
#define INTEGER_ELEMENTS
#define NAME portable_i64
#include "kernels/vector_portable.h"

#include "kernels/vector_real.h"

#include "kernels/common_families.h"
