/* Gradients of batch_dot against their definition: every pair of ranks from 2 to 4 with every pair of axes and with
 * none, in turn, each by x and by y, with random extents, layouts, data and options.
 *
 * See random_trial.h for what the environment sets; of the cases, this takes one in 20.
 * test_gradient NAME     only this test
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "general_oracle.h"
#include "random_options.h"
#include "random_trial.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_RANK = 2, MOST_RANK = 4, MOST_CHOICES = 100 };

/* Of x and y; an axis of 0 is none, for both. */
typedef struct axes_choice {
    int x_ndim, y_ndim, x_axis, y_axis;
} axes_choice;

static axes_choice choices[MOST_CHOICES];
static int choice_count;

static void list_choices(void) {
    for (int x_ndim = LEAST_RANK; x_ndim <= MOST_RANK; x_ndim++) {
        for (int y_ndim = LEAST_RANK; y_ndim <= MOST_RANK; y_ndim++) {
            choices[choice_count++] = (axes_choice){x_ndim, y_ndim, 0, 0};
            for (int pair = 0; pair < (x_ndim - 1) * (y_ndim - 1); pair++)
                choices[choice_count++] =
                    (axes_choice){x_ndim, y_ndim, 1 + pair / (y_ndim - 1), 1 + pair % (y_ndim - 1)};
        }
    }
}

/* ---- Cases ------------------------------------------------------------------------------------------------------ */

typedef struct gradient_case {
    random_tensor grad_out, other, grad; /* other: y where the gradient is by x, and x where it is by y */
    bool is_by_x, has_axes, default_out, default_options;
    batchdot_axes axes;
    batchdot_options options;
    general_labels labels; /* of grad_out, other and grad */
} gradient_case;

/* One operand of the product, or the product's result. */
typedef struct operand {
    int ndim, labels[2 * MOST_RANK];
    int64_t shape[2 * MOST_RANK];
} operand;

enum { BATCH, CONTRACTED, FIRST_FREE, APPENDED = FIRST_FREE + 2 * MOST_RANK, LABEL_COUNT };

static void append_axis(operand *to, int label, const int64_t *extents) {
    to->labels[to->ndim] = label;
    to->shape[to->ndim++] = extents[label];
}

/* The axes of x, y and out = batch_dot(x, y). */
static void make_operands(const axes_choice *choice, const int64_t *extents, operand *x, operand *y, operand *out) {
    const int x_axis = choice->x_axis != 0 ? choice->x_axis : choice->x_ndim - 1;
    const int y_axis = choice->y_axis != 0 ? choice->y_axis : choice->y_ndim == 2 ? 1 : choice->y_ndim - 2;
    int next = FIRST_FREE;

    x->ndim = y->ndim = out->ndim = 0;
    append_axis(x, BATCH, extents);
    append_axis(y, BATCH, extents);
    append_axis(out, BATCH, extents);
    for (int axis = 1; axis < choice->x_ndim; axis++) {
        append_axis(x, axis == x_axis ? CONTRACTED : next, extents);
        if (axis != x_axis)
            append_axis(out, next++, extents);
    }
    for (int axis = 1; axis < choice->y_ndim; axis++) {
        append_axis(y, axis == y_axis ? CONTRACTED : next, extents);
        if (axis != y_axis)
            append_axis(out, next++, extents);
    }
    if (out->ndim == 1)
        append_axis(out, APPENDED, extents);
}

static void set_axes(random_tensor *tensor, int *labels, const operand *from) {
    tensor->tensor.ndim = from->ndim;
    memcpy(tensor->shape, from->shape, (size_t)from->ndim * sizeof *from->shape);
    memcpy(labels, from->labels, (size_t)from->ndim * sizeof *labels);
}

static void draw_extents(random_source *source, int64_t extents[LABEL_COUNT]) {
    for (int label = 0; label < LABEL_COUNT; label++)
        extents[label] = random_between(source, 1, random_chance(source, 20) ? 5 : 3);
    if (random_chance(source, 10))
        extents[random_below(source, 2)] = random_between(source, 10, 30);
    if (random_chance(source, 5))
        extents[random_below(source, FIRST_FREE + 3)] = 0;
    extents[APPENDED] = 1;
}

static void draw_options(random_source *source, gradient_case *made, batchdot_dtype dtype) {
    made->options = (batchdot_options)BATCHDOT_OPTIONS_INIT;
    made->default_options = random_chance(source, 35);
    if (!made->default_options)
        random_options_draw(source, dtype, true, &made->options);
    if (made->options.engine == BATCHDOT_ENGINE_BLAS && !trial_library_has_blas())
        made->options.engine = BATCHDOT_ENGINE_AUTO;
}

static void make_tensors(random_source *source, gradient_case *made, batchdot_dtype dtype) {
    const random_values values = (random_values)random_below(source, RANDOM_VALUES_COUNT);
    const bool has_beta = made->options.beta[0] != 0 || made->options.beta[1] != 0;

    random_tensor_make_input(source, &made->grad_out, values);
    random_tensor_make_input(source, &made->other, values);
    random_tensor_make_output(source, &made->grad, values, has_beta);
    made->default_out = made->grad.tensor.strides == NULL &&
                        (!oracle_is_half(dtype) || made->grad.tensor.dtype == dtype) && random_chance(source, 60);
}

