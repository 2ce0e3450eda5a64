/* NumPy's rules: a letter for every axis. */
#include "shape/operand_shape.h"

#include "base/status.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* A to Z and a to z have a number each, in the order of their codes. */
enum { LETTER_COUNT = 52 };

static int letter_number(char letter) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const char *const found = letter ? strchr(letters, letter) : NULL;
    return found ? (int)(found - letters) : -1;
}

/* The letters of x, y or the output. */
struct letters {
    int count;
    char text[BATCHDOT_MAX_NDIM + 1]; /* what is beyond is counted only */
    int axis[LETTER_COUNT];           /* of each letter, NO_AXIS without it */
    char repeated;                    /* one that stands twice, or 0 */
};

static void start_letters(struct letters *letters) {
    letters->count = 0;
    letters->repeated = 0;
    for (int number = 0; number < LETTER_COUNT; number++)
        letters->axis[number] = NO_AXIS;
}

static void add_letter(struct letters *letters, char letter) {
    int *const axis = &letters->axis[letter_number(letter)];
    if (*axis != NO_AXIS)
        letters->repeated = letter;
    else if (letters->count < BATCHDOT_MAX_NDIM)
        *axis = letters->count;
    if (letters->count < BATCHDOT_MAX_NDIM)
        letters->text[letters->count] = letter;
    letters->count++;
}

struct einsum {
    const char *expression;
    struct letters x, y, out;
    bool has_out; /* it has a -> */
};

static batchdot_status fail_at(const struct einsum *einsum, const char *at, const char *what) {
    return bd_fail(
        BATCHDOT_ERROR_SHAPE,
        "the einsum expression \"%s\" %s at its character %td; it must be like \"bik,bkj->bij\", a letter for "
        "each axis of two operands.",
        einsum->expression, what, at - einsum->expression + 1);
}

static batchdot_status read_expression(struct einsum *einsum) {
    struct letters *part = &einsum->x;
    const char *at = einsum->expression;
    for (; *at; at++) {
        if (*at == ' ')
            continue;
        if (letter_number(*at) >= 0) {
            add_letter(part, *at);
        } else if (*at == ',') {
            if (part != &einsum->x)
                return fail_at(einsum, at, "has another comma");
            part = &einsum->y;
        } else if (at[0] == '-' && at[1] == '>') {
            if (part != &einsum->y)
                return fail_at(einsum, at, einsum->has_out ? "has another \"->\"" : "has a \"->\" before any comma");
            part = &einsum->out;
            einsum->has_out = true;
            at++;
        } else if (*at == '.') {
            return fail_at(einsum, at, "has an ellipsis, for which there is no support,");
        } else {
            return fail_at(einsum, at, "has what is no letter");
        }
    }
    return part == &einsum->x ? fail_at(einsum, at, "ends without a comma") : BATCHDOT_OK;
}

static batchdot_status check_letter_count(const struct einsum *einsum, const struct letters *letters,
                                          const struct operand_shape *operand) {
    if (letters->count == operand->ndim)
        return BATCHDOT_OK;
    char text[BD_SHAPE_TEXT_SIZE];
    return bd_fail(BATCHDOT_ERROR_SHAPE, "the einsum expression \"%s\" has %d letter(s) for %s of shape %s.",
                   einsum->expression, letters->count, operand->name,
                   bd_shape_text(operand->ndim, operand->shape, text));
}

static batchdot_status check_repeated(const struct einsum *einsum, const struct letters *letters, const char *name) {
    if (!letters->repeated)
        return BATCHDOT_OK;
    return bd_fail(BATCHDOT_ERROR_AXIS_RANGE, "the einsum expression \"%s\" has the letter %c twice in %s.",
                   einsum->expression, letters->repeated, name);
}

static batchdot_status check_letters(const struct einsum *einsum) {
    batchdot_status status = check_repeated(einsum, &einsum->x, "x");
    if (!status)
        status = check_repeated(einsum, &einsum->y, "y");
    if (!status)
        status = check_repeated(einsum, &einsum->out, "the output");
    for (int axis = 0; !status && axis < einsum->out.count; axis++) {
        const char letter = einsum->out.text[axis];
        const int number = letter_number(letter);
        if (einsum->x.axis[number] == NO_AXIS && einsum->y.axis[number] == NO_AXIS)
            status = bd_fail(BATCHDOT_ERROR_AXIS_RANGE,
                             "the einsum expression \"%s\" has the letter %c in the output, and in neither input.",
                             einsum->expression, letter);
    }
    return status;
}

