/* The product of complex elements. Include after defining COMPLEX (the element type's name), REAL (its component) and
 * NAME. */
#include "kernels/complex_arithmetic.h"

#define X_ELEMENT COMPLEX
#define Y_ELEMENT COMPLEX
#define OUT_ELEMENT COMPLEX
#define SUM COMPLEX
#define WIDEN_X(element) (element)
#define WIDEN_Y(element) (element)
#define WIDEN_OUT(element) (element)
#define NARROW(sum) (sum)
#define CONJUGATE OF_COMPLEX(conjugate)
#define ADD OF_COMPLEX(add)
#define MULTIPLY_ADD OF_COMPLEX(multiply_add)
#define SCALE OF_COMPLEX(scale)
#include "kernels/product_template.h"

#undef COMPLEX
#undef REAL
