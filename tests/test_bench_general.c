/* Cases that the bench describes by an einsum expression, or normalizes: their axes, items and exact values. */
#include "arena.h"
#include "bench_expression.h"
#include "bench_items.h"
#include "contestants.h"
#include "entrant.h"
#include "exact_product.h"
#include "exact_values.h"
#include "npy_fixture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { RANDOM_CASES = 3000 };

static int64_t extent_of(const char *letters, const int64_t *extents) {
    int64_t extent = 1;
    for (; *letters; letters++)
        extent *= extents[(int)*letters];
    return extent;
}

/* einsum by its definition: for all places of all letters a product is added where the output has these. Also the
 * squares of each vector, for every element of the output. */
static void multiply_by_definition(const struct spelled *spelled, const struct bench_dtype *dtype, const void *x,
                                   const void *y, double _Complex *out, long double *x_squares,
                                   long double *y_squares) {
    const int64_t *const extents = spelled->extents;
    int64_t places[128] = {0};
    const int64_t count = extent_of(spelled->out, extents);
    for (int64_t i = 0; i < count; i++) {
        out[i] = 0;
        x_squares[i] = y_squares[i] = 0;
    }
    do {
        const double _Complex a = element_at(x, dtype->x, place_in(spelled->x, extents, places));
        const double _Complex b = element_at(y, dtype->y, place_in(spelled->y, extents, places));
        const int64_t place = place_in(spelled->out, extents, places);
        out[place] += a * b;
        x_squares[place] += creal(a) * creal(a) + cimag(a) * cimag(a);
        y_squares[place] += creal(b) * creal(b) + cimag(b) * cimag(b);
    } while (step(extents, places));
}

/* ---- Axes and items --------------------------------------------------------------------------------------------- */

struct place_pair {
    int64_t x, y;
};

static int by_x(const void *left, const void *right) {
    const struct place_pair *const a = left, *const b = right;
    return (a->x > b->x) - (a->x < b->x);
}

/* Whether one loop with a stride in x and one in y goes over all contracted elements: their places are two arithmetic
 * progressions. */
static bool is_contracted_by_one_loop(const struct spelled *spelled) {
    struct place_pair pairs[MAX_ELEMENTS];
    int64_t extents[128], places[128] = {0};
    int count = 0;
    memcpy(extents, spelled->extents, sizeof extents);
    for (int letter = 'a'; letter < 'a' + MAX_LETTERS; letter++)
        if (strchr(spelled->out, letter))
            extents[letter] = 1; /* these stay where they are, but count in the places of the others */
    do
        pairs[count++] = (struct place_pair){place_in(spelled->x, spelled->extents, places),
                                             place_in(spelled->y, spelled->extents, places)};
    while (step(extents, places));
    qsort(pairs, (size_t)count, sizeof *pairs, by_x);
    for (int i = 2; i < count; i++)
        if (pairs[i].x - pairs[i - 1].x != pairs[1].x - pairs[0].x ||
            pairs[i].y - pairs[i - 1].y != pairs[1].y - pairs[0].y)
            return false;
    return true;
}

static int64_t extent_of_role(const struct spelled *spelled, bool in_x, bool in_y, bool in_out) {
    int64_t extent = 1;
    for (int letter = 'a'; letter < 'a' + MAX_LETTERS; letter++)
        if (!strchr(spelled->x, letter) == !in_x && !strchr(spelled->y, letter) == !in_y &&
            !strchr(spelled->out, letter) == !in_out && (in_x || in_y))
            extent *= spelled->extents[letter];
    return extent;
}

static void check_extents(const struct spelled *spelled, const struct item_product *product) {
    const int64_t batch = extent_of_role(spelled, true, true, true), m = extent_of_role(spelled, true, false, true);
    const int64_t n = extent_of_role(spelled, false, true, true), k = extent_of_role(spelled, true, true, false);
    assert_int_equal(product->x_count, batch * m * k);
    assert_int_equal(product->y_count, batch * k * n);
    assert_int_equal(product->out_count, batch * m * n);
    assert_int_equal(product->batch, batch);
    assert_int_equal(item_product_item_count(product) * product->m * product->n * product->k, batch * m * n * k);
    const double flops = (product->dtype->parts == 2 ? 8.0 : 2.0) * (double)(batch * m * n * k);
    assert_true(item_product_flops(product) == flops);
    if (product->refusal) {
        assert_int_equal(product->m, m);
        assert_int_equal(product->n, n);
        assert_int_equal(product->k, k);
        assert_int_equal(item_product_item_count(product), batch);
    }
}

