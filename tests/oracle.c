#include "oracle.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* ---- Elements --------------------------------------------------------------------------------------------------- */

typedef struct dtype_facts {
    const char *name;
    size_t size;
} dtype_facts;

static const dtype_facts dtypes[ORACLE_DTYPE_COUNT] = {
    [BATCHDOT_F32] = {"f32", 4},    [BATCHDOT_F64] = {"f64", 8}, [BATCHDOT_C64] = {"c64", 8},
    [BATCHDOT_C128] = {"c128", 16}, [BATCHDOT_F16] = {"f16", 2}, [BATCHDOT_BF16] = {"bf16", 2},
    [BATCHDOT_I8] = {"i8", 1},      [BATCHDOT_U8] = {"u8", 1},   [BATCHDOT_I32] = {"i32", 4},
    [BATCHDOT_I64] = {"i64", 8},
};

const char *oracle_dtype_name(batchdot_dtype dtype) {
    return dtypes[dtype].name;
}

size_t oracle_element_size(batchdot_dtype dtype) {
    return dtypes[dtype].size;
}

bool oracle_is_integer(batchdot_dtype dtype) {
    return dtype == BATCHDOT_I8 || dtype == BATCHDOT_U8 || dtype == BATCHDOT_I32 || dtype == BATCHDOT_I64;
}

bool oracle_is_complex(batchdot_dtype dtype) {
    return dtype == BATCHDOT_C64 || dtype == BATCHDOT_C128;
}

bool oracle_is_half(batchdot_dtype dtype) {
    return dtype == BATCHDOT_F16 || dtype == BATCHDOT_BF16;
}

/* isfinite() and isinf() of a long double go wrong under Valgrind, whose long double is a double. */
static bool is_finite(long double value) {
    return value - value == 0;
}

static int fraction_bits(batchdot_dtype half) {
    return half == BATCHDOT_F16 ? 10 : 7;
}

/* The code of +Inf: all exponent bits set. */
static uint16_t infinity_code(batchdot_dtype half) {
    return (uint16_t)(0x7FFFu & ~((1u << fraction_bits(half)) - 1));
}

/* The exponent of the smallest normal number; that of all subnormal ones too, as their last place is the same. */
static int least_exponent(batchdot_dtype half) {
    return half == BATCHDOT_F16 ? -14 : -126;
}

long double oracle_half_decode(batchdot_dtype dtype, uint16_t code) {
    const int bits = fraction_bits(dtype), magnitude_code = code & 0x7FFF, exponent_code = magnitude_code >> bits;
    const int fraction = magnitude_code & ((1 << bits) - 1);
    long double magnitude;

    if (magnitude_code > infinity_code(dtype))
        return (long double)NAN;
    if (magnitude_code == infinity_code(dtype))
        magnitude = (long double)INFINITY;
    else if (exponent_code == 0)
        magnitude = ldexp(fraction, least_exponent(dtype) - bits);
    else
        magnitude = ldexp((1 << bits) + fraction, least_exponent(dtype) + exponent_code - 1 - bits);
    return (code & 0x8000u) != 0 ? -magnitude : magnitude;
}

/* Counts the units in the last place that the value holds, and rounds that count. The codes of neighbouring numbers are
 * neighbours even across powers of two and up to Inf, so a count that is rounded up leads to the right code by itself.
 */
uint16_t oracle_half_encode(batchdot_dtype dtype, long double value) {
    const unsigned sign = signbit(value) ? 0x8000u : 0;
    const int bits = fraction_bits(dtype), least = least_exponent(dtype), infinity = infinity_code(dtype);
    int exponent, code;
    long double units, whole;

    if (isnan(value))
        return (uint16_t)(infinity | 1 << (bits - 1));
    if (!is_finite(value))
        return (uint16_t)(sign | (unsigned)infinity);
    if (value == 0)
        return (uint16_t)sign;
    frexpl(value, &exponent); /* of a number in [0.5, 1) */
    exponent = exponent - 1 > least ? exponent - 1 : least;
    units = ldexpl(fabsl(value), bits - exponent);
    whole = floorl(units);
    code = ((exponent - least) << bits) + (int)whole;
    if (units - whole > 0.5L || (units - whole == 0.5L && code % 2 != 0))
        code++;
    return (uint16_t)(sign | (unsigned)(code < infinity ? code : infinity));
}

