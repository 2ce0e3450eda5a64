/* Integers, summed as unsigned: there overflow is defined to wrap around, and every conversion to and from the signed
 * types keeps the value modulo 2^bits. */
#include <stdint.h>

#define NAME portable_i8
#define X_ELEMENT int8_t
#define Y_ELEMENT int8_t
#define OUT_ELEMENT int32_t
#define SUM uint32_t
#include "kernels/product_template.h"

#define NAME portable_u8
#define X_ELEMENT uint8_t
#define Y_ELEMENT uint8_t
#define OUT_ELEMENT int32_t
#define SUM uint32_t
#include "kernels/product_template.h"

#define NAME portable_i8_u8
#define X_ELEMENT int8_t
#define Y_ELEMENT uint8_t
#define OUT_ELEMENT int32_t
#define SUM uint32_t
#include "kernels/product_template.h"

#define NAME portable_u8_i8
#define X_ELEMENT uint8_t
#define Y_ELEMENT int8_t
#define OUT_ELEMENT int32_t
#define SUM uint32_t
#include "kernels/product_template.h"

#define NAME portable_i32
#define X_ELEMENT int32_t
#define Y_ELEMENT int32_t
#define OUT_ELEMENT int32_t
#define SUM uint32_t
#include "kernels/product_template.h"

#define NAME portable_i64
#define X_ELEMENT int64_t
#define Y_ELEMENT int64_t
#define OUT_ELEMENT int64_t
#define SUM uint64_t
#include "kernels/product_template.h"
