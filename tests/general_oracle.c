#include "general_oracle.h"

#include <float.h>
#include <math.h>

/* ---- Loops ------------------------------------------------------------------------------------------------------ */

/* Where loops stand, or one leads, in each tensor, in elements. */
typedef struct place {
    int64_t x, y, out;
} place;

/* A loop over one label; a tensor that lacks it has stride 0. */
typedef struct loop {
    int64_t extent, index;
    place stride;
} loop;

/* Nested loops, the last one innermost. */
typedef struct loops {
    loop of[GENERAL_LABEL_COUNT];
    int count;
} loops;

static int64_t iterations(const loops *nest) {
    int64_t count = 1;

    for (int i = 0; i < nest->count; i++)
        count *= nest->of[i].extent;
    return count;
}

static void move(place *at, const place *stride, int64_t steps) {
    at->x += stride->x * steps;
    at->y += stride->y * steps;
    at->out += stride->out * steps;
}

/* The next iteration; after the last one the first. */
static void step(loops *nest, place *at) {
    for (int i = nest->count - 1; i >= 0; i--) {
        loop *one = &nest->of[i];

        if (++one->index < one->extent) {
            move(at, &one->stride, 1);
            return;
        }
        move(at, &one->stride, 1 - one->extent);
        one->index = 0;
    }
}

/* A loop for every label that a tensor has. */
static void make_all_loops(const general_problem *problem, loop by_label[GENERAL_LABEL_COUNT]) {
    const general_labels *labels = problem->labels;
    int64_t strides[BATCHDOT_MAX_NDIM];

    oracle_strides(problem->x, strides);
    for (int axis = 0; axis < problem->x->ndim; axis++) {
        by_label[labels->x[axis]].extent = problem->x->shape[axis];
        by_label[labels->x[axis]].stride.x = strides[axis];
    }
    oracle_strides(problem->y, strides);
    for (int axis = 0; axis < problem->y->ndim; axis++) {
        by_label[labels->y[axis]].extent = problem->y->shape[axis];
        by_label[labels->y[axis]].stride.y = strides[axis];
    }
    oracle_strides(problem->out, strides);
    for (int axis = 0; axis < problem->out->ndim; axis++) {
        by_label[labels->out[axis]].extent = problem->out->shape[axis];
        by_label[labels->out[axis]].stride.out = strides[axis];
    }
}

/* The output's axes in its order, and all other labels, which are those to sum over. */
static void make_loops(const general_problem *problem, loops *outer, loops *summed) {
    const general_labels *labels = problem->labels;
    const int x_ndim = problem->x->ndim, y_ndim = problem->y->ndim;
    loop by_label[GENERAL_LABEL_COUNT] = {{.extent = 0}};
    bool seen[GENERAL_LABEL_COUNT] = {false};

    make_all_loops(problem, by_label);
    outer->count = summed->count = 0;
    for (int axis = 0; axis < problem->out->ndim; axis++) {
        outer->of[outer->count++] = by_label[labels->out[axis]];
        seen[labels->out[axis]] = true;
    }
    for (int i = 0; i < x_ndim + y_ndim; i++) {
        const int label = i < x_ndim ? labels->x[i] : labels->y[i - x_ndim];

        if (!seen[label])
            summed->of[summed->count++] = by_label[label];
        seen[label] = true;
    }
}

/* ---- The sum ---------------------------------------------------------------------------------------------------- */

typedef struct operand {
    const batchdot_tensor *tensor;
    bool conjugate;
} operand;

typedef struct dot {
    oracle_value sum;
    long double magnitude;            /* sum of |x||y| */
    long double x_squares, y_squares; /* sums of |x|^2 and |y|^2, where there are norms */
    long double flushed;              /* the part of magnitude with a subnormal bf16 factor, which may be taken for 0 */
    bool flushed_is_lost;             /* what such a product is by an infinity then */
    bool whole;                       /* every x and y is a whole number */
} dot;

static oracle_value read_operand(const operand *from, int64_t offset) {
    const size_t size = oracle_element_size(from->tensor->dtype);
    oracle_value value = oracle_read(from->tensor->dtype, (const char *)from->tensor->data + offset * (int64_t)size);

    if (from->conjugate)
        value.imaginary = -value.imaginary;
    return value;
}

