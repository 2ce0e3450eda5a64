#include "exact_product.h"

#include "exact_values.h"

#include <math.h>
#include <stdlib.h>

/* ---- Inputs ----------------------------------------------------------------------------------------------------- */

/* A tensor that is filled vector by vector. */
struct vectors {
    void *data;
    batchdot_dtype dtype;
    int parts;
    struct {
        int64_t extent, stride;
    } axes[CASE_MAX_AXES];        /* those along which a vector lies last */
    int axis_count, first_within; /* first_within: of the axes along which a vector lies */
    int64_t vector_parts;         /* in each of them */
    uint32_t random;
    int64_t parts_left, nonzero_left; /* of the one that is being filled */
    double magnitude;
};

static void fill_element(struct vectors *vectors, int64_t place) {
    for (int part = 0; part < vectors->parts; part++) {
        const double chance = (double)vectors->nonzero_left / (double)vectors->parts_left--;
        double value = 0;
        if ((double)exact_values_random(&vectors->random) < chance) {
            vectors->nonzero_left--;
            value = exact_values_random(&vectors->random) < 0.5F ? -vectors->magnitude : vectors->magnitude;
        }
        exact_values_set_part(vectors->data, vectors->dtype, place * vectors->parts + part, value);
    }
}

static void begin_vector(struct vectors *vectors) {
    vectors->parts_left = vectors->vector_parts;
    vectors->nonzero_left = 1;
    while (4 * vectors->nonzero_left <= vectors->vector_parts)
        vectors->nonzero_left *= 4;
    vectors->magnitude = ldexp(1, (int)(exact_values_random(&vectors->random) * 3));
}

static void fill_along(struct vectors *vectors, int axis, int64_t place) {
    if (axis == vectors->first_within)
        begin_vector(vectors);
    if (axis == vectors->axis_count) {
        fill_element(vectors, place);
        return;
    }
    for (int64_t i = 0; i < vectors->axes[axis].extent; i++)
        fill_along(vectors, axis + 1, place + i * vectors->axes[axis].stride);
}

static void fill_vectors(const struct case_axes *axes, bool is_x, const struct bench_dtype *dtype, void *data,
                         uint32_t seed) {
    struct vectors vectors = {.data = data,
                              .dtype = is_x ? dtype->x : dtype->y,
                              .parts = dtype->parts,
                              .vector_parts = dtype->parts * case_axes_extent(axes, AXIS_CONTRACTED),
                              .random = seed};
    for (int i = 0; i < axes->count; i++) {
        const int64_t stride = is_x ? axes->axes[i].x : axes->axes[i].y;
        if (!stride)
            continue;
        vectors.first_within += axes->axes[i].role != AXIS_CONTRACTED;
        vectors.axes[vectors.axis_count].extent = axes->axes[i].extent;
        vectors.axes[vectors.axis_count++].stride = stride;
    }
    fill_along(&vectors, 0, 0);
}

void exact_product_fill(const struct bench_case *bench_case, void *x, void *y, uint32_t seed) {
    const struct bench_dtype *const dtype = bench_case->dtype;
    struct case_axes axes;
    case_axes_make(bench_case, &axes);
    if (bench_case->normalizes) {
        fill_vectors(&axes, true, dtype, x, seed);
        fill_vectors(&axes, false, dtype, y, seed + 1);
    } else {
        exact_values_fill(x, dtype->x, axes.x_count * dtype->parts, seed);
        exact_values_fill(y, dtype->y, axes.y_count * dtype->parts, seed + 1);
    }
}

/* ---- The output ------------------------------------------------------------------------------------------------- */

/* The loops, outermost first. */
struct loops {
    struct case_axis axes[CASE_MAX_AXES];
    int count, first_contracted;
    int parts;
    float *x, *y; /* part by part, whatever their dtype */
    float *out;
};

/* An element, whose imaginary part is 0 where it has none. */
struct number {
    float real, imaginary;
};

static struct number number_at(const float *data, int parts, int64_t index) {
    return (struct number){data[index * parts], parts == 2 ? data[index * parts + 1] : 0};
}

/* Most cases spend their time here: real elements of a contiguous row of y, all by one of x. */
static void add_scaled_row(float factor, int64_t extent, const float *restrict y, float *restrict out) {
    for (int64_t i = 0; i < extent; i++)
        out[i] += factor * y[i];
}

