/* The products that the bench times: their form as runs of items, their exact values, and the memory they lie in. */
#include "arena.h"
#include "bench_items.h"
#include "entrant.h"
#include "exact_product.h"
#include "exact_values.h"
#include "npy_fixture.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { SHAPES_PER_RANKS_AND_AXES = 60, MAX_ELEMENTS = 3 * 4 * 4 * 4 * 4, LARGEST_ERROR = 200 };

static const char *const dtype_names[] = {"f32",      "f64", "c64", "c128",  "f16", "f16-f32", "bf16",
                                          "bf16-f32", "i8",  "u8",  "u8-i8", "i32", "i64",     "i8-f64"};

static const struct bench_dtype *dtype_named(const char *name) {
    return !strcmp(name, unequal_sizes.name) ? &unequal_sizes : bench_dtype_find(name);
}

/* ---- Items ------------------------------------------------------------------------------------------------------ */

static uint32_t next_random(uint32_t *state) {
    *state = *state * 1664525U + 1013904223U;
    return *state >> 16;
}

/* Extents of 1 to 3, contracted ones of 1 to 4, ones above all; the batch has 1 to 3 items. */
static struct bench_case make_case(int x_ndim, int y_ndim, batchdot_axes axes, uint32_t seed) {
    uint32_t random = seed;
    struct bench_case one = {.name = "random", .x_ndim = x_ndim, .y_ndim = y_ndim, .axes = axes};
    one.dtype = dtype_named(dtype_names[next_random(&random) % COUNT(dtype_names)]);
    for (int i = 1; i < CASE_MAX_NDIM; i++) {
        one.x_shape[i] = i < x_ndim ? 1 + (int64_t)(next_random(&random) % 5) / 2 : 0;
        one.y_shape[i] = i < y_ndim ? 1 + (int64_t)(next_random(&random) % 5) / 2 : 0;
    }
    one.x_shape[0] = one.y_shape[0] = 1 + next_random(&random) % 3;
    one.x_shape[axes.x] = one.y_shape[axes.y] = 1 + next_random(&random) % 4;
    return one;
}

/* Where an element of an operand lies: the axes but for the contracted one are counted through, the last one fastest,
 * by *index, from which they are taken; the contracted one stands at contracted. */
static int64_t place_of(int ndim, const int64_t *shape, int axis, int64_t batch, int64_t contracted, int64_t *index) {
    int64_t place = 0, stride = 1;
    for (int i = ndim - 1; i > 0; i--) {
        int64_t position = contracted;
        if (i != axis) {
            position = *index % shape[i];
            *index /= shape[i];
        }
        place += position * stride;
        stride *= shape[i];
    }
    return place + batch * stride;
}

static int64_t count_of(int ndim, const int64_t *shape) {
    int64_t count = 1;
    for (int i = 0; i < ndim; i++)
        count *= shape[i];
    return count;
}

/* batch_dot as Keras defines it, axis by axis: the batch, x's other axes, y's other axes. Returns how many elements. */
static int64_t multiply_by_definition(const struct bench_case *c, const void *x, const void *y, double _Complex *out) {
    const int64_t extent = c->x_shape[c->axes.x], batch_count = c->x_shape[0];
    const int64_t count =
        count_of(c->x_ndim, c->x_shape) / extent * (count_of(c->y_ndim, c->y_shape) / extent) / batch_count;
    for (int64_t i = 0; i < count; i++) {
        const int64_t batch = i / (count / batch_count);
        out[i] = 0;
        for (int64_t k = 0; k < extent; k++) {
            int64_t index = i % (count / batch_count);
            const int64_t y_place = place_of(c->y_ndim, c->y_shape, c->axes.y, batch, k, &index);
            const int64_t x_place = place_of(c->x_ndim, c->x_shape, c->axes.x, batch, k, &index);
            out[i] += element_at(x, c->dtype->x, x_place) * element_at(y, c->dtype->y, y_place);
        }
    }
    return count;
}

static const char *describe(const struct bench_case *c) {
    static char text[LARGEST_ERROR];
    int length = 0;
    for (int i = 0; i < c->x_ndim; i++)
        length += snprintf(text + length, sizeof text - (size_t)length, "%c%d", i ? 'x' : ' ', (int)c->x_shape[i]);
    for (int i = 0; i < c->y_ndim; i++)
        length += snprintf(text + length, sizeof text - (size_t)length, "%c%d", i ? 'x' : ' ', (int)c->y_shape[i]);
    snprintf(text + length, sizeof text - (size_t)length, " axes %d,%d", c->axes.x, c->axes.y);
    return text;
}

