/* c64 and c128: summed by components, in their own precision. */
#define COMPLEX c64
#define REAL float
#define NAME portable_c64
#include "kernels/complex_template.h"

#define COMPLEX c128
#define REAL double
#define NAME portable_c128
#include "kernels/complex_template.h"
