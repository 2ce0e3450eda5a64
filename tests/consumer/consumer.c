/* A program as a user would write it: the small example of Keras's documentation, in one call and through a plan.
 * Exits 0 if every number is right. */
#include <batchdot/batchdot.h>

#include <stdio.h>
#include <string.h>

int main(void) {
    const float x_data[] = {1, 2, 3, 4}, y_data[] = {5, 6, 7, 8}, expected[] = {17, 53};
    float out_data[2] = {0, 0};
    const int64_t x_shape[] = {2, 2}, y_shape[] = {2, 2}, out_shape[] = {2, 1};
    const batchdot_axes axes = {1, 1};
    const batchdot_tensor x = {(void *)x_data, BATCHDOT_F32, 2, x_shape, NULL};
    const batchdot_tensor y = {(void *)y_data, BATCHDOT_F32, 2, y_shape, NULL};
    const batchdot_tensor out = {out_data, BATCHDOT_F32, 2, out_shape, NULL};
    int64_t inferred[BATCHDOT_MAX_NDIM];
    int ndim = 0;

    if (batchdot_infer_shape(2, x_shape, 2, y_shape, &axes, &ndim, inferred) != BATCHDOT_OK || ndim != 2 ||
        inferred[0] != 2 || inferred[1] != 1) {
        fprintf(stderr, "infer_shape: %s\n", batchdot_last_error());
        return 1;
    }
    if (batchdot(&x, &y, &axes, &out) != BATCHDOT_OK || memcmp(out_data, expected, sizeof expected) != 0) {
        fprintf(stderr, "batchdot: %s\n", batchdot_last_error());
        return 1;
    }

    batchdot_options options = BATCHDOT_OPTIONS_INIT;
    options.alpha[0] = 2.0;
    batchdot_plan *plan = NULL;
    if (batchdot_plan_create(&plan, &x, &y, &axes, NULL, &options) != BATCHDOT_OK ||
        batchdot_plan_execute(plan, x_data, y_data, out_data) != BATCHDOT_OK || out_data[0] != 34 ||
        out_data[1] != 106) {
        fprintf(stderr, "plan: %s\n", batchdot_last_error());
        return 1;
    }
    batchdot_plan_destroy(plan);

    printf("libbatchdot %s from C: [[17], [53]]\n", batchdot_version());
    return 0;
}
