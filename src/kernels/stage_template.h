/* What stages need of an instruction set: plain C, which its compiler flags turn into its vectors. Include after
 * defining STAGE, the name that the functions get together, and STAGE_FUSES if the instruction set's kernels multiply
 * and add in one rounding. */
#include "base/half.h"
#include "kernels/stage.h"

#define PASTE_NAMES(a, b) a##b
#define PASTE(a, b) PASTE_NAMES(a, b)

/* What sums become. */
#define COMPLEX c64
#define REAL float
#include "kernels/complex_arithmetic.h"
#define NAME finish_c64
#define OUT_ELEMENT c64
#define SUM c64
#define WIDEN_OUT(element) (element)
#define NARROW(sum) (sum)
#define ADD add_c64
#define SCALE scale_c64
#define TIMES times_real_c64
#include "kernels/finish_template.h"
#undef COMPLEX

#define COMPLEX c128
#define REAL double
#include "kernels/complex_arithmetic.h"
#define NAME finish_c128
#define OUT_ELEMENT c128
#define SUM c128
#define WIDEN_OUT(element) (element)
#define NARROW(sum) (sum)
#define ADD add_c128
#define SCALE scale_c128
#define TIMES times_real_c128
#include "kernels/finish_template.h"
#undef COMPLEX

#define NAME finish_f32
#define OUT_ELEMENT float
#define SUM float
#define REAL float
#include "kernels/finish_template.h"

#define NAME finish_f64
#define OUT_ELEMENT double
#define SUM double
#define REAL double
#include "kernels/finish_template.h"

#define NAME finish_f16
#define OUT_ELEMENT uint16_t
#define SUM float
#define REAL float
#define WIDEN_OUT bd_float_from_f16
#define NARROW bd_f16_from_float
#include "kernels/finish_template.h"

#define NAME finish_bf16
#define OUT_ELEMENT uint16_t
#define SUM float
#define REAL float
#define WIDEN_OUT bd_float_from_bf16
#define NARROW bd_bf16_from_float
#include "kernels/finish_template.h"

/* Integers have no norms, and wrap around. */
#define NAME finish_i32
#define OUT_ELEMENT int32_t
#define SUM uint32_t
#define REAL uint32_t
#include "kernels/finish_template.h"

#define NAME finish_i64
#define OUT_ELEMENT int64_t
#define SUM uint64_t
#define REAL uint64_t
#include "kernels/finish_template.h"

/* Sums of squares. */
#define NAME add_squares_f32
#define ELEMENT float
#define SUM float
#include "kernels/squares_template.h"

#define NAME add_squares_f64
#define ELEMENT double
#define SUM double
#include "kernels/squares_template.h"

#define NAME add_squares_f16
#define ELEMENT uint16_t
#define SUM float
#define WIDEN bd_float_from_f16
#include "kernels/squares_template.h"

#define NAME add_squares_bf16
#define ELEMENT uint16_t
#define SUM float
#define WIDEN bd_float_from_bf16
#include "kernels/squares_template.h"

static void finish(batchdot_dtype out_dtype, const struct product *product, void *sums, const void *m_factors,
                   const void *n_factors, void *out) {
    switch (out_dtype) {
    case BATCHDOT_F32:
        finish_f32(product, sums, m_factors, n_factors, out);
        break;
    case BATCHDOT_F64:
        finish_f64(product, sums, m_factors, n_factors, out);
        break;
    case BATCHDOT_C64:
        finish_c64(product, sums, m_factors, n_factors, out);
        break;
    case BATCHDOT_C128:
        finish_c128(product, sums, m_factors, n_factors, out);
        break;
    case BATCHDOT_F16:
        finish_f16(product, sums, m_factors, n_factors, out);
        break;
    case BATCHDOT_BF16:
        finish_bf16(product, sums, m_factors, n_factors, out);
        break;
    case BATCHDOT_I64:
        finish_i64(product, sums, m_factors, n_factors, out);
        break;
    default: /* no output has bytes */
        finish_i32(product, sums, m_factors, n_factors, out);
    }
}

/* Vectors of complex elements are two of their parts each, side by side. */
static void add_squares(batchdot_dtype dtype, const void *data, int64_t rows, int64_t row_stride, int64_t k,
                        int64_t k_stride, void *sums) {
    switch (dtype) {
    case BATCHDOT_F32:
        add_squares_f32(data, rows, row_stride, k, k_stride, sums);
        break;
    case BATCHDOT_F64:
        add_squares_f64(data, rows, row_stride, k, k_stride, sums);
        break;
    case BATCHDOT_F16:
        add_squares_f16(data, rows, row_stride, k, k_stride, sums);
        break;
    case BATCHDOT_BF16:
        add_squares_bf16(data, rows, row_stride, k, k_stride, sums);
        break;
    case BATCHDOT_C64:
        for (int64_t row = 0; row < rows; row += row_stride == 1 ? rows : 1)
            add_squares_f32((const float *)data + 2 * row * row_stride, row_stride == 1 ? 2 * rows : 2, 1, k,
                            2 * k_stride, (float *)sums + 2 * row);
        break;
    default:
        for (int64_t row = 0; row < rows; row += row_stride == 1 ? rows : 1)
            add_squares_f64((const double *)data + 2 * row * row_stride, row_stride == 1 ? 2 * rows : 2, 1, k,
                            2 * k_stride, (double *)sums + 2 * row);
    }
}

/* Items abreast, summed as VECTORS_IN_ORDER do. */
#ifdef STAGE_FUSES
#define MULTIPLY_ADD_F32 __builtin_fmaf
#define MULTIPLY_ADD_F64 __builtin_fma
#else
#define MULTIPLY_ADD_F32(a, b, sum) ((a) * (b) + (sum))
#define MULTIPLY_ADD_F64(a, b, sum) ((a) * (b) + (sum))
#endif

#define NAME multiply_abreast_f32
#define ELEMENT float
#define SUM float
#define MULTIPLY_ADD MULTIPLY_ADD_F32
#include "kernels/abreast_template.h"

#define NAME multiply_abreast_f64
#define ELEMENT double
#define SUM double
#define MULTIPLY_ADD MULTIPLY_ADD_F64
#include "kernels/abreast_template.h"

#define NAME multiply_abreast_i32
#define ELEMENT int32_t
#define SUM uint32_t
#define MULTIPLY_ADD(a, b, sum) ((a) * (b) + (sum))
#include "kernels/abreast_template.h"

#define NAME multiply_abreast_i64
#define ELEMENT int64_t
#define SUM uint64_t
#define MULTIPLY_ADD(a, b, sum) ((a) * (b) + (sum))
#include "kernels/abreast_template.h"

static void multiply_abreast(batchdot_dtype dtype, const struct product *product, const void *x, const void *y,
                             void *out) {
    switch (dtype) {
    case BATCHDOT_F32:
        multiply_abreast_f32(product, x, y, out);
        break;
    case BATCHDOT_F64:
        multiply_abreast_f64(product, x, y, out);
        break;
    case BATCHDOT_I32:
        multiply_abreast_i32(product, x, y, out);
        break;
    default:
        multiply_abreast_i64(product, x, y, out);
    }
}

const struct stage_functions PASTE(bd_, STAGE) = {finish, add_squares, multiply_abreast};
