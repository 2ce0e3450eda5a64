#include "random_case.h"

#include "oracle.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Random numbers --------------------------------------------------------------------------------------------- */

uint64_t random_bits(random_source *source) {
    uint64_t z = source->state += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

int64_t random_below(random_source *source, int64_t count) {
    return (int64_t)(random_bits(source) % (uint64_t)count);
}

int64_t random_between(random_source *source, int64_t low, int64_t high) {
    return low + random_below(source, high - low + 1);
}

bool random_chance(random_source *source, int percent) {
    return random_below(source, 100) < percent;
}

uint64_t random_seed_of(uint64_t seed, uint64_t stream, uint64_t number) {
    random_source source = {seed};

    source.state = random_bits(&source) + stream;
    source.state = random_bits(&source) + number;
    return random_bits(&source);
}

static void shuffle(random_source *source, int *items, int count) {
    for (int i = count - 1; i > 0; i--) {
        const int j = (int)random_below(source, i + 1);
        const int swapped = items[i];

        items[i] = items[j];
        items[j] = swapped;
    }
}

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

/* ---- Layouts ---------------------------------------------------------------------------------------------------- */

/* Axes laid out in memory in any order, with gaps, reversed, repeated (stride 0, inputs only), each or all of them. */
static void draw_regular_strides(random_source *source, random_tensor *made, bool is_output) {
    const int ndim = made->tensor.ndim;
    const bool padded = random_chance(source, 40), reversed = random_chance(source, 30);
    const bool broadcast = !is_output && random_chance(source, 25);
    int64_t step = padded ? random_between(source, 1, 3) : 1;
    int order[BATCHDOT_MAX_NDIM] = {0};

    for (int axis = 0; axis < ndim; axis++)
        order[axis] = axis;
    if (random_chance(source, 60))
        shuffle(source, order, ndim);
    for (int i = ndim - 1; i >= 0; i--) {
        const int axis = order[i];
        const int64_t extent = made->shape[axis];

        if (broadcast && random_chance(source, 30)) {
            made->strides[axis] = 0;
            continue;
        }
        made->strides[axis] = reversed && random_chance(source, 50) ? -step : step;
        step = step * (extent > 0 ? extent : 1) + (padded && random_chance(source, 50) ? random_below(source, 4) : 0);
        if (extent == 1 && random_chance(source, 15)) /* leads nowhere, and must not matter */
            made->strides[axis] = random_between(source, -100000, 100000);
    }
}

static bool has_distinct_elements(const random_tensor *tensor, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        for (int64_t j = 0; j < i; j++) {
            if (oracle_offset(tensor->tensor.ndim, tensor->shape, tensor->strides, i) ==
                oracle_offset(tensor->tensor.ndim, tensor->shape, tensor->strides, j))
                return false;
        }
    }
    return true;
}

/* Strides with no system: sliding windows for inputs, axes that interleave for an output, as 2i + 3j does. */
static bool draw_odd_strides(random_source *source, random_tensor *made, bool is_output) {
    const int64_t count = oracle_count(made->tensor.ndim, made->shape);
    const int64_t most = is_output ? 12 : 3;

    for (int axis = 0; axis < made->tensor.ndim; axis++)
        made->strides[axis] = random_between(source, -most, most);
    return !is_output || (count <= 40 && has_distinct_elements(made, count));
}

static void draw_strides(random_source *source, random_tensor *made, bool is_output) {
    made->tensor.shape = made->shape;
    made->tensor.strides = NULL;
    oracle_strides(&made->tensor, made->strides);
    if (random_chance(source, 30)) {
        if (random_chance(source, 50))
            made->tensor.strides = made->strides;
        return;
    }
    made->tensor.strides = made->strides;
    if (!random_chance(source, 12) || !draw_odd_strides(source, made, is_output))
        draw_regular_strides(source, made, is_output);
}

/* Inputs get no margin behind, so that a sanitizer sees what is read beyond their last element. */
static void allocate(random_source *source, random_tensor *made, bool is_output) {
    const int64_t size = (int64_t)oracle_element_size(made->tensor.dtype);
    const int64_t misaligned = random_chance(source, 50) ? random_between(source, 1, 3) : 0;
    const int64_t front = is_output ? 32 + misaligned : misaligned;
    const int64_t back = is_output ? 48 : 0;
    const bool empty = oracle_count(made->tensor.ndim, made->shape) == 0;
    int64_t before = 0, after = 1; /* elements of memory before element [0, 0, ...], and from there on */

    made->memory = NULL;
    made->size = 0;
    made->tensor.data = NULL;
    if (empty && random_chance(source, 50))
        return;
    for (int axis = 0; axis < made->tensor.ndim && !empty; axis++) {
        const int64_t reach = (made->shape[axis] - 1) * made->strides[axis];

        before -= reach < 0 ? reach : 0;
        after += reach > 0 ? reach : 0;
    }
    made->size = (size_t)((front + before + after + back) * size);
    made->memory = malloc(made->size);
    if (made->memory == NULL)
        abort();
    made->tensor.data = made->memory + (front + before) * size;
}

