#include "random_case.h"

#include "oracle.h"
#include "random_options.h"
#include <stdlib.h>
#include <string.h>

/* ---- Shapes ----------------------------------------------------------------------------------------------------- */

static const int64_t many = 12000;

/* Multiply-adds that a case may cost: mostly tiny, now and then enough for tiles, panels and a real BLAS call. */
static int64_t draw_budget(random_source *source) {
    const int64_t roll = random_below(source, 1000);

    if (roll < 700)
        return 500;
    if (roll < 960)
        return 2000;
    return roll < 996 ? many : 150000;
}

static void draw_ranks(random_source *source, int *x_ndim, int *y_ndim) {
    const int64_t roll = random_below(source, 100);
    int most = 6;

    if (roll < 50)
        most = 3;
    else if (roll >= 95)
        most = roll == 99 ? 33 : 10; /* 33 + 33 - 3 is the greatest rank that a result of two such may have */
    *x_ndim = (int)random_between(source, 2, most);
    *y_ndim = (int)random_between(source, 2, most);
}

static int64_t draw_extent(random_source *source, int ndim) {
    return ndim > 6 ? random_between(source, 1, random_chance(source, 20) ? 2 : 1) : random_between(source, 1, 6);
}

static void draw_axes(random_source *source, random_case *made, int *x_axis, int *y_axis) {
    const int x_ndim = made->x.tensor.ndim, y_ndim = made->y.tensor.ndim;

    made->has_axes = random_chance(source, 75);
    *x_axis = x_ndim - 1;
    *y_axis = y_ndim == 2 ? 1 : y_ndim - 2;
    if (made->has_axes) {
        *x_axis = (int)random_between(source, 1, x_ndim - 1);
        *y_axis = (int)random_between(source, 1, y_ndim - 1);
    }
    made->axes.x = random_chance(source, 50) ? *x_axis : *x_axis - x_ndim;
    made->axes.y = random_chance(source, 50) ? *y_axis : *y_axis - y_ndim;
}

/* The product of all extents, contracted and batch counted once. An extent of 0 counts as 1: the others may make large
 * inputs nonetheless. */
static int64_t cost_of(const random_case *made, int y_axis) {
    int64_t cost = 1;

    for (int axis = 0; axis < made->x.tensor.ndim; axis++)
        cost *= made->x.shape[axis] > 0 ? made->x.shape[axis] : 1;
    for (int axis = 1; axis < made->y.tensor.ndim; axis++) {
        if (axis != y_axis)
            cost *= made->y.shape[axis] > 0 ? made->y.shape[axis] : 1;
    }
    return cost;
}

/* x's and y's extents, those of the batch and the contracted axis being equal. */
static int64_t *pick_extent(random_source *source, random_case *made, int y_axis) {
    const int64_t axis = random_below(source, made->x.tensor.ndim + made->y.tensor.ndim);

    if (axis < made->x.tensor.ndim)
        return &made->x.shape[axis];
    if (axis == made->x.tensor.ndim || axis == made->x.tensor.ndim + y_axis)
        return &made->x.shape[0];
    return &made->y.shape[axis - made->x.tensor.ndim];
}

static void match_shapes(random_case *made, int x_axis, int y_axis) {
    made->y.shape[0] = made->x.shape[0];
    made->y.shape[y_axis] = made->x.shape[x_axis];
}

static void draw_extents(random_source *source, random_case *made, int x_axis, int y_axis) {
    const int64_t budget = draw_budget(source);
    const int large = budget >= many ? 3 : random_chance(source, 15);
    int64_t *deep = NULL; /* a contracted extent that stays large: sums longer than a panel of a blocked kernel */

    for (int axis = 0; axis < made->x.tensor.ndim; axis++)
        made->x.shape[axis] = draw_extent(source, made->x.tensor.ndim);
    for (int axis = 0; axis < made->y.tensor.ndim; axis++)
        made->y.shape[axis] = draw_extent(source, made->y.tensor.ndim);
    for (int i = 0; i < large; i++)
        *pick_extent(source, made, y_axis) = random_between(source, 7, budget > many ? 150 : 40);
    if (budget > many && random_chance(source, 60)) {
        deep = &made->x.shape[x_axis];
        *deep = random_between(source, 200, 1200);
    }
    if (random_chance(source, 6))
        *pick_extent(source, made, y_axis) = 0;
    while (cost_of(made, y_axis) > budget) {
        int64_t *extent = pick_extent(source, made, y_axis);

        if (extent != deep)
            *extent = (*extent + 1) / 2;
    }
    match_shapes(made, x_axis, y_axis);
}

