#define ELEMENT_BITS 64
#define NAME portable_c128
#define COMPONENT_VECTORS "kernels/vector_portable.h"
#include "kernels/interleaved_template.h"
