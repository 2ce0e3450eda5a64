/* The words that kernels are written in, for complex elements that lie in memory as pairs of components, real before
 * imaginary. Vectors hold whole elements, in that order; nothing is ever split into real and imaginary parts. Include
 * after defining ELEMENT_BITS, of a component, and COMPONENT_VECTORS, the file name of a vector_*.h. That one's words
 * are for components here, and these for elements. */
#define element component
#define LANES COMPONENT_LANES
#define first_lanes first_component_lanes
#define load load_components
#define load_by_halves load_components_by_halves
#define load_part load_part_of_components
#define store store_components
#define store_part store_part_of_components
#define store_past_cache store_components_past_cache
#define broadcast broadcast_component
#define sum_slot component_sum_slot
#define sum_rows sum_component_rows
#define sum_row sum_component_row
#define transpose transpose_components
#define lanes_of component_lanes_of
#define add_to_lanes add_to_component_lanes
#include COMPONENT_VECTORS
#undef element
#undef LANES
#undef first_lanes
#undef load
#undef load_by_halves
#undef load_part
#undef store
#undef store_part
#undef store_past_cache
#undef broadcast
#undef sum_slot
#undef sum_rows
#undef sum_row
#undef transpose
#undef lanes_of
#undef add_to_lanes

#ifndef BATCHDOT_KERNELS_VECTOR_COMPLEX_H
#define BATCHDOT_KERNELS_VECTOR_COMPLEX_H

#include "kernels/kernel.h"

#include <stddef.h>

typedef struct element {
    component real, imaginary;
} element;

enum { LANES = COMPONENT_LANES / 2 };

static inline part first_lanes(int64_t count) {
    return first_component_lanes(2 * count);
}

static inline int64_t part_extent(part lanes_present) {
    return (int64_t)lanes_present / 2;
}

static inline vec load(const element *data) {
    return load_components(&data->real);
}

static inline vec load_by_halves(const element *data) {
    return load_components_by_halves(&data->real);
}

static inline vec load_part(const element *data, part lanes_read) {
    return load_part_of_components(&data->real, lanes_read);
}

static inline void store(element *data, vec a) {
    store_components(&data->real, a);
}

static inline void store_past_cache(element *data, vec a) {
    store_components_past_cache(&data->real, a);
}

static inline void store_part(element *data, vec a, part lanes_written) {
    store_part_of_components(&data->real, a, lanes_written);
}

static inline vec broadcast(element a) {
    return broadcast_pair(a.real, a.imaginary);
}

static inline void transpose(vec rows[LANES]) {
    transpose_pairs(rows);
}

/* Each product of components has a place of its own in one of the two sums, to be signed only when all are summed: to
 * conjugate costs nothing. */
typedef struct accumulator {
    vec first, second;
} accumulator;
#define ACCUMULATOR_VECTORS 2

static inline accumulator no_sum(void) {
    return (accumulator){zero(), zero()};
}

static inline accumulator first_sum(const struct product *product, int64_t column) {
    (void)product, (void)column;
    return no_sum();
}

static inline accumulator add_sums(accumulator a, accumulator b) {
    return (accumulator){add(a.first, b.first), add(a.second, b.second)};
}

/* An element of x, whose real part times a vector of y is summed first, and its imaginary part times the same second:
 *
 *     first    xr*yr   xr*yi
 *     second   xi*yr   xi*yi */
typedef struct multiplier {
    vec real, imaginary;
} multiplier;

static inline multiplier multiplier_of(const element *x) {
    return (multiplier){broadcast_component(x->real), broadcast_component(x->imaginary)};
}

#ifdef HAS_PERMUTE
/* Lanes are those of components, of which pairs stay together in permute and permute_two. */
static inline lanes lanes_of(const int32_t from[LANES]) {
    int32_t components[COMPONENT_LANES];
    for (int i = 0; i < LANES; i++) {
        components[2 * i] = 2 * from[i];
        components[2 * i + 1] = 2 * from[i] + 1;
    }
    return component_lanes_of(components);
}

