#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "contraction/contraction.h"
#include "contraction/walk.h"

#include <string.h>

static void append(struct contraction *c, struct axis_list *list, int64_t extent, int64_t x, int64_t y, int64_t out) {
    bd_append_axis(c, list, (struct axis){extent, {x, y, out}});
}

static void start(struct contraction *contraction) {
    memset(contraction, 0, sizeof *contraction);
    bd_contraction_start(contraction);
}

static void assert_axis(const struct axis_list *list, int64_t extent, int64_t x, int64_t y, int64_t out) {
    assert_int_equal(list->count, 1);
    assert_int_equal(list->axes[0].extent, extent);
    assert_int_equal(list->axes[0].stride[OPERAND_X], x);
    assert_int_equal(list->axes[0].stride[OPERAND_Y], y);
    assert_int_equal(list->axes[0].stride[OPERAND_OUT], out);
}

/* x (6, 4, 5) times y (6, 5, 7) over 5: Keras's axes (2, 1). */
static void test_three_dimensions_fold_to_one_axis_a_list(void **state) {
    (void)state;
    struct contraction c;
    start(&c);
    append(&c, &c.batch, 6, 20, 35, 28);
    append(&c, &c.m, 4, 5, 0, 7);
    append(&c, &c.n, 7, 0, 1, 1);
    append(&c, &c.k, 5, 1, 7, 0);
    bd_fold(&c);
    assert_axis(&c.batch, 6, 20, 35, 28);
    assert_axis(&c.m, 4, 5, 0, 7);
    assert_axis(&c.n, 7, 0, 1, 1);
    assert_axis(&c.k, 5, 1, 7, 0);
    assert_false(c.is_swapped);
}

/* The documentation's (32, 20, 1) with (32, 30, 20), axes (1, 2): m has extent 1 and goes. */
static void test_unit_axes_are_dropped(void **state) {
    (void)state;
    struct contraction c;
    start(&c);
    append(&c, &c.batch, 32, 20, 600, 30);
    append(&c, &c.m, 1, 1, 0, 30);
    append(&c, &c.n, 30, 0, 20, 1);
    append(&c, &c.k, 20, 1, 1, 0);
    bd_fold(&c);
    assert_axis(&c.batch, 32, 20, 600, 30);
    assert_int_equal(c.m.count, 0);
    assert_axis(&c.n, 30, 0, 20, 1);
    assert_axis(&c.k, 20, 1, 1, 0);
}

/* The same product, x, y and the output being views of transposed data: only strides differ. */
static void test_a_transposed_view_folds_the_same(void **state) {
    (void)state;
    struct contraction c;
    start(&c);
    append(&c, &c.batch, 6, 20, 35, 28);
    append(&c, &c.m, 4, 1, 0, 7);
    append(&c, &c.n, 7, 0, 5, 1);
    append(&c, &c.k, 5, 4, 1, 0);
    bd_fold(&c);
    assert_axis(&c.batch, 6, 20, 35, 28);
    assert_axis(&c.m, 4, 1, 0, 7);
    assert_axis(&c.n, 7, 0, 5, 1);
    assert_axis(&c.k, 5, 4, 1, 0);
}

/* x (2, 3, 4, 5, 6) and y (2, 6, 7, 8) over 6: three free axes of x merge into one of 60, two of y into one of 56. */
static void test_five_dimensions_merge(void **state) {
    (void)state;
    struct contraction c;
    start(&c);
    append(&c, &c.batch, 2, 360, 336, 3360);
    append(&c, &c.m, 3, 120, 0, 1120);
    append(&c, &c.m, 4, 30, 0, 280);
    append(&c, &c.m, 5, 6, 0, 56);
    append(&c, &c.n, 7, 0, 8, 8);
    append(&c, &c.n, 8, 0, 1, 1);
    append(&c, &c.k, 6, 1, 56, 0);
    bd_fold(&c);
    assert_axis(&c.batch, 2, 360, 336, 3360);
    assert_axis(&c.m, 60, 6, 0, 56);
    assert_axis(&c.n, 56, 0, 1, 1);
    assert_axis(&c.k, 6, 1, 56, 0);
}