static oracle_value read_integer(batchdot_dtype dtype, const void *element) {
    oracle_value value = {0};

    if (dtype == BATCHDOT_I8) {
        int8_t i8;
        memcpy(&i8, element, sizeof i8);
        value.bits = (uint64_t)i8;
    } else if (dtype == BATCHDOT_U8) {
        uint8_t u8;
        memcpy(&u8, element, sizeof u8);
        value.bits = u8;
    } else if (dtype == BATCHDOT_I32) {
        int32_t i32;
        memcpy(&i32, element, sizeof i32);
        value.bits = (uint64_t)i32;
    } else {
        memcpy(&value.bits, element, sizeof value.bits);
    }
    return value;
}

oracle_value oracle_read(batchdot_dtype dtype, const void *element) {
    oracle_value value = {0};
    uint16_t code;
    float f[2] = {0, 0};
    double d[2] = {0, 0};

    if (oracle_is_integer(dtype))
        return read_integer(dtype, element);
    if (oracle_is_half(dtype)) {
        memcpy(&code, element, sizeof code);
        value.real = oracle_half_decode(dtype, code);
    } else if (dtype == BATCHDOT_F32 || dtype == BATCHDOT_C64) {
        memcpy(f, element, oracle_element_size(dtype));
        value.real = f[0];
        value.imaginary = f[1];
    } else {
        memcpy(d, element, oracle_element_size(dtype));
        value.real = d[0];
        value.imaginary = d[1];
    }
    return value;
}

static void write_integer(batchdot_dtype dtype, uint64_t bits, void *element) {
    const uint8_t bits8 = (uint8_t)bits;
    const uint32_t bits32 = (uint32_t)bits;

    if (dtype == BATCHDOT_I64)
        memcpy(element, &bits, sizeof bits);
    else if (dtype == BATCHDOT_I32)
        memcpy(element, &bits32, sizeof bits32);
    else
        memcpy(element, &bits8, sizeof bits8);
}

void oracle_write(batchdot_dtype dtype, oracle_value value, void *element) {
    const float f[2] = {(float)value.real, (float)value.imaginary};
    const double d[2] = {(double)value.real, (double)value.imaginary};
    uint16_t code;

    if (oracle_is_integer(dtype)) {
        write_integer(dtype, value.bits, element);
    } else if (oracle_is_half(dtype)) {
        code = oracle_half_encode(dtype, value.real);
        memcpy(element, &code, sizeof code);
    } else if (dtype == BATCHDOT_F32 || dtype == BATCHDOT_C64) {
        memcpy(element, f, oracle_element_size(dtype));
    } else {
        memcpy(element, d, oracle_element_size(dtype));
    }
}

/* ---- Shapes ----------------------------------------------------------------------------------------------------- */

int64_t oracle_count(int ndim, const int64_t *shape) {
    int64_t count = 1;

    for (int axis = 0; axis < ndim; axis++)
        count *= shape[axis];
    return count;
}

int64_t oracle_offset(int ndim, const int64_t *shape, const int64_t *strides, int64_t number) {
    int64_t offset = 0;

    for (int axis = ndim - 1; axis >= 0; axis--) {
        offset += number % shape[axis] * strides[axis];
        number /= shape[axis];
    }
    return offset;
}

void oracle_strides(const batchdot_tensor *tensor, int64_t strides[BATCHDOT_MAX_NDIM]) {
    int64_t step = 1;

    for (int axis = tensor->ndim - 1; axis >= 0; axis--) {
        strides[axis] = tensor->strides != NULL ? tensor->strides[axis] : step;
        step *= tensor->shape[axis];
    }
}

static bool multiply_overflows(int64_t a, int64_t b) {
    return b != 0 && a > INT64_MAX / b;
}

/* A shape with a 0 in it has no elements, whatever its other extents would multiply to. */
static bool count_overflows(int ndim, const int64_t *shape) {
    int64_t count = 1;

    for (int axis = 0; axis < ndim; axis++) {
        if (shape[axis] == 0)
            return false;
    }
    for (int axis = 0; axis < ndim; axis++) {
        if (multiply_overflows(count, shape[axis]))
            return true;
        count *= shape[axis];
    }
    return false;
}

static bool has_negative_extent(int ndim, const int64_t *shape) {
    for (int axis = 0; axis < ndim; axis++) {
        if (shape[axis] < 0)
            return true;
    }
    return false;
}