static long double magnitude_of(oracle_value value) {
    return fabsl(value.real) + fabsl(value.imaginary);
}

static long double square_of(oracle_value value) {
    return value.real * value.real + value.imaginary * value.imaginary;
}

static bool is_whole(oracle_value value) {
    return truncl(value.real) == value.real && truncl(value.imaginary) == value.imaginary;
}

static bool is_subnormal(oracle_value value) {
    return value.real != 0 && fabsl(value.real) < FLT_MIN;
}

static void add_product(dot *to, batchdot_dtype dtype, oracle_value a, oracle_value b) {
    const long double magnitude = magnitude_of(a) * magnitude_of(b);

    to->sum.real += a.real * b.real - a.imaginary * b.imaginary;
    /* For real dtypes this would be Inf * 0 where there is no such product. */
    if (oracle_is_complex(dtype))
        to->sum.imaginary += a.real * b.imaginary + a.imaginary * b.real;
    to->magnitude += magnitude;
    if (dtype == BATCHDOT_BF16 && (is_subnormal(a) || is_subnormal(b))) {
        to->flushed += magnitude;
        to->flushed_is_lost = to->flushed_is_lost || !oracle_is_finite(magnitude_of(a) + magnitude_of(b));
    }
    to->whole = to->whole && is_whole(a) && is_whole(b);
}

static dot sum_products(const operand *x, const operand *y, bool has_norms, loops *summed, place at) {
    const int64_t count = iterations(summed);
    dot result = {.whole = true};

    for (int64_t i = 0; i < count; i++) {
        const oracle_value a = read_operand(x, at.x), b = read_operand(y, at.y);

        if (oracle_is_integer(x->tensor->dtype))
            result.sum.bits += a.bits * b.bits;
        else
            add_product(&result, x->tensor->dtype, a, b);
        if (has_norms) {
            result.x_squares += square_of(a);
            result.y_squares += square_of(b);
        }
        step(summed, &at);
    }
    return result;
}

/* ---- What an element may be ------------------------------------------------------------------------------------- */

/* The type that a dtype's products are summed in. */
typedef struct precision {
    long double unit, smallest, largest; /* half of eps, the smallest subnormal number, the largest one */
    bool flushes;                        /* takes subnormal numbers for 0 */
} precision;

static precision precision_of(batchdot_dtype dtype) {
    if (dtype == BATCHDOT_F64 || dtype == BATCHDOT_C128)
        return (precision){DBL_EPSILON / 2, (long double)DBL_MIN * DBL_EPSILON, DBL_MAX, false};
    return (precision){FLT_EPSILON / 2, (long double)FLT_MIN * FLT_EPSILON, FLT_MAX, dtype == BATCHDOT_BF16};
}

/* 1 / (|x| |y|), and how far it may be off. */
typedef struct normalization {
    long double factor, relative_error;
    bool out_of_range; /* so that nothing is promised */
} normalization;

/* With the sum of an operand's squares. A sum of count squares and its root are off by a relative error of less than
 * (count + 4) * eps, and by what is lost of squares below the range; epsilon is rounded too. */
static void divide_by_norm(normalization *by, long double squares, double epsilon, int64_t count, precision type) {
    const long double squared = squares <= epsilon ? (long double)epsilon : squares; /* NaN stays */
    const long double lost = type.flushes ? (long double)FLT_MIN : type.smallest;
    const long double terms = 2 * (long double)count + 2;
    const long double error = squared == 0 ? 0 : ((long double)count + 4) * 2 * type.unit + terms * lost / squared;

    by->factor *= squared == 0 ? 0 : 1 / sqrtl(squared); /* a vector of zeros gives 0 */
    by->relative_error += error;
    by->out_of_range = by->out_of_range || error > 0.125L || (oracle_is_finite(squares) && squares > type.largest / 16);
}