/* What a CBLAS wants: one stride of each matrix is 1, and the other no less than what lies contiguous. */
static void check_leading_dimensions(const struct item_product *p) {
    const struct item_loop *const run = &p->run;
    const bool x_is_plain = p->x_k == 1 && p->x_m >= p->k, x_is_transposed = p->x_m == 1 && p->x_k >= p->m;
    const bool y_is_plain = p->y_n == 1 && p->y_k >= p->n, y_is_transposed = p->y_k == 1 && p->y_n >= p->k;
    if (!x_is_plain && !x_is_transposed)
        fail_msg("x is no matrix with a leading dimension:%s", describe(p->bench_case));
    /* The peers take a matrix for a plain one if the stride along its rows is 1. */
    if ((p->x_k == 1 && !x_is_plain) || (p->y_n == 1 && !y_is_plain) || (!y_is_plain && !y_is_transposed))
        fail_msg("a leading dimension is too small (x %d %d, y %d %d):%s", (int)p->x_m, (int)p->x_k, (int)p->y_k,
                 (int)p->y_n, describe(p->bench_case));
    assert_true(p->out_m >= p->n);
    assert_int_equal(p->out_n, 1);
    for (int i = 0; i < p->outer_count; i++)
        assert_true(run->extent >= p->outer[i].extent);
}

static void check_product(const struct bench_case *c, uint32_t seed) {
    static double _Complex x[MAX_ELEMENTS], y[MAX_ELEMENTS], expected[ITEM_MAX_OUT]; /* room for any dtype */
    static float reference[2 * ITEM_MAX_OUT];
    static struct item_output out;
    struct item_product product;
    item_product_make(c, &product);
    assert_int_equal(product.x_count, count_of(c->x_ndim, c->x_shape));
    assert_int_equal(product.y_count, count_of(c->y_ndim, c->y_shape));
    assert_in_range(product.x_count, 1, MAX_ELEMENTS);
    exact_values_fill(x, c->dtype->x, product.x_count * c->dtype->parts, seed);
    exact_values_fill(y, c->dtype->y, product.y_count * c->dtype->parts, seed + 1);
    const int64_t count = multiply_by_definition(c, x, y, expected);
    assert_in_range(count, 1, ITEM_MAX_OUT);
    assert_int_equal(product.out_count, count);
    assert_ptr_equal(product.dtype, c->dtype);
    assert_null(product.refusal);
    assert_int_equal(product.batch, c->x_shape[0]);
    assert_true(exact_product_compute(c, x, y, reference));
    multiply_by_items(&product, x, y, &out);
    const int parts = c->dtype->parts;
    for (int64_t i = 0; i < count; i++) {
        const double _Complex by_loops = reference[i * parts] + (parts == 2 ? reference[i * parts + 1] * I : 0);
        if (out.writes[i] != 1 || out.values[i] != expected[i] || by_loops != expected[i])
            fail_msg("element %d is %g by items (written %d times) and %g by the bench's loops, but %g:%s", (int)i,
                     creal(out.values[i]), out.writes[i], creal(by_loops), creal(expected[i]), describe(c));
    }
    const double flops_a_product = parts == 2 ? 8 : 2;
    assert_true(item_product_flops(&product) == flops_a_product * (double)count * (double)c->x_shape[c->axes.x]);
    check_leading_dimensions(&product);
}

static void test_products(void **state) {
    (void)state;
    uint32_t seed = 1;
    for (int x_ndim = 2; x_ndim <= 5; x_ndim++)
        for (int y_ndim = 2; y_ndim <= 5; y_ndim++)
            for (int axes = 0; axes < (x_ndim - 1) * (y_ndim - 1); axes++)
                for (int i = 0; i < SHAPES_PER_RANKS_AND_AXES; i++, seed++) {
                    const batchdot_axes both = {1 + axes / (y_ndim - 1), 1 + axes % (y_ndim - 1)};
                    const struct bench_case one = make_case(x_ndim, y_ndim, both, seed);
                    check_product(&one, seed);
                }
}

/* ---- Exact values ----------------------------------------------------------------------------------------------- */