/* The contracted axes, counted from the front; out of range if the caller's are. */
static batchdot_axes contracted_axes(int x_ndim, int y_ndim, const batchdot_axes *axes) {
    batchdot_axes contracted = {x_ndim - 1, y_ndim == 2 ? y_ndim - 1 : y_ndim - 2};

    if (axes != NULL) {
        contracted.x = axes->x < 0 && axes->x >= -x_ndim ? axes->x + x_ndim : axes->x;
        contracted.y = axes->y < 0 && axes->y >= -y_ndim ? axes->y + y_ndim : axes->y;
    }
    return contracted;
}

batchdot_status oracle_infer_shape(int x_ndim, const int64_t *x_shape, int y_ndim, const int64_t *y_shape,
                                   const batchdot_axes *axes, int *out_ndim, int64_t out_shape[BATCHDOT_MAX_NDIM]) {
    const batchdot_axes contracted = contracted_axes(x_ndim, y_ndim, axes);
    int64_t shape[2 * BATCHDOT_MAX_NDIM];
    int ndim = 0;

    if (x_ndim < 2 || y_ndim < 2 || x_ndim > BATCHDOT_MAX_NDIM || y_ndim > BATCHDOT_MAX_NDIM)
        return BATCHDOT_ERROR_RANK;
    if (has_negative_extent(x_ndim, x_shape) || has_negative_extent(y_ndim, y_shape))
        return BATCHDOT_ERROR_SHAPE;
    if (x_shape[0] != y_shape[0])
        return BATCHDOT_ERROR_BATCH;
    if (contracted.x < 0 || contracted.x >= x_ndim || contracted.y < 0 || contracted.y >= y_ndim)
        return BATCHDOT_ERROR_AXIS_RANGE;
    if (contracted.x == 0 || contracted.y == 0)
        return BATCHDOT_ERROR_AXIS_BATCH;
    if (x_shape[contracted.x] != y_shape[contracted.y])
        return BATCHDOT_ERROR_CONTRACTED;
    for (int axis = 0; axis < x_ndim; axis++) {
        if (axis != contracted.x)
            shape[ndim++] = x_shape[axis];
    }
    for (int axis = 1; axis < y_ndim; axis++) {
        if (axis != contracted.y)
            shape[ndim++] = y_shape[axis];
    }
    if (ndim == 1)
        shape[ndim++] = 1;
    if (ndim > BATCHDOT_MAX_NDIM)
        return BATCHDOT_ERROR_RANK;
    if (count_overflows(x_ndim, x_shape) || count_overflows(y_ndim, y_shape) || count_overflows(ndim, shape))
        return BATCHDOT_ERROR_OVERFLOW;
    *out_ndim = ndim;
    memcpy(out_shape, shape, (size_t)ndim * sizeof *shape);
    return BATCHDOT_OK;
}

/* ---- The sum ---------------------------------------------------------------------------------------------------- */

/* An operand with what the loops need of it. */
typedef struct operand {
    const batchdot_tensor *tensor;
    int64_t strides[BATCHDOT_MAX_NDIM];
    int contracted;
    bool conjugate;
} operand;

typedef struct dot {
    oracle_value sum;
    long double magnitude; /* sum of |x||y| */
    long double flushed;   /* the part of it with a subnormal bf16 factor, which may be taken for 0 */
    bool flushed_is_lost;  /* what such a product is by an infinity then */
    bool whole;            /* every x and y is a whole number */
} dot;

static operand make_operand(const batchdot_tensor *tensor, int contracted, bool conjugate) {
    operand made = {.tensor = tensor, .contracted = contracted, .conjugate = conjugate};

    oracle_strides(tensor, made.strides);
    return made;
}

static oracle_value read_operand(const operand *from, int64_t offset) {
    const size_t size = oracle_element_size(from->tensor->dtype);
    oracle_value value = oracle_read(from->tensor->dtype, (const char *)from->tensor->data + offset * (int64_t)size);

    if (from->conjugate)
        value.imaginary = -value.imaginary;
    return value;
}

/* Where an operand's elements for one output element begin: its free axes take the output's indices from `position`. */
static int64_t free_offset(const operand *of, const int64_t *out_index, int position) {
    int64_t offset = out_index[0] * of->strides[0];

    for (int axis = 1; axis < of->tensor->ndim; axis++) {
        if (axis != of->contracted)
            offset += out_index[position++] * of->strides[axis];
    }
    return offset;
}

