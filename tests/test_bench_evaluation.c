/* From times to what the bench says of them, and the bounds that it measures by. The quartiles are those that NumPy's
 * percentile gives. */
#include "bounds.h"
#include "evaluation.h"
#include "npy_fixture.h"

#include <math.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void assert_close(double value, double expected) {
    if (!(fabs(value - expected) <= 1e-12 * fabs(expected)))
        fail_msg("%.17g instead of %.17g", value, expected);
}

static void assert_quartiles(struct quartiles quartiles, double lower, double median, double upper) {
    assert_close(quartiles.lower, lower);
    assert_close(quartiles.median, median);
    assert_close(quartiles.upper, upper);
}

/* ---- Statistics ------------------------------------------------------------------------------------------------- */

static void test_quartiles(void **state) {
    (void)state;
    assert_quartiles(quartiles_of((double[]){3.5}, 1), 3.5, 3.5, 3.5);
    assert_quartiles(quartiles_of((double[]){4, 1}, 2), 1.75, 2.5, 3.25);
    assert_quartiles(quartiles_of((double[]){10, 2, 7}, 3), 4.5, 7, 8.5);
    assert_quartiles(quartiles_of((double[]){8, 1, 3, 2.5}, 4), 2.125, 2.75, 4.25);
    assert_quartiles(quartiles_of((double[]){5, 0.5, 9, 1.25, 7}, 5), 1.25, 5, 7);
}

static void test_geometric_mean(void **state) {
    (void)state;
    struct geometric_mean mean = {0, 0};
    assert_true(isnan(geometric_mean_value(&mean)));
    geometric_mean_add(&mean, 0.5);
    assert_close(geometric_mean_value(&mean), 0.5);
    geometric_mean_add(&mean, 2);
    assert_close(geometric_mean_value(&mean), 1);
    geometric_mean_add(&mean, 8);
    assert_close(geometric_mean_value(&mean), 2);
    assert_int_equal(mean.count, 3);
}

/* ---- One case --------------------------------------------------------------------------------------------------- */

enum { OURS, NEAR, FAR, AGAIN, TOUCH, FMA };

static const struct contestant_list contestants = {.entries = {{.name = "batchdot", .role = ROLE_OURS},
                                                               {.name = "near", .role = ROLE_PEER},
                                                               {.name = "far", .role = ROLE_VARIANT},
                                                               {.name = "again", .role = ROLE_AGAIN},
                                                               {.name = "touch", .role = ROLE_BOUND},
                                                               {.name = "fma", .role = ROLE_BOUND}},
                                                   .count = 6};

static struct case_result evaluate(const double *seconds, int rounds, int entrant_count, const int *contestant_of) {
    struct case_result result;
    memset(&result, 0, sizeof result);
    evaluate_case(&contestants, seconds, rounds, entrant_count, contestant_of, &result);
    return result;
}

/* The median of the ratios is 1.1; the ratio of the medians would be 2. */
static void test_ratio_is_taken_within_a_round(void **state) {
    static const double seconds[] = {
        1, 4,   /**/
        2, 2.2, /**/
        9, 9,
    };
    (void)state;
    const struct case_result result = evaluate(seconds, 3, 2, (int[]){OURS, NEAR});
    assert_int_equal(result.ours, OURS);
    assert_int_equal(result.best_peer, NEAR);
    assert_int_equal(result.bound, -1);
    assert_quartiles(result.ratio, 1.05, 1.1, 2.55);
    assert_quartiles(result.contestants[OURS].seconds, 1.5, 2, 5.5);
    assert_quartiles(result.contestants[NEAR].seconds, 3.1, 4, 6.5);
}

/* near has the least of all times and the least mean, but far the lesser median. */
static void test_best_peer_has_the_least_median(void **state) {
    static const double seconds[] = {
        /* far, ours, near */
        4, 2, 0.5, /**/
        4, 2, 5,   /**/
        5, 1, 6,
    };
    (void)state;
    const struct case_result result = evaluate(seconds, 3, 3, (int[]){FAR, OURS, NEAR});
    assert_int_equal(result.best_peer, FAR);
    assert_quartiles(result.ratio, 2, 2, 3.5);
    const struct case_result swapped = evaluate(seconds, 3, 3, (int[]){NEAR, OURS, FAR});
    assert_int_equal(swapped.best_peer, NEAR);
    const struct case_result reversed = evaluate(seconds, 3, 3, (int[]){OURS, FAR, NEAR});
    assert_int_equal(reversed.best_peer, FAR);
    assert_quartiles(reversed.ratio, 0.35, 0.5, 0.5);
}

static void test_slower_bound_counts(void **state) {
    static const double seconds[] = {
        /* fma, ours, touch */
        1, 4, 2, /**/
        9, 6, 3, /**/
        1, 8, 2,
    };
    (void)state;
    const struct case_result result = evaluate(seconds, 3, 3, (int[]){FMA, OURS, TOUCH});
    assert_int_equal(result.bound, TOUCH);
    assert_close(result.bound_fraction, 0.5);
    assert_int_equal(result.best_peer, -1);
    const struct case_result swapped = evaluate(seconds, 3, 3, (int[]){TOUCH, OURS, FMA});
    assert_int_equal(swapped.bound, FMA);
    assert_close(swapped.bound_fraction, 0.5);
}

