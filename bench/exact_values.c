#include "exact_values.h"

#include <math.h>

/* Halves: their fraction bits, with the leading one that is not stored, and the bias of their exponents. Only what
 * small integers need: no subnormal numbers. */
static int half_bits(batchdot_dtype dtype) {
    return dtype == BATCHDOT_F16 ? 11 : 8;
}

static int half_bias(batchdot_dtype dtype) {
    return dtype == BATCHDOT_F16 ? 15 : 127;
}

static double half_value(batchdot_dtype dtype, uint16_t half) {
    const int bits = half_bits(dtype), magnitude = half & 0x7fff, exponent = magnitude >> (bits - 1);
    if (exponent == 0x7fff >> (bits - 1))
        return NAN;
    if (exponent == 0)
        return 0;
    const double fraction = 1 + ldexp(magnitude & ((1 << (bits - 1)) - 1), 1 - bits);
    return copysign(ldexp(fraction, exponent - half_bias(dtype)), half & 0x8000 ? -1 : 1);
}

/* The nearest, ties to even, as the usual rounding mode has it. */
static uint16_t half_of(batchdot_dtype dtype, double value) {
    int exponent;
    if (value == 0)
        return 0;
    if (isnan(value))
        return 0x7fff;
    double fraction = rint(ldexp(frexp(fabs(value), &exponent), half_bits(dtype)));
    if (fraction == ldexp(1, half_bits(dtype))) {
        fraction /= 2;
        exponent++;
    }
    const int stored = (int)fraction - (1 << (half_bits(dtype) - 1));
    return (uint16_t)((value < 0 ? 0x8000 : 0) | (exponent - 1 + half_bias(dtype)) << (half_bits(dtype) - 1) | stored);
}

double exact_values_part(const void *data, batchdot_dtype dtype, int64_t index) {
    switch (dtype) {
    case BATCHDOT_F32:
    case BATCHDOT_C64:
        return ((const float *)data)[index];
    case BATCHDOT_F64:
    case BATCHDOT_C128:
        return ((const double *)data)[index];
    case BATCHDOT_I8:
        return ((const int8_t *)data)[index];
    case BATCHDOT_U8:
        return ((const uint8_t *)data)[index];
    case BATCHDOT_I32:
        return ((const int32_t *)data)[index];
    case BATCHDOT_I64:
        return (double)((const int64_t *)data)[index];
    default:
        return half_value(dtype, ((const uint16_t *)data)[index]);
    }
}

void exact_values_set_part(void *data, batchdot_dtype dtype, int64_t index, double value) {
    switch (dtype) {
    case BATCHDOT_F32:
    case BATCHDOT_C64:
        ((float *)data)[index] = (float)value;
        break;
    case BATCHDOT_F64:
    case BATCHDOT_C128:
        ((double *)data)[index] = value;
        break;
    case BATCHDOT_I8:
        ((int8_t *)data)[index] = (int8_t)value;
        break;
    case BATCHDOT_U8:
        ((uint8_t *)data)[index] = (uint8_t)value;
        break;
    case BATCHDOT_I32:
        ((int32_t *)data)[index] = (int32_t)value;
        break;
    case BATCHDOT_I64:
        ((int64_t *)data)[index] = (int64_t)value;
        break;
    default:
        ((uint16_t *)data)[index] = half_of(dtype, value);
    }
}

static bool is_integer(batchdot_dtype dtype) {
    return dtype >= BATCHDOT_I8;
}

/* Numerical Recipes' generator: its upper bits are random enough here. */
float exact_values_random(uint32_t *state) {
    *state = *state * 1664525U + 1013904223U;
    return (float)(*state >> 24) / 256.0F;
}

void exact_values_fill(void *data, batchdot_dtype dtype, int64_t part_count, uint32_t seed) {
    uint32_t state = seed;
    const bool is_unsigned = dtype == BATCHDOT_U8;
    for (int64_t i = 0; i < part_count; i++) {
        const double step = floorf(exact_values_random(&state) * (2 * EXACT_LARGEST + 1));
        exact_values_set_part(data, dtype, i, is_unsigned ? step * EXACT_UNSIGNED_STEP : step - EXACT_LARGEST);
    }
}

void exact_values_spoil(void *out, const struct bench_dtype *dtype, int64_t count) {
    for (int64_t i = 0; i < count * dtype->parts; i++)
        exact_values_set_part(out, dtype->out, i, is_integer(dtype->out) ? (double)INT32_MIN : (double)NAN);
}

/* A sum is exact, and is then rounded once if the output is of halves. */
static double rounded_to(batchdot_dtype dtype, double value) {
    const bool is_half = dtype == BATCHDOT_F16 || dtype == BATCHDOT_BF16;
    return is_half ? half_value(dtype, half_of(dtype, value)) : value;
}

int64_t exact_values_first_difference(const void *out, const struct bench_dtype *dtype, const float *reference,
                                      int64_t count) {
    for (int64_t i = 0; i < count * dtype->parts; i++)
        if (!(exact_values_part(out, dtype->out, i) == rounded_to(dtype->out, reference[i])))
            return i;
    return -1;
}