static long double magnitude_of(oracle_value value) {
    return fabsl(value.real) + fabsl(value.imaginary);
}

static bool is_whole(oracle_value value) {
    return truncl(value.real) == value.real && truncl(value.imaginary) == value.imaginary;
}

static bool is_subnormal(oracle_value value) {
    return value.real != 0 && fabsl(value.real) < FLT_MIN;
}

static dot sum_products(const operand *x, int64_t x_offset, const operand *y, int64_t y_offset) {
    const int64_t extent = x->tensor->shape[x->contracted];
    dot result = {.whole = true};

    for (int64_t k = 0; k < extent; k++) {
        const oracle_value a = read_operand(x, x_offset + k * x->strides[x->contracted]);
        const oracle_value b = read_operand(y, y_offset + k * y->strides[y->contracted]);

        if (oracle_is_integer(x->tensor->dtype)) {
            result.sum.bits += a.bits * b.bits;
            continue;
        }
        result.sum.real += a.real * b.real - a.imaginary * b.imaginary;
        /* For real dtypes this would be Inf * 0 where there is no such product. */
        if (oracle_is_complex(x->tensor->dtype))
            result.sum.imaginary += a.real * b.imaginary + a.imaginary * b.real;
        result.magnitude += magnitude_of(a) * magnitude_of(b);
        if (x->tensor->dtype == BATCHDOT_BF16 && (is_subnormal(a) || is_subnormal(b))) {
            result.flushed += magnitude_of(a) * magnitude_of(b);
            result.flushed_is_lost = result.flushed_is_lost || !is_finite(magnitude_of(a) + magnitude_of(b));
        }
        result.whole = result.whole && is_whole(a) && is_whole(b);
    }
    return result;
}

static oracle_value scale(oracle_value value, const double factor[2], bool complex) {
    oracle_value scaled = {.real = value.real * factor[0]};

    if (complex) {
        scaled.real = value.real * factor[0] - value.imaginary * factor[1];
        scaled.imaginary = value.real * factor[1] + value.imaginary * factor[0];
    }
    return scaled;
}

static bool is_half_whole(const double factor[2]) {
    return trunc(2 * factor[0]) == 2 * factor[0] && trunc(2 * factor[1]) == 2 * factor[1];
}

/* alpha * sum + beta * old, with the bound for any order of summation, any place of alpha, fused or not. Where all
 * terms are whole numbers that the accumulator holds exactly, whatever the order, there is nothing to round: the bound
 * is 0. */
static void finish_float(const dot *sum, batchdot_dtype dtype, int64_t extent, const batchdot_options *options,
                         oracle_value old, oracle_element *element) {
    const bool is_double = dtype == BATCHDOT_F64 || dtype == BATCHDOT_C128;
    const bool complex = oracle_is_complex(dtype);
    const long double unit = is_double ? DBL_EPSILON / 2 : FLT_EPSILON / 2;
    const long double smallest = is_double ? DBL_MIN * DBL_EPSILON : FLT_MIN * FLT_EPSILON;
    const long double largest = is_double ? DBL_MAX : FLT_MAX;
    const long double roundings = (complex ? 4.0L : 2.0L) * (long double)(extent + 4);
    const long double alpha = fabsl((long double)options->alpha[0]) + fabsl((long double)options->alpha[1]);
    const long double beta = fabsl((long double)options->beta[0]) + fabsl((long double)options->beta[1]);
    const bool has_beta = beta != 0;
    const long double old_term = has_beta ? beta * magnitude_of(old) : 0;
    const long double total = sum->magnitude * fmaxl(alpha, 1) + old_term;
    const bool exact = sum->whole && is_half_whole(options->alpha) &&
                       (!has_beta || (is_whole(old) && is_half_whole(options->beta))) && 16 * total < 1 / unit;
    const oracle_value scaled = scale(sum->sum, options->alpha, complex);

    element->value = scaled;
    if (has_beta) {
        const oracle_value kept = scale(old, options->beta, complex);

        element->value.real += kept.real;
        element->value.imaginary += kept.imaginary;
    }
    element->unchecked = is_finite(total) && total > largest / 16;
    element->bound = roundings * (unit * alpha * sum->magnitude + smallest * fmaxl(alpha, 1)) +
                     (complex ? 16 : 8) * (unit * old_term + smallest);
    if (exact)
        element->bound = 0;
    if (dtype == BATCHDOT_BF16) { /* the header allows products and sums of subnormal numbers to be 0 */
        element->unchecked = element->unchecked || sum->flushed_is_lost;
        element->bound += alpha * sum->flushed;
        element->bound += exact ? 0 : roundings * FLT_MIN * fmaxl(alpha, 1);
    }
}

