/* Medians, quartiles and means. */
#ifndef BATCHDOT_BENCH_STATISTICS_H
#define BATCHDOT_BENCH_STATISTICS_H

struct quartiles {
    double lower, median, upper;
};

/* By linear interpolation between the two nearest values, as NumPy's percentile does. Sorts the values; count > 0. */
struct quartiles quartiles_of(double *values, int count);

/* A geometric mean that grows value by value. */
struct geometric_mean {
    double sum_of_logarithms;
    int count;
};

void geometric_mean_add(struct geometric_mean *mean, double value);
double geometric_mean_value(const struct geometric_mean *mean); /* NAN without values */

#endif
