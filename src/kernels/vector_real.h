/* How real elements are multiplied and summed, in the words of a vector_*.h, which it needs. vector_complex.h defines
 * the same for complex elements; the templates are written in both. */
#ifndef BATCHDOT_KERNELS_VECTOR_REAL_H
#define BATCHDOT_KERNELS_VECTOR_REAL_H

#include "kernels/kernel.h"

/* Another one where a lane is several elements. */
#ifndef MULTIPLY_ADD
#define MULTIPLY_ADD multiply_add
#endif

/* Sums of a vector of outputs, or of one output in parts. */
typedef vec accumulator;
#define ACCUMULATOR_VECTORS 1

static inline accumulator no_sum(void) {
    return zero();
}

/* What a tile's sums begin with: nothing, or what a row of them in product->prepared says. */
static inline accumulator first_sum(const struct product *product, int64_t column) {
#ifdef SUMS_BEGIN_WITH_A_ROW
    return load((const element *)product->prepared + column);
#else
    (void)product, (void)column;
    return no_sum();
#endif
}

static inline accumulator add_sums(accumulator a, accumulator b) {
    return add(a, b);
}

/* Products of one element of x with a vector of y's. */
typedef vec multiplier;

static inline multiplier multiplier_of(const element *x) {
    return broadcast(*x);
}

#ifdef HAS_PERMUTE
/* One whose lanes are elements of x, each from where the lanes say. */
static inline multiplier permuted_multiplier(vec x, lanes from) {
    return permute(x, from);
}
#endif

static inline accumulator product_of(multiplier x, vec y) {
    return multiply(x, y);
}

static inline accumulator accumulate(multiplier x, vec y, accumulator sum) {
    return MULTIPLY_ADD(x, y, sum);
}

/* What such sums come to. Of complex elements signs matter, which are found once, before the first result is stored: a
 * compiler would take the store for a change of what they depend on. */
typedef struct result_signs {
    bool none;
} result_signs;

static inline result_signs signs_of(const struct product *product) {
    (void)product;
    return (result_signs){true};
}

static inline vec result_of(result_signs signs, accumulator sum) {
    (void)signs;
    return sum;
}

/* Products of a vector of x with one of y, which are all summed to one result. */
typedef vec row_vector;

static inline row_vector row_vector_of(vec x) {
    return x;
}

static inline accumulator row_product_of(row_vector x, vec y) {
    return multiply(x, y);
}

static inline accumulator accumulate_row(row_vector x, vec y, accumulator sum) {
    return multiply_add(x, y, sum);
}

/* accumulate_row of a part of y, which is as long as that of x. The sum's other lanes have nothing added, or 0, which
 * makes 0 of -0: always the one or the other in an instruction set. */
static inline accumulator accumulate_row_part(row_vector x, const element *y, part lanes_read, accumulator sum) {
#ifdef HAS_MASKED_MULTIPLY_ADD
    return multiply_add_part(x, y, lanes_read, sum);
#else
    return accumulate_row(x, load_part(y, lanes_read), sum);
#endif
}

/* The results of LANES rows, the sum of each standing where sum_slot says. */
static inline vec results_of_rows(const struct product *product, const accumulator rows[LANES]) {
    (void)product;
    return sum_rows(rows);
}

static inline element result_of_row(const struct product *product, accumulator row) {
    (void)product;
    return sum_row(row);
}

/* alpha or beta, and what it scales. */
static inline element scale_of(const double scale[2]) {
    return (element)scale[0];
}

static inline bool is_scale(const double scale[2], double value) {
    return scale[0] == value;
}

static inline vec scaled(vec a, element scale) {
    return multiply(a, broadcast(scale));
}

/* How many lanes the first ones are, where a part is such a number. */
static inline int64_t part_extent(part lanes_present) {
    return (int64_t)lanes_present;
}

#endif
