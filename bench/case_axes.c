#include "case_axes.h"

#include <string.h>

/* A letter for every axis of each tensor. */
struct letters {
    char x[CASE_MAX_NDIM + 1], y[CASE_MAX_NDIM + 1], out[CASE_MAX_AXES + 1];
};

static void append(char *text, char letter) {
    const size_t length = strlen(text);
    text[length] = letter;
    text[length + 1] = '\0';
}

/* Keras's rule: the batch, x's other axes, y's other axes. */
static void spell_batch_dot(const struct bench_case *bench_case, struct letters *letters) {
    const char batch = 'b', contracted = 'k';
    char next = 'A';
    append(letters->out, batch);
    for (int i = 0; i < bench_case->x_ndim; i++) {
        const char letter = i == 0 ? batch : i == bench_case->axes.x ? contracted : next++;
        append(letters->x, letter);
        if (letter != batch && letter != contracted)
            append(letters->out, letter);
    }
    for (int i = 0; i < bench_case->y_ndim; i++) {
        const char letter = i == 0 ? batch : i == bench_case->axes.y ? contracted : next++;
        append(letters->y, letter);
        if (letter != batch && letter != contracted)
            append(letters->out, letter);
    }
}

/* The table has made sure that the letters are as many as the axes. */
static void spell_expression(const struct bench_case *bench_case, struct letters *letters) {
    const char *const y = bench_case->expression + bench_case->x_ndim + 1;
    const char *const out = y + bench_case->y_ndim + 2;
    memcpy(letters->x, bench_case->expression, (size_t)bench_case->x_ndim);
    memcpy(letters->y, y, (size_t)bench_case->y_ndim);
    memcpy(letters->out, out, strlen(out));
}

/* Where a letter stands in a tensor's letters, or -1. */
static int place_of(const char *letters, char letter) {
    const char *const place = strchr(letters, letter);
    return place ? (int)(place - letters) : -1;
}

static int64_t contiguous_stride(const int64_t *shape, int ndim, int axis) {
    int64_t stride = 1;
    for (int i = axis + 1; i < ndim; i++)
        stride *= shape[i];
    return stride;
}

/* But for the output's stride. */
static struct case_axis axis_of(const struct bench_case *c, const struct letters *letters, char letter) {
    const int in_x = place_of(letters->x, letter), in_y = place_of(letters->y, letter);
    const bool is_of_y = in_y > 0 || (in_y == 0 && !c->shares_y);
    return (struct case_axis){.role = !strchr(letters->out, letter) ? AXIS_CONTRACTED
                                      : in_x < 0                    ? AXIS_COLUMN
                                      : is_of_y                     ? AXIS_BATCH
                                                                    : AXIS_ROW,
                              .extent = in_x >= 0 ? c->x_shape[in_x] : c->y_shape[in_y],
                              .x = in_x >= 0 ? contiguous_stride(c->x_shape, c->x_ndim, in_x) : 0,
                              .y = is_of_y ? contiguous_stride(c->y_shape, c->y_ndim, in_y) : 0};
}

void case_axes_make(const struct bench_case *bench_case, struct case_axes *axes) {
    const struct bench_case *const c = bench_case;
    struct letters letters = {"", "", ""};
    *axes = (struct case_axes){.count = 0};
    if (*c->expression)
        spell_expression(c, &letters);
    else
        spell_batch_dot(c, &letters);
    for (const char *letter = letters.out; *letter; letter++)
        axes->axes[axes->count++] = axis_of(c, &letters, *letter);
    axes->out_count = 1;
    for (int i = axes->count - 1; i >= 0; i--) {
        axes->axes[i].out = axes->out_count;
        axes->out_count *= axes->axes[i].extent;
    }
    for (const char *letter = letters.x; *letter; letter++)
        if (!strchr(letters.out, *letter))
            axes->axes[axes->count++] = axis_of(c, &letters, *letter);
    axes->x_count = contiguous_stride(c->x_shape, c->x_ndim, -1);
    axes->y_count = contiguous_stride(c->y_shape, c->y_ndim, c->shares_y ? 0 : -1);
}

int64_t case_axes_extent(const struct case_axes *axes, enum axis_role role) {
    int64_t extent = 1;
    for (int i = 0; i < axes->count; i++)
        if (axes->axes[i].role == role)
            extent *= axes->axes[i].extent;
    return extent;
}
