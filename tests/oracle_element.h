/* What the oracles share: elements of every dtype as long double, where they lie in memory, and whether a result is as
 * near to the right one as it must be. Shares no code with the library, only the public header's types.
 */
#ifndef BATCHDOT_TESTS_ORACLE_ELEMENT_H
#define BATCHDOT_TESTS_ORACLE_ELEMENT_H

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
    bool unchecked;     /* so near the end of the dtype's range that another way to compute it may leave that */
} oracle_element;

const char *oracle_dtype_name(batchdot_dtype dtype);
size_t oracle_element_size(batchdot_dtype dtype);
bool oracle_is_integer(batchdot_dtype dtype);
bool oracle_is_complex(batchdot_dtype dtype);
bool oracle_is_half(batchdot_dtype dtype); /* f16 or bf16 */

/* isfinite() and isinf() of a long double go wrong under Valgrind, whose long double is a double. */
bool oracle_is_finite(long double value);

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

/* Whether the element in memory is a right result. */
bool oracle_matches(batchdot_dtype dtype, const oracle_element *expected, const void *element);

#endif
