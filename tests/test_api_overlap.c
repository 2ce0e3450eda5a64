/* Overlap: an output that shares a byte with an input or an element with itself is refused, and nothing else is. */
#include "test_api_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A small generator, so that the random cases are the same everywhere. */
static uint64_t random_state;

static int64_t random_between(int64_t least, int64_t most) {
    random_state = random_state * 6364136223846793005U + 1442695040888963407U;
    return least + (int64_t)((random_state >> 33) % (uint64_t)(most - least + 1));
}

/* ---- The output and itself -------------------------------------------------------------------------------------- */

/* Whether two elements of this view of three axes share an offset, found by comparing all of them. */
static bool meets_itself(const int64_t shape[3], const int64_t strides[3]) {
    static int64_t offsets[1024];
    const int64_t count = shape[0] * shape[1] * shape[2];
    assert_true(count <= (int64_t)COUNT(offsets));
    for (int64_t i = 0; i < count; i++) {
        offsets[i] =
            i / (shape[1] * shape[2]) * strides[0] + i / shape[2] % shape[1] * strides[1] + i % shape[2] * strides[2];
        for (int64_t j = 0; j < i; j++) {
            if (offsets[i] == offsets[j])
                return true;
        }
    }
    return false;
}

/* An output of this shape, as (batch, free axis of x, free axis of y) over one contracted element. */
static void check_self(const int64_t shape[3], const int64_t strides[3]) {
    char name[160], text[64];
    test_shape_text(text, sizeof text, 3, shape);
    snprintf(name, sizeof name, "out %s, strides (%lld, %lld, %lld)", text, (long long)strides[0],
             (long long)strides[1], (long long)strides[2]);
    test_set_row(name);
    const batchdot_tensor *x = TENSOR(NULL, BATCHDOT_F32, DIMS(shape[0], shape[1], 1)),
                          *y = TENSOR(NULL, BATCHDOT_F32, DIMS(shape[0], 1, shape[2])),
                          *out = VIEW(NULL, BATCHDOT_F32, 3, shape, strides);
    double mark = 0.0;
    batchdot_plan *plan = (batchdot_plan *)(void *)&mark;
    if (meets_itself(shape, strides)) {
        assert_fails(BATCHDOT_ERROR_OVERLAP, batchdot_plan_create(&plan, x, y, NULL, out, NULL), text);
        assert_null(plan);
    } else {
        assert_ok(batchdot_plan_create(&plan, x, y, NULL, out, NULL));
        batchdot_plan_destroy(plan);
    }
    test_set_row("");
}

static void every_small_stride_of_the_output(void **state) {
    (void)state;
    static const int64_t shapes[][3] = {{2, 3, 2}, {3, 2, 1}, {1, 4, 3}, {1, 1, 1}, {2, 0, 3}, {4, 2, 3}};
    for (size_t i = 0; i < COUNT(shapes); i++) {
        for (int64_t code = 0; code < 13 * 13 * 13; code++) {
            const int64_t strides[] = {code / 169 - 6, code / 13 % 13 - 6, code % 13 - 6};
            check_self(shapes[i], strides);
        }
    }
}

static void random_strides_of_the_output(void **state) {
    (void)state;
    random_state = 3;
    for (int i = 0; i < 4000; i++) {
        const int64_t shape[] = {random_between(1, 7), random_between(1, 7), random_between(1, 7)};
        const int64_t reach = i % 2 ? 20 : 60;
        const int64_t strides[] = {random_between(-reach, reach), random_between(-reach, reach),
                                   random_between(-reach, reach)};
        check_self(shape, strides);
    }
}