static void check_case(const struct spelled *spelled, const struct bench_dtype *dtype, uint32_t seed) {
    static double _Complex x[MAX_ELEMENTS], y[MAX_ELEMENTS], expected[MAX_ELEMENTS]; /* room for any dtype */
    static long double x_squares[MAX_ELEMENTS], y_squares[MAX_ELEMENTS];
    static float reference[2 * MAX_ELEMENTS];
    static struct item_output out;
    const struct bench_case one = case_of(spelled, dtype);
    struct item_product product;
    item_product_make(&one, &product);
    check_extents(spelled, &product);
    if (!product.refusal != is_contracted_by_one_loop(spelled))
        fail_msg("%s: %s", one.expression, product.refusal ? product.refusal : "taken for a loop over matrix products");
    exact_product_fill(&one, x, y, seed);
    multiply_by_definition(spelled, dtype, x, y, expected, x_squares, y_squares);
    assert_true(exact_product_compute(&one, x, y, reference));
    if (!product.refusal)
        multiply_by_items(&product, x, y, &out);
    const int parts = dtype->parts;
    for (int64_t i = 0; i < product.out_count; i++) {
        const double _Complex by_loops = reference[i * parts] + (parts == 2 ? reference[i * parts + 1] * I : 0);
        if (by_loops != expected[i] || (!product.refusal && (out.writes[i] != 1 || out.values[i] != expected[i])))
            fail_msg("%s: element %d is %g by the bench's loops and %g by items (written %d times), but %g",
                     one.expression, (int)i, creal(by_loops), creal(out.values[i]), out.writes[i], creal(expected[i]));
    }
}

static void test_random_expressions(void **state) {
    static const char *const dtypes[] = {"f32", "c64", "c128", "bf16-f32", "i8"};
    (void)state;
    for (uint32_t seed = 1; seed <= RANDOM_CASES; seed++) {
        uint32_t random = seed;
        const struct spelled spelled = spell(&random);
        const size_t dtype = next_random(&random) % (COUNT(dtypes) + 1);
        check_case(&spelled, dtype < COUNT(dtypes) ? bench_dtype_find(dtypes[dtype]) : &unequal_sizes, seed);
    }
}

/* What the peers that take strides are given. */
static void test_known_items(void **state) {
    struct item_product product;
    (void)state;
    const struct bench_dtype *const f32 = bench_dtype_find("f32");
    const struct bench_case heads = {.expression = "bqhd,bkhd->bhqk",
                                     .dtype = f32,
                                     .x_ndim = 4,
                                     .y_ndim = 4,
                                     .x_shape = {2, 5, 3, 7},
                                     .y_shape = {2, 6, 3, 7}};
    item_product_make(&heads, &product);
    assert_null(product.refusal);
    const int64_t item[] = {product.m,   product.n,   product.k,   product.x_m,
                            product.x_k, product.y_k, product.y_n, product.out_m};
    assert_memory_equal(item, ((const int64_t[]){5, 6, 7, 21, 1, 1, 21, 6}), sizeof item);
    assert_int_equal(product.run.extent, 3);
    assert_int_equal(product.run.x, 7);
    assert_int_equal(product.run.y, 7);
    assert_int_equal(product.run.out, 30);
    assert_int_equal(product.outer_count, 1);
    assert_int_equal(product.outer[0].extent, 2);
    assert_int_equal(product.outer[0].x, 105);
    const struct bench_case time = {.expression = "bti,btj->ij",
                                    .dtype = f32,
                                    .x_ndim = 3,
                                    .y_ndim = 3,
                                    .x_shape = {4, 5, 6},
                                    .y_shape = {4, 5, 7}};
    item_product_make(&time, &product);
    assert_null(product.refusal);
    assert_int_equal(product.m, 6);
    assert_int_equal(product.k, 20);
    assert_int_equal(product.x_k, 6);
    assert_int_equal(product.x_m, 1);
    assert_int_equal(item_product_item_count(&product), 1);
    const struct bench_case apart = {.expression = "abk,akc->bc",
                                     .dtype = f32,
                                     .x_ndim = 3,
                                     .y_ndim = 3,
                                     .x_shape = {4, 5, 6},
                                     .y_shape = {4, 6, 7}};
    item_product_make(&apart, &product);
    assert_string_equal(product.refusal, "the contracted axes are not one");
}

