/* Scaled dot-product attention, softmax(q . k / sqrt(depth)) . v, of tensors in the layout in which a network has them:
 * (batch, time, head, depth). Time stands between the two batch axes, for which q, k, v and the result would have to be
 * transposed if products were of stacks of matrices. Here they are told which axes belong together. */
#include <batchdot/batchdot.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { BATCH = 2, TIME = 3, HEADS = 2, DEPTH = 4, ELEMENTS = BATCH * TIME * HEADS * DEPTH };

static float q[ELEMENTS], k[ELEMENTS], v[ELEMENTS], out[ELEMENTS], weights[BATCH * HEADS * TIME * TIME];

static void check(batchdot_status status) {
    if (status != BATCHDOT_OK) {
        fprintf(stderr, "%s: %s\n", batchdot_status_name(status), batchdot_last_error());
        exit(1);
    }
}

/* Multiples of 1/4 from -1 to 1. */
static void fill(float *tensor, int step) {
    for (int i = 0; i < ELEMENTS; i++)
        tensor[i] = (float)(i * step % 9 - 4) / 4;
}

static void softmax(float *row) {
    float max = row[0], sum = 0;
    for (int i = 1; i < TIME; i++)
        max = fmaxf(max, row[i]);
    for (int i = 0; i < TIME; i++)
        sum += row[i] = expf(row[i] - max);
    for (int i = 0; i < TIME; i++)
        row[i] /= sum;
}

int main(void) {
    fill(q, 7);
    fill(k, 4);
    fill(v, 5);
    const int64_t shape[] = {BATCH, TIME, HEADS, DEPTH}, weights_shape[] = {BATCH, HEADS, TIME, TIME};
    const batchdot_tensor layer = {NULL, BATCHDOT_F32, 4, shape, NULL}; /* q, k, v and out: a plan looks at no data */
    const batchdot_tensor square = {NULL, BATCHDOT_F32, 4, weights_shape, NULL};

    /* Scores by lists of axes, 1 / sqrt(depth) included: batch and head go together, depth is contracted, and what is
     * left is q's time and k's time. */
    const int batch_axes[] = {0, 2}, depth_axis[] = {3};
    const batchdot_dims dims = {2, 1, batch_axes, batch_axes, depth_axis, depth_axis};
    batchdot_options options = BATCHDOT_OPTIONS_INIT;
    options.alpha[0] = 1 / sqrt(DEPTH);
    batchdot_plan *scores = NULL, *weighted_sum = NULL;
    check(batchdot_plan_create_general(&scores, &layer, &layer, &dims, &square, &options));

    /* The weighted sum of v by letters, which may have the result's axes in any order. */
    check(batchdot_plan_create_einsum(&weighted_sum, "bhqk,bkhd->bqhd", &square, &layer, &layer, NULL));

    /* Plans are made once; this much is done at every step. */
    check(batchdot_plan_execute(scores, q, k, weights));
    for (int i = 0; i < BATCH * HEADS * TIME * TIME; i += TIME)
        softmax(&weights[i]);
    check(batchdot_plan_execute(weighted_sum, weights, v, out));

    for (int i = 0; i < ELEMENTS; i++)
        printf("%.3f%c", out[i], (i + 1) % (HEADS * DEPTH) ? ' ' : '\n'); /* a line for each batch and time */
    batchdot_plan_destroy(scores);
    batchdot_plan_destroy(weighted_sum);
    return 0;
}