/* Axes in another order than their strides: still one after sorting. */
static void test_permuted_axes_merge(void **state) {
    (void)state;
    struct contraction c;
    start(&c);
    append(&c, &c.m, 5, 6, 0, 56);
    append(&c, &c.m, 3, 120, 0, 1120);
    append(&c, &c.m, 4, 30, 0, 280);
    append(&c, &c.n, 56, 0, 1, 1);
    append(&c, &c.k, 6, 1, 56, 0);
    bd_fold(&c);
    assert_axis(&c.m, 60, 6, 0, 56);
}

/* Two free axes of x that the output keeps apart: one stays m, the other becomes a batch axis that y does not have. */
static void test_what_cannot_merge_becomes_a_batch_axis(void **state) {
    (void)state;
    struct contraction c;
    start(&c);
    append(&c, &c.m, 3, 40, 0, 100);
    append(&c, &c.m, 4, 5, 0, 8);
    append(&c, &c.n, 7, 0, 1, 1);
    append(&c, &c.k, 5, 1, 7, 0);
    bd_fold(&c);
    assert_axis(&c.batch, 3, 40, 0, 100);
    assert_axis(&c.m, 4, 5, 0, 8);
}

/* Both free lists, of operands that swap, leave axes to the batch, which had one of its own. */
static void test_axes_of_both_lists_become_batch_axes(void **state) {
    (void)state;
    struct contraction c;
    start(&c);
    append(&c, &c.batch, 2, 1000, 2000, 10000);
    append(&c, &c.m, 3, 100, 0, 3000);
    append(&c, &c.m, 1, 9, 0, 9);
    append(&c, &c.m, 4, 7, 0, 1);
    append(&c, &c.n, 5, 0, 300, 500);
    append(&c, &c.n, 6, 0, 20, 50);
    append(&c, &c.n, 2, 0, 5, 20);
    append(&c, &c.k, 5, 1, 1, 0);
    bd_fold(&c);
    assert_true(c.is_swapped);
    static const struct axis batch[] = {
        {2, {2000, 1000, 10000}}, {3, {0, 100, 3000}}, {5, {300, 0, 500}}, {2, {5, 0, 20}}};
    assert_int_equal(c.batch.count, 4);
    assert_memory_equal(c.batch.axes, batch, sizeof batch);
    assert_axis(&c.m, 6, 20, 0, 50);
    assert_axis(&c.n, 4, 0, 7, 1);
    assert_axis(&c.k, 5, 1, 1, 0);
}

/* The kept axis is the one with the unit stride, though it is shorter. */
static void test_the_unit_stride_stays_inside(void **state) {
    (void)state;
    struct contraction c;
    start(&c);
    append(&c, &c.m, 4, 10, 0, 100);
    append(&c, &c.n, 9, 0, 7, 11);
    append(&c, &c.n, 2, 0, 100, 1);
    append(&c, &c.k, 5, 1, 1, 0);
    bd_fold(&c);
    assert_axis(&c.batch, 9, 0, 7, 11);
    assert_axis(&c.n, 2, 0, 100, 1);
}

static void test_x_and_y_swap_where_the_output_is_transposed(void **state) {
    (void)state;
    struct contraction c;
    start(&c);
    append(&c, &c.batch, 6, 20, 35, 28);
    append(&c, &c.m, 4, 5, 0, 1);
    append(&c, &c.n, 7, 0, 1, 4);
    append(&c, &c.k, 5, 1, 7, 0);
    c.dtype[OPERAND_X] = BATCHDOT_I8;
    c.dtype[OPERAND_Y] = BATCHDOT_U8;
    c.conjugate[OPERAND_X] = true;
    bd_fold(&c);
    assert_true(c.is_swapped);
    assert_axis(&c.batch, 6, 35, 20, 28);
    assert_axis(&c.m, 7, 1, 0, 4);
    assert_axis(&c.n, 4, 0, 5, 1);
    assert_axis(&c.k, 5, 7, 1, 0);
    assert_int_equal(c.dtype[OPERAND_X], BATCHDOT_U8);
    assert_int_equal(c.dtype[OPERAND_Y], BATCHDOT_I8);
    assert_true(!c.conjugate[OPERAND_X] && c.conjugate[OPERAND_Y]);
}