/* A batch_dot whose y is shared is one product of all rows, as the expression that says so is. */
static void test_shared_y(void **state) {
    struct item_product shared, one, other;
    (void)state;
    struct bench_case bench_case = {.dtype = bench_dtype_find("f32"),
                                    .x_ndim = 3,
                                    .y_ndim = 3,
                                    .x_shape = {4, 5, 6},
                                    .y_shape = {4, 6, 7},
                                    .axes = {2, 1},
                                    .shares_y = true};
    item_product_make(&bench_case, &shared);
    assert_int_equal(shared.m, 20);
    assert_int_equal(shared.y_count, 42);
    assert_int_equal(shared.batch, 1);
    assert_int_equal(item_product_item_count(&shared), 1);
    const struct bench_case same = {.expression = "bik,kj->bij",
                                    .dtype = bench_case.dtype,
                                    .x_ndim = 3,
                                    .y_ndim = 2,
                                    .x_shape = {4, 5, 6},
                                    .y_shape = {6, 7}};
    item_product_make(&same, &one);
    shared.bench_case = one.bench_case = NULL;
    assert_memory_equal(&shared, &one, sizeof one);
    /* And its values are those of a y that was copied for every item. */
    float x[120], y[42], repeated[168], reference[140], expected[140];
    exact_product_fill(&bench_case, x, y, 5);
    for (int i = 0; i < 168; i++)
        repeated[i] = y[i % 42];
    assert_true(exact_product_compute(&bench_case, x, y, reference));
    bench_case.shares_y = false;
    item_product_make(&bench_case, &other);
    assert_int_equal(other.y_count, 168);
    assert_true(exact_product_compute(&bench_case, x, repeated, expected));
    assert_memory_equal(reference, expected, sizeof expected);
}

/* ---- Normalized vectors ----------------------------------------------------------------------------------------- */

static bool is_power_of_4(long double value) {
    int exponent;
    return frexpl(value, &exponent) == 0.5L && exponent % 2 != 0;
}

/* The bench's loops against the quotient in more digits: both are the same number, and a norm that lacks a part, or is
 * another vector's, gives another one. */
static void test_normalized_values(void **state) {
    static const char *const dtypes[] = {"f32", "f64", "c64", "c128", "f16", "bf16", "bf16-f32"};
    static double _Complex x[MAX_ELEMENTS], y[MAX_ELEMENTS], expected[MAX_ELEMENTS];
    static long double x_squares[MAX_ELEMENTS], y_squares[MAX_ELEMENTS];
    static float reference[2 * MAX_ELEMENTS];
    int different_norms = 0;
    (void)state;
    for (uint32_t seed = 1; seed <= RANDOM_CASES; seed++) {
        uint32_t random = seed;
        const struct spelled spelled = spell(&random);
        const struct bench_dtype *const dtype = bench_dtype_find(dtypes[seed % COUNT(dtypes)]);
        struct bench_case one = case_of(&spelled, dtype);
        struct item_product product;
        item_product_make(&one, &product);
        const double flops = item_product_flops(&product);
        one.normalizes = true;
        item_product_make(&one, &product);
        assert_non_null(product.refusal);
        const double squares = (dtype->parts == 2 ? 4.0 : 2.0) * (double)(product.x_count + product.y_count);
        assert_true(item_product_flops(&product) == flops + squares);
        exact_product_fill(&one, x, y, seed);
        multiply_by_definition(&spelled, dtype, x, y, expected, x_squares, y_squares);
        assert_true(exact_product_compute(&one, x, y, reference));
        const int64_t parts = dtype->parts, vector_parts = parts * extent_of_role(&spelled, true, true, false);
        for (int64_t i = 0; i < product.out_count; i++) {
            const long double norms = sqrtl(x_squares[i] * y_squares[i]);
            if (!is_power_of_4(x_squares[i]) || !is_power_of_4(y_squares[i]))
                fail_msg("%s: squares of %Lg and %Lg", one.expression, x_squares[i], y_squares[i]);
            assert_true(4 * x_squares[i] > (long double)vector_parts); /* few are 0 */
            different_norms += x_squares[i] != y_squares[i];
            if ((long double)reference[i * parts] != (long double)creal(expected[i]) / norms ||
                (parts == 2 && (long double)reference[i * parts + 1] != (long double)cimag(expected[i]) / norms))
                fail_msg("%s, %s: element %d is %g", one.expression, dtype->name, (int)i, (double)reference[i * parts]);
        }
    }
    assert_true(different_norms > RANDOM_CASES);
}