/* The values are 0, 16, ... 128 where there are no others than positive ones, and -4, -3, ... 4 elsewhere. */
static void check_values(batchdot_dtype dtype, size_t element_size, int parts) {
    double data[2000], other[2000]; /* room for any dtype */
    const double step = dtype == BATCHDOT_U8 ? 16 : 1, least = dtype == BATCHDOT_U8 ? 0 : -4;
    int seen[9] = {0}, different = 0;
    exact_values_fill(data, dtype, 1000L * parts, 5);
    exact_values_fill(other, dtype, 1000L * parts, 6);
    for (int i = 0; i < 1000 * parts; i++) {
        const double value = exact_values_part(data, dtype, i), place = (value - least) / step;
        assert_true(place == floor(place) && place >= 0 && place < (double)COUNT(seen));
        seen[(int)place]++;
        different += value != exact_values_part(other, dtype, i);
    }
    for (size_t i = 0; i < COUNT(seen); i++)
        assert_in_range(seen[i], 50 * parts, 200 * parts);
    assert_true(different > 500 * parts);
    exact_values_fill(other, dtype, 1000L * parts, 5);
    assert_memory_equal(data, other, 1000 * element_size);
}

static void check_differences(const struct bench_dtype *dtype) {
    const int parts = dtype->parts, count = 100 * parts, places[] = {0, 7, count - 2, count - 1};
    const bool is_double = dtype->out == BATCHDOT_F64 || dtype->out == BATCHDOT_C128,
               is_integer = dtype->out >= BATCHDOT_I8;
    const bool is_half = dtype->out == BATCHDOT_F16 || dtype->out == BATCHDOT_BF16;
    const double next = is_integer ? 1 : is_half ? 0x1p-6 : is_double ? 0x1p-51 : 0x1p-22;
    const double bad_values[] = {is_integer ? 0 : (double)NAN, 4, 3 + next, -3};
    double out[201];
    float reference[200];
    exact_values_spoil(out, dtype, 100);
    exact_values_set_part(out, dtype->out, count, 0);
    for (int i = 0; i < count; i++)
        reference[i] = 3;
    assert_int_equal(exact_values_first_difference(out, dtype, reference, 100), 0);
    for (int i = 0; i < count; i++) {
        assert_int_equal(exact_values_first_difference(out, dtype, reference, 100), i);
        exact_values_set_part(out, dtype->out, i, 3);
    }
    assert_int_equal(exact_values_first_difference(out, dtype, reference, 100), -1);
    for (size_t place = 0; place < COUNT(places); place++)
        for (size_t i = 0; i < COUNT(bad_values); i++) {
            exact_values_set_part(out, dtype->out, places[place], bad_values[i]);
            assert_int_equal(exact_values_first_difference(out, dtype, reference, 100), places[place]);
            exact_values_set_part(out, dtype->out, places[place], 3);
        }
    exact_values_spoil(out, dtype, 50);
    assert_true(exact_values_part(out, dtype->out, count / 2) == 3);
}

static void test_exact_values(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(dtype_names); i++) {
        const struct bench_dtype *const dtype = dtype_named(dtype_names[i]);
        check_values(dtype->x, dtype->x_size, dtype->parts);
        check_values(dtype->y, dtype->y_size, dtype->parts);
        check_differences(dtype);
    }
}

/* ---- The arena -------------------------------------------------------------------------------------------------- */

