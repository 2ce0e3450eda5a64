#include "statistics.h"

#include <math.h>
#include <stdlib.h>

static int compare(const void *a, const void *b) {
    const double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double quantile(const double *sorted, int count, double part) {
    const double place = part * (count - 1);
    const int below = (int)place;
    const int above = below + 1 < count ? below + 1 : below;
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

struct quartiles quartiles_of(double *values, int count) {
    qsort(values, (size_t)count, sizeof values[0], compare);
    return (struct quartiles){quantile(values, count, 0.25), quantile(values, count, 0.5),
                              quantile(values, count, 0.75)};
}

void geometric_mean_add(struct geometric_mean *mean, double value) {
    mean->sum_of_logarithms += log(value);
    mean->count++;
}

double geometric_mean_value(const struct geometric_mean *mean) {
    return mean->count ? exp(mean->sum_of_logarithms / mean->count) : (double)NAN;
}