/* Long vectors: as many parts other than 0 as the greatest power of 4, not all at one end, and of both signs. */
static void test_normalized_inputs(void **state) {
    const struct bench_case one = {.dtype = bench_dtype_find("f32"),
                                   .x_ndim = 2,
                                   .y_ndim = 3,
                                   .x_shape = {3, 768},
                                   .y_shape = {3, 768, 2},
                                   .axes = {1, 1},
                                   .normalizes = true};
    static float x[3 * 768], y[3 * 768 * 2];
    (void)state;
    exact_product_fill(&one, x, y, 1);
    for (int vector = 0; vector < 9; vector++) {
        const float *const first = vector < 3 ? x + vector * 768 : y + (vector - 3) / 2 * 1536 + (vector - 3) % 2;
        int positive = 0, negative = 0, nonzero_in_half = 0;
        for (int i = 0; i < 768; i++) {
            const float value = first[i * (vector < 3 ? 1 : 2)];
            positive += value > 0;
            negative += value < 0;
            nonzero_in_half += i < 384 && value != 0;
        }
        assert_int_equal(positive + negative, 256);
        assert_in_range(positive, 90, 166);
        assert_in_range(nonzero_in_half, 90, 166);
    }
}

/* ---- Bounds ----------------------------------------------------------------------------------------------------- */

/* Whatever the axes, all of the output is written, and nothing beside it. */
static void test_touch_bound(void **state) {
    const struct contestant touch = {.role = ROLE_BOUND, .kind = &contestant_touch_kind};
    (void)state;
    for (uint32_t seed = 1; seed <= 500; seed++) {
        uint32_t random = seed;
        const struct spelled spelled = spell(&random);
        struct bench_case one = case_of(&spelled, bench_dtype_find(seed % 2 ? "f32" : "c128"));
        one.normalizes = seed % 3 == 0;
        const struct case_table cases = {&one, 1};
        struct item_product product;
        struct entrant entrant;
        struct arena arena;
        item_product_make(&one, &product);
        assert_true(arena_make(&arena, &cases, false));
        arena_fill(&arena, &product, seed);
        arena_spoil_output(&arena, &product);
        assert_null(entrant_prepare(&entrant, &touch, &product, 1));
        entrant_execute(&entrant, &arena);
        entrant_release(&entrant);
        for (int64_t i = 0; i < product.out_count * one.dtype->parts; i++)
            assert_true(exact_values_part(arena.out, one.dtype->out, i) == 0);
        assert_true(arena_margins_are_intact(&arena, &product));
        arena_free(&arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_expressions), cmocka_unit_test(test_known_items),
        cmocka_unit_test(test_shared_y),           cmocka_unit_test(test_normalized_values),
        cmocka_unit_test(test_normalized_inputs),  cmocka_unit_test(test_touch_bound),
    };
    return cmocka_run_group_tests_name("the bench's general and normalized products", tests, NULL, NULL);
}
