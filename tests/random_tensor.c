#include "random_tensor.h"

#include "oracle_element.h"
#include <math.h>
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

void random_shuffle(random_source *source, int *items, int count) {
    for (int i = count - 1; i > 0; i--) {
        const int j = (int)random_below(source, i + 1);
        const int swapped = items[i];

        items[i] = items[j];
        items[j] = swapped;
    }
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
        random_shuffle(source, order, ndim);
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

static double draw_unit(random_source *source) {
    return ldexp((double)(random_bits(source) >> 11), -52) - 1;
}

static double draw_whole(random_source *source, batchdot_dtype dtype) {
    return (double)(oracle_is_half(dtype) ? random_between(source, -50, 50) : random_between(source, -9, 9));
}

static double draw_component(random_source *source, batchdot_dtype dtype, random_values values) {
    const bool is_double = dtype == BATCHDOT_F64 || dtype == BATCHDOT_C128;
    const bool is_f16 = dtype == BATCHDOT_F16;

    switch (values) {
    case RANDOM_UNIT:
        return draw_unit(source);
    case RANDOM_SPREAD:
        return ldexp(draw_unit(source), (int)random_between(source, -10, is_f16 ? 2 : 10));
    case RANDOM_TINY:
        return ldexp(draw_unit(source), is_double ? -530 : is_f16 ? -11 : -70);
    case RANDOM_LARGE:
        return ldexp(draw_unit(source), is_double ? 500 : is_f16 ? 7 : 57);
    case RANDOM_NONFINITE:
        if (random_chance(source, 2))
            return (double)NAN;
        if (random_chance(source, 3))
            return random_chance(source, 50) ? (double)INFINITY : -(double)INFINITY;
        return random_chance(source, 20) ? 0 : draw_whole(source, dtype);
    default:
        return draw_whole(source, dtype);
    }
}

static void draw_element(random_source *source, batchdot_dtype dtype, random_values values, void *element) {
    oracle_value value = {0};

    if (oracle_is_integer(dtype)) {
        value.bits = values == RANDOM_LARGE || values == RANDOM_SPREAD ? random_bits(source)
                                                                       : (uint64_t)random_between(source, -9, 9);
    } else {
        value.real = draw_component(source, dtype, values);
        if (oracle_is_complex(dtype))
            value.imaginary = draw_component(source, dtype, values);
    }
    oracle_write(dtype, value, element);
}

static void fill_elements(random_source *source, random_tensor *made, random_values values) {
    const int64_t count = oracle_count(made->tensor.ndim, made->shape);
    const int64_t size = (int64_t)oracle_element_size(made->tensor.dtype);

    for (int64_t i = 0; i < count; i++) {
        const int64_t offset = oracle_offset(made->tensor.ndim, made->shape, made->strides, i);

        draw_element(source, made->tensor.dtype, values, (char *)made->tensor.data + offset * size);
    }
}

void random_tensor_make_input(random_source *source, random_tensor *made, random_values values) {
    draw_strides(source, made, false);
    allocate(source, made, false);
    if (made->memory != NULL)
        memset(made->memory, RANDOM_UNSET, made->size);
    fill_elements(source, made, values);
}

void random_tensor_make_output(random_source *source, random_tensor *made, random_values values, bool has_beta) {
    const int64_t count = oracle_count(made->tensor.ndim, made->shape);
    const size_t size = oracle_element_size(made->tensor.dtype);

    draw_strides(source, made, true);
    allocate(source, made, true);
    if (made->memory == NULL)
        return;
    memset(made->memory, RANDOM_CANARY, made->size);
    if (has_beta) {
        fill_elements(source, made, values);
        return;
    }
    for (int64_t i = 0; i < count; i++) {
        const int64_t offset = oracle_offset(made->tensor.ndim, made->shape, made->strides, i);

        memset((char *)made->tensor.data + offset * (int64_t)size, RANDOM_UNSET, size);
    }
}

void random_tensor_free(random_tensor *freed) {
    free(freed->memory);
}

void random_tensor_describe(const random_tensor *described, const char *name, text_line *to) {
    text_line_append(to, "%s%s ", name, oracle_dtype_name(described->tensor.dtype));
    text_line_append_numbers(to, described->tensor.ndim, described->shape);
    text_line_append(to, " strides ");
    if (described->tensor.strides == NULL)
        text_line_append(to, "NULL");
    else
        text_line_append_numbers(to, described->tensor.ndim, described->strides);
}