/* ---- Data ------------------------------------------------------------------------------------------------------- */

typedef enum data_kind {
    DATA_WHOLE,     /* small whole numbers: sums are exact, and exact ties in f16 and bf16 come up */
    DATA_UNIT,      /* within (-1, 1) */
    DATA_SPREAD,    /* of many magnitudes */
    DATA_TINY,      /* products are subnormal, or nearly */
    DATA_LARGE,     /* products are near the maximum; for f16 beyond it. Integers wrap around */
    DATA_NONFINITE, /* whole numbers, zeros among them, and some NaN and Inf */
    DATA_KIND_COUNT
} data_kind;

static double draw_unit(random_source *source) {
    return ldexp((double)(random_bits(source) >> 11), -52) - 1;
}

static double draw_whole(random_source *source, batchdot_dtype dtype) {
    return (double)(oracle_is_half(dtype) ? random_between(source, -50, 50) : random_between(source, -9, 9));
}

static double draw_component(random_source *source, batchdot_dtype dtype, data_kind kind) {
    const bool is_double = dtype == BATCHDOT_F64 || dtype == BATCHDOT_C128;
    const bool is_f16 = dtype == BATCHDOT_F16;

    switch (kind) {
    case DATA_UNIT:
        return draw_unit(source);
    case DATA_SPREAD:
        return ldexp(draw_unit(source), (int)random_between(source, -10, is_f16 ? 2 : 10));
    case DATA_TINY:
        return ldexp(draw_unit(source), is_double ? -530 : is_f16 ? -11 : -70);
    case DATA_LARGE:
        return ldexp(draw_unit(source), is_double ? 500 : is_f16 ? 7 : 57);
    case DATA_NONFINITE:
        if (random_chance(source, 2))
            return (double)NAN;
        if (random_chance(source, 3))
            return random_chance(source, 50) ? (double)INFINITY : -(double)INFINITY;
        return random_chance(source, 20) ? 0 : draw_whole(source, dtype);
    default:
        return draw_whole(source, dtype);
    }
}

static void draw_element(random_source *source, batchdot_dtype dtype, data_kind kind, void *element) {
    oracle_value value = {0};

    if (oracle_is_integer(dtype)) {
        value.bits =
            kind == DATA_LARGE || kind == DATA_SPREAD ? random_bits(source) : (uint64_t)random_between(source, -9, 9);
    } else {
        value.real = draw_component(source, dtype, kind);
        if (oracle_is_complex(dtype))
            value.imaginary = draw_component(source, dtype, kind);
    }
    oracle_write(dtype, value, element);
}

static void fill_elements(random_source *source, random_tensor *made, data_kind kind) {
    const int64_t count = oracle_count(made->tensor.ndim, made->shape);
    const int64_t size = (int64_t)oracle_element_size(made->tensor.dtype);

    for (int64_t i = 0; i < count; i++) {
        const int64_t offset = oracle_offset(made->tensor.ndim, made->shape, made->strides, i);

        draw_element(source, made->tensor.dtype, kind, (char *)made->tensor.data + offset * size);
    }
}

static void make_input(random_source *source, random_tensor *made, data_kind kind) {
    draw_strides(source, made, false);
    allocate(source, made, false);
    if (made->memory != NULL)
        memset(made->memory, RANDOM_CASE_UNSET, made->size);
    fill_elements(source, made, kind);
}

/* With beta 0 the output begins as NaN, which shows if it is read. */
static void make_output(random_source *source, random_tensor *made, data_kind kind, bool has_beta) {
    const int64_t count = oracle_count(made->tensor.ndim, made->shape);
    const size_t size = oracle_element_size(made->tensor.dtype);

    draw_strides(source, made, true);
    allocate(source, made, true);
    if (made->memory == NULL)
        return;
    memset(made->memory, RANDOM_CASE_CANARY, made->size);
    if (has_beta) {
        fill_elements(source, made, kind);
        return;
    }
    for (int64_t i = 0; i < count; i++) {
        const int64_t offset = oracle_offset(made->tensor.ndim, made->shape, made->strides, i);

        memset((char *)made->tensor.data + offset * (int64_t)size, RANDOM_CASE_UNSET, size);
    }
}

/* ---- Cases ------------------------------------------------------------------------------------------------------ */

static void draw_factor(random_source *source, batchdot_dtype dtype, int plain_percent, double factor[2]) {
    static const double factors[] = {0, 1, -1, 0.5, 2, 0.7, -0.0};
    const int64_t count = (int64_t)(sizeof factors / sizeof factors[0]);

    if (random_chance(source, plain_percent))
        return;
    factor[0] = factors[random_below(source, count)];
    if (oracle_is_complex(dtype) && random_chance(source, 60))
        factor[1] = factors[random_below(source, count)];
}

