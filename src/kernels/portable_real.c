/* f32 and f64: summed in their own precision. */
#define NAME portable_f32
#define X_ELEMENT float
#define Y_ELEMENT float
#define OUT_ELEMENT float
#define SUM float
#include "kernels/product_template.h"

#define NAME portable_f64
#define X_ELEMENT double
#define Y_ELEMENT double
#define OUT_ELEMENT double
#define SUM double
#include "kernels/product_template.h"
