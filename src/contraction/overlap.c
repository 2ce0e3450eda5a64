/* Whether strided layouts share memory, as the bounded linear equation that it is: elements coincide where
 * sum of coefficient_i * value_i = target has a solution with 0 <= value_i <= limit_i. NumPy decides it the same way
 * (numpy/core/src/common/mem_overlap.c says more on why; the general problem is NP-hard, real layouts are easy). */
#include "base/dtype.h"
#include "contraction/contraction.h"

/* One a list at most of m and n after folding, and two operands' worth of the others, and a byte within each. */
enum { MAX_TERMS = 3 * BATCHDOT_MAX_NDIM + 8 };

/* Layouts made by slicing, padding and permuting take a handful; beyond this the answer is "overlaps". */
enum { MAX_STEPS = 100000 };

struct term {
    int64_t coefficient; /* > 0 */
    int64_t limit;       /* > 0 */
};

struct equation {
    int count;
    struct term terms[MAX_TERMS];    /* largest coefficient first */
    int64_t rest_sum[MAX_TERMS + 1]; /* the greatest sum that the terms from here on reach */
    int64_t rest_gcd[MAX_TERMS + 1]; /* what divides every sum that they reach */
    int steps_left;
};

/* In order; a term comes behind those that it equals. */
static void add_term(struct equation *equation, int64_t coefficient, int64_t limit) {
    if (limit <= 0)
        return;
    int place = equation->count++;
    for (; place > 0 && equation->terms[place - 1].coefficient < coefficient; place--)
        equation->terms[place] = equation->terms[place - 1];
    equation->terms[place] = (struct term){coefficient, limit};
}

static int64_t greatest_common_divisor(int64_t a, int64_t b) {
    while (b) {
        const int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static bool search(struct equation *equation, int first, int64_t target) {
    if (target == 0 || --equation->steps_left < 0)
        return true;
    if (target < 0 || target > equation->rest_sum[first] || target % equation->rest_gcd[first] != 0)
        return false;
    const struct term *term = &equation->terms[first];
    const int64_t beyond = equation->rest_sum[first + 1];
    int64_t value = target / term->coefficient;
    if (value > term->limit)
        value = term->limit;
    for (; value >= 0 && target - value * term->coefficient <= beyond; value--) {
        if (search(equation, first + 1, target - value * term->coefficient))
            return true;
    }
    return false;
}

/* Two terms that together reach every multiple of the smaller coefficient are one. Without this the search would try
 * all the ways to split a sum between them, as where x and the output are interleaved and step alike. */
static void merge_terms(struct equation *equation) {
    int kept = 0;
    for (int i = 1; i < equation->count; i++) {
        struct term *big = &equation->terms[kept];
        const struct term *small = &equation->terms[i];
        const int64_t ratio = big->coefficient / small->coefficient;
        if (big->coefficient % small->coefficient == 0 && small->limit >= ratio - 1)
            *big = (struct term){small->coefficient, big->limit * ratio + small->limit};
        else
            equation->terms[++kept] = *small;
    }
    if (equation->count > 0)
        equation->count = kept + 1;
}

static bool has_solution(struct equation *equation, int64_t target) {
    merge_terms(equation);
    equation->rest_sum[equation->count] = 0;
    equation->rest_gcd[equation->count] = 0;
    for (int i = equation->count - 1; i >= 0; i--) {
        const struct term *term = &equation->terms[i];
        equation->rest_sum[i] = equation->rest_sum[i + 1] + term->coefficient * term->limit;
        equation->rest_gcd[i] = greatest_common_divisor(term->coefficient, equation->rest_gcd[i + 1]);
    }
    equation->steps_left = MAX_STEPS;
    return search(equation, 0, target);
}

/* One term an axis that the operand steps along, in units of scale. */
static void add_operand_terms(struct equation *equation, const struct contraction *contraction, enum operand operand,
                              int64_t scale) {
    for (int i = 0; i < contraction->axis_count; i++) {
        const int64_t stride = contraction->axes[i].stride[operand];
        if (stride != 0)
            add_term(equation, (stride < 0 ? -stride : stride) * scale, contraction->axes[i].extent - 1);
    }
}

/* Each axis steps over all that the smaller ones reach: true of every layout made by padding and permuting. */
static bool is_nested(const struct equation *equation) {
    int64_t reach = 0;
    for (int i = equation->count - 1; i >= 0; i--) {
        if (equation->terms[i].coefficient <= reach)
            return false;
        reach += equation->terms[i].coefficient * equation->terms[i].limit;
    }
    return true;
}

bool bd_output_overlaps_itself(const struct contraction *contraction) {
    struct equation output;
    output.count = 0;
    add_operand_terms(&output, contraction, OPERAND_OUT, 1);
    if (output.count < contraction->axis_count - contraction->k.count)
        return true; /* the output stands still along one of its axes */
    if (is_nested(&output))
        return false;
    /* Two tuples that coincide differ first in some axis, there by 1 to limit, and behind it by -limit to limit;
     * shifted to start at 0, that is one equation for each such axis. */
    for (int first = 0; first < output.count; first++) {
        struct equation difference;
        int64_t target = -output.terms[first].coefficient;
        difference.count = 0;
        add_term(&difference, output.terms[first].coefficient, output.terms[first].limit - 1);
        for (int i = first + 1; i < output.count; i++) {
            add_term(&difference, output.terms[i].coefficient, 2 * output.terms[i].limit);
            target += output.terms[i].coefficient * output.terms[i].limit;
        }
        if (has_solution(&difference, target))
            return true;
    }
    return false;
}

bool bd_output_overlaps_input(const struct contraction *contraction, enum operand input, const void *input_data,
                              const void *out_data) {
    const int64_t input_size = bd_dtype_info(contraction->dtype[input])->size;
    const int64_t out_size = bd_dtype_info(contraction->dtype[OPERAND_OUT])->size;
    struct operand_bytes bytes[OPERAND_COUNT];
    bd_operand_bytes(contraction, bytes);
    const uint64_t input_first = (uintptr_t)input_data + (uint64_t)bytes[input].first;
    const uint64_t input_last = (uintptr_t)input_data + (uint64_t)bytes[input].last;
    const uint64_t out_first = (uintptr_t)out_data + (uint64_t)bytes[OPERAND_OUT].first;
    const uint64_t out_last = (uintptr_t)out_data + (uint64_t)bytes[OPERAND_OUT].last;
    if (input_last < out_first || out_last < input_first)
        return false;
    /* A byte of an output element at out_first + a is one of the input at input_last - b: a + b is their distance. */
    struct equation shared;
    shared.count = 0;
    add_operand_terms(&shared, contraction, OPERAND_OUT, out_size);
    add_operand_terms(&shared, contraction, input, input_size);
    add_term(&shared, 1, out_size - 1);
    add_term(&shared, 1, input_size - 1);
    return has_solution(&shared, (int64_t)(input_last - out_first));
}