static void test_a_backward_output_is_turned_around(void **state) {
    (void)state;
    struct contraction c;
    start(&c);
    append(&c, &c.m, 4, 5, 0, -7);
    append(&c, &c.n, 7, 0, 1, 1);
    append(&c, &c.k, 5, 1, 7, 0);
    c.dtype[OPERAND_X] = c.dtype[OPERAND_Y] = c.dtype[OPERAND_OUT] = BATCHDOT_F32;
    bd_fold(&c);
    assert_axis(&c.m, 4, -5, 0, 7);
    assert_int_equal(c.origin[OPERAND_X], 15);
    assert_int_equal(c.origin[OPERAND_Y], 0);
    assert_int_equal(c.origin[OPERAND_OUT], -21);
    struct operand_bytes bytes[OPERAND_COUNT];
    bd_operand_bytes(&c, bytes);
    assert_int_equal(bytes[OPERAND_X].origin, 60);
    assert_int_equal(bytes[OPERAND_X].first, 0);
    assert_int_equal(bytes[OPERAND_X].last, 79);
    assert_int_equal(bytes[OPERAND_OUT].origin, -84);
    assert_int_equal(bytes[OPERAND_OUT].first, -84);
    assert_int_equal(bytes[OPERAND_OUT].last, 27);
}

static void test_an_empty_k_becomes_one_empty_axis(void **state) {
    (void)state;
    struct contraction c;
    start(&c);
    append(&c, &c.n, 3, 0, 1, 1);
    append(&c, &c.k, 4, 1, 1, 0);
    append(&c, &c.k, 0, 1, 1, 0);
    bd_fold(&c);
    assert_axis(&c.k, 0, 0, 0, 0);
    assert_int_equal(bd_list_extent(&c.k), 0);
}

/* Of x (6, 4, 5) and one y (5, 7) for all items: a product of 24 rows. */
static void test_items_that_share_y_join(void **state) {
    (void)state;
    struct contraction c;
    start(&c);
    append(&c, &c.batch, 3, 120, 35, 168);
    append(&c, &c.batch, 6, 20, 0, 28);
    append(&c, &c.m, 4, 5, 0, 7);
    append(&c, &c.n, 7, 0, 1, 1);
    append(&c, &c.k, 5, 1, 7, 0);
    bd_fold(&c);
    assert_true(bd_join_items(&c));
    assert_axis(&c.batch, 3, 120, 35, 168);
    assert_axis(&c.m, 24, 5, 0, 7);
    assert_axis(&c.n, 7, 0, 1, 1);
    assert_axis(&c.k, 5, 1, 7, 0);
    assert_int_equal(c.axis_count, 4);
    assert_false(bd_join_items(&c)); /* the others have a y each */
    start(&c);
    append(&c, &c.batch, 6, 9, 0, 8);
    append(&c, &c.n, 7, 0, 1, 1);
    append(&c, &c.k, 5, 1, 7, 0);
    bd_fold(&c);
    assert_true(bd_join_items(&c));
    assert_int_equal(c.batch.count, 0);
    assert_axis(&c.m, 6, 9, 0, 8);
    assert_axis(&c.n, 7, 0, 1, 1);
    assert_axis(&c.k, 5, 1, 7, 0);
}

static void test_items_whose_rows_do_not_follow_stay_apart(void **state) {
    (void)state;
    for (int gap = 0; gap < 2; gap++) {
        struct contraction c;
        start(&c);
        append(&c, &c.batch, 6, gap ? 20 : 21, 0, gap ? 29 : 28);
        append(&c, &c.m, 4, 5, 0, 7);
        append(&c, &c.n, 7, 0, 1, 1);
        append(&c, &c.k, 5, 1, 7, 0);
        bd_fold(&c);
        assert_false(bd_join_items(&c));
        assert_int_equal(c.batch.count, 1);
        assert_axis(&c.m, 4, 5, 0, 7);
    }
}

