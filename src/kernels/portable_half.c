/* f16 and bf16: widened, summed and scaled in f32, and rounded once if the output is not f32 itself. */
#include "base/half.h"

#define NAME portable_f16
#define X_ELEMENT uint16_t
#define Y_ELEMENT uint16_t
#define OUT_ELEMENT uint16_t
#define SUM float
#define WIDEN_X bd_float_from_f16
#define WIDEN_Y bd_float_from_f16
#define WIDEN_OUT bd_float_from_f16
#define NARROW bd_f16_from_float
#include "kernels/product_template.h"

#define NAME portable_f16_f32
#define X_ELEMENT uint16_t
#define Y_ELEMENT uint16_t
#define OUT_ELEMENT float
#define SUM float
#define WIDEN_X bd_float_from_f16
#define WIDEN_Y bd_float_from_f16
#include "kernels/product_template.h"

#define NAME portable_bf16
#define X_ELEMENT uint16_t
#define Y_ELEMENT uint16_t
#define OUT_ELEMENT uint16_t
#define SUM float
#define WIDEN_X bd_float_from_bf16
#define WIDEN_Y bd_float_from_bf16
#define WIDEN_OUT bd_float_from_bf16
#define NARROW bd_bf16_from_float
#include "kernels/product_template.h"

#define NAME portable_bf16_f32
#define X_ELEMENT uint16_t
#define Y_ELEMENT uint16_t
#define OUT_ELEMENT float
#define SUM float
#define WIDEN_X bd_float_from_bf16
#define WIDEN_Y bd_float_from_bf16
#include "kernels/product_template.h"
