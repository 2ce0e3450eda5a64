/* Which engine a plan takes, and what it says of itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plan/plan.h"

#include <string.h>

/* batch items of a row-major m by k times k by n product. */
static void fill_product(struct batchdot_plan *plan, batchdot_dtype dtype, int64_t batch, int64_t m, int64_t n,
                         int64_t k) {
    memset(plan, 0, sizeof *plan);
    struct contraction *c = &plan->contraction;
    bd_contraction_start(c);
    c->dtype[OPERAND_X] = c->dtype[OPERAND_Y] = c->dtype[OPERAND_OUT] = dtype;
    c->alpha[0] = 1;
    static const char *const names[] = {"x", "y", "the output"};
    const int64_t shapes[OPERAND_COUNT][3] = {{batch, m, k}, {batch, k, n}, {batch, m, n}};
    for (int operand = 0; operand < OPERAND_COUNT; operand++) {
        const int64_t *const shape = memcpy(plan->kept_shapes[operand], shapes[operand], sizeof shapes[operand]);
        plan->tensor[operand] = (struct tensor_shape){names[operand], 3, shape[0] * shape[1] * shape[2] == 0, shape};
    }
    bd_append_axis(c, &c->batch, (struct axis){batch, {m * k, k * n, m * n}});
    bd_append_axis(c, &c->m, (struct axis){m, {k, 0, n}});
    bd_append_axis(c, &c->n, (struct axis){n, {0, 1, 1}});
    bd_append_axis(c, &c->k, (struct axis){k, {1, n, 0}});
}

static void make_plan(struct batchdot_plan *plan, batchdot_engine engine, batchdot_dtype dtype, int64_t batch,
                      int64_t m, int64_t n, int64_t k) {
    fill_product(plan, dtype, batch, m, n, k);
    assert_int_equal(bd_plan_fold(plan), BATCHDOT_OK);
    assert_int_equal(bd_plan_choose_engine(plan, engine), BATCHDOT_OK);
}

static void test_native_is_taken_when_asked_for(void **state) {
    (void)state;
    struct batchdot_plan plan;
    make_plan(&plan, BATCHDOT_ENGINE_NATIVE, BATCHDOT_F32, 3, 200, 200, 200);
    assert_ptr_equal(plan.engine, &bd_native_engine);
}

static void test_large_items_go_to_blas_and_small_ones_do_not(void **state) {
    (void)state;
    if (!bd_blas_is_built_in())
        skip();
    struct batchdot_plan plan;
    make_plan(&plan, BATCHDOT_ENGINE_AUTO, BATCHDOT_F32, 3, 1700, 1700, 1700);
    const bool stays = bd_isa() >= ISA_AVX512 || !bd_blas_has_vectors_of(bd_isa());
    assert_ptr_equal(plan.engine, stays ? &bd_native_engine : &bd_blas_engine);
    for (batchdot_dtype dtype = BATCHDOT_F32; dtype <= BATCHDOT_C128; dtype++) {
        make_plan(&plan, BATCHDOT_ENGINE_AUTO, dtype, 3, 500, 500, 500);
        assert_ptr_equal(plan.engine, bd_isa() == ISA_PORTABLE ? &bd_blas_engine : &bd_native_engine);
    }
    make_plan(&plan, BATCHDOT_ENGINE_AUTO, BATCHDOT_F32, 3, 2, 2, 2);
    assert_ptr_equal(plan.engine, &bd_native_engine);
    make_plan(&plan, BATCHDOT_ENGINE_AUTO, BATCHDOT_F64, 3, 1, 100, 200);
    assert_ptr_equal(plan.engine, bd_isa() == ISA_PORTABLE ? &bd_blas_engine : &bd_native_engine);
    make_plan(&plan, BATCHDOT_ENGINE_AUTO, BATCHDOT_C128, 3, 1, 100, 200);
    assert_ptr_equal(plan.engine, &bd_native_engine);
    make_plan(&plan, BATCHDOT_ENGINE_BLAS, BATCHDOT_F32, 3, 2, 2, 2);
    assert_ptr_equal(plan.engine, &bd_blas_engine);
}