/* The last axis of k is gone over most often. */
static void test_the_best_axis_of_k_comes_last(void **state) {
    (void)state;
    struct contraction c;
    start(&c);
    append(&c, &c.n, 7, 0, 1, 1);
    append(&c, &c.k, 3, 20, 700, 0);
    append(&c, &c.k, 9, 2, 100, 0);
    append(&c, &c.k, 4, 1, 7, 0);
    bd_fold(&c);
    assert_int_equal(c.k.count, 3);
    assert_int_equal(c.k.axes[2].extent, 4);
    start(&c);
    append(&c, &c.n, 7, 0, 1, 1);
    append(&c, &c.k, 9, 60, 100, 0);
    append(&c, &c.k, 4, 2, 7, 0);
    bd_fold(&c);
    assert_int_equal(c.k.axes[1].extent, 9);
}

static void test_list_extent_saturates(void **state) {
    (void)state;
    struct axis axes[] = {{INT64_MAX / 2, {0}}, {3, {0}}};
    struct axis_list list = {2, axes};
    assert_true(bd_list_extent(&list) == INT64_MAX);
    axes[1].extent = 0;
    assert_int_equal(bd_list_extent(&list), 0);
    list.count = 0;
    assert_int_equal(bd_list_extent(&list), 1);
}

static void test_walk_visits_in_order(void **state) {
    (void)state;
    const struct axis axes[] = {{2, {100, 0, 30}}, {3, {-10, 1, 5}}, {2, {1, 7, 1}}};
    struct walk walk;
    for (int first = 0; first < 12; first++) {
        bd_walk_start(&walk, axes, 3, first);
        for (int step = 0; step < 12; step++, bd_walk_next(&walk)) {
            const int position = (first + step) % 12;
            const int a = position / 6, b = position / 2 % 3, c = position % 2;
            assert_int_equal(walk.offset[OPERAND_X], 100 * a - 10 * b + c);
            assert_int_equal(walk.offset[OPERAND_Y], b + 7 * c);
            assert_int_equal(walk.offset[OPERAND_OUT], 30 * a + 5 * b + c);
        }
    }
}

/* Counts, by trying all pairs, whether two index tuples of a 3-axis output meet. */
static bool meets_itself(const int64_t extent[3], const int64_t stride[3]) {
    unsigned char taken[512] = {0};
    for (int64_t a = 0; a < extent[0]; a++)
        for (int64_t b = 0; b < extent[1]; b++)
            for (int64_t c = 0; c < extent[2]; c++)
                if (taken[a * stride[0] + b * stride[1] + c * stride[2]]++)
                    return true;
    return false;
}

static void test_self_overlap_agrees_with_counting(void **state) {
    (void)state;
    int overlapping = 0, apart = 0;
    for (int i = 0; i < 6 * 6 * 6 * 64; i++) {
        const int64_t stride[] = {i % 6 * 5 / 2 + 1, i / 6 % 6 * 2 + 1, i / 36 % 6 * 3 + 2};
        const int64_t extent[] = {i / 216 % 4 + 1, i / 864 % 4 + 1, i / 3456 % 4 + 2};
        struct contraction c;
        start(&c);
        append(&c, &c.batch, extent[0], 0, 0, stride[0]);
        append(&c, &c.m, extent[1], 0, 0, stride[1]);
        append(&c, &c.n, extent[2], 0, 0, stride[2]);
        const bool expected = meets_itself(extent, stride);
        assert_int_equal(bd_output_overlaps_itself(&c), expected);
        bd_fold(&c);
        assert_int_equal(bd_output_overlaps_itself(&c), expected);
        expected ? overlapping++ : apart++;
    }
    assert_true(overlapping > 1000 && apart > 1000);
}