/* Along the innermost loop. */
static void add_products(const struct loops *loops, int64_t x, int64_t y, int64_t out) {
    const struct case_axis axis = loops->axes[loops->count - 1];
    const int parts = loops->parts;
    if (parts == 1 && axis.x == 0 && axis.y == 1 && axis.out == 1) {
        add_scaled_row(loops->x[x], axis.extent, loops->y + y, loops->out + out);
        return;
    }
    for (int64_t i = 0; i < axis.extent; i++) {
        const struct number a = number_at(loops->x, parts, x + i * axis.x);
        const struct number b = number_at(loops->y, parts, y + i * axis.y);
        float *const element = loops->out + (out + i * axis.out) * parts;
        element[0] += a.real * b.real - a.imaginary * b.imaginary;
        if (parts == 2)
            element[1] += a.real * b.imaginary + a.imaginary * b.real;
    }
}

static void multiply_along(const struct loops *loops, int level, int64_t x, int64_t y, int64_t out) {
    const struct case_axis *const axis = &loops->axes[level];
    if (level == loops->count - 1) {
        add_products(loops, x, y, out);
        return;
    }
    for (int64_t i = 0; i < axis->extent; i++)
        multiply_along(loops, level + 1, x + i * axis->x, y + i * axis->y, out + i * axis->out);
}

/* Of the vector of x, or of y, that begins at place, along the contracted axes from level on. */
static double sum_of_squares(const struct loops *loops, bool is_x, int level, int64_t place) {
    if (level == loops->count) {
        const struct number element = number_at(is_x ? loops->x : loops->y, loops->parts, place);
        return (double)(element.real * element.real + element.imaginary * element.imaginary);
    }
    const struct case_axis *const axis = &loops->axes[level];
    double sum = 0;
    for (int64_t i = 0; i < axis->extent; i++)
        sum += sum_of_squares(loops, is_x, level + 1, place + i * (is_x ? axis->x : axis->y));
    return sum;
}

static void divide_by_norms(const struct loops *loops, int level, int64_t x, int64_t y, int64_t out) {
    const struct case_axis *const axis = &loops->axes[level];
    if (level == loops->first_contracted) {
        const double norms = sqrt(sum_of_squares(loops, true, level, x)) * sqrt(sum_of_squares(loops, false, level, y));
        for (int part = 0; part < loops->parts; part++)
            loops->out[out * loops->parts + part] /= (float)norms;
        return;
    }
    for (int64_t i = 0; i < axis->extent; i++)
        divide_by_norms(loops, level + 1, x + i * axis->x, y + i * axis->y, out + i * axis->out);
}

static void append_axes(struct loops *loops, const struct case_axes *axes, enum axis_role role) {
    for (int i = 0; i < axes->count; i++)
        if (axes->axes[i].role == role)
            loops->axes[loops->count++] = axes->axes[i];
}

/* The values of so many parts. NULL if there is no memory. */
static float *copy_values(const void *data, batchdot_dtype dtype, int64_t count) {
    float *const values = malloc((size_t)count * sizeof *values);
    for (int64_t i = 0; values && i < count; i++)
        values[i] = (float)exact_values_part(data, dtype, i);
    return values;
}

/* Adds the products to an output of zeros. */
static void compute(struct loops *loops, const struct case_axes *axes, bool normalizes) {
    append_axes(loops, axes, AXIS_BATCH);
    append_axes(loops, axes, AXIS_ROW);
    append_axes(loops, axes, AXIS_CONTRACTED);
    append_axes(loops, axes, AXIS_COLUMN); /* innermost, where y and the output mostly are contiguous */
    multiply_along(loops, 0, 0, 0, 0);
    if (!normalizes)
        return;
    loops->count = 0;
    append_axes(loops, axes, AXIS_BATCH);
    append_axes(loops, axes, AXIS_ROW);
    append_axes(loops, axes, AXIS_COLUMN);
    loops->first_contracted = loops->count;
    append_axes(loops, axes, AXIS_CONTRACTED);
    divide_by_norms(loops, 0, 0, 0, 0);
}

bool exact_product_compute(const struct bench_case *bench_case, const void *x, const void *y, float *reference) {
    const struct bench_dtype *const dtype = bench_case->dtype;
    struct case_axes axes;
    case_axes_make(bench_case, &axes);
    struct loops loops = {.parts = dtype->parts,
                          .x = copy_values(x, dtype->x, axes.x_count * dtype->parts),
                          .y = copy_values(y, dtype->y, axes.y_count * dtype->parts),
                          .out = reference};
    const bool has_memory = loops.x && loops.y;
    for (int64_t i = 0; i < axes.out_count * dtype->parts; i++)
        reference[i] = 0;
    if (has_memory)
        compute(&loops, &axes, bench_case->normalizes);
    free(loops.x);
    free(loops.y);
    return has_memory;
}
