/* The table of cases: one line each, columns separated by tabs: name, suites, dtypes, x shape, y shape, axes, and,
 * where there are any, flags. Shapes are integers separated by commas; the axes are those that batch_dot contracts, in
 * x and in y, or an einsum expression with "->"; suites, dtypes and flags are names. A line of several dtypes is as
 * many cases. Lines that begin with # are comments. */
#ifndef BATCHDOT_BENCH_CASE_TABLE_H
#define BATCHDOT_BENCH_CASE_TABLE_H

#include <batchdot/batchdot.h>

#include <stdbool.h>

enum {
    CASE_MAX_NDIM = 6,
    CASE_MAX_SUITES = 4,
    SUITE_NAME_SIZE = 24,
    CASE_EXPRESSION_SIZE = 4 * CASE_MAX_NDIM + 4 /* the letters of x, y and the output, ",", "->" and the end */
};

struct bench_dtype {
    const char *name;
    batchdot_dtype x, y, out;
    size_t x_size, y_size, out_size; /* bytes of an element */
    int parts;                       /* of an element: 2 where it is complex */
};

struct bench_case {
    char name[48];
    char suites[CASE_MAX_SUITES][SUITE_NAME_SIZE]; /* the first is its own; others group cases from several suites */
    int suite_count;
    const struct bench_dtype *dtype;
    int x_ndim, y_ndim;
    int64_t x_shape[CASE_MAX_NDIM], y_shape[CASE_MAX_NDIM];
    batchdot_axes axes;                    /* of batch_dot, not negative */
    char expression[CASE_EXPRESSION_SIZE]; /* in their place, without blanks; "" for batch_dot */
    bool normalizes;                       /* the flag "normalize": a cosine similarity */
    bool shares_y;                         /* "shared-y": all items of a batch_dot have one y, whose stride is 0 */
};

struct case_table {
    struct bench_case *cases;
    int count;
};

/* NULL if there is none of that name. */
const struct bench_dtype *bench_dtype_find(const char *name);

/* Reads a file. On failure false, with a sentence in error. */
bool case_table_read(struct case_table *table, const char *file, char *error, size_t error_size);
void case_table_free(struct case_table *table);

bool bench_case_is_in_suite(const struct bench_case *bench_case, const char *suite);

#endif