/* What decides is not whether the spans nest: 2i + 3j meets itself only when i reaches 3. */
static void interleaved_axes(void **state) {
    (void)state;
    check_self(EXTENTS(1, 3, 2), EXTENTS(0, 2, 3));
    check_self(EXTENTS(1, 4, 2), EXTENTS(0, 2, 3));
    check_self(EXTENTS(1, 3, 3), EXTENTS(0, 2, 1));
    check_self(EXTENTS(5, 20, 10), EXTENTS(1, 10, 203));
    check_self(EXTENTS(5, 20, 10), EXTENTS(1, 10, 23));
    check_self(EXTENTS(10, 10, 10), EXTENTS(101, 11, 1210));
    check_self(EXTENTS(10, 10, 10), EXTENTS(100, 10, 1));
    check_self(EXTENTS(10, 10, 10), EXTENTS(-100, 10, -1));
    check_self(EXTENTS(10, 10, 10), EXTENTS(99, 10, 1));
    double x[] = {1, 2, 3}, y[] = {10, 100, 0, 0, 0, 0}, out[8] = {-1, -1, -1, -1, -1, -1, -1, -1};
    const double expected[] = {10, -1, 20, 100, 30, 200, -1, 300};
    assert_ok(batchdot(TENSOR(x, BATCHDOT_F64, DIMS(1, 3, 1)), TENSOR(y, BATCHDOT_F64, DIMS(1, 1, 2)), NULL,
                       VIEW(out, BATCHDOT_F64, DIMS(1, 3, 2), EXTENTS(0, 2, 3))));
    for (int i = 0; i < 8; i++)
        assert_element(BATCHDOT_F64, out, i, expected[i]);
}

/* The one-call form refuses the same, and leaves the output alone. */
static void an_output_upon_itself_is_not_written(void **state) {
    (void)state;
    double x[6] = {1, 2, 3, 4, 5, 6}, out[6];
    test_fill(out, sizeof out);
    const batchdot_tensor *rows = TENSOR(x, BATCHDOT_F64, DIMS(2, 3));
    assert_fails(BATCHDOT_ERROR_OVERLAP, batchdot(rows, rows, NULL, VIEW(out, BATCHDOT_F64, DIMS(2, 1), EXTENTS(0, 1))),
                 "(2, 1)");
    const batchdot_tensor *column = TENSOR(x, BATCHDOT_F64, DIMS(1, 3, 1)),
                          *row = TENSOR(x, BATCHDOT_F64, DIMS(1, 1, 2));
    assert_fails(BATCHDOT_ERROR_OVERLAP,
                 batchdot(column, row, NULL, VIEW(out, BATCHDOT_F64, DIMS(1, 3, 2), EXTENTS(6, 1, 1))), "(1, 3, 2)");
    assert_filled(out, sizeof out);
}

/* Many axes: the overlap of two of them must be found among sixty that are of no account. */
static void an_output_of_many_axes(void **state) {
    (void)state;
    int64_t x_shape[60], out_shape[59], strides[59];
    for (int i = 0; i < 60; i++)
        x_shape[i] = i % 6 == 1 ? 2 : 1;
    memcpy(out_shape, x_shape, sizeof out_shape);
    int64_t stride = 1;
    for (int i = 58; i >= 0; i--) {
        strides[i] = stride;
        stride *= out_shape[i];
    }
    const batchdot_tensor x = {NULL, BATCHDOT_I8, 60, x_shape, NULL};
    const batchdot_tensor out = {NULL, BATCHDOT_I32, 59, out_shape, strides};
    batchdot_plan *plan = NULL;
    assert_ok(batchdot_plan_create(&plan, &x, TENSOR(NULL, BATCHDOT_U8, DIMS(1, 1)), NULL, &out, NULL));
    batchdot_plan_destroy(plan);
    strides[7] = strides[13] + strides[19];
    assert_fails(BATCHDOT_ERROR_OVERLAP,
                 batchdot_plan_create(&plan, &x, TENSOR(NULL, BATCHDOT_U8, DIMS(1, 1)), NULL, &out, NULL), NULL);
}

/* ---- The output and the inputs ---------------------------------------------------------------------------------- */