static void test_input_overlap_agrees_with_counting(void **state) {
    (void)state;
    static unsigned char memory[4096];
    int overlapping = 0, apart = 0;
    for (int i = 0; i < 8 * 5 * 5 * 41; i++) {
        const int64_t out_m = i % 8 + 3, x_m = i / 8 % 5 - 2, x_k = i / 40 % 5 + 1, distance = i / 200 - 20;
        struct contraction c;
        start(&c);
        c.dtype[OPERAND_X] = BATCHDOT_F16;
        c.dtype[OPERAND_OUT] = BATCHDOT_F32;
        append(&c, &c.m, 3, x_m, 0, out_m);
        append(&c, &c.n, 2, 0, 1, 1);
        append(&c, &c.k, 4, x_k, 1, 0);
        bool expected = false;
        unsigned char *const out = memory + 2048, *const x = out + distance;
        memset(memory, 0, sizeof memory);
        for (int64_t a = 0; a < 6; a++)
            memset(out + 4 * (a / 2 * out_m + a % 2), 1, 4);
        for (int64_t a = 0; a < 12; a++) {
            const unsigned char *element = x + 2 * (a / 4 * x_m + a % 4 * x_k);
            expected = expected || element[0] || element[1];
        }
        assert_int_equal(bd_output_overlaps_input(&c, OPERAND_X, x, out), expected);
        expected ? overlapping++ : apart++;
    }
    assert_true(overlapping > 500 && apart > 500);
}

/* x is field 0, the output field 1, of a large array of records: alike in every stride, so that only merging the terms
 * keeps the search short. */
static void test_large_interleaved_views_do_not_overlap(void **state) {
    (void)state;
    static const int64_t records[][2] = {{512, 512}, {1000000, 3}};
    for (int i = 0; i < 2; i++) {
        const int64_t batch = records[i][0], m = records[i][1];
        struct contraction c;
        start(&c);
        c.dtype[OPERAND_X] = c.dtype[OPERAND_OUT] = BATCHDOT_F32;
        append(&c, &c.batch, batch, 2 * m, 1, 2 * m);
        append(&c, &c.m, m, 2, 0, 2);
        bd_fold(&c);
        const enum operand x = c.is_swapped ? OPERAND_Y : OPERAND_X;
        c.dtype[x] = BATCHDOT_F32;
        const uintptr_t records_at = 4096;
        assert_false(bd_output_overlaps_input(&c, x, (const void *)records_at, (const void *)(records_at + 4)));
        assert_true(bd_output_overlaps_input(&c, x, (const void *)records_at, (const void *)(records_at + 8)));
        assert_true(bd_output_overlaps_input(&c, x, (const void *)records_at, (const void *)(records_at + 3)));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_three_dimensions_fold_to_one_axis_a_list),
        cmocka_unit_test(test_unit_axes_are_dropped),
        cmocka_unit_test(test_a_transposed_view_folds_the_same),
        cmocka_unit_test(test_five_dimensions_merge),
        cmocka_unit_test(test_permuted_axes_merge),
        cmocka_unit_test(test_what_cannot_merge_becomes_a_batch_axis),
        cmocka_unit_test(test_axes_of_both_lists_become_batch_axes),
        cmocka_unit_test(test_the_unit_stride_stays_inside),
        cmocka_unit_test(test_x_and_y_swap_where_the_output_is_transposed),
        cmocka_unit_test(test_a_backward_output_is_turned_around),
        cmocka_unit_test(test_an_empty_k_becomes_one_empty_axis),
        cmocka_unit_test(test_items_that_share_y_join),
        cmocka_unit_test(test_items_whose_rows_do_not_follow_stay_apart),
        cmocka_unit_test(test_the_best_axis_of_k_comes_last),
        cmocka_unit_test(test_list_extent_saturates),
        cmocka_unit_test(test_walk_visits_in_order),
        cmocka_unit_test(test_self_overlap_agrees_with_counting),
        cmocka_unit_test(test_input_overlap_agrees_with_counting),
        cmocka_unit_test(test_large_interleaved_views_do_not_overlap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