static void test_the_choice_does_not_look_at_the_batch_or_the_threads(void **state) {
    (void)state;
    struct batchdot_plan one, many;
    for (int64_t extent = 1; extent < 70; extent++) {
        fill_product(&one, BATCHDOT_F64, 1, extent, extent + 1, extent + 2);
        fill_product(&many, BATCHDOT_F64, 100000, extent, extent + 1, extent + 2);
        many.num_threads = 8;
        bd_plan_fold(&one);
        bd_plan_fold(&many);
        bd_plan_choose_engine(&one, BATCHDOT_ENGINE_AUTO);
        bd_plan_choose_engine(&many, BATCHDOT_ENGINE_AUTO);
        assert_ptr_equal(one.engine, many.engine);
    }
}

static void test_what_blas_refuses_goes_to_native(void **state) {
    (void)state;
    struct batchdot_plan plan;
    fill_product(&plan, BATCHDOT_I32, 3, 90, 90, 90);
    bd_plan_fold(&plan);
    const batchdot_status status = bd_plan_choose_engine(&plan, BATCHDOT_ENGINE_BLAS);
    assert_int_equal(status, bd_blas_is_built_in() ? BATCHDOT_OK : BATCHDOT_ERROR_OPTION);
    if (bd_blas_is_built_in())
        assert_ptr_equal(plan.engine, &bd_native_engine);
}

static void assert_explains(const struct batchdot_plan *plan, const char *needle) {
    char text[4096];
    bd_plan_explain(plan, text, sizeof text);
    if (!strstr(text, needle))
        fail_msg("'%s' is not in:\n%s", needle, text);
}

static void test_explain_names_engine_and_reason(void **state) {
    (void)state;
    struct batchdot_plan plan;
    make_plan(&plan, BATCHDOT_ENGINE_NATIVE, BATCHDOT_F32, 3, 4, 5, 6);
    assert_explains(&plan, "x (3, 4, 6), y (3, 6, 5), the output (3, 4, 5)");
    assert_explains(&plan, "3 item(s) of m 4, n 5, k 6");
    assert_explains(&plan, "engine: native (");
    assert_explains(&plan, "why: it was asked for");
    assert_explains(&plan, "threads: 1");
    make_plan(&plan, BATCHDOT_ENGINE_AUTO, BATCHDOT_I64, 3, 4, 5, 6);
    assert_explains(&plan, bd_blas_is_built_in() ? "why: BLAS has no routine" : "built without BLAS");
    if (bd_blas_is_built_in()) {
        make_plan(&plan, BATCHDOT_ENGINE_BLAS, BATCHDOT_F32, 3, 4, 5, 6);
        assert_explains(&plan, "engine: blas (");
        assert_explains(&plan, "num_threads does not reach it");
    }
}

static void test_explain_counts_as_snprintf(void **state) {
    (void)state;
    struct batchdot_plan plan;
    make_plan(&plan, BATCHDOT_ENGINE_NATIVE, BATCHDOT_F32, 3, 4, 5, 6);
    char whole[4096], part[20];
    const size_t length = bd_plan_explain(&plan, whole, sizeof whole);
    assert_int_equal(length, strlen(whole));
    assert_int_equal(bd_plan_explain(&plan, NULL, 0), length);
    assert_int_equal(bd_plan_explain(&plan, part, sizeof part), length);
    assert_int_equal(strlen(part), sizeof part - 1);
    assert_memory_equal(part, whole, sizeof part - 1);
}

static void test_an_empty_output_needs_nothing(void **state) {
    (void)state;
    struct batchdot_plan plan;
    make_plan(&plan, BATCHDOT_ENGINE_AUTO, BATCHDOT_F32, 0, 4, 5, 6);
    assert_int_equal(bd_plan_run(&plan, NULL, NULL, NULL), BATCHDOT_OK);
    assert_explains(&plan, "empty");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_native_is_taken_when_asked_for),
        cmocka_unit_test(test_large_items_go_to_blas_and_small_ones_do_not),
        cmocka_unit_test(test_the_choice_does_not_look_at_the_batch_or_the_threads),
        cmocka_unit_test(test_what_blas_refuses_goes_to_native),
        cmocka_unit_test(test_explain_names_engine_and_reason),
        cmocka_unit_test(test_explain_counts_as_snprintf),
        cmocka_unit_test(test_an_empty_output_needs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
