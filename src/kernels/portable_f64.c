#define ELEMENT_BITS 64
#define NAME portable_f64
#include "kernels/vector_portable.h"

#include "kernels/real_template.h"