/* NumPy's output where none is named: the letters that stand once, in the order of their codes. */
static void imply_output(struct einsum *einsum) {
    for (int number = 0; number < LETTER_COUNT; number++) {
        const bool in_x = einsum->x.axis[number] != NO_AXIS, in_y = einsum->y.axis[number] != NO_AXIS;
        if (in_x != in_y)
            add_letter(&einsum->out,
                       in_x ? einsum->x.text[einsum->x.axis[number]] : einsum->y.text[einsum->y.axis[number]]);
    }
}

/* In the order of x's axes; those of the output first. */
static batchdot_status check_extents_agree(const struct einsum *einsum, const struct operand_shape *x,
                                           const struct operand_shape *y, batchdot_status status) {
    for (int axis = 0; axis < x->ndim; axis++) {
        const int number = letter_number(einsum->x.text[axis]);
        const int y_axis = einsum->y.axis[number];
        const bool is_batch = einsum->out.axis[number] != NO_AXIS;
        if (y_axis == NO_AXIS || is_batch != (status == BATCHDOT_ERROR_BATCH) || x->shape[axis] == y->shape[y_axis])
            continue;
        char sentence[200];
        snprintf(
            sentence, sizeof sentence,
            "the letter %c is a %s axis whose extents differ: x.shape[%d] != y.shape[%d] (%" PRId64 " != %" PRId64 ")",
            einsum->x.text[axis], is_batch ? "batch" : "contracted", axis, y_axis, x->shape[axis], y->shape[y_axis]);
        return bd_fail_with_shapes(status, x, y, sentence);
    }
    return BATCHDOT_OK;
}

/* The axes of one group, found by which of the three have the letter. */
static void match_group(const struct einsum *einsum, struct product_shape *result, int *count, bool in_x, bool in_y,
                        bool in_out) {
    for (int number = 0; number < LETTER_COUNT; number++) {
        const int x = einsum->x.axis[number], y = einsum->y.axis[number], out = einsum->out.axis[number];
        if ((x != NO_AXIS) == in_x && (y != NO_AXIS) == in_y && (out != NO_AXIS) == in_out)
            bd_match(result, count, x, y, out);
    }
}

static void build_result(const struct einsum *einsum, const struct operand_shape *x, const struct operand_shape *y,
                         struct product_shape *result) {
    result->ndim = einsum->out.count;
    for (int axis = 0; axis < result->ndim; axis++) {
        const int number = letter_number(einsum->out.text[axis]);
        const int x_axis = einsum->x.axis[number];
        result->shape[axis] = x_axis != NO_AXIS ? x->shape[x_axis] : y->shape[einsum->y.axis[number]];
    }
    bd_match_none_yet(result);
    match_group(einsum, result, &result->batch_count, true, true, true);
    match_group(einsum, result, &result->m_count, true, false, true);
    match_group(einsum, result, &result->n_count, false, true, true);
    match_group(einsum, result, &result->k_count, true, true, false);
    match_group(einsum, result, &result->k_count, true, false, false);
    match_group(einsum, result, &result->k_count, false, true, false);
}

static batchdot_status read_einsum(struct einsum *einsum, const struct operand_shape *x,
                                   const struct operand_shape *y) {
    batchdot_status status = read_expression(einsum);
    if (!status)
        status = check_letter_count(einsum, &einsum->x, x);
    if (!status)
        status = check_letter_count(einsum, &einsum->y, y);
    if (!status)
        status = check_letters(einsum);
    if (!status && !einsum->has_out)
        imply_output(einsum);
    if (!status)
        status = check_extents_agree(einsum, x, y, BATCHDOT_ERROR_BATCH);
    if (!status)
        status = check_extents_agree(einsum, x, y, BATCHDOT_ERROR_CONTRACTED);
    return status;
}

batchdot_status bd_infer_einsum(int x_ndim, const int64_t *x_shape, int y_ndim, const int64_t *y_shape,
                                const char *expression, struct product_shape *result) {
    if (!expression)
        return bd_fail(BATCHDOT_ERROR_NULL, "the einsum expression is a NULL pointer.");
    const struct operand_shape x = {"x", x_ndim, x_shape}, y = {"y", y_ndim, y_shape};
    batchdot_status status = bd_check_inputs(&x, &y, result);
    if (status)
        return status;
    struct einsum einsum = {.expression = expression};
    start_letters(&einsum.x);
    start_letters(&einsum.y);
    start_letters(&einsum.out);
    status = read_einsum(&einsum, &x, &y);
    if (status)
        return status;
    build_result(&einsum, &x, &y, result);
    return bd_check_counts(&x, &y, result);
}