enum { ROOM = 64 };

/* A matrix within a buffer of ROOM bytes; strides in elements, the offset in bytes. */
typedef struct matrix {
    batchdot_dtype dtype;
    int64_t shape[2], strides[2], offset;
} matrix;

/* A bit for each byte of the buffer that the matrix covers. */
static uint64_t bytes_of(const matrix *a) {
    const int64_t size = (int64_t)test_dtype_size(a->dtype);
    uint64_t bytes = 0;
    for (int64_t i = 0; i < a->shape[0] * a->shape[1]; i++) {
        const int64_t element = i / a->shape[1] * a->strides[0] + i % a->shape[1] * a->strides[1];
        const int64_t first = a->offset + element * size;
        assert_true(first >= 0 && first + size <= ROOM);
        for (int64_t byte = first; byte < first + size; byte++)
            bytes |= (uint64_t)1 << byte;
    }
    return bytes;
}

static bool lies_within(const matrix *a) {
    int64_t least = a->offset, most = a->offset;
    for (int i = 0; i < 2; i++) {
        const int64_t span = (a->shape[i] - 1) * a->strides[i] * (int64_t)test_dtype_size(a->dtype);
        if (span < 0)
            least += span;
        else
            most += span;
    }
    return least >= 0 && most + (int64_t)test_dtype_size(a->dtype) <= ROOM;
}

/* x (2, 3) . y (2, 3, 2) -> (2, 2), with one of the inputs in the output's buffer (y's matrices are one for all). */
static void check_pair(const matrix *out, const matrix *in, bool in_is_x) {
    static _Alignas(16) unsigned char buffer[ROOM];
    static const double zeros[64];
    const batchdot_tensor *other = in_is_x ? VIEW((void *)zeros, in->dtype, DIMS(2, 3, 2), EXTENTS(0, 2, 1))
                                           : TENSOR((void *)zeros, in->dtype, DIMS(2, 3));
    const batchdot_tensor *x = VIEW(buffer + in->offset, in->dtype, 2, in->shape, in->strides);
    const batchdot_tensor *y =
        VIEW(buffer + in->offset, in->dtype, DIMS(2, 3, 2), EXTENTS(0, in->strides[0], in->strides[1]));
    const batchdot_tensor *result = VIEW(buffer + out->offset, out->dtype, 2, out->shape, out->strides);
    char name[160];
    snprintf(name, sizeof name, "dtypes %d -> %d, out +%d (%d, %d), %c +%d (%d, %d)", (int)in->dtype, (int)out->dtype,
             (int)out->offset, (int)out->strides[0], (int)out->strides[1], in_is_x ? 'x' : 'y', (int)in->offset,
             (int)in->strides[0], (int)in->strides[1]);
    test_set_row(name);
    test_fill(buffer, sizeof buffer);
    batchdot_plan *plan = NULL;
    assert_ok(batchdot_plan_create(&plan, in_is_x ? x : other, in_is_x ? other : y, NULL, result, NULL));
    const void *x_data = in_is_x ? x->data : other->data, *y_data = in_is_x ? other->data : y->data;
    if ((bytes_of(out) & bytes_of(in)) != 0) {
        assert_fails(BATCHDOT_ERROR_OVERLAP, batchdot_plan_execute(plan, x_data, y_data, result->data), NULL);
        assert_fails(BATCHDOT_ERROR_OVERLAP, batchdot(in_is_x ? x : other, in_is_x ? other : y, NULL, result),
                     "(2, 2)");
        assert_filled(buffer, sizeof buffer);
    } else {
        assert_ok(batchdot_plan_execute(plan, x_data, y_data, result->data));
        assert_ok(batchdot(in_is_x ? x : other, in_is_x ? other : y, NULL, result));
    }
    batchdot_plan_destroy(plan);
    test_set_row("");
}

/* Random pairs: half of them interleaved or nearly so, since the strides are small. Returns how many did not overlap.
 */
