#define ELEMENT_BITS 32
#define NAME portable
#define WIDENED_ISA ISA_PORTABLE
#include "kernels/vector_portable.h"

#include "kernels/small_portable.h"

#include "kernels/half_kernels.h"
