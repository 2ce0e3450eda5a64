#define ELEMENT_BITS 32
#define NAME portable_f32
#include "kernels/vector_portable.h"

#include "kernels/real_template.h"
