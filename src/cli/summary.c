#include "cli/element.h"
#include "cli/result.h"
#include "cli/shape_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { VALUES_SHOWN = 6, SUMMARY_DIGITS = 6 };

typedef struct statistics {
    int64_t finite, nan, infinite; /* elements */
    double mean[2];                /* of the finite ones; real, imaginary */
    double smallest, largest;      /* real */
    double largest_modulus;        /* complex */
    int64_t smallest_integer, largest_integer;
} statistics;

static void add_value(statistics *gathered, double real, double imaginary) {
    if (isnan(real) || isnan(imaginary)) {
        gathered->nan++;
        return;
    }
    if (isinf(real) || isinf(imaginary)) {
        gathered->infinite++;
        return;
    }
    gathered->finite++;
    /* A running mean, because a sum of large values may overflow. */
    gathered->mean[0] += (real - gathered->mean[0]) / (double)gathered->finite;
    gathered->mean[1] += (imaginary - gathered->mean[1]) / (double)gathered->finite;
    if (gathered->finite == 1 || real < gathered->smallest)
        gathered->smallest = real;
    if (gathered->finite == 1 || real > gathered->largest)
        gathered->largest = real;
    gathered->largest_modulus = fmax(gathered->largest_modulus, hypot(real, imaginary));
}

static statistics gather(const result *computed) {
    statistics gathered = {.smallest_integer = INT64_MAX, .largest_integer = INT64_MIN};
    const element_kind kind = element_type_of(computed->dtype)->kind;
    for (int64_t i = 0; i < computed->count; i++) {
        const double real = element_real(computed->dtype, computed->data, i, 0);
        const double imaginary = kind == ELEMENT_COMPLEX ? element_real(computed->dtype, computed->data, i, 1) : 0;
        add_value(&gathered, real, imaginary);
        if (kind == ELEMENT_INTEGER) {
            const int64_t value = element_integer(computed->dtype, computed->data, i);
            if (value < gathered.smallest_integer)
                gathered.smallest_integer = value;
            if (value > gathered.largest_integer)
                gathered.largest_integer = value;
        }
    }
    return gathered;
}

static void print_statistics(element_kind kind, const statistics *gathered) {
    if (kind == ELEMENT_INTEGER)
        printf("min %" PRId64 ", max %" PRId64 ", mean %.6g\n", gathered->smallest_integer, gathered->largest_integer,
               gathered->mean[0]);
    else if (kind == ELEMENT_REAL)
        printf("min %.6g, max %.6g, mean %.6g\n", gathered->smallest, gathered->largest, gathered->mean[0]);
    else
        printf("mean %.6g%+.6gj, largest modulus %.6g\n", gathered->mean[0], gathered->mean[1],
               gathered->largest_modulus);
}

void summary_print(const result *computed) {
    char shape[SHAPE_TEXT_SIZE];
    shape_format(shape, computed->ndim, computed->shape);
    printf("%s %s, %" PRId64 " element%s\n", shape, element_type_of(computed->dtype)->name, computed->count,
           computed->count == 1 ? "" : "s");
    if (computed->count == 0)
        return;
    const statistics gathered = gather(computed);
    if (gathered.finite > 0)
        print_statistics(element_type_of(computed->dtype)->kind, &gathered);
    if (gathered.finite < computed->count)
        printf("not finite: %" PRId64 " NaN, %" PRId64 " Inf\n", gathered.nan, gathered.infinite);
    printf("values");
    for (int64_t i = 0; i < computed->count && i < VALUES_SHOWN; i++) {
        char text[ELEMENT_TEXT_SIZE];
        element_format(text, SUMMARY_DIGITS, computed->dtype, computed->data, i);
        printf(" %s", text);
    }
    puts(computed->count > VALUES_SHOWN ? " ..." : "");
}
