/* Search by cosine similarity: which of the stored vectors points most nearly the way of each query? All queries meet
 * all vectors in one product, and options.normalize divides by their lengths: neither are copied or changed. */
#include <batchdot/batchdot.h>

#include <stdio.h>
#include <stdlib.h>

enum { QUERIES = 4, VECTORS = 5, DEPTH = 3 };

static const float queries[QUERIES][DEPTH] = {{6, 8, 0}, {2, 1, 2}, {0, -1, 0}, {0, 0, 0}};
/* By plain products the third would be the best for both of the first two queries, being so long. */
static const float vectors[VECTORS][DEPTH] = {{3, 4, 0}, {1, 2, 2}, {0, 60, 80}, {0, 0, 0}, {-2, -2, -1}};

static void check(batchdot_status status) {
    if (status != BATCHDOT_OK) {
        fprintf(stderr, "%s: %s\n", batchdot_status_name(status), batchdot_last_error());
        exit(1);
    }
}

static int index_of_greatest(const float *row) {
    int best = 0;
    for (int i = 1; i < VECTORS; i++)
        best = row[i] > row[best] ? i : best;
    return best;
}

int main(void) {
    const int64_t queries_shape[] = {QUERIES, DEPTH}, vectors_shape[] = {VECTORS, DEPTH};
    const batchdot_tensor q = {NULL, BATCHDOT_F32, 2, queries_shape, NULL}; /* a plan looks at no data */
    const batchdot_tensor v = {NULL, BATCHDOT_F32, 2, vectors_shape, NULL};

    /* The queries are no batch but an axis of one matrix, all of it to be multiplied by the same vectors. */
    batchdot_options options = BATCHDOT_OPTIONS_INIT;
    options.normalize = 1;
    batchdot_plan *plan = NULL;
    check(batchdot_plan_create_einsum(&plan, "qd,vd->qv", &q, &v, NULL, &options));

    float cosines[QUERIES][VECTORS]; /* 0 wherever a vector is all zeros, as the last query is */
    check(batchdot_plan_execute(plan, queries, vectors, cosines));
    batchdot_plan_destroy(plan);

    for (int i = 0; i < QUERIES; i++) {
        const int best = index_of_greatest(cosines[i]);
        printf("query %d: vector %d, cosine %.3f\n", i, best, cosines[i][best]);
    }
    return 0;
}
