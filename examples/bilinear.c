/* A bilinear layer, s[b,o] = sum over i and j of x[b,i] w[o,i,j] y[b,j], by two products, and its gradients by four
 * more. The loss is L = sum of s[b,o]^2 / 2, whose gradient by s is s. */
#include <batchdot/batchdot.h>

#include <stdio.h>
#include <stdlib.h>

enum { B = 2, O = 2, I = 2, J = 3 };

static double x[B * I] = {1, 2, -1, 3}, y[B * J] = {2, 0, 1, 1, -2, 1};
static double w[O * I * J] = {1, 0, 2, 0, 1, -1, 2, 1, 0, -1, 0, 1};
static double t[B * O * J], s[B * O]; /* t = x . w, and s = t . y */
static batchdot_plan *t_plan, *s_plan;

static void check(batchdot_status status) {
    if (status != BATCHDOT_OK) {
        fprintf(stderr, "%s: %s\n", batchdot_status_name(status), batchdot_last_error());
        exit(1);
    }
}

static double loss(void) {
    check(batchdot_plan_execute(t_plan, x, w, t));
    check(batchdot_plan_execute(s_plan, t, y, s));
    double sum = 0;
    for (int i = 0; i < B * O; i++)
        sum += s[i] * s[i] / 2;
    return sum;
}

/* L is quadratic in each element, so that (L(e + 1) - L(e - 1)) / 2 is its derivative exactly. */
static void compare(const char *name, int count, double *elements, const double *gradient) {
    printf("dL/d%s\n  gradient   ", name);
    for (int i = 0; i < count; i++)
        printf(" %g", gradient[i]);
    printf("\n  differences");
    for (int i = 0; i < count; i++) {
        elements[i] += 1;
        const double above = loss();
        elements[i] -= 2;
        printf(" %g", (above - loss()) / 2);
        elements[i] += 1;
    }
    printf("\n");
}

int main(void) {
    const int64_t x_shape[] = {B, I}, y_shape[] = {B, J}, w_shape[] = {O, I, J}, t_shape[] = {B, O, J};
    const int64_t s_shape[] = {B, O};
    const batchdot_tensor tx = {x, BATCHDOT_F64, 2, x_shape, NULL}, ty = {y, BATCHDOT_F64, 2, y_shape, NULL};
    const batchdot_tensor tw = {w, BATCHDOT_F64, 3, w_shape, NULL}, tt = {t, BATCHDOT_F64, 3, t_shape, NULL};
    const batchdot_tensor ts = {s, BATCHDOT_F64, 2, s_shape, NULL};
    const batchdot_axes axes = {2, 1}; /* j of t with j of y */

    check(batchdot_plan_create_einsum(&t_plan, "bi,oij->boj", &tx, &tw, &tt, NULL)); /* one w for the whole batch */
    check(batchdot_plan_create(&s_plan, &tt, &ty, &axes, &ts, NULL));
    printf("L = %g\n", loss());

    /* Back through s, a batch_dot; then through t, where x sums over o and j, and w over the batch. */
    double grad_t[B * O * J], grad_y[B * J], grad_x[B * I], grad_w[O * I * J];
    batchdot_plan *plans[4] = {NULL};
    check(batchdot_plan_create_grad_x(&plans[0], &ts, &ty, &axes, &tt, NULL));
    check(batchdot_plan_create_grad_y(&plans[1], &ts, &tt, &axes, &ty, NULL));
    check(batchdot_plan_create_einsum(&plans[2], "boj,oij->bi", &tt, &tw, &tx, NULL));
    check(batchdot_plan_create_einsum(&plans[3], "boj,bi->oij", &tt, &tx, &tw, NULL));
    check(batchdot_plan_execute(plans[0], s, y, grad_t)); /* L's gradient by s is s */
    check(batchdot_plan_execute(plans[1], s, t, grad_y));
    check(batchdot_plan_execute(plans[2], grad_t, w, grad_x));
    check(batchdot_plan_execute(plans[3], grad_t, x, grad_w));
    compare("x", B * I, x, grad_x);
    compare("y", B * J, y, grad_y);
    compare("w", O * I * J, w, grad_w);
    for (int i = 0; i < 4; i++)
        batchdot_plan_destroy(plans[i]);
    batchdot_plan_destroy(t_plan);
    batchdot_plan_destroy(s_plan);
    return 0;
}
