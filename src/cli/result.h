/* A product, computed: what the summary and the comparison look at. */
#ifndef BATCHDOT_CLI_RESULT_H
#define BATCHDOT_CLI_RESULT_H

#include "cli/npy_file.h"

#include <batchdot/batchdot.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct result {
    batchdot_dtype dtype;
    int ndim;
    int64_t shape[BATCHDOT_MAX_NDIM];
    int64_t count;            /* elements */
    double contracted_extent; /* the number of terms in each element's sum, which may be beyond int64_t */
    const void *data;         /* contiguous, in row-major order */
} result;

/* Whether the array of --beta has the shape and dtype of the result; if not, reports it. Only these need be known. */
bool result_accepts_beta(const result *planned, const npy_header *beta, const char *beta_path);

/* Prints the shape, the dtype, and a few numbers about the elements. */
void summary_print(const result *computed);

/* How far a result is from what was expected. A NaN equals a NaN, an infinity the same infinity. */
typedef struct comparison {
    bool comparable;           /* the shapes and dtypes are the same; else nothing below is set */
    int64_t beyond_tolerance;  /* elements */
    double largest_difference; /* of floats; a complex difference's modulus */
    double largest_fraction;   /* of the tolerance, 8 * epsilon * (contracted extent + 1) * (1 + |expected|) */
    uint64_t largest_integer_difference;
    int64_t worst; /* the element that is farthest off, counted in row-major order of both */
    int64_t worst_in_expected;
} comparison;

comparison compare(const result *computed, const npy_array *expected);

/* Prints one line on the comparison; if it failed, reports why, and returns false. */
bool comparison_print(const comparison *compared, const result *computed, const npy_array *expected,
                      const char *expected_path);

#endif
