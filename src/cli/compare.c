#include "cli/element.h"
#include "cli/report.h"
#include "cli/result.h"
#include "cli/shape_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static bool is_like(const result *computed, const npy_header *other) {
    return computed->dtype == other->dtype && computed->ndim == other->ndim &&
           memcmp(computed->shape, other->shape, (size_t)computed->ndim * sizeof *computed->shape) == 0;
}

static void report_unlike(const result *computed, const npy_header *other, const char *other_path) {
    char shape[SHAPE_TEXT_SIZE], other_shape[SHAPE_TEXT_SIZE];
    shape_format(shape, computed->ndim, computed->shape);
    shape_format(other_shape, other->ndim, other->shape);
    report_error("the result is %s %s, but %s holds %s %s", shape, element_type_of(computed->dtype)->name, other_path,
                 other_shape, element_type_of(other->dtype)->name);
}

bool result_accepts_beta(const result *planned, const npy_header *beta, const char *beta_path) {
    const bool accepted = is_like(planned, beta);
    if (!accepted)
        report_unlike(planned, beta, beta_path);
    return accepted;
}

/* The distance of two real numbers; infinite where only one of them is a number. */
static double distance(double actual, double expected) {
    if (actual == expected || (isnan(actual) && isnan(expected)))
        return 0;
    const double difference = fabs(actual - expected);
    return isnan(difference) ? (double)INFINITY : difference;
}

static double finite_or_zero(double value) {
    return isfinite(value) ? value : 0;
}

static void note_worst(comparison *compared, int64_t index, int64_t expected_index) {
    compared->worst = index;
    compared->worst_in_expected = expected_index;
}

static void compare_integers(comparison *compared, const result *computed, int64_t index, const void *expected_data,
                             int64_t expected_index) {
    const int64_t actual = element_integer(computed->dtype, computed->data, index);
    const int64_t expected = element_integer(computed->dtype, expected_data, expected_index);
    if (actual == expected)
        return;
    const uint64_t difference =
        actual > expected ? (uint64_t)actual - (uint64_t)expected : (uint64_t)expected - (uint64_t)actual;
    compared->beyond_tolerance++;
    if (difference > compared->largest_integer_difference) {
        compared->largest_integer_difference = difference;
        note_worst(compared, index, expected_index);
    }
}

static void compare_floats(comparison *compared, const result *computed, int64_t index, const void *expected_data,
                           int64_t expected_index) {
    const element_type *const type = element_type_of(computed->dtype);
    const int parts = type->kind == ELEMENT_COMPLEX ? 2 : 1;
    double difference = 0;
    double magnitude = 0;
    for (int part = 0; part < parts; part++) {
        const double actual = element_real(computed->dtype, computed->data, index, part);
        const double expected = element_real(computed->dtype, expected_data, expected_index, part);
        difference = hypot(difference, distance(actual, expected));
        magnitude = hypot(magnitude, finite_or_zero(expected));
    }
    const double tolerance = 8 * type->epsilon * (computed->contracted_extent + 1) * (1 + magnitude);
    const double fraction = difference / tolerance;
    if (difference > compared->largest_difference)
        compared->largest_difference = difference;
    if (fraction > 1)
        compared->beyond_tolerance++;
    if (fraction > compared->largest_fraction) {
        compared->largest_fraction = fraction;
        note_worst(compared, index, expected_index);
    }
}

comparison compare(const result *computed, const npy_array *expected) {
    comparison compared = {.comparable = is_like(computed, &expected->header)};
    if (!compared.comparable)
        return compared;
    const bool integers = element_type_of(computed->dtype)->kind == ELEMENT_INTEGER;
    int64_t index[BATCHDOT_MAX_NDIM] = {0};
    for (int64_t i = 0; i < computed->count; i++) {
        int64_t expected_index = 0;
        for (int axis = 0; axis < computed->ndim; axis++)
            expected_index += index[axis] * expected->strides[axis];
        if (integers)
            compare_integers(&compared, computed, i, expected->data, expected_index);
        else
            compare_floats(&compared, computed, i, expected->data, expected_index);
        shape_advance(index, computed->ndim, computed->shape);
    }
    return compared;
}

/* "[3, 4]": the place of element number i; "[]" in a result of rank 0. */
static void format_place(char *text, size_t size, const result *computed, int64_t i) {
    int64_t place[BATCHDOT_MAX_NDIM] = {0};
    for (int axis = computed->ndim - 1; axis >= 0; axis--) {
        place[axis] = i % computed->shape[axis];
        i /= computed->shape[axis];
    }
    size_t used = (size_t)snprintf(text, size, "[");
    for (int axis = 0; axis < computed->ndim && used < size; axis++)
        used += (size_t)snprintf(text + used, size - used, "%s%" PRId64, axis > 0 ? ", " : "", place[axis]);
    if (used < size)
        snprintf(text + used, size - used, "]");
}

static void report_difference(const comparison *compared, const result *computed, const npy_array *expected,
                              const char *expected_path) {
    char place[SHAPE_TEXT_SIZE + BATCHDOT_MAX_NDIM];
    char actual_text[ELEMENT_TEXT_SIZE], expected_text[ELEMENT_TEXT_SIZE];
    const int digits = element_type_of(computed->dtype)->component_size == 8 ? 17 : 9;
    format_place(place, sizeof place, computed, compared->worst);
    element_format(actual_text, digits, computed->dtype, computed->data, compared->worst);
    element_format(expected_text, digits, computed->dtype, expected->data, compared->worst_in_expected);
    report_error("the result differs from %s in %" PRId64 " element%s, most of all at %s: %s instead of %s",
                 expected_path, compared->beyond_tolerance, compared->beyond_tolerance == 1 ? "" : "s", place,
                 actual_text, expected_text);
}

bool comparison_print(const comparison *compared, const result *computed, const npy_array *expected,
                      const char *expected_path) {
    const element_type *const type = element_type_of(computed->dtype);
    char shape[SHAPE_TEXT_SIZE];
    if (!compared->comparable) {
        report_unlike(computed, &expected->header, expected_path);
        return false;
    }
    shape_format(shape, computed->ndim, computed->shape);
    printf("%s %s: ", shape, type->name);
    if (type->kind != ELEMENT_INTEGER)
        printf("largest difference %.3g, %.3g of the tolerance\n", compared->largest_difference,
               compared->largest_fraction);
    else
        printf("largest difference %" PRIu64 ", integers must be equal\n", compared->largest_integer_difference);
    if (compared->beyond_tolerance > 0)
        report_difference(compared, computed, expected, expected_path);
    return compared->beyond_tolerance == 0;
}