static void test_missing_parts(void **state) {
    static const double seconds[] = {3, 4};
    (void)state;
    const struct case_result without_ours = evaluate(seconds, 1, 2, (int[]){NEAR, TOUCH});
    assert_int_equal(without_ours.ours, -1);
    assert_int_equal(without_ours.best_peer, NEAR);
    assert_int_equal(without_ours.bound, TOUCH);
    assert_false(case_has_lost(&without_ours));
    const struct case_result without_all = evaluate(seconds, 1, 0, NULL);
    assert_int_equal(without_all.ours, -1);
    assert_int_equal(without_all.best_peer, -1);
    assert_int_equal(without_all.bound, -1);
}

static void test_noise_is_old_by_old(void **state) {
    static const double seconds[] = {
        /* ours, old, old again */
        2, 2, 4, /**/
        2, 3, 3, /**/
        2, 6, 4,
    };
    (void)state;
    const struct case_result result = evaluate(seconds, 3, 3, (int[]){OURS, NEAR, AGAIN});
    assert_int_equal(result.best_peer, NEAR); /* and not its second turn */
    assert_quartiles(result.noise, 0.75, 1, 1.25);
    assert_quartiles(result.ratio, 1.25, 1.5, 2.25);
}

static void test_gflops(void **state) {
    (void)state;
    const struct bench_case one = {.x_ndim = 3,
                                   .y_ndim = 3,
                                   .x_shape = {5, 10, 20},
                                   .y_shape = {5, 20, 30},
                                   .axes = {2, 1},
                                   .dtype = bench_dtype_find("f32")};
    struct case_result result;
    memset(&result, 0, sizeof result);
    item_product_make(&one, &result.product);
    result.contestants[NEAR].seconds.median = 1e-4;
    assert_close(case_gflops(&result, NEAR), 0.6);
}

/* ---- Losses ----------------------------------------------------------------------------------------------------- */