static int check_pairs(batchdot_dtype in_dtype, batchdot_dtype out_dtype, bool in_is_x, int64_t in_step) {
    int apart = 0;
    const int64_t out_size = (int64_t)test_dtype_size(out_dtype);
    for (int tried = 0; tried < 3000;) {
        matrix out = {out_dtype, {2, 2}, {random_between(-4, 4), random_between(-4, 4)}, 0};
        matrix in = {in_dtype, {2, 3}, {random_between(-6, 6), random_between(-6, 6)}, 0};
        if (!in_is_x) {
            in.shape[0] = 3;
            in.shape[1] = 2;
        }
        out.offset = random_between(0, ROOM / out_size) * out_size;
        in.offset = random_between(0, ROOM / in_step) * in_step;
        const int64_t a = out.strides[0], b = out.strides[1];
        if (a == 0 || b == 0 || a == b || a == -b || !lies_within(&out) || !lies_within(&in))
            continue;
        check_pair(&out, &in, in_is_x);
        apart += (bytes_of(&out) & bytes_of(&in)) == 0;
        tried++;
    }
    return apart;
}

/* The input's offset steps by its own alignment, so that elements also meet in part of their bytes. */
static void strides_decide_exactly(void **state) {
    (void)state;
    random_state = 5;
    for (int in_is_x = 0; in_is_x <= 1; in_is_x++) {
        assert_in_range(check_pairs(BATCHDOT_F32, BATCHDOT_F32, in_is_x, 4), 100, 2900);
        assert_in_range(check_pairs(BATCHDOT_F16, BATCHDOT_F32, in_is_x, 2), 100, 2900);
        assert_in_range(check_pairs(BATCHDOT_BF16, BATCHDOT_BF16, in_is_x, 2), 100, 2900);
        assert_in_range(check_pairs(BATCHDOT_I8, BATCHDOT_I32, in_is_x, 1), 100, 2900);
        assert_in_range(check_pairs(BATCHDOT_C64, BATCHDOT_C64, in_is_x, 4), 20, 2980);
    }
}

static void an_output_equal_to_an_input(void **state) {
    (void)state;
    double square[] = {1, 2, 3, 4, 5, 6, 7, 8, 9}, before[9];
    memcpy(before, square, sizeof before);
    const batchdot_tensor *tensor = TENSOR(square, BATCHDOT_F64, DIMS(1, 3, 3));
    double apart[9] = {0};
    const batchdot_tensor *other = TENSOR(apart, BATCHDOT_F64, DIMS(1, 3, 3));
    assert_fails(BATCHDOT_ERROR_OVERLAP, batchdot(tensor, other, NULL, tensor), "(1, 3, 3)");
    assert_fails(BATCHDOT_ERROR_OVERLAP, batchdot(other, tensor, NULL, tensor), "(1, 3, 3)");
    assert_fails(BATCHDOT_ERROR_OVERLAP, batchdot(tensor, tensor, NULL, tensor), "(1, 3, 3)");
    assert_memory_equal(square, before, sizeof before);
    assert_ok(batchdot(tensor, tensor, NULL, other)); /* x and y may be one */
}

