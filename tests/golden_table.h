/* The tables of the golden cases, see golden/README.md. */
#ifndef TEST_GOLDEN_TABLE_H
#define TEST_GOLDEN_TABLE_H

#include "npy_fixture.h"

#include <batchdot/batchdot.h>
#include <stdbool.h>

enum { GOLDEN_MAX_ROWS = 256, GOLDEN_FIELD_SIZE = 64, GOLDEN_MAX_NDIM = 8 };

typedef struct golden_axes {
    char text[GOLDEN_FIELD_SIZE]; /* "none", "a" or "a,b" */
    bool given;
    batchdot_axes axes;
} golden_axes;

typedef struct golden_case {
    char name[GOLDEN_FIELD_SIZE], dtype[GOLDEN_FIELD_SIZE];
    golden_axes axes;
    char x[GOLDEN_FIELD_SIZE], y[GOLDEN_FIELD_SIZE], out[GOLDEN_FIELD_SIZE]; /* names of files */
} golden_case;

typedef struct golden_shape {
    char text[GOLDEN_FIELD_SIZE]; /* "4x3", or "scalar" */
    int ndim;
    int64_t extents[GOLDEN_MAX_NDIM];
} golden_shape;

typedef struct golden_error {
    char name[GOLDEN_FIELD_SIZE];
    golden_shape x, y;
    golden_axes axes;
    char status[GOLDEN_FIELD_SIZE];
} golden_error;

/* Reads a table, and returns its number of rows. Ends the test at a row that is not understood, and unless every line
 * of the file has become a row. */
int golden_read_cases(golden_case cases[GOLDEN_MAX_ROWS]);
int golden_read_errors(golden_error errors[GOLDEN_MAX_ROWS]);

/* The path of a file in the golden directory. The text holds for eight further calls. */
const char *golden_path(const char *name);

#endif