static void compute_element(const operand *x, const operand *y, const batchdot_tensor *out,
                            const batchdot_options *options, const int64_t *out_index, oracle_element *element) {
    const int64_t extent = x->tensor->shape[x->contracted];
    const size_t size = oracle_element_size(out->dtype);
    const dot sum = sum_products(x, free_offset(x, out_index, 1), y, free_offset(y, out_index, x->tensor->ndim - 1));
    oracle_value old = {0};

    if (options->beta[0] != 0 || options->beta[1] != 0)
        old = oracle_read(out->dtype, (const char *)out->data + element->offset * (int64_t)size);
    if (oracle_is_integer(out->dtype))
        element->value.bits = sum.sum.bits + old.bits; /* alpha is 1, beta 0 or 1 */
    else
        finish_float(&sum, x->tensor->dtype, extent, options, old, element);
}

/* The next element in row-major order; after the last one the first. */
static void step_index(const batchdot_tensor *tensor, int64_t *index) {
    for (int axis = tensor->ndim - 1; axis >= 0; axis--) {
        if (++index[axis] < tensor->shape[axis])
            return;
        index[axis] = 0;
    }
}

void oracle_compute(const oracle_problem *problem, oracle_element *elements) {
    const batchdot_options defaults = BATCHDOT_OPTIONS_INIT;
    const batchdot_options *options = problem->options != NULL ? problem->options : &defaults;
    const batchdot_tensor *out = problem->out;
    const batchdot_axes contracted = contracted_axes(problem->x->ndim, problem->y->ndim, problem->axes);
    const operand x = make_operand(problem->x, contracted.x, options->conj_x != 0);
    const operand y = make_operand(problem->y, contracted.y, options->conj_y != 0);
    const int64_t count = oracle_count(out->ndim, out->shape);
    int64_t strides[BATCHDOT_MAX_NDIM], index[BATCHDOT_MAX_NDIM] = {0};

    oracle_strides(out, strides);
    for (int64_t number = 0; number < count; number++) {
        int64_t offset = 0;

        for (int axis = 0; axis < out->ndim; axis++)
            offset += index[axis] * strides[axis];
        elements[number] = (oracle_element){.offset = offset};
        compute_element(&x, &y, out, options, index, &elements[number]);
        step_index(out, index);
    }
}

/* ---- Comparing -------------------------------------------------------------------------------------------------- */

static long double round_to(batchdot_dtype dtype, long double value) {
    return oracle_half_decode(dtype, oracle_half_encode(dtype, value));
}

/* Rounding keeps the order, so a half is right if it lies between the rounded ends of what it may be rounded from. */
static bool component_matches(batchdot_dtype dtype, long double expected, long double bound, long double got) {
    long double low = expected - bound, high = expected + bound;

    if (isnan(expected))
        return isnan(got);
    if (!is_finite(expected))
        return got == expected;
    if (oracle_is_half(dtype)) {
        low = round_to(dtype, low);
        high = bound == 0 ? low : round_to(dtype, high);
    }
    return low <= got && got <= high;
}

bool oracle_matches(batchdot_dtype dtype, const oracle_element *expected, const void *element) {
    const oracle_value got = oracle_read(dtype, element);
    oracle_value truncated;
    unsigned char bytes[16];

    if (expected->unchecked)
        return true;
    if (oracle_is_integer(dtype)) {
        write_integer(dtype, expected->value.bits, bytes);
        truncated = oracle_read(dtype, bytes);
        return truncated.bits == got.bits;
    }
    /* Complex arithmetic may spread a NaN or Inf over both components in more than one way. */
    if (oracle_is_complex(dtype) && !(is_finite(expected->value.real) && is_finite(expected->value.imaginary)))
        return !(is_finite(got.real) && is_finite(got.imaginary));
    return component_matches(dtype, expected->value.real, expected->bound, got.real) &&
           (!oracle_is_complex(dtype) ||
            component_matches(dtype, expected->value.imaginary, expected->bound, got.imaginary));
}