static normalization normalization_of(const dot *sum, const batchdot_options *options, int64_t count, precision type) {
    normalization by = {1, 0, false};

    if (options->normalize == 0)
        return by;
    divide_by_norm(&by, sum->x_squares, options->normalize_epsilon, count, type);
    divide_by_norm(&by, sum->y_squares, options->normalize_epsilon, count, type);
    return by;
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

/* alpha * sum / norms + beta * old, with the bound for any order of summation, any place of alpha, fused or not. Where
 * all terms are whole numbers that the accumulator holds exactly, whatever the order, there is nothing to round: the
 * bound is 0. */
static void finish_float(const dot *sum, batchdot_dtype dtype, int64_t count, const batchdot_options *options,
                         oracle_value old, oracle_element *element) {
    const bool complex = oracle_is_complex(dtype);
    const precision type = precision_of(dtype);
    const normalization by = normalization_of(sum, options, count, type);
    const long double roundings = (complex ? 4.0L : 2.0L) * (long double)(count + 4);
    const long double alpha = fabsl((long double)options->alpha[0]) + fabsl((long double)options->alpha[1]);
    const long double beta = fabsl((long double)options->beta[0]) + fabsl((long double)options->beta[1]);
    const bool has_beta = beta != 0;
    const long double factor = alpha * by.factor, most = fmaxl(alpha, 1) * fmaxl(by.factor, 1);
    const long double old_term = has_beta ? beta * magnitude_of(old) : 0;
    const long double total = sum->magnitude * fmaxl(alpha, 1) + old_term;
    const bool exact = options->normalize == 0 && sum->whole && is_half_whole(options->alpha) &&
                       (!has_beta || (is_whole(old) && is_half_whole(options->beta))) && 16 * total < 1 / type.unit;
    const oracle_value normalized = {sum->sum.real * by.factor, sum->sum.imaginary * by.factor, 0};

    element->value = scale(normalized, options->alpha, complex);
    if (has_beta) {
        const oracle_value kept = scale(old, options->beta, complex);

        element->value.real += kept.real;
        element->value.imaginary += kept.imaginary;
    }
    element->unchecked = (oracle_is_finite(total) && total > type.largest / 16) || by.out_of_range;
    element->bound = roundings * (type.unit * factor * sum->magnitude + type.smallest * most) +
                     (complex ? 16 : 8) * (type.unit * old_term + type.smallest);
    if (options->normalize != 0)
        element->bound += by.relative_error * factor * sum->magnitude;
    if (exact)
        element->bound = 0;
    if (type.flushes) { /* the header allows products and sums of subnormal numbers to be 0 */
        element->unchecked = element->unchecked || sum->flushed_is_lost;
        element->bound += factor * sum->flushed;
        element->bound += exact ? 0 : roundings * FLT_MIN * most;
    }
}

static void finish(const dot *sum, const general_problem *problem, int64_t count, const batchdot_options *options,
                   oracle_element *element) {
    const batchdot_tensor *out = problem->out;
    const size_t size = oracle_element_size(out->dtype);
    oracle_value old = {0};

    if (options->beta[0] != 0 || options->beta[1] != 0)
        old = oracle_read(out->dtype, (const char *)out->data + element->offset * (int64_t)size);
    if (oracle_is_integer(out->dtype))
        element->value.bits = sum->sum.bits + old.bits; /* alpha is 1, beta 0 or 1 */
    else
        finish_float(sum, problem->x->dtype, count, options, old, element);
}

void general_oracle_compute(const general_problem *problem, oracle_element *elements) {
    const batchdot_options defaults = BATCHDOT_OPTIONS_INIT;
    const batchdot_options *options = problem->options != NULL ? problem->options : &defaults;
    const operand x = {problem->x, options->conj_x != 0}, y = {problem->y, options->conj_y != 0};
    loops outer, summed;
    place at = {0};

    make_loops(problem, &outer, &summed);
    const int64_t count = iterations(&outer), terms = iterations(&summed);
    for (int64_t number = 0; number < count; number++) {
        const dot sum = sum_products(&x, &y, options->normalize != 0, &summed, at);

        elements[number] = (oracle_element){.offset = at.out};
        finish(&sum, problem, terms, options, &elements[number]);
        step(&outer, &at);
    }
}
