/* A naive batch_dot, to hold the library against: nested loops over the definition, accumulated in long double, with a
 * bound on how far a right result may lie from it. It shares no code with the library, only the public header's types.
 */
#ifndef BATCHDOT_TESTS_ORACLE_H
#define BATCHDOT_TESTS_ORACLE_H

#include <batchdot/batchdot.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ORACLE_DTYPE_COUNT = 10 };

/* One element of any dtype: integers in bits (sign-extended), all others in real and imaginary. */
typedef struct oracle_value {
    long double real, imaginary;
    uint64_t bits;
} oracle_value;

/* What one element of the output must be. */
typedef struct oracle_element {
    int64_t offset;     /* in elements, from the output's element [0, 0, ...] */
    oracle_value value; /* before rounding to the output's dtype */
    long double bound;  /* how far each component may be from value, before rounding to f16 or bf16 */
    bool unchecked;     /* so near the dtype's maximum that a sum in another order may overflow */
} oracle_element;

typedef struct oracle_problem {
    const batchdot_tensor *x, *y, *out; /* out's data is read, for beta, and never written */
    const batchdot_axes *axes;          /* NULL as in the library */
    const batchdot_options *options;    /* NULL as in the library; the engine and threads mean nothing here */
} oracle_problem;

const char *oracle_dtype_name(batchdot_dtype dtype);
size_t oracle_element_size(batchdot_dtype dtype);
bool oracle_is_integer(batchdot_dtype dtype);
bool oracle_is_complex(batchdot_dtype dtype);
bool oracle_is_half(batchdot_dtype dtype); /* f16 or bf16 */

/* One element, from and to memory. Writing rounds to nearest, ties to even. */
oracle_value oracle_read(batchdot_dtype dtype, const void *element);
void oracle_write(batchdot_dtype dtype, oracle_value value, void *element);
uint16_t oracle_half_encode(batchdot_dtype dtype, long double value);
long double oracle_half_decode(batchdot_dtype dtype, uint16_t code);

/* The number of elements of a shape; where the element with a row-major number lies; the strides that NULL stands for.
 */
int64_t oracle_count(int ndim, const int64_t *shape);
int64_t oracle_offset(int ndim, const int64_t *shape, const int64_t *strides, int64_t number);
void oracle_strides(const batchdot_tensor *tensor, int64_t strides[BATCHDOT_MAX_NDIM]);

/* The rules that batchdot.h gives for batchdot_infer_shape, in their order. out_shape is set on success only. */
batchdot_status oracle_infer_shape(int x_ndim, const int64_t *x_shape, int y_ndim, const int64_t *y_shape,
                                   const batchdot_axes *axes, int *out_ndim, int64_t out_shape[BATCHDOT_MAX_NDIM]);

/* Fills one oracle_element per element of the output, in row-major order. The problem must be a valid one. */
void oracle_compute(const oracle_problem *problem, oracle_element *elements);

/* Whether the element in memory is a right result. */
bool oracle_matches(batchdot_dtype dtype, const oracle_element *expected, const void *element);

#endif