/* The first two columns hold x, the last two the result; then x on the even places and the result on the odd ones. */
static void views_of_one_buffer_that_do_not_meet(void **state) {
    (void)state;
    double buffer[12] = {1, 2, -1, -1, 3, 4, -1, -1, 5, 6, -1, -1}, y[] = {1, 10, 100, 1000};
    const double expected[] = {1, 2, 201, 2010, 3, 4, 403, 4030, 5, 6, 605, 6050};
    assert_ok(batchdot(VIEW(buffer, BATCHDOT_F64, DIMS(1, 3, 2), EXTENTS(12, 4, 1)),
                       TENSOR(y, BATCHDOT_F64, DIMS(1, 2, 2)), NULL,
                       VIEW(buffer + 2, BATCHDOT_F64, DIMS(1, 3, 2), EXTENTS(12, 4, 1))));
    for (int i = 0; i < 12; i++)
        assert_element(BATCHDOT_F64, buffer, i, expected[i]);

    float pairs[] = {1, -1, 2, -1, 3, -1, 4, -1};
    const float pairs_expected[] = {1, 3, 2, -1, 3, 7, 4, -1};
    const float ones[] = {1, 1, 1, 1};
    assert_ok(batchdot(VIEW(pairs, BATCHDOT_F32, DIMS(2, 2), EXTENTS(4, 2)),
                       TENSOR((void *)ones, BATCHDOT_F32, DIMS(2, 2, 1)), NULL,
                       VIEW(pairs + 1, BATCHDOT_F32, DIMS(2, 1), EXTENTS(4, 2))));
    for (int i = 0; i < 8; i++)
        assert_element(BATCHDOT_F32, pairs, i, (double)pairs_expected[i]);
}

/* A tensor without elements lies nowhere. */
static void nothing_overlaps_an_empty_tensor(void **state) {
    (void)state;
    double data[6] = {1, 2, 3, 4, 5, 6};
    assert_ok(batchdot(TENSOR(data, BATCHDOT_F64, DIMS(2, 3, 0)), TENSOR(data, BATCHDOT_F64, DIMS(2, 0)), NULL,
                       TENSOR(data, BATCHDOT_F64, DIMS(2, 3))));
    for (int i = 0; i < 6; i++)
        assert_element(BATCHDOT_F64, data, i, 0);
    assert_ok(batchdot(TENSOR(data, BATCHDOT_F64, DIMS(2, 3)), TENSOR(data, BATCHDOT_F64, DIMS(2, 3, 0)), NULL,
                       VIEW(data, BATCHDOT_F64, DIMS(2, 0), EXTENTS(0, 0))));
}

/* A transposed output makes the library swap x and y, whose spans differ: each keeps its own. */
static void a_transposed_output_and_the_longer_input(void **state) {
    (void)state;
    static float x[2 * 8 + 6], y[8 * 3 + 6];
    static const int64_t out_strides[] = {6, 1, 2};
    const batchdot_tensor *x_view = TENSOR(x, BATCHDOT_F32, DIMS(1, 2, 8)),
                          *y_view = TENSOR(y, BATCHDOT_F32, DIMS(1, 8, 3));
    const int64_t out_shape[] = {1, 2, 3};
    const batchdot_axes axes = {2, 1};
    assert_ok(batchdot(x_view, y_view, &axes, VIEW(x + 16, BATCHDOT_F32, 3, out_shape, out_strides)));
    assert_ok(batchdot(x_view, y_view, &axes, VIEW(y + 24, BATCHDOT_F32, 3, out_shape, out_strides)));
    assert_fails(BATCHDOT_ERROR_OVERLAP,
                 batchdot(x_view, y_view, &axes, VIEW(x + 15, BATCHDOT_F32, 3, out_shape, out_strides)), "x of shape");
    assert_fails(BATCHDOT_ERROR_OVERLAP,
                 batchdot(x_view, y_view, &axes, VIEW(y + 23, BATCHDOT_F32, 3, out_shape, out_strides)), "y of shape");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_small_stride_of_the_output),
        cmocka_unit_test(random_strides_of_the_output),
        cmocka_unit_test(interleaved_axes),
        cmocka_unit_test(an_output_upon_itself_is_not_written),
        cmocka_unit_test(an_output_of_many_axes),
        cmocka_unit_test(strides_decide_exactly),
        cmocka_unit_test(an_output_equal_to_an_input),
        cmocka_unit_test(views_of_one_buffer_that_do_not_meet),
        cmocka_unit_test(nothing_overlaps_an_empty_tensor),
        cmocka_unit_test(a_transposed_output_and_the_longer_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