static void make_case(trial *begun, const trial_test *test, uint64_t seed) {
    const axes_choice *choice = &choices[begun->number / 2 % (uint64_t)choice_count];
    gradient_case *made = calloc(1, sizeof *made);
    random_source source = {seed};
    int64_t extents[LABEL_COUNT];
    operand x, y, out;

    assert_non_null(made);
    draw_extents(&source, extents);
    make_operands(choice, extents, &x, &y, &out);
    made->is_by_x = begun->number % 2 == 0;
    made->has_axes = choice->x_axis != 0;
    made->axes.x = choice->x_axis - (random_chance(&source, 40) ? choice->x_ndim : 0);
    made->axes.y = choice->y_axis - (random_chance(&source, 40) ? choice->y_ndim : 0);
    random_dtypes_draw(&source, test->dtype, &made->grad_out.tensor, &made->other.tensor, &made->grad.tensor);
    set_axes(&made->grad_out, made->labels.x, &out);
    set_axes(&made->other, made->labels.y, made->is_by_x ? &y : &x);
    set_axes(&made->grad, made->labels.out, made->is_by_x ? &x : &y);
    draw_options(&source, made, test->dtype);
    make_tensors(&source, made, test->dtype);
    begun->made = made;
    begun->x = &made->grad_out;
    begun->y = &made->other;
    begun->out = &made->grad;
}

static void end_case(trial *ended) {
    gradient_case *made = ended->made;

    random_tensor_free(&made->grad_out);
    random_tensor_free(&made->other);
    random_tensor_free(&made->grad);
    free(made);
}

static void describe_case(const trial *described, char *text, size_t size) {
    const gradient_case *made = described->made;
    text_line to = text_line_begin(text, size);

    random_tensor_describe(&made->grad_out, "grad_out ", &to);
    random_tensor_describe(&made->other, made->is_by_x ? ", y " : ", x ", &to);
    text_line_append(&to, made->default_out ? ", NULL for " : ", ");
    random_tensor_describe(&made->grad, made->is_by_x ? "grad_x " : "grad_y ", &to);
    if (made->has_axes)
        text_line_append(&to, ", axes %d,%d", made->axes.x, made->axes.y);
    random_options_describe(&made->options, made->default_options, &to);
}

/* ---- The check -------------------------------------------------------------------------------------------------- */

/* With x' and y' being what the product multiplies, conjugated or not, the gradient by x' is grad_out * conj(y'), and
 * that by x, if x' is its conjugate, the conjugate of that; likewise for y. */
static batchdot_options options_of_the_definition(const gradient_case *of) {
    const int own = of->is_by_x ? of->options.conj_x : of->options.conj_y;
    const int others = of->is_by_x ? of->options.conj_y : of->options.conj_x;
    batchdot_options options = of->options;

    options.conj_x = own != 0;
    options.conj_y = (own != 0) == (others != 0);
    return options;
}

static bool agrees_with_definition(trial *tried) {
    const gradient_case *made = tried->made;
    const batchdot_options defined = options_of_the_definition(made);
    const general_problem problem = {&made->grad_out.tensor, &made->other.tensor, &made->grad.tensor, &made->labels,
                                     &defined};
    const batchdot_axes *axes = made->has_axes ? &made->axes : NULL;
    const batchdot_tensor *grad = made->default_out ? NULL : &made->grad.tensor;
    const batchdot_options *options = made->default_options ? NULL : &made->options;
    batchdot_plan *plan = NULL;
    bool ok;

    general_oracle_compute(&problem, tried->expected);
    ok = trial_is_ok(tried, "the plan",
                     made->is_by_x ? batchdot_plan_create_grad_x(&plan, &made->grad_out.tensor, &made->other.tensor,
                                                                 axes, grad, options)
                                   : batchdot_plan_create_grad_y(&plan, &made->grad_out.tensor, &made->other.tensor,
                                                                 axes, grad, options)) &&
         trial_repeats(tried, plan) && trial_executes(tried, "batchdot_plan_execute", plan) &&
         trial_result_is_right(tried, "batchdot_plan_execute") &&
         (tried->number % 8 > 1 || trial_stays_within_inputs(tried, plan));
    batchdot_plan_destroy(plan);
    return ok;
}

static void test_agrees_with_definition(void **state) {
    const uint64_t cases = (trial_cases() + 19) / 20, all = 2 * (uint64_t)choice_count;

    trial_run(*state, cases > all ? cases : all);
}

int main(int argc, char **argv) {
    static trial_test trials[ORACLE_DTYPE_COUNT];
    struct CMUnitTest tests[ORACLE_DTYPE_COUNT];

    list_choices();
    for (int i = 0; i < ORACLE_DTYPE_COUNT; i++) {
        trial_test *test = &trials[i];

        *test = (trial_test){.program = "test_gradient",
                             .dtype = (batchdot_dtype)i,
                             .stream = 300 + (uint64_t)i,
                             .make = make_case,
                             .end = end_case,
                             .check = agrees_with_definition,
                             .describe = describe_case};
        snprintf(test->name, sizeof test->name, "%s_agrees_with_definition", oracle_dtype_name(test->dtype));
        tests[i] = (struct CMUnitTest){test->name, test_agrees_with_definition, NULL, trial_report_signal, test};
    }
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, trial_find_blas, NULL);
}
