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

void exact_values_fill(void *data, batchdot_dtype dtype, int64_t part_count, uint32_t seed) {
    uint32_t state = seed;
    const bool is_unsigned = dtype == BATCHDOT_U8;
    for (int64_t i = 0; i < part_count; i++) {
        state =
            state * 1664525U + 1013904223U; /* Numerical Recipes' generator: its upper bits are random enough here */
        const float fraction = (float)(state >> 24) / 256.0F;
        const double step = floorf(fraction * (2 * EXACT_LARGEST + 1));
        exact_values_set_part(data, dtype, i, is_unsigned ? step * EXACT_UNSIGNED_STEP : step - EXACT_LARGEST);
    }
}

void exact_values_spoil(void *out, const struct bench_dtype *dtype, int64_t count) {
    for (int64_t i = 0; i < count * dtype->parts; i++)
        exact_values_set_part(out, dtype->out, i, is_integer(dtype->out) ? (double)INT32_MIN : (double)NAN);
}

/* An element, whose imaginary part is 0 where it has none. */
struct number {
    float real, imaginary;
};

static struct number number_at(const void *data, batchdot_dtype dtype, int parts, int64_t index) {
    return (struct number){(float)exact_values_part(data, dtype, index * parts),
                           parts == 2 ? (float)exact_values_part(data, dtype, index * parts + 1) : 0};
}

/* One batch item: out[p, q, r, s] = sum over k of x[p, k, q] * y[r, k, s]. */
static void multiply_item(const int64_t extents[5], const struct bench_dtype *dtype, const void *x, int64_t x_start,
                          const void *y, int64_t y_start, float *out) {
    const int64_t p_extent = extents[0], q_extent = extents[1], r_extent = extents[2], s_extent = extents[3];
    const int64_t k_extent = extents[4];
    const int parts = dtype->parts;
    for (int64_t i = 0; i < p_extent * q_extent * r_extent * s_extent * parts; i++)
        out[i] = 0;
    for (int64_t p = 0; p < p_extent; p++)
        for (int64_t k = 0; k < k_extent; k++)
            for (int64_t q = 0; q < q_extent; q++) {
                const struct number a = number_at(x, dtype->x, parts, x_start + (p * k_extent + k) * q_extent + q);
                float *element = out + (p * q_extent + q) * r_extent * s_extent * parts;
                for (int64_t r = 0; r < r_extent; r++)
                    for (int64_t s = 0; s < s_extent; s++, element += parts) {
                        const struct number b =
                            number_at(y, dtype->y, parts, y_start + (r * k_extent + k) * s_extent + s);
                        element[0] += a.real * b.real - a.imaginary * b.imaginary;
                        if (parts == 2)
                            element[1] += a.real * b.imaginary + a.imaginary * b.real;
                    }
            }
}

static int64_t extent_between(const int64_t *shape, int first, int end) {
    int64_t extent = 1;
    for (int i = first; i < end; i++)
        extent *= shape[i];
    return extent;
}

void exact_values_multiply(const struct bench_case *bench_case, const void *x, const void *y, float *reference) {
    const struct bench_case *const c = bench_case;
    const int64_t extents[] = {extent_between(c->x_shape, 1, c->axes.x),
                               extent_between(c->x_shape, c->axes.x + 1, c->x_ndim),
                               extent_between(c->y_shape, 1, c->axes.y),
                               extent_between(c->y_shape, c->axes.y + 1, c->y_ndim), c->x_shape[c->axes.x]};
    const int64_t x_item = extent_between(c->x_shape, 1, c->x_ndim), y_item = extent_between(c->y_shape, 1, c->y_ndim);
    const int64_t out_item = extents[0] * extents[1] * extents[2] * extents[3];
    for (int64_t b = 0; b < c->x_shape[0]; b++)
        multiply_item(extents, c->dtype, x, b * x_item, y, b * y_item, reference + b * out_item * c->dtype->parts);
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
