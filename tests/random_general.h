/* Random products of labelled axes, each asked for by lists of axes or by an einsum expression: all from one seed. */
#ifndef BATCHDOT_TESTS_RANDOM_GENERAL_H
#define BATCHDOT_TESTS_RANDOM_GENERAL_H

#include "general_oracle.h"
#include "random_tensor.h"

enum { RANDOM_GENERAL_GROUP_MOST = 5, RANDOM_GENERAL_EXPRESSION_SIZE = 400 };

typedef struct random_general {
    random_tensor x, y, out;
    general_labels labels;
    int batch_count; /* the labels 0 to batch_count - 1 are those of all three tensors */
    int64_t batch_extent[RANDOM_GENERAL_GROUP_MOST];
    bool is_einsum;
    char expression[RANDOM_GENERAL_EXPRESSION_SIZE];
    batchdot_dims dims; /* its lists are those below, or NULL */
    int x_batch[RANDOM_GENERAL_GROUP_MOST], y_batch[RANDOM_GENERAL_GROUP_MOST];
    int x_contract[RANDOM_GENERAL_GROUP_MOST], y_contract[RANDOM_GENERAL_GROUP_MOST];
    bool default_options; /* options are BATCHDOT_OPTIONS_INIT */
    bool default_out;     /* the output is what is made for out == NULL */
    batchdot_options options;
} random_general;

typedef enum random_general_kind {
    RANDOM_GENERAL_ANYTHING,
    RANDOM_GENERAL_BATCHES /* some batch axes, some items large; finite data; no BLAS engine: for comparing bit by bit
                            */
} random_general_kind;

/* A case holds pointers into itself: it must not be copied. Aborts where memory runs out. */
void random_general_make(random_general *made, uint64_t seed, batchdot_dtype dtype, random_general_kind kind);
void random_general_free(random_general *made);

/* One line, always ended by a 0. */
void random_general_describe(const random_general *described, char *text, size_t size);

#endif