static void draw_options(random_source *source, random_case *made, batchdot_dtype dtype, random_kind kind) {
    const batchdot_engine engines[] = {BATCHDOT_ENGINE_AUTO, BATCHDOT_ENGINE_NATIVE, BATCHDOT_ENGINE_BLAS};

    made->options = (batchdot_options)BATCHDOT_OPTIONS_INIT;
    made->default_options = random_chance(source, 35);
    if (made->default_options && kind == RANDOM_ANYTHING)
        return;
    made->default_options = false;
    made->options.engine = engines[random_below(source, kind == RANDOM_BATCHES ? 2 : 3)];
    made->options.num_threads = (int)random_below(source, 4);
    made->options.conj_x = random_chance(source, 30);
    made->options.conj_y = random_chance(source, 30);
    if (oracle_is_integer(dtype)) {
        made->options.beta[0] = (double)random_below(source, 2);
    } else {
        draw_factor(source, dtype, 40, made->options.alpha);
        draw_factor(source, dtype, 50, made->options.beta);
    }
}

static void draw_dtypes(random_source *source, random_case *made, batchdot_dtype dtype) {
    const bool is_byte = dtype == BATCHDOT_I8 || dtype == BATCHDOT_U8;

    made->x.tensor.dtype = made->y.tensor.dtype = made->out.tensor.dtype = dtype;
    if (is_byte) {
        made->y.tensor.dtype = random_chance(source, 50) ? BATCHDOT_I8 : BATCHDOT_U8;
        made->out.tensor.dtype = BATCHDOT_I32;
    } else if (oracle_is_half(dtype) && random_chance(source, 40)) {
        made->out.tensor.dtype = BATCHDOT_F32;
    }
}

void random_case_make(random_case *made, uint64_t seed, batchdot_dtype dtype, random_kind kind) {
    random_source source = {seed};
    const data_kind data = (data_kind)random_below(&source, kind == RANDOM_BATCHES ? DATA_NONFINITE : DATA_KIND_COUNT);
    bool has_beta;

    memset(made, 0, sizeof *made);
    draw_dtypes(&source, made, dtype);
    draw_shapes(&source, made, kind);
    draw_options(&source, made, dtype, kind);
    has_beta = made->options.beta[0] != 0 || made->options.beta[1] != 0;
    make_input(&source, &made->x, data);
    make_input(&source, &made->y, data);
    make_output(&source, &made->out, data, has_beta);
    made->default_out = made->out.tensor.strides == NULL &&
                        (!oracle_is_half(dtype) || made->out.tensor.dtype == dtype) && random_chance(&source, 50);
}

void random_case_free(random_case *made) {
    free(made->x.memory);
    free(made->y.memory);
    free(made->out.memory);
}

/* ---- In words --------------------------------------------------------------------------------------------------- */

typedef struct line {
    char *text;
    size_t size, length;
} line;

static void append(line *to, const char *text) {
    const size_t room = to->size - to->length - 1, wanted = strlen(text), length = wanted < room ? wanted : room;

    memcpy(to->text + to->length, text, length);
    to->length += length;
    to->text[to->length] = '\0';
}

static void append_numbers(line *to, int count, const int64_t *numbers) {
    char number[32];

    for (int i = 0; i < count; i++) {
        snprintf(number, sizeof number, "%s%lld", i == 0 ? "(" : ",", (long long)numbers[i]);
        append(to, number);
    }
    append(to, ")");
}

static void append_tensor(line *to, const char *name, const random_tensor *tensor) {
    append(to, name);
    append(to, oracle_dtype_name(tensor->tensor.dtype));
    append(to, " ");
    append_numbers(to, tensor->tensor.ndim, tensor->shape);
    append(to, " strides ");
    if (tensor->tensor.strides == NULL)
        append(to, "NULL");
    else
        append_numbers(to, tensor->tensor.ndim, tensor->strides);
}

void random_case_describe(const random_case *described, char *text, size_t size) {
    static const char *const engines[] = {"auto", "native", "blas"};
    const batchdot_options *options = &described->options;
    line to = {text, size, 0};
    char rest[300];

    text[0] = '\0';
    append_tensor(&to, "x ", &described->x);
    append_tensor(&to, ", y ", &described->y);
    append_tensor(&to, described->default_out ? ", out NULL for " : ", out ", &described->out);
    if (described->has_axes)
        snprintf(rest, sizeof rest, ", axes %d,%d", described->axes.x, described->axes.y);
    append(&to, described->has_axes ? rest : ", axes NULL");
    snprintf(rest, sizeof rest, ", engine %s, threads %d, alpha %g%+gi, beta %g%+gi, conj %d %d%s",
             engines[options->engine], options->num_threads, options->alpha[0], options->alpha[1], options->beta[0],
             options->beta[1], options->conj_x, options->conj_y, described->default_options ? " (defaults)" : "");
    append(&to, rest);
}
