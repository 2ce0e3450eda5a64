#include "cli/element.h"
#include "cli/report.h"
#include "cli/result.h"
#include "cli/shape_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static bool same_shape(const result *computed, const npy_array *expected) {
    return computed->ndim == expected->header.ndim &&
           memcmp(computed->shape, expected->header.shape, (size_t)computed->ndim * sizeof *computed->shape) == 0;
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
    const double tolerance = 8 * type->epsilon * ((double)computed->contracted_extent + 1) * (1 + magnitude);
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
    comparison compared = {.comparable = computed->dtype == expected->header.dtype && same_shape(computed, expected)};
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

/* "[3, 4]": the place of element number i. */
static void format_place(char *text, size_t size, const result *computed, int64_t i) {
    int64_t place[BATCHDOT_MAX_NDIM] = {0};
    for (int axis = computed->ndim - 1; axis >= 0; axis--) {
        place[axis] = i % computed->shape[axis];
        i /= computed->shape[axis];
    }
    size_t used = 0;
    for (int axis = 0; axis < computed->ndim && used < size; axis++)
        used += (size_t)snprintf(text + used, size - used, "%s%" PRId64, axis > 0 ? ", " : "[", place[axis]);
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
    char shape[SHAPE_TEXT_SIZE], expected_shape[SHAPE_TEXT_SIZE];
    shape_format(shape, computed->ndim, computed->shape);
    if (!compared->comparable) {
        shape_format(expected_shape, expected->header.ndim, expected->header.shape);
        report_error("the result is %s %s, but %s holds %s %s", shape, type->name, expected_path, expected_shape,
                     element_type_of(expected->header.dtype)->name);
        return false;
    }
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