/* The largest x, the largest y, the largest output, and one that is small in all. */
static struct case_table arena_cases(void) {
    static struct bench_case cases[] = {
        {.name = "x", .x_ndim = 3, .y_ndim = 2, .x_shape = {3, 700, 9}, .y_shape = {3, 9}, .axes = {2, 1}},
        {.name = "y", .x_ndim = 2, .y_ndim = 3, .x_shape = {1, 64}, .y_shape = {1, 64, 100}, .axes = {1, 1}},
        {.name = "out", .x_ndim = 3, .y_ndim = 3, .x_shape = {2, 80, 1}, .y_shape = {2, 1, 80}, .axes = {2, 1}},
        {.name = "small", .x_ndim = 2, .y_ndim = 2, .x_shape = {1, 1}, .y_shape = {1, 1}, .axes = {1, 1}},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        cases[i].dtype = dtype_named(i == 1 ? "i8-f64" : i == 2 ? "c128" : i == 3 ? "i8" : "f64");
    return (struct case_table){cases, (int)COUNT(cases)};
}

struct part {
    const char *start;
    size_t size;
};

static void check_layout(const struct arena *arena, const struct item_product *product) {
    const struct bench_dtype *const dtype = product->dtype;
    const struct part parts[] = {
        {arena->x, (size_t)product->x_count * dtype->x_size},
        {arena->y, (size_t)product->y_count * dtype->y_size},
        {(const char *)arena->reference, (size_t)(product->out_count * dtype->parts) * sizeof(float)},
        {(const char *)arena->out - 256, (size_t)product->out_count * dtype->out_size + 512},
    };
    for (size_t i = 0; i < COUNT(parts); i++) {
        assert_true(parts[i].start >= arena->memory && parts[i].start + parts[i].size <= arena->memory + arena->size);
        for (size_t j = 0; j < i; j++)
            assert_true(parts[i].start >= parts[j].start + parts[j].size ||
                        parts[j].start >= parts[i].start + parts[i].size);
    }
    assert_int_equal((uintptr_t)arena->x % 64, 0);
    assert_int_equal((uintptr_t)arena->y % 64, 0);
    assert_int_equal((uintptr_t)arena->out % 64, 0);
    assert_true((const char *)arena->out >= arena->memory + arena->input_size);
    assert_true(parts[2].start + parts[2].size <= arena->memory + arena->input_size);
}

static bool is_unwritten(double value) {
    return isnan(value) || value == INT32_MIN;
}

static void check_margins(const struct arena *arena, const struct item_product *product) {
    const long behind = (long)((size_t)product->out_count * product->dtype->out_size);
    const long places[] = {-256, -255, -1, behind, behind + 1, behind + 255};
    char *const out = arena->out;
    arena_spoil_output(arena, product);
    assert_true(arena_margins_are_intact(arena, product));
    assert_true(is_unwritten(exact_values_part(out, product->dtype->out, 0)));
    assert_true(is_unwritten(exact_values_part(out, product->dtype->out, product->out_count - 1)));
    memset(out, 0, (size_t)behind);
    assert_true(arena_margins_are_intact(arena, product));
    for (size_t i = 0; i < COUNT(places); i++) {
        const char kept = out[places[i]];
        out[places[i]] = 0;
        assert_false(arena_margins_are_intact(arena, product));
        out[places[i]] = kept;
        assert_true(arena_margins_are_intact(arena, product));
    }
}

static void check_arena(bool is_shared) {
    const struct case_table cases = arena_cases();
    struct arena arena;
    assert_true(arena_make(&arena, &cases, is_shared));
    for (int i = 0; i < cases.count; i++) {
        struct item_product product;
        item_product_make(&cases.cases[i], &product);
        arena_fill(&arena, &product, 3);
        check_layout(&arena, &product);
        const struct bench_dtype *const dtype = product.dtype;
        memset(arena.reference, 1, (size_t)(product.out_count * dtype->parts) * sizeof(float));
        check_margins(&arena, &product);
        double expected[20000];
        assert_in_range(product.x_count, 1, 20000);
        exact_values_fill(expected, dtype->x, product.x_count * dtype->parts, 3);
        assert_memory_equal(arena.x, expected, (size_t)product.x_count * dtype->x_size);
        exact_values_fill(expected, dtype->y, product.y_count * dtype->parts, 4);
        assert_memory_equal(arena.y, expected, (size_t)product.y_count * dtype->y_size);
    }
    arena_free(&arena);
    assert_null(arena.memory);
}

static void test_arena(void **state) {
    (void)state;
    check_arena(true);
    check_arena(false);
    struct arena arena;
    const struct case_table none = {NULL, 0};
    assert_true(arena_make(&arena, &none, false));
    arena_free(&arena);
}

/* Whether a child can write a byte, and ends well. */
static bool child_can_write(const struct arena *protected_as, char *place) {
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        /* CMocka, or a sanitizer, would take the signal. */
        signal(SIGSEGV, SIG_DFL);
        signal(SIGBUS, SIG_DFL);
        if (protected_as)
            arena_protect_inputs(protected_as);
        *(volatile char *)place = 77;
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void test_sharing(void **state) {
    (void)state;
    const struct case_table cases = arena_cases();
    for (int is_shared = 0; is_shared < 2; is_shared++) {
        struct arena arena;
        struct item_product product;
        item_product_make(&cases.cases[0], &product);
        assert_true(arena_make(&arena, &cases, is_shared));
        arena_fill(&arena, &product, 1);
        *(char *)arena.out = 0;
        assert_true(child_can_write(NULL, arena.out));
        assert_int_equal(*(char *)arena.out, is_shared ? 77 : 0);
        arena_free(&arena);
    }
}

static void test_protection(void **state) {
    (void)state;
    const struct case_table cases = arena_cases();
    struct arena small, large;
    struct item_product small_product, large_product;
    assert_true(arena_make(&large, &cases, true));
    item_product_make(&cases.cases[3], &small_product);
    item_product_make(&cases.cases[0], &large_product);
    small = large;
    arena_fill(&large, &large_product, 1);
    assert_false(child_can_write(&large, large.x));
    assert_false(child_can_write(&large, (char *)large.y + (size_t)large_product.y_count * 8 - 1));
    assert_false(child_can_write(&large, (char *)large.reference));
    assert_true(child_can_write(&large, large.out));
    assert_true(child_can_write(&large, (char *)large.out - 256));
    assert_true(child_can_write(&large, (char *)large.out + (size_t)large_product.out_count * 8 + 255));
    /* The next case's output may lie where the last one's inputs were. */
    arena_fill(&small, &small_product, 1);
    assert_true((char *)small.out < large.memory + large.input_size);
    arena_protect_inputs(&large);
    assert_false(child_can_write(NULL, small.out));
    arena_protect_inputs(&small);
    assert_true(child_can_write(NULL, small.out));
    assert_false(child_can_write(NULL, small.x));
    arena_free(&large);
}

/* ---- Executing -------------------------------------------------------------------------------------------------- */

/* A contestant that computes items of unequal_sizes, in as many calls as it is given. */
static const char *prepare_items(const struct contestant *contestant, const struct item_product *product, int threads,
                                 void **state) {
    (void)contestant, (void)threads;
    *state = (void *)product;
    return NULL;
}

static void execute_items(void *state, const void *x_data, const void *y_data, void *out_data, int64_t count) {
    const struct item_product *const p = state;
    const int8_t *const x = x_data;
    const double *const y = y_data;
    double *const out = out_data;
    for (int64_t item = 0; item < count; item++)
        for (int64_t i = 0; i < p->m; i++)
            for (int64_t j = 0; j < p->n; j++) {
                double sum = 0;
                for (int64_t l = 0; l < p->k; l++)
                    sum += x[item * p->run.x + i * p->x_m + l * p->x_k] * y[item * p->run.y + l * p->y_k + j * p->y_n];
                out[item * p->run.out + i * p->out_m + j] = sum;
            }
}

static void release_nothing(void *state) {
    (void)state;
}

static void check_execution(struct bench_case *bench_case, int threads, uint32_t seed) {
    static const struct contestant_kind kind = {
        .unit = UNIT_ITEMS, .prepare = prepare_items, .execute = execute_items, .release = release_nothing};
    static const struct contestant contestant = {.kind = &kind};
    const struct case_table cases = {bench_case, 1};
    struct arena arena;
    struct item_product product;
    struct entrant entrant;
    assert_true(arena_make(&arena, &cases, false));
    item_product_make(bench_case, &product);
    arena_fill(&arena, &product, seed);
    arena_spoil_output(&arena, &product);
    assert_true(exact_product_compute(bench_case, arena.x, arena.y, arena.reference));
    assert_null(entrant_prepare(&entrant, &contestant, &product, threads));
    entrant_begin(&entrant);
    entrant_execute(&entrant, &arena);
    entrant_end(&entrant);
    entrant_release(&entrant);
    const int64_t different =
        exact_values_first_difference(arena.out, product.dtype, arena.reference, product.out_count);
    if (different >= 0 || !arena_margins_are_intact(&arena, &product))
        fail_msg("element %d, %d threads:%s", (int)different, threads, describe(bench_case));
    arena_free(&arena);
}

static void test_execution(void **state) {
    (void)state;
    for (uint32_t seed = 1; seed <= 200; seed++) {
        const int x_ndim = 2 + (int)seed % 3, y_ndim = 2 + (int)seed / 3 % 3;
        struct bench_case one = make_case(x_ndim, y_ndim, (batchdot_axes){1, y_ndim - 1}, seed);
        one.dtype = &unequal_sizes;
        check_execution(&one, 1 + (int)seed % 2, seed);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_products), cmocka_unit_test(test_exact_values), cmocka_unit_test(test_arena),
        cmocka_unit_test(test_sharing),  cmocka_unit_test(test_protection),   cmocka_unit_test(test_execution),
    };
    return cmocka_run_group_tests_name("the bench's products", tests, NULL, NULL);
}
