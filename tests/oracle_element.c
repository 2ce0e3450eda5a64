#include "oracle_element.h"

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

bool oracle_is_finite(long double value) {
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
    if (!oracle_is_finite(value))
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

/* ---- Layouts ----------------------------------------------------------------------------------------------------- */

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

/* ---- Comparing -------------------------------------------------------------------------------------------------- */

static long double round_to(batchdot_dtype dtype, long double value) {
    return oracle_half_decode(dtype, oracle_half_encode(dtype, value));
}

/* Rounding keeps the order, so a half is right if it lies between the rounded ends of what it may be rounded from. */
static bool component_matches(batchdot_dtype dtype, long double expected, long double bound, long double got) {
    long double low = expected - bound, high = expected + bound;

    if (isnan(expected))
        return isnan(got);
    if (!oracle_is_finite(expected))
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
    if (oracle_is_complex(dtype) &&
        !(oracle_is_finite(expected->value.real) && oracle_is_finite(expected->value.imaginary)))
        return !(oracle_is_finite(got.real) && oracle_is_finite(got.imaginary));
    return component_matches(dtype, expected->value.real, expected->bound, got.real) &&
           (!oracle_is_complex(dtype) ||
            component_matches(dtype, expected->value.imaginary, expected->bound, got.imaginary));
}