static inline lanes add_to_lanes(lanes from, int32_t distance) {
    return add_to_component_lanes(from, 2 * distance);
}

static inline multiplier permuted_multiplier(vec x, lanes from) {
    return (multiplier){permute(x, even_lanes(from)), permute(x, odd_lanes(from))};
}
#endif

static inline accumulator product_of(multiplier x, vec y) {
    return (accumulator){multiply(x.real, y), multiply(x.imaginary, y)};
}

static inline accumulator accumulate(multiplier x, vec y, accumulator sum) {
    return (accumulator){multiply_add(x.real, y, sum.first), multiply_add(x.imaginary, y, sum.second)};
}

/* -1 for an operand that is conjugated: its imaginary part then counts as its opposite. */
static inline component sign_of(bool is_conjugated) {
    return is_conjugated ? -1 : 1;
}

typedef struct result_signs {
    vec first, second;
} result_signs;

static inline result_signs signs_of(const struct product *product) {
    const component x = sign_of(product->conjugate_x), y = sign_of(product->conjugate_y);
    return (result_signs){broadcast((element){1, y}), broadcast((element){-x * y, x})};
}

static inline vec result_of(result_signs signs, accumulator sum) {
    return multiply_add(swap_pairs(sum.second), signs.second, multiply(sum.first, signs.first));
}

/* A vector of x, which is multiplied with one of y as it is and with its components exchanged:
 *
 *     first    xr*yr   xi*yi   the real part's
 *     second   xi*yr   xr*yi   the imaginary part's */
typedef struct row_vector {
    vec elements, exchanged;
} row_vector;

static inline row_vector row_vector_of(vec x) {
    return (row_vector){x, swap_pairs(x)};
}

static inline accumulator row_product_of(row_vector x, vec y) {
    return (accumulator){multiply(x.elements, y), multiply(x.exchanged, y)};
}

static inline accumulator accumulate_row(row_vector x, vec y, accumulator sum) {
    return (accumulator){multiply_add(x.elements, y, sum.first), multiply_add(x.exchanged, y, sum.second)};
}

static inline accumulator accumulate_row_part(row_vector x, const element *y, part lanes_read, accumulator sum) {
    return accumulate_row(x, load_part(y, lanes_read), sum);
}

static inline accumulator signed_row(const struct product *product, accumulator row) {
    const component x = sign_of(product->conjugate_x), y = sign_of(product->conjugate_y);
    return (accumulator){multiply(row.first, broadcast((element){1, -x * y})),
                         multiply(row.second, broadcast((element){x, y}))};
}

static inline int sum_slot(int row) {
    return row;
}

static inline vec results_of_rows(const struct product *product, const accumulator rows[LANES]) {
    vec components[COMPONENT_LANES];
#pragma GCC unroll 8
    for (int row = 0; row < LANES; row++) {
        const accumulator sums = signed_row(product, rows[row]);
        components[component_sum_slot(2 * row)] = sums.first;
        components[component_sum_slot(2 * row + 1)] = sums.second;
    }
    return sum_component_rows(components);
}

static inline element result_of_row(const struct product *product, accumulator row) {
    const accumulator sums = signed_row(product, row);
    return (element){sum_component_row(sums.first), sum_component_row(sums.second)};
}

static inline element scale_of(const double scale[2]) {
    return (element){(component)scale[0], (component)scale[1]};
}

static inline bool is_scale(const double scale[2], double value) {
    return scale[0] == value && scale[1] == 0;
}

/* A real scale must not turn an Inf into 0 * Inf. */
static inline vec scaled(vec a, element scale) {
    const vec by_real = multiply(a, broadcast_component(scale.real));
    if (scale.imaginary == 0)
        return by_real;
    return add(by_real, multiply(swap_pairs(a), broadcast((element){-scale.imaginary, scale.imaginary})));
}

#endif
