/* Arrays whose axes have letters, for tests of einsum expressions: their naive product, accumulated in long double, and
 * how they come into .npy files and out of them. */
#ifndef TEST_LETTERED_ARRAY_H
#define TEST_LETTERED_ARRAY_H

#include "npy_fixture.h"

enum { LETTERED_MAX_ELEMENTS = 256, LETTERED_TEXT_SIZE = 64 };

/* The extents are b 2, h 3, i 4, j 3, k 5 and I 2. */
typedef struct lettered_array {
    const char *letters;
    double elements[LETTERED_MAX_ELEMENTS][2]; /* real, imaginary; in row-major order */
} lettered_array;

typedef struct naive_number {
    long double real, imaginary;
} naive_number;

/* What the command's options say. */
typedef struct naive_options {
    naive_number alpha, beta;
    bool conj_x, conj_y, normalize;
    long double epsilon;
} naive_options;

int64_t lettered_count(const char *letters);

/* "4x3" and "(4, 3)"; either may be NULL. */
void lettered_format_shape(const char *letters, char shape[LETTERED_TEXT_SIZE], char tuple[LETTERED_TEXT_SIZE]);

/* Multiples of 1/4 within 2, whose products and sums a double holds exactly. */
void lettered_fill(lettered_array *array, const char *letters, int seed, bool is_complex);

/* out holds what beta multiplies. With normalize, whatever is summed over must be an axis of both. */
void lettered_multiply(const lettered_array *x, const lettered_array *y, lettered_array *out,
                       const naive_options *options);

/* How a file has its elements. */
typedef struct arrangement {
    bool fortran_order;
    char byte_order;
    size_t offset; /* of the data, from a multiple of 16 bytes */
} arrangement;

/* Writes a file in the fixture's directory, of f64, or of c128 if is_complex; row-major and little-endian, or so. */
void lettered_write(const char *name, const lettered_array *array, bool is_complex);
void lettered_write_arranged(const char *name, const lettered_array *array, bool is_complex, arrangement arranged);

/* Ends the test, naming what was tried, unless such a file, as the command writes it, has the shape and the elements
 * expected, these but for a few roundings. */
void lettered_check_file(const char *name, const char *what, const lettered_array *expected, bool is_complex);

#endif
