/* The copies with which the bench has a CBLAS compute what it does not take as it lies, or does not normalize. */
#include "arena.h"
#include "bench_expression.h"
#include "contestants.h"
#include "entrant.h"
#include "exact_product.h"
#include "exact_values.h"
#include "normalized_copy.h"
#include "npy_fixture.h"
#include "operand_copy.h"

#include <math.h>
#include <string.h>

/* ---- Copies ----------------------------------------------------------------------------------------------------- */

/* Any order of up to four axes, whose extents may be longer than a tile, to contiguous memory, in so many parts. */
static void check_permutation(size_t element_size, uint32_t seed) {
    static unsigned char from[60000 * 16], to[60000 * 16];
    struct copy_axis axes[4];
    int order[4] = {0, 1, 2, 3};
    int64_t extents[4], from_stride = 1, to_stride = 1;
    uint32_t random = seed;
    const int count = 1 + (int)(next_random(&random) % 4);
    for (int i = 0; i < count; i++) {
        const int other = i + (int)(next_random(&random) % (uint32_t)(count - i)), kept = order[i];
        order[i] = order[other];
        order[other] = kept;
        extents[i] = 1 + next_random(&random) % (i == 0 ? 35 : i == 1 ? 20 : 3);
    }
    for (int i = count - 1; i >= 0; i--) {
        axes[i] = (struct copy_axis){extents[i], 0, to_stride};
        to_stride *= extents[i];
    }
    for (int i = count - 1; i >= 0; i--) {
        axes[order[i]].from = from_stride;
        from_stride *= extents[order[i]];
    }
    for (size_t i = 0; i < (size_t)from_stride * element_size; i++)
        from[i] = (unsigned char)next_random(&random);
    memset(to, 0, sizeof to);
    struct operand_copy copy;
    operand_copy_make(&copy, element_size, axes, count);
    const int parts = 1 + (int)(seed % 4);
    for (int part = parts - 1; part >= 0; part--)
        operand_copy_run(&copy, from, to, part, parts);
    for (int64_t i = 0; i < to_stride; i++) {
        int64_t rest = i, place = 0;
        for (int axis = count - 1; axis >= 0; axis--) {
            place += rest % extents[axis] * axes[axis].from;
            rest /= extents[axis];
        }
        assert_memory_equal(to + (size_t)i * element_size, from + (size_t)place * element_size, element_size);
    }
    assert_int_equal(to[(size_t)to_stride * element_size], 0);
}

static void test_permutations(void **state) {
    (void)state;
    for (uint32_t seed = 1; seed <= 1000; seed++)
        check_permutation((size_t)1 << seed % 5, seed);
}

/* Within a few roundings of a longer type's quotient. */
static void check_normalization(const struct normalized_copy *copy, uint32_t seed) {
    static double from[20000], to[20000];
    const batchdot_dtype dtype = copy->is_double ? BATCHDOT_F64 : BATCHDOT_F32;
    const int64_t row = copy->behind * copy->parts, count = copy->before * copy->length * row;
    const double eps = copy->is_double ? 0x1p-52 : 0x1p-23;
    assert_in_range(count, 1, 19999);
    exact_values_fill(from, dtype, count, seed);
    for (int64_t i = 0; i < copy->length * copy->parts; i++) /* a vector of zeros */
        exact_values_set_part(from, dtype, i / copy->parts * row + i % copy->parts, 0);
    exact_values_set_part(to, dtype, count, 77);
    const int parts = 1 + (int)(seed % 3);
    for (int i = 0; i < parts; i++)
        normalized_copy_run(copy, from, to, i, parts);
    for (int64_t i = 0; i < count; i++) {
        const int64_t first = i / (copy->length * row) * copy->length * row + i % row / copy->parts * copy->parts;
        long double sum = 0;
        for (int64_t j = 0; j < copy->length * copy->parts; j++) {
            const long double value = exact_values_part(from, dtype, first + j / copy->parts * row + j % copy->parts);
            sum += value * value;
        }
        const long double right = exact_values_part(from, dtype, i) / sqrtl(fmaxl(sum, 1e-12L));
        if (!(fabsl(exact_values_part(to, dtype, i) - right) <= 4 * eps * fabsl(right)))
            fail_msg("element %d is %g instead of %Lg", (int)i, exact_values_part(to, dtype, i), right);
    }
    assert_true(exact_values_part(to, dtype, count) == 77);
}

