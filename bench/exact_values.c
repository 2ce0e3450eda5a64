#include "exact_values.h"

#include <math.h>

static bool is_single(const struct bench_dtype *dtype) {
    return dtype->dtype == BATCHDOT_F32 || dtype->dtype == BATCHDOT_C64;
}

double exact_values_part(const void *data, const struct bench_dtype *dtype, int64_t index) {
    return is_single(dtype) ? (double)((const float *)data)[index] : ((const double *)data)[index];
}

static void set_part(void *data, const struct bench_dtype *dtype, int64_t index, float value) {
    if (is_single(dtype))
        ((float *)data)[index] = value;
    else
        ((double *)data)[index] = value;
}

void exact_values_fill(void *data, const struct bench_dtype *dtype, int64_t count, uint32_t seed) {
    uint32_t state = seed;
    for (int64_t i = 0; i < count * dtype->parts; i++) {
        state =
            state * 1664525U + 1013904223U; /* Numerical Recipes' generator: its upper bits are random enough here */
        const float fraction = (float)(state >> 24) / 256.0F;
        set_part(data, dtype, i, floorf(fraction * (2 * EXACT_LARGEST + 1)) - EXACT_LARGEST);
    }
}

void exact_values_spoil(void *out, const struct bench_dtype *dtype, int64_t count) {
    for (int64_t i = 0; i < count * dtype->parts; i++)
        set_part(out, dtype, i, NAN);
}

/* An element, whose imaginary part is 0 where it has none. */
struct number {
    float real, imaginary;
};

static struct number number_at(const void *data, const struct bench_dtype *dtype, int64_t index) {
    const int parts = dtype->parts;
    return (struct number){(float)exact_values_part(data, dtype, index * parts),
                           parts == 2 ? (float)exact_values_part(data, dtype, index * parts + 1) : 0};
}

/* One batch item: out[p, q, r, s] = sum over k of x[p, k, q] * y[r, k, s]. */
static void multiply_item(const int64_t extents[5], const struct bench_dtype *dtype, const void *x, int64_t x_start,
                          const void *y, int64_t y_start, float *out) {
    const int64_t p_extent = extents[0], q_extent = extents[1], r_extent = extents[2], s_extent = extents[3];
    const int64_t k_extent = extents[4], parts = dtype->parts;
    for (int64_t i = 0; i < p_extent * q_extent * r_extent * s_extent * parts; i++)
        out[i] = 0;
    for (int64_t p = 0; p < p_extent; p++)
        for (int64_t k = 0; k < k_extent; k++)
            for (int64_t q = 0; q < q_extent; q++) {
                const struct number a = number_at(x, dtype, x_start + (p * k_extent + k) * q_extent + q);
                float *element = out + (p * q_extent + q) * r_extent * s_extent * parts;
                for (int64_t r = 0; r < r_extent; r++)
                    for (int64_t s = 0; s < s_extent; s++, element += parts) {
                        const struct number b = number_at(y, dtype, y_start + (r * k_extent + k) * s_extent + s);
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

int64_t exact_values_first_difference(const void *out, const struct bench_dtype *dtype, const float *reference,
                                      int64_t count) {
    for (int64_t i = 0; i < count * dtype->parts; i++)
        if (!(exact_values_part(out, dtype, i) == (double)reference[i]))
            return i;
    return -1;
}
