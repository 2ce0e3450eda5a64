/* The inner result of shape inference; what callers see of it is tested through the public function. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shape/product_shape.h"

static void assert_contracted(const struct product_shape *product, int x, int y) {
    assert_int_equal(product->k_count, 1);
    const struct matched_axis *const k = &product->axes[product->batch_count + product->m_count + product->n_count];
    assert_int_equal(k->x, x);
    assert_int_equal(k->y, y);
    assert_int_equal(k->out, NO_AXIS);
}

static void test_axes_are_counted_from_the_front(void **state) {
    (void)state;
    struct product_shape result;
    const int64_t x[] = {2, 3, 4, 5}, y[] = {2, 5, 3};
    const batchdot_axes axes = {-1, -2};
    assert_int_equal(bd_infer_batch_dot(4, x, 3, y, &axes, &result), BATCHDOT_OK);
    assert_contracted(&result, 3, 1);
    const int64_t expected[] = {2, 3, 4, 3};
    assert_int_equal(result.ndim, 4);
    assert_memory_equal(result.shape, expected, sizeof expected);
}

static void test_absent_axes(void **state) {
    (void)state;
    struct product_shape result;
    const int64_t x[] = {2, 3, 4}, y2[] = {2, 4}, y3[] = {2, 4, 6}, y4[] = {2, 6, 4, 7};
    assert_int_equal(bd_infer_batch_dot(3, x, 2, y2, NULL, &result), BATCHDOT_OK);
    assert_contracted(&result, 2, 1);
    assert_int_equal(bd_infer_batch_dot(3, x, 3, y3, NULL, &result), BATCHDOT_OK);
    assert_contracted(&result, 2, 1);
    assert_int_equal(bd_infer_batch_dot(3, x, 4, y4, NULL, &result), BATCHDOT_OK);
    assert_contracted(&result, 2, 2);
}

static void test_rank_one_results_get_an_axis(void **state) {
    (void)state;
    struct product_shape result;
    const int64_t shape[] = {9, 4};
    assert_int_equal(bd_infer_batch_dot(2, shape, 2, shape, NULL, &result), BATCHDOT_OK);
    assert_int_equal(result.ndim, 2);
    assert_true(result.shape[0] == 9 && result.shape[1] == 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_axes_are_counted_from_the_front),
        cmocka_unit_test(test_absent_axes),
        cmocka_unit_test(test_rank_one_results_get_an_axis),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