/* Items m x k by k x n, with the axes of each in either order, small ones among those that threads and BLAS get. */
static void draw_batch_shapes(random_source *source, random_case *made, int *x_axis, int *y_axis) {
    static const int64_t large[][3] = {{64, 64, 64}, {1, 1, 300},  {1, 300, 40},  {200, 5, 3},
                                       {3, 200, 5},  {33, 65, 70}, {17, 20, 600}, {300, 1, 40}};
    const bool is_large = random_chance(source, 20);
    const int64_t *item = large[random_below(source, (int64_t)(sizeof large / sizeof large[0]))];
    const int64_t m = is_large ? item[0] : random_between(source, 1, 12);
    const int64_t n = is_large ? item[1] : random_between(source, 1, 12);
    const int64_t k = is_large ? item[2] : random_between(source, 1, 24);
    const int64_t batch = random_between(source, 1, random_chance(source, 10) ? 70 : 9);

    made->x.tensor.ndim = made->y.tensor.ndim = 3;
    draw_axes(source, made, x_axis, y_axis);
    made->x.shape[0] = is_large && batch > 9 ? 9 : batch;
    made->x.shape[*x_axis] = k;
    made->x.shape[3 - *x_axis] = m;
    made->y.shape[3 - *y_axis] = n;
    match_shapes(made, *x_axis, *y_axis);
}

static void draw_shapes(random_source *source, random_case *made, random_kind kind) {
    int x_axis, y_axis;

    draw_ranks(source, &made->x.tensor.ndim, &made->y.tensor.ndim);
    if (kind == RANDOM_BATCHES && random_chance(source, 60)) {
        draw_batch_shapes(source, made, &x_axis, &y_axis);
    } else {
        draw_axes(source, made, &x_axis, &y_axis);
        draw_extents(source, made, x_axis, y_axis);
    }
    if (oracle_infer_shape(made->x.tensor.ndim, made->x.shape, made->y.tensor.ndim, made->y.shape,
                           made->has_axes ? &made->axes : NULL, &made->out.tensor.ndim, made->out.shape) != BATCHDOT_OK)
        abort();
}

/* ---- Cases ------------------------------------------------------------------------------------------------------ */

static void draw_options(random_source *source, random_case *made, batchdot_dtype dtype, random_kind kind) {
    made->options = (batchdot_options)BATCHDOT_OPTIONS_INIT;
    made->default_options = random_chance(source, 35);
    if (made->default_options && kind == RANDOM_ANYTHING)
        return;
    made->default_options = false;
    random_options_draw(source, dtype, kind != RANDOM_BATCHES, &made->options);
}

void random_case_make(random_case *made, uint64_t seed, batchdot_dtype dtype, random_kind kind) {
    random_source source = {seed};
    const random_values values =
        (random_values)random_below(&source, kind == RANDOM_BATCHES ? RANDOM_NONFINITE : RANDOM_VALUES_COUNT);
    bool has_beta;

    memset(made, 0, sizeof *made);
    random_dtypes_draw(&source, dtype, &made->x.tensor, &made->y.tensor, &made->out.tensor);
    draw_shapes(&source, made, kind);
    draw_options(&source, made, dtype, kind);
    has_beta = made->options.beta[0] != 0 || made->options.beta[1] != 0;
    random_tensor_make_input(&source, &made->x, values);
    random_tensor_make_input(&source, &made->y, values);
    random_tensor_make_output(&source, &made->out, values, has_beta);
    made->default_out = made->out.tensor.strides == NULL &&
                        (!oracle_is_half(dtype) || made->out.tensor.dtype == dtype) && random_chance(&source, 50);
}

void random_case_free(random_case *made) {
    random_tensor_free(&made->x);
    random_tensor_free(&made->y);
    random_tensor_free(&made->out);
}

void random_case_describe(const random_case *described, char *text, size_t size) {
    text_line to = text_line_begin(text, size);

    random_tensor_describe(&described->x, "x ", &to);
    random_tensor_describe(&described->y, ", y ", &to);
    random_tensor_describe(&described->out, described->default_out ? ", out NULL for " : ", out ", &to);
    if (described->has_axes)
        text_line_append(&to, ", axes %d,%d", described->axes.x, described->axes.y);
    else
        text_line_append(&to, ", axes NULL");
    random_options_describe(&described->options, described->default_options, &to);
}
