#include "kernels/stage.h"

#include "base/dtype.h"
#include "base/half.h"
#include "contraction/walk.h"

#include <math.h>
#include <string.h>

#define PASTE_NAMES(a, b) a##b
#define PASTE(a, b) PASTE_NAMES(a, b)

/* Two to four vectors' worth, wherever it is compiled. */
enum { SQUARES_AT_ONCE = 16 };

#define COMPLEX c64
#define REAL float
#include "kernels/complex_arithmetic.h"
#define NAME c64
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
#define NAME c128
#define OUT_ELEMENT c128
#define SUM c128
#define WIDEN_OUT(element) (element)
#define NARROW(sum) (sum)
#define ADD add_c128
#define SCALE scale_c128
#define TIMES times_real_c128
#include "kernels/finish_template.h"
#undef COMPLEX

#define NAME f32
#define OUT_ELEMENT float
#define SUM float
#define REAL float
#include "kernels/finish_template.h"

#define NAME f64
#define OUT_ELEMENT double
#define SUM double
#define REAL double
#include "kernels/finish_template.h"

#define NAME f16
#define OUT_ELEMENT uint16_t
#define SUM float
#define REAL float
#define WIDEN_OUT bd_float_from_f16
#define NARROW bd_f16_from_float
#include "kernels/finish_template.h"

#define NAME bf16
#define OUT_ELEMENT uint16_t
#define SUM float
#define REAL float
#define WIDEN_OUT bd_float_from_bf16
#define NARROW bd_bf16_from_float
#include "kernels/finish_template.h"

/* Integers have no norms, and wrap around. */
#define NAME i32
#define OUT_ELEMENT int32_t
#define SUM uint32_t
#define REAL uint32_t
#include "kernels/finish_template.h"

#define NAME i64
#define OUT_ELEMENT int64_t
#define SUM uint64_t
#define REAL uint64_t
#include "kernels/finish_template.h"

#define NAME f32
#define ELEMENT float
#define SUM float
#include "kernels/squares_template.h"

#define NAME f64
#define ELEMENT double
#define SUM double
#include "kernels/squares_template.h"

#define NAME f16
#define ELEMENT uint16_t
#define SUM float
#define WIDEN bd_float_from_f16
#include "kernels/squares_template.h"

#define NAME bf16
#define ELEMENT uint16_t
#define SUM float
#define WIDEN bd_float_from_bf16
#include "kernels/squares_template.h"

batchdot_dtype bd_sum_dtype(batchdot_dtype out) {
    return out == BATCHDOT_F16 || out == BATCHDOT_BF16 ? BATCHDOT_F32 : out;
}

void bd_finish_sums(batchdot_dtype out_dtype, const struct product *product, const void *sums, const void *m_factors,
                    const void *n_factors, void *out) {
    switch (out_dtype) {
    case BATCHDOT_F32:
        f32_finish(product, sums, m_factors, n_factors, out);
        break;
    case BATCHDOT_F64:
        f64_finish(product, sums, m_factors, n_factors, out);
        break;
    case BATCHDOT_C64:
        c64_finish(product, sums, m_factors, n_factors, out);
        break;
    case BATCHDOT_C128:
        c128_finish(product, sums, m_factors, n_factors, out);
        break;
    case BATCHDOT_F16:
        f16_finish(product, sums, m_factors, n_factors, out);
        break;
    case BATCHDOT_BF16:
        bf16_finish(product, sums, m_factors, n_factors, out);
        break;
    case BATCHDOT_I64:
        i64_finish(product, sums, m_factors, n_factors, out);
        break;
    default: /* no output has bytes */
        i32_finish(product, sums, m_factors, n_factors, out);
    }
}

/* Of the rows of one item, along the innermost axis of k only. A complex element's square is that of its parts. */
static void add_squares(const struct norm_rows *rows, const void *data, void *sums) {
    const int64_t row_stride = rows->row_stride, k_stride = rows->k_stride;
    switch (rows->dtype) {
    case BATCHDOT_F32:
        f32_add_squares(data, rows->rows, row_stride, rows->k, k_stride, sums);
        break;
    case BATCHDOT_F64:
        f64_add_squares(data, rows->rows, row_stride, rows->k, k_stride, sums);
        break;
    case BATCHDOT_F16:
        f16_add_squares(data, rows->rows, row_stride, rows->k, k_stride, sums);
        break;
    case BATCHDOT_BF16:
        bf16_add_squares(data, rows->rows, row_stride, rows->k, k_stride, sums);
        break;
    case BATCHDOT_C64:
        f32_add_squares(data, rows->rows, 2 * row_stride, rows->k, 2 * k_stride, sums);
        f32_add_squares((const float *)data + 1, rows->rows, 2 * row_stride, rows->k, 2 * k_stride, sums);
        break;
    default:
        f64_add_squares(data, rows->rows, 2 * row_stride, rows->k, 2 * k_stride, sums);
        f64_add_squares((const double *)data + 1, rows->rows, 2 * row_stride, rows->k, 2 * k_stride, sums);
    }
}

/* NaN stays NaN. */
static void invert_norms_f32(float *sums, int64_t count, float epsilon) {
    for (int64_t i = 0; i < count; i++) {
        const float square = sums[i] < epsilon ? epsilon : sums[i];
        sums[i] = square == 0 ? 0 : 1 / sqrtf(square);
    }
}

static void invert_norms_f64(double *sums, int64_t count, double epsilon) {
    for (int64_t i = 0; i < count; i++) {
        const double square = sums[i] < epsilon ? epsilon : sums[i];
        sums[i] = square == 0 ? 0 : 1 / sqrt(square);
    }
}

void bd_norm_factors(const struct norm_rows *rows, double epsilon, const void *data, void *factors) {
    const bool is_double = rows->dtype == BATCHDOT_F64 || rows->dtype == BATCHDOT_C128;
    const int64_t size = bd_dtype_info(rows->dtype)->size, factor_size = is_double ? sizeof(double) : sizeof(float);
    const int64_t count = rows->items * rows->rows;
    memset(factors, 0, (size_t)(count * factor_size));
    const int64_t steps = bd_walk_length(rows->outer_k, rows->outer_k_count);
    struct walk outer;
    bd_walk_start(&outer, rows->outer_k, rows->outer_k_count, 0);
    for (int64_t step = 0; step < steps; step++, bd_walk_next(&outer)) {
        for (int64_t item = 0; item < rows->items; item++)
            add_squares(rows, (const char *)data + (outer.offset[rows->operand] + item * rows->item_stride) * size,
                        (char *)factors + item * rows->rows * factor_size);
    }
    if (is_double)
        invert_norms_f64(factors, count, epsilon);
    else
        invert_norms_f32(factors, count, (float)epsilon);
}