static void test_normalizations(void **state) {
    (void)state;
    for (uint32_t seed = 1; seed <= 400; seed++) {
        uint32_t random = seed;
        const struct normalized_copy copy = {1 + next_random(&random) % 4, 1 + next_random(&random) % 40,
                                             seed % 2 ? 1 : 1 + next_random(&random) % 50,
                                             1 + (int)(next_random(&random) % 2), next_random(&random) % 2 == 0};
        check_normalization(&copy, seed);
    }
}

/* ---- A CBLAS on copies ------------------------------------------------------------------------------------------ */

/* NULL if the contestant computes the case, or why it does not; a wrong result fails the test. */
static const char *compute(const struct contestant *contestant, struct bench_case *bench_case, int threads,
                           uint32_t seed) {
    const struct case_table cases = {bench_case, 1};
    struct arena arena;
    struct item_product product;
    struct entrant entrant;
    assert_true(arena_make(&arena, &cases, false));
    item_product_make(bench_case, &product);
    arena_fill(&arena, &product, seed);
    assert_true(exact_product_compute(bench_case, arena.x, arena.y, arena.reference));
    const char *const reason = entrant_prepare(&entrant, contestant, &product, threads);
    for (int pass = 0; !reason && pass < 2; pass++) {
        arena_spoil_output(&arena, &product);
        entrant_begin(&entrant);
        entrant_execute(&entrant, &arena);
        entrant_end(&entrant);
        const int64_t different =
            exact_values_first_difference(arena.out, product.dtype, arena.reference, product.out_count);
        if (different >= 0 || !arena_margins_are_intact(&arena, &product))
            fail_msg("%s, %s, seed %d: element %d", bench_case->expression, bench_case->dtype->name, (int)seed,
                     (int)different);
    }
    if (!reason)
        entrant_release(&entrant);
    arena_free(&arena);
    return reason;
}

/* Between the loops that copy and those that do not every case is computed, normalized ones by the former. */
static void test_copied_products(void **state) {
    struct contestant loops = {
        .role = ROLE_PEER, .kind = &contestant_cblas_gemm_kind, .library_file = FAULTY_CBLAS_FILE, .symbol_prefix = ""};
    struct contestant copied = loops;
    int copied_count = 0, plain_count = 0;
    (void)state;
    copied.kind = &contestant_cblas_copied_kind;
    assert_null(loops.kind->load(&loops, 1));
    assert_null(copied.kind->load(&copied, 1));
    for (uint32_t seed = 1; seed <= 1000; seed++) {
        uint32_t random = seed;
        const struct spelled spelled = spell(&random);
        struct bench_case one = case_of(&spelled, bench_dtype_find(seed % 2 ? "f32" : "f64"));
        one.normalizes = seed % 5 == 0;
        const int threads = 1 + (int)(seed % 3);
        const char *const copied_reason = compute(&copied, &one, threads, seed);
        const char *const reason = compute(&loops, &one, threads, seed);
        if (copied_reason && (reason || strcmp(copied_reason, "nothing needs a copy") != 0))
            fail_msg("%s: %s; %s", one.expression, copied_reason, reason ? reason : "but no copy is needed");
        if (one.normalizes && (copied_reason || !reason))
            fail_msg("%s, normalized: %s", one.expression, copied_reason ? copied_reason : "by loops");
        copied_count += !copied_reason;
        plain_count += !reason;
    }
    assert_in_range(copied_count, 500, 950);
    assert_in_range(plain_count, 200, 800);
    struct bench_case half = {.dtype = bench_dtype_find("f16"),
                              .x_ndim = 2,
                              .y_ndim = 2,
                              .x_shape = {2, 3},
                              .y_shape = {2, 3},
                              .axes = {1, 1},
                              .normalizes = true};
    assert_string_equal(compute(&copied, &half, 1, 1), "it does not normalize halves");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_permutations),
        cmocka_unit_test(test_normalizations),
        cmocka_unit_test(test_copied_products),
    };
    return cmocka_run_group_tests_name("the bench's copies", tests, NULL, NULL);
}