static void test_losses(void **state) {
    static const struct {
        double ratio;
        struct quartiles noise;
        bool has_lost;
    } rows[] = {
        {0.94, {1, 1, 1}, true},        {0.96, {1, 1, 1}, false},       {1.5, {1, 1, 1}, false},
        {0.90, {1, 1.01, 1.02}, true},  {0.90, {0.98, 0.99, 1}, true},  {0.90, {0.9, 0.9, 0.9}, false},
        {0.90, {1.1, 1.1, 1.1}, false}, {0.90, {0.8, 1, 1.2}, false},   {0.90, {0.96, 1, 1.04}, true},
        {0.90, {0.94, 1, 1.06}, false}, {0.70, {0.8, 1, 1.2}, true},    {0.90, {0.9, 0.93, 0.94}, false},
        {0.90, {0.94, 0.97, 1}, true},  {1.10, {0.9, 1.1, 1.2}, false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct case_result result = {.ours = 0, .best_peer = 1};
        result.ratio.median = rows[i].ratio;
        result.noise = rows[i].noise;
        if (case_has_lost(&result) != rows[i].has_lost)
            fail_msg("row %d", (int)i);
        result.best_peer = -1;
        assert_false(case_has_lost(&result));
    }
}

/* ---- Suites ----------------------------------------------------------------------------------------------------- */

enum { CASES = 5 };

/* Two of a.f32 with ratios 2 and 8, one of a.f64 of 3, one of b.f32 without peers, and one of a.f32 without ours. */
static void make_results(struct results *results, struct case_result *cases, struct bench_case *bench_cases) {
    static const char *const suites[CASES] = {"a", "a", "a", "b", "a"}, *const seconds[CASES] = {"b", "b", "b", "a",
                                                                                                 "b"};
    static const char *const dtypes[CASES] = {"f32", "f32", "f64", "f32", "f32"};
    static const double ratios[CASES] = {2, 8, 3, 100, 100}, fractions[CASES] = {0.5, 0.125, 0.3, 0.7, 100};
    memset(cases, 0, CASES * sizeof *cases);
    memset(bench_cases, 0, CASES * sizeof *bench_cases);
    for (int i = 0; i < CASES; i++) {
        bench_cases[i].dtype = bench_dtype_find(dtypes[i]);
        bench_cases[i].suite_count = 2;
        strcpy(bench_cases[i].suites[0], suites[i]);
        strcpy(bench_cases[i].suites[1], seconds[i]);
        cases[i].product.bench_case = &bench_cases[i];
        cases[i].ratio.median = ratios[i];
        cases[i].bound_fraction = fractions[i];
        cases[i].ours = i == 4 ? -1 : OURS;
        cases[i].best_peer = i == 3 ? -1 : NEAR;
        cases[i].bound = TOUCH;
    }
    *results = (struct results){.cases = cases, .case_count = CASES};
}

static void test_suites(void **state) {
    static struct results results;
    static struct case_result cases[CASES];
    struct bench_case bench_cases[CASES];
    const struct bench_dtype *const f32 = bench_dtype_find("f32"), *const f64 = bench_dtype_find("f64");
    (void)state;
    make_results(&results, cases, bench_cases);
    struct suite_summary summary = evaluate_suite(&results, "a", f32);
    assert_int_equal(summary.count, 3);
    assert_int_equal(summary.ratio.count, 2);
    assert_close(geometric_mean_value(&summary.ratio), 4);
    assert_close(geometric_mean_value(&summary.bound_fraction), 0.25);
    summary = evaluate_suite(&results, "a", f64);
    assert_int_equal(summary.count, 1);
    assert_close(geometric_mean_value(&summary.ratio), 3);
    summary = evaluate_suite(&results, "b", f32);
    assert_int_equal(summary.count, 1);
    assert_int_equal(summary.ratio.count, 0);
    assert_true(isnan(geometric_mean_value(&summary.ratio)));
    assert_close(geometric_mean_value(&summary.bound_fraction), 0.7);
    assert_int_equal(evaluate_suite(&results, "b", f64).count, 0);
    assert_int_equal(evaluate_suite(&results, NULL, f64).count, 1);
    assert_int_equal(evaluate_suite(&results, "a", NULL).count, 4);
    summary = evaluate_suite(&results, NULL, NULL);
    assert_int_equal(summary.count, 5);
    assert_int_equal(summary.ratio.count, 3);
    assert_close(geometric_mean_value(&summary.ratio), cbrt(48));
    assert_int_equal(summary.bound_fraction.count, 4);
}

/* ---- Bounds ----------------------------------------------------------------------------------------------------- */

static void test_arithmetic_of_dtypes(void **state) {
    static const struct {
        batchdot_dtype dtype;
        enum arithmetic arithmetic;
    } rows[] = {
        {BATCHDOT_F32, ARITHMETIC_F32},  {BATCHDOT_F64, ARITHMETIC_F64},  {BATCHDOT_C64, ARITHMETIC_F32},
        {BATCHDOT_C128, ARITHMETIC_F64}, {BATCHDOT_F16, ARITHMETIC_F32},  {BATCHDOT_BF16, ARITHMETIC_BF16},
        {BATCHDOT_I8, ARITHMETIC_BYTES}, {BATCHDOT_U8, ARITHMETIC_BYTES}, {BATCHDOT_I32, ARITHMETIC_I32},
        {BATCHDOT_I64, ARITHMETIC_I64},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(bounds_arithmetic(rows[i].dtype), rows[i].arithmetic);
}

#if defined(__x86_64__)
static const char *best_for_floats(void) {
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"))
        return "avx512";
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? "avx2" : "baseline";
}

static void test_bounds_use_what_the_processor_has(void **state) {
    const char *const floats = best_for_floats();
    const char *const bf16 = __builtin_cpu_supports("avx512bf16") ? "avx512bf16" : floats;
    const char *const bytes = __builtin_cpu_supports("avx512vnni") ? "avx512vnni" : floats;
    const char *const expected[ARITHMETIC_COUNT] = {floats, floats, bf16, bytes, floats, floats};
    (void)state;
    assert_string_equal(bounds_for_touch()->isa, floats);
    for (int i = 0; i < ARITHMETIC_COUNT; i++)
        assert_string_equal(bounds_for_fma((enum arithmetic)i)->isa, expected[i]);
}
#endif

/* Lesser instruction sets than the processor's best compute something as well. */
static void test_bounds_run(void **state) {
    static const struct bounds *const all[] = {
#if defined(__x86_64__)
        &bounds_avx512bf16,
        &bounds_avx512vnni,
        &bounds_avx512,
        &bounds_avx2,
#endif
        &bounds_portable,
    };
    (void)state;
    for (size_t i = 0; i < COUNT(all); i++)
        for (int arithmetic = 0; all[i]->is_supported() && arithmetic < ARITHMETIC_COUNT; arithmetic++)
            if (all[i]->fma[arithmetic])
                all[i]->fma[arithmetic](1e5);
    for (int arithmetic = 0; arithmetic < ARITHMETIC_COUNT; arithmetic++)
        assert_non_null(bounds_portable.fma[arithmetic]);
    assert_non_null(bounds_portable.touch);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quartiles),
        cmocka_unit_test(test_geometric_mean),
        cmocka_unit_test(test_ratio_is_taken_within_a_round),
        cmocka_unit_test(test_best_peer_has_the_least_median),
        cmocka_unit_test(test_slower_bound_counts),
        cmocka_unit_test(test_missing_parts),
        cmocka_unit_test(test_noise_is_old_by_old),
        cmocka_unit_test(test_gflops),
        cmocka_unit_test(test_losses),
        cmocka_unit_test(test_suites),
        cmocka_unit_test(test_arithmetic_of_dtypes),
#if defined(__x86_64__)
        cmocka_unit_test(test_bounds_use_what_the_processor_has),
#endif
        cmocka_unit_test(test_bounds_run),
    };
    return cmocka_run_group_tests_name("the bench's evaluation", tests, NULL, NULL);
}
