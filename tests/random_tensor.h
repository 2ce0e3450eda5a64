/* Random numbers, and tensors of random layout and data made from them. */
#ifndef BATCHDOT_TESTS_RANDOM_TENSOR_H
#define BATCHDOT_TESTS_RANDOM_TENSOR_H

#include "text_line.h"
#include <batchdot/batchdot.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* splitmix64: every seed is as good as any other, neighbours included. */
typedef struct random_source {
    uint64_t state;
} random_source;

uint64_t random_bits(random_source *source);
int64_t random_below(random_source *source, int64_t count);               /* 0 ... count - 1 */
int64_t random_between(random_source *source, int64_t low, int64_t high); /* low ... high */
bool random_chance(random_source *source, int percent);
void random_shuffle(random_source *source, int *items, int count);

/* A seed for one case among many. */
uint64_t random_seed_of(uint64_t seed, uint64_t stream, uint64_t number);

typedef enum random_values {
    RANDOM_WHOLE,     /* small whole numbers: sums are exact, and exact ties in f16 and bf16 come up */
    RANDOM_UNIT,      /* within (-1, 1) */
    RANDOM_SPREAD,    /* of many magnitudes */
    RANDOM_TINY,      /* products are subnormal, or nearly */
    RANDOM_LARGE,     /* products are near the maximum; for f16 beyond it. Integers wrap around */
    RANDOM_NONFINITE, /* whole numbers, zeros among them, and some NaN and Inf */
    RANDOM_VALUES_COUNT
} random_values;

/* A tensor in memory of its own. Inputs fill their memory to the last byte, and their gaps hold NaN or -1; an output
 * has margins before and after, and these and its gaps hold RANDOM_CANARY. */
typedef struct random_tensor {
    batchdot_tensor tensor; /* its shape and strides point into this struct: it must not be copied */
    int64_t shape[BATCHDOT_MAX_NDIM], strides[BATCHDOT_MAX_NDIM];
    unsigned char *memory; /* all that was allocated; NULL if the tensor has no elements */
    size_t size;
} random_tensor;

enum { RANDOM_CANARY = 0xA5, RANDOM_UNSET = 0xFF };

/* Give a tensor of which dtype, ndim and shape are set a layout and data. Abort where memory runs out. An output begins
 * as NaN or -1 if it has no beta, which shows if it is read. */
void random_tensor_make_input(random_source *source, random_tensor *made, random_values values);
void random_tensor_make_output(random_source *source, random_tensor *made, random_values values, bool has_beta);

void random_tensor_free(random_tensor *freed);

void random_tensor_describe(const random_tensor *described, const char *name, text_line *to);

#endif
