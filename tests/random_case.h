/* Random batch_dot problems: shapes, axes, layouts, options and data, all from one seed. */
#ifndef BATCHDOT_TESTS_RANDOM_CASE_H
#define BATCHDOT_TESTS_RANDOM_CASE_H

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

/* A seed for one case among many. */
uint64_t random_seed_of(uint64_t seed, uint64_t stream, uint64_t number);

/* A tensor in memory of its own. Inputs fill their memory to the last byte, and their gaps hold NaN or -1; an output
 * has margins before and after, and these and its gaps hold RANDOM_CASE_CANARY. */
typedef struct random_tensor {
    batchdot_tensor tensor; /* its shape and strides point into this struct */
    int64_t shape[BATCHDOT_MAX_NDIM], strides[BATCHDOT_MAX_NDIM];
    unsigned char *memory; /* all that was allocated; NULL if the tensor has no elements */
    size_t size;
} random_tensor;

enum { RANDOM_CASE_CANARY = 0xA5, RANDOM_CASE_UNSET = 0xFF };

typedef struct random_case {
    random_tensor x, y, out;
    batchdot_axes axes;
    bool has_axes;        /* false: NULL is to be passed */
    bool default_options; /* options are BATCHDOT_OPTIONS_INIT */
    bool default_out;     /* the output is what plan_create takes out == NULL for */
    batchdot_options options;
} random_case;

typedef enum random_kind {
    RANDOM_ANYTHING,
    RANDOM_BATCHES /* several items, some of them large; finite data; no BLAS engine: for comparing bit by bit */
} random_kind;

/* A case holds pointers into itself: it must not be copied. Aborts where memory runs out. */
void random_case_make(random_case *made, uint64_t seed, batchdot_dtype dtype, random_kind kind);
void random_case_free(random_case *made);

/* One line, always ended by a 0. */
void random_case_describe(const random_case *described, char *text, size_t size);

#endif
