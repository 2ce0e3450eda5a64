/* Normalization: cosine similarity, what a norm is of zeros, NaN and infinity, epsilon, and what is refused. */
#include "test_api_support.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define AXIS_LIST(...) ((const int[]){__VA_ARGS__})

static const batchdot_dtype float_dtypes[] = {BATCHDOT_F32,  BATCHDOT_F64, BATCHDOT_C64,
                                              BATCHDOT_C128, BATCHDOT_F16, BATCHDOT_BF16};

static batchdot_options normalizing(batchdot_engine engine) {
    batchdot_options options = test_options(engine);
    options.normalize = 1;
    return options;
}

/* How far a cosine may be off: the product by terms * eps, each of the norms by less than (terms + 4) * eps, and a half
 * is rounded once more. */
static double tolerance(batchdot_dtype dtype, int64_t terms) {
    const bool is_double = dtype == BATCHDOT_F64 || dtype == BATCHDOT_C128;
    const double rounding = dtype == BATCHDOT_F16 ? 0x1p-11 : dtype == BATCHDOT_BF16 ? 0x1p-8 : 0;
    return (test_dtype_is_complex(dtype) ? 2 : 1) * (3 * (double)terms + 12) * (is_double ? DBL_EPSILON : FLT_EPSILON) +
           rounding;
}

static void check_near(batchdot_dtype dtype, const void *data, int64_t index, int64_t terms, double real,
                       double imaginary) {
    const double a = test_real(dtype, data, index), b = test_imaginary(dtype, data, index);
    const double most = tolerance(dtype, terms) * fmax(1.0, fabs(real) + fabs(imaginary));
    if (fabs(a - real) <= most && fabs(b - imaginary) <= most)
        return;
    print_error("row '%s': element %" PRId64 " of dtype %d is %.17g%+.17gi, expected %.17g%+.17gi\n", test_row(), index,
                (int)dtype, a, b, real, imaginary);
    fail();
}

/* ---- One item of one row and one column ------------------------------------------------------------------------- */

typedef struct vector_row {
    const char *name;
    double x[3], y[3], epsilon, alpha, beta, before, expected;
} vector_row;

static const vector_row vector_rows[] = {
    {"the same", {1, 2, 2}, {1, 2, 2}, 1e-12, 1, 0, NAN, 1},
    {"opposite", {1, 2, 2}, {-2, -4, -4}, 1e-12, 1, 0, NAN, -1},
    {"orthogonal", {1, 2, 2}, {2, -1, 0}, 1e-12, 1, 0, NAN, 0},
    {"of norms 3 and 9", {1, 2, 2}, {4, 4, 7}, 1e-12, 1, 0, NAN, 26.0 / 27},
    {"of norms 3 and 7, epsilon 0", {2, 1, -2}, {2, 3, 6}, 0, 1, 0, NAN, -5.0 / 21},
    {"x of zeros", {0, 0, 0}, {1, 2, 2}, 1e-12, 1, 0, NAN, 0},
    {"y of zeros", {1, 2, 2}, {0, 0, 0}, 1e-12, 1, 0, NAN, 0},
    {"both of zeros", {0, 0, 0}, {0, 0, 0}, 1e-12, 1, 0, NAN, 0},
    {"x of zeros, epsilon 0", {0, 0, 0}, {1, 2, 2}, 0, 1, 0, NAN, 0},
    {"y of zeros, epsilon 0", {1, 2, 2}, {0, -0.0, 0}, 0, 1, 0, NAN, 0},
    {"both of zeros, epsilon 0", {0, 0, 0}, {0, 0, 0}, 0, 1, 0, NAN, 0},
    {"x of zeros, epsilon near 0", {0, 0, 0}, {1, 2, 2}, 1e-300, 1, 0, NAN, 0},
    {"x of zeros, epsilon 0, beta", {0, 0, 0}, {1, 2, 2}, 0, 1, 0.5, 8, 4},
    {"epsilon above both norms", {1, 2, 2}, {2, 1, 2}, 16, 1, 0, NAN, 0.5},
    {"epsilon above one norm", {1, 2, 2}, {4, 4, 7}, 36, 1, 0, NAN, 26.0 / 54},
    {"epsilon equal to the square of a norm", {1, 2, 2}, {4, 4, 7}, 9, 1, 0, NAN, 26.0 / 27},
    {"epsilon beyond a float", {1, 2, 2}, {4, 4, 7}, 1e100, 1, 0, NAN, 26e-100},
    {"epsilon just beyond a float", {1, 2, 2}, {4, 4, 7}, 1e39, 1e38, 0, NAN, 2.6},
    {"alpha", {1, 2, 2}, {4, 4, 7}, 1e-12, -2, 0, NAN, -52.0 / 27},
    {"alpha 0", {1, 2, 2}, {4, 4, 7}, 1e-12, 0, 0, NAN, 0},
    {"beta", {1, 2, 2}, {4, 4, 7}, 1e-12, 1, 1, 3, 3 + 26.0 / 27},
    {"alpha and beta", {1, 2, 2}, {4, 4, 7}, 1e-12, 0.5, -2, 4, 13.0 / 27 - 8},
    {"NaN in x", {1, NAN, 2}, {1, 2, 2}, 1e-12, 1, 0, 0, NAN},
    {"NaN in y", {1, 2, 2}, {1, 2, NAN}, 1e-12, 1, 0, 0, NAN},
    {"NaN times zeros", {1, NAN, 2}, {0, 0, 0}, 1e-12, 1, 0, 0, NAN},
    {"NaN times zeros, epsilon 0", {0, 0, 0}, {1, NAN, 2}, 0, 1, 0, 0, NAN},
    {"infinity in x", {1, INFINITY, 2}, {1, 2, 2}, 1e-12, 1, 0, 0, NAN},
    {"infinity in y", {1, 2, 2}, {-INFINITY, 2, 2}, 1e-12, 1, 0, 0, NAN},
    {"infinity in both", {1, INFINITY, 2}, {1, INFINITY, 2}, 1e-12, 1, 0, 0, NAN},
    {"infinity times 0", {1, INFINITY, 2}, {1, 0, 2}, 1e-12, 1, 0, 0, NAN},
    {"infinity times zeros, epsilon 0", {0, 0, 0}, {INFINITY, 0, 0}, 0, 1, 0, 0, NAN},
    {"NaN and alpha 0", {1, NAN, 2}, {1, 2, 2}, 1e-12, 0, 0, 0, NAN},
    {"a NaN that beta keeps", {1, 2, 2}, {1, 2, 2}, 1e-12, 1, 1, NAN, NAN},
};

static void check_vectors(const vector_row *row, batchdot_dtype dtype, batchdot_dtype out_dtype,
                          batchdot_engine engine) {
    double x[6], y[6], out[2];
    for (int64_t i = 0; i < 3; i++) {
        test_store(dtype, x, i, row->x[i], 0.0);
        test_store(dtype, y, i, row->y[i], 0.0);
    }
    test_store(out_dtype, out, 0, row->before, 0.0);
    batchdot_options options = normalizing(engine);
    options.normalize_epsilon = row->epsilon;
    options.alpha[0] = row->alpha;
    options.beta[0] = row->beta;
    assert_ok(test_run(TENSOR(x, dtype, DIMS(1, 3)), TENSOR(y, dtype, DIMS(1, 3)), NULL,
                       TENSOR(out, out_dtype, DIMS(1, 1)), &options));
    if (isnan(row->expected))
        assert_nan(out_dtype, out, 0);
    else if (row->expected == 0 || row->x[0] == 0) /* nothing to round */
        assert_element(out_dtype, out, 0, row->expected);
    else
        check_near(out_dtype, out, 0, 3, row->expected, 0.0);
}

static void vectors_known_by_hand(void **state) {
    (void)state;
    batchdot_engine engines[3];
    const int engine_count = test_engines(engines);
    for (size_t i = 0; i < COUNT(vector_rows); i++) {
        const vector_row *row = &vector_rows[i];
        test_set_row(row->name);
        for (int e = 0; e < engine_count; e++) {
            for (size_t d = 0; d < COUNT(float_dtypes); d++)
                check_vectors(row, float_dtypes[d], float_dtypes[d], engines[e]);
            check_vectors(row, BATCHDOT_F16, BATCHDOT_F32, engines[e]);
            check_vectors(row, BATCHDOT_BF16, BATCHDOT_F32, engines[e]);
        }
    }
    test_set_row("");
}

/* ---- Complex numbers -------------------------------------------------------------------------------------------- */

typedef struct complex_row {
    const char *name;
    int conj_x, conj_y;
    double alpha[2], beta[2];
    double expected[2]; /* of x = (1 + 2i, 2), of norm 3, and y = (4, 4 - 7i), of norm 9; out is 1 + i before */
} complex_row;

/* x . y = 4 + 8i + 8 - 14i = 12 - 6i; conj(x) . y = 4 - 8i + 8 - 14i = 12 - 22i. */
static const complex_row complex_rows[] = {
    {"plain", 0, 0, {1, 0}, {0, 0}, {12.0 / 27, -6.0 / 27}},
    {"conj_x", 1, 0, {1, 0}, {0, 0}, {12.0 / 27, -22.0 / 27}},
    {"conj_y", 0, 1, {1, 0}, {0, 0}, {12.0 / 27, 22.0 / 27}},
    {"both", 1, 1, {1, 0}, {0, 0}, {12.0 / 27, 6.0 / 27}},
    {"imaginary alpha", 0, 0, {0, 1}, {0, 0}, {6.0 / 27, 12.0 / 27}},
    {"alpha and beta", 1, 0, {0, 2}, {2, -1}, {3 + 44.0 / 27, 1 + 24.0 / 27}},
};

static void complex_vectors(void **state) {
    (void)state;
    batchdot_engine engines[3];
    const int engine_count = test_engines(engines);
    for (int i = 0; i < (int)COUNT(complex_rows) * 2 * engine_count; i++) {
        const complex_row *row = &complex_rows[i / 2 / engine_count];
        const batchdot_dtype dtype = i % 2 == 0 ? BATCHDOT_C64 : BATCHDOT_C128;
        batchdot_options options = normalizing(engines[i / 2 % engine_count]);
        double x[4], y[4], out[2];
        test_store(dtype, x, 0, 1, 2);
        test_store(dtype, x, 1, 2, 0);
        test_store(dtype, y, 0, 4, 0);
        test_store(dtype, y, 1, 4, -7);
        test_store(dtype, out, 0, 1, 1);
        options.conj_x = row->conj_x;
        options.conj_y = row->conj_y;
        memcpy(options.alpha, row->alpha, sizeof options.alpha);
        memcpy(options.beta, row->beta, sizeof options.beta);
        test_set_row(row->name);
        assert_ok(test_run(TENSOR(x, dtype, DIMS(1, 2)), TENSOR(y, dtype, DIMS(1, 2)), NULL,
                           TENSOR(out, dtype, DIMS(1, 1)), &options));
        check_near(dtype, out, 0, 2, row->expected[0], row->expected[1]);
    }
    test_set_row("");
}

static void complex_numbers_that_are_not_finite(void **state) {
    (void)state;
    static const double specials[][2] = {{INFINITY, 0}, {0, -INFINITY}, {NAN, 0}, {0, NAN}, {INFINITY, NAN}};
    for (int i = 0; i < (int)COUNT(specials) * 4; i++) {
        const double *special = specials[i / 4];
        const batchdot_dtype dtype = i % 2 == 0 ? BATCHDOT_C64 : BATCHDOT_C128;
        const batchdot_options options = normalizing(BATCHDOT_ENGINE_AUTO);
        double pair[2][4], out[2];
        for (int64_t operand = 0; operand < 2; operand++) {
            test_store(dtype, pair[operand], 0, 1, 2);
            test_store(dtype, pair[operand], 1, 2, 0);
        }
        test_store(dtype, pair[i / 2 % 2], 1, special[0], special[1]);
        assert_ok(test_run(TENSOR(pair[0], dtype, DIMS(1, 2)), TENSOR(pair[1], dtype, DIMS(1, 2)), NULL,
                           TENSOR(out, dtype, DIMS(1, 1)), &options));
        assert_nan(dtype, out, 0);
    }
}

/* ---- Items of any size and layout ------------------------------------------------------------------------------- */

/* Quarters of small whole numbers, which every dtype holds; some rows of zeros. */
static double value_at(int64_t item, int64_t free_index, int64_t k, int64_t step) {
    const int64_t drawn = (item * 31 + free_index * step + k * 17 + k * free_index % 5) % 23;
    return free_index % 11 == 10 ? 0.0 : (double)(drawn - 9) / 4;
}

static double imaginary_at(batchdot_dtype dtype, int64_t item, int64_t free_index, int64_t k, int64_t step) {
    return test_dtype_is_complex(dtype) ? value_at(item + 1, free_index, k + 3, step + 4) : 0.0;
}

enum { X_STEP = 7, Y_STEP = 5 };

typedef struct product_row {
    const char *name;
    int64_t batch, m, n, k;
} product_row;

static const product_row product_rows[] = {
    {"tiny, many", 300, 2, 3, 4},
    {"tiny, one vector", 200, 1, 5, 3},
    {"dots", 100, 1, 1, 33},
    {"one row", 3, 1, 70, 20},
    {"one column", 3, 70, 1, 20},
    {"contracted 1", 4, 5, 6, 1},
    {"larger than a tile", 2, 37, 41, 50},
    {"just larger than a block", 1, 66, 65, 3},
    {"of some blocks", 1, 130, 200, 10},
    {"large", 1, 200, 300, 1000},
    {"deep", 1, 3, 2, 3000},
    {"no items", 0, 3, 4, 5},
    {"no rows", 2, 0, 4, 5},
    {"contracted 0", 2, 3, 4, 0},
};

/* How x and y lie: which axis is contracted, and how far apart its elements are. */
typedef struct layout {
    bool x_transposed, y_transposed; /* [k, m] and [k, n] instead of [m, k] and [n, k] */
    int64_t step;                    /* of the last axis */
    bool broadcast;                  /* one y for all items */
} layout;

static const layout layouts[] = {
    {false, false, 1, false}, {false, true, 1, false}, {true, false, 1, false},
    {true, true, 1, true},    {false, false, 3, true}, {true, true, 2, false},
};

typedef struct operand {
    batchdot_tensor tensor;
    int64_t shape[3], strides[3];
} operand;

static void make_operand(operand *made, batchdot_dtype dtype, const product_row *row, int64_t free_extent,
                         bool is_transposed, int64_t step, bool is_broadcast, int64_t factor) {
    const int64_t count = (row->batch * free_extent * row->k + 1) * step;
    void *data = test_alloc((size_t)count * test_dtype_size(dtype));
    made->shape[0] = row->batch;
    made->shape[1] = is_transposed ? row->k : free_extent;
    made->shape[2] = is_transposed ? free_extent : row->k;
    made->strides[2] = step;
    made->strides[1] = made->shape[2] * step;
    made->strides[0] = is_broadcast ? 0 : made->shape[1] * made->strides[1];
    made->tensor = (batchdot_tensor){data, dtype, 3, made->shape, made->strides};
    for (int64_t i = 0; i < count; i++)
        test_store(dtype, data, i, NAN, 0.0);
    for (int64_t item = 0; item < row->batch; item++) {
        for (int64_t i = 0; i < free_extent * row->k; i++) {
            const int64_t free_index = i / row->k, k = i % row->k;
            const int64_t place = item * made->strides[0] + free_index * made->strides[is_transposed ? 2 : 1] +
                                  k * made->strides[is_transposed ? 1 : 2];
            const int64_t owner = is_broadcast ? 0 : item;
            test_store(dtype, data, place, value_at(owner, free_index, k, factor),
                       imaginary_at(dtype, owner, free_index, k, factor));
        }
    }
}

/* x . y over the norms; all exact in double but for the last steps: sums of products of quarters. */
static void check_cosine(const product_row *row, batchdot_dtype dtype, const void *out, int64_t at, bool is_broadcast) {
    const int64_t item = at / (row->m * row->n), i = at / row->n % row->m, j = at % row->n;
    const int64_t y_item = is_broadcast ? 0 : item;
    double real = 0, imaginary = 0, x_squares = 0, y_squares = 0;
    for (int64_t k = 0; k < row->k; k++) {
        const double a = value_at(item, i, k, X_STEP), b = imaginary_at(dtype, item, i, k, X_STEP);
        const double c = value_at(y_item, j, k, Y_STEP), d = imaginary_at(dtype, y_item, j, k, Y_STEP);
        real += a * c - b * d;
        imaginary += a * d + b * c;
        x_squares += a * a + b * b;
        y_squares += c * c + d * d;
    }
    const double norms = sqrt(fmax(x_squares, 1e-12)) * sqrt(fmax(y_squares, 1e-12));
    check_near(dtype, out, at, row->k, real / norms, imaginary / norms);
}

static void check_product(const product_row *row, const layout *laid, batchdot_dtype dtype, batchdot_engine engine) {
    const batchdot_options options = normalizing(engine);
    const int64_t count = row->batch * row->m * row->n;
    operand x, y;
    make_operand(&x, dtype, row, row->m, laid->x_transposed, laid->step, false, X_STEP);
    make_operand(&y, dtype, row, row->n, laid->y_transposed, laid->step, laid->broadcast, Y_STEP);
    void *out = test_alloc((size_t)(count + 1) * test_dtype_size(dtype));
    test_fill(out, (size_t)(count + 1) * test_dtype_size(dtype));
    assert_ok(test_run(&x.tensor, &y.tensor, AXES(laid->x_transposed ? 1 : 2, laid->y_transposed ? 1 : 2),
                       TENSOR(out, dtype, DIMS(row->batch, row->m, row->n)), &options));
    for (int64_t at = 0; at < count; at++) {
        /* Of the largest, some: computing them all takes longer than all else here. */
        if (count * row->k < 1000000 || at % 97 == 0)
            check_cosine(row, dtype, out, at, laid->broadcast);
    }
    assert_filled((char *)out + (size_t)count * test_dtype_size(dtype), test_dtype_size(dtype));
    free(x.tensor.data);
    free(y.tensor.data);
    free(out);
}

static void items_of_any_size_and_layout(void **state) {
    (void)state;
    batchdot_engine engines[3];
    const int engine_count = test_engines(engines);
    for (size_t i = 0; i < COUNT(product_rows); i++) {
        test_set_row(product_rows[i].name);
        for (size_t l = 0; l < COUNT(layouts); l++) {
            for (size_t d = 0; d < COUNT(float_dtypes); d++) {
                const bool is_large = product_rows[i].m * product_rows[i].n * product_rows[i].k > 1000000;
                /* A large one takes long: two of the dtypes, in a layout each. */
                if (!is_large || (l == d && d % 3 == 0))
                    check_product(&product_rows[i], &layouts[l], float_dtypes[d], engines[l % (size_t)engine_count]);
            }
        }
    }
    test_set_row("");
}

/* ---- Several contracted axes ------------------------------------------------------------------------------------ */

/* x (b, c, i, d) and y (d, j, b, c), contracted over c and d, in an order that no two strides can merge. */
static void several_axes_make_one_norm(void **state) {
    (void)state;
    static const char expression[] = "bcid,djbc->jbi";
    const batchdot_dims dims = {1, 2, AXIS_LIST(0), AXIS_LIST(2), AXIS_LIST(3, 1), AXIS_LIST(0, 3)};
    double x[2 * 3 * 4 * 5], y[5 * 3 * 2 * 3], by_lists[2 * 4 * 3], by_letters[2 * 4 * 3];
    for (int i = 0; i < (int)COUNT(x); i++)
        x[i] = (i * 37 % 29 - 14) / 4.0;
    for (int i = 0; i < (int)COUNT(y); i++)
        y[i] = (i * 23 % 31 - 15) / 8.0;
    const batchdot_tensor *x_tensor = TENSOR(x, BATCHDOT_F64, DIMS(2, 3, 4, 5)),
                          *y_tensor = TENSOR(y, BATCHDOT_F64, DIMS(5, 3, 2, 3));
    const batchdot_options options = normalizing(BATCHDOT_ENGINE_AUTO);
    assert_ok(test_run_general(x_tensor, y_tensor, &dims, TENSOR(by_lists, BATCHDOT_F64, DIMS(2, 4, 3)), &options));
    assert_ok(
        test_run_einsum(expression, x_tensor, y_tensor, TENSOR(by_letters, BATCHDOT_F64, DIMS(3, 2, 4)), &options));
    for (int at = 0; at < 24; at++) {
        const int b = at / 12, i = at / 3 % 4, j = at % 3;
        double sum = 0, x_squares = 0, y_squares = 0;
        for (int term = 0; term < 15; term++) {
            const int c = term / 5, d = term % 5;
            const double a = x[((b * 3 + c) * 4 + i) * 5 + d], other = y[((d * 3 + j) * 2 + b) * 3 + c];
            sum += a * other;
            x_squares += a * a;
            y_squares += other * other;
        }
        check_near(BATCHDOT_F64, by_lists, at, 15, sum / sqrt(x_squares * y_squares), 0.0);
        check_near(BATCHDOT_F64, by_letters, (j * 2 + b) * 4 + i, 15, sum / sqrt(x_squares * y_squares), 0.0);
    }
}

/* Nothing contracted: each element has its own absolute value for a norm, and what is left is its sign. */
static void nothing_contracted(void **state) {
    (void)state;
    double x[] = {2, -3, 0, 1e-8}, y[] = {-5, 0.25}, out[8];
    const double expected[] = {-1, 1, 1, -1, 0, 0, -1e-2, 1e-2}; /* 1e-8 is divided by 1e-6 */
    const batchdot_dims no_lists = {0, 0, NULL, NULL, NULL, NULL};
    const batchdot_options options = normalizing(BATCHDOT_ENGINE_AUTO);
    assert_ok(test_run_general(TENSOR(x, BATCHDOT_F64, DIMS(4)), TENSOR(y, BATCHDOT_F64, DIMS(2)), &no_lists,
                               TENSOR(out, BATCHDOT_F64, DIMS(4, 2)), &options));
    for (int i = 0; i < 8; i++)
        check_near(BATCHDOT_F64, out, i, 1, expected[i], 0.0);
}

/* ---- What is refused -------------------------------------------------------------------------------------------- */

static batchdot_status create(batchdot_dtype dtype, const batchdot_options *options) {
    const batchdot_tensor *x = TENSOR(NULL, dtype, DIMS(2, 3));
    double mark = 0.0;
    batchdot_plan *plan = (batchdot_plan *)(void *)&mark;
    const batchdot_status status = batchdot_plan_create(&plan, x, x, NULL, NULL, options);
    assert_true((status == BATCHDOT_OK) == (plan != NULL));
    batchdot_plan_destroy(plan);
    return status;
}

static void epsilon_must_be_a_number_of_at_least_0(void **state) {
    (void)state;
    static const double wrong[] = {-1, -1e-300, NAN, INFINITY, -INFINITY}, right[] = {0, -0.0, 1e-300, 1, 1e300};
    for (size_t i = 0; i < COUNT(float_dtypes); i++) {
        batchdot_options options = BATCHDOT_OPTIONS_INIT;
        for (size_t e = 0; e < COUNT(wrong); e++) {
            options.normalize_epsilon = wrong[e];
            options.normalize = 0;
            assert_ok(create(float_dtypes[i], &options));
            options.normalize = 1;
            assert_fails(BATCHDOT_ERROR_OPTION, create(float_dtypes[i], &options), "epsilon");
        }
        for (size_t e = 0; e < COUNT(right); e++) {
            options.normalize_epsilon = right[e];
            assert_ok(create(float_dtypes[i], &options));
        }
    }
}

static void any_nonzero_value_normalizes(void **state) {
    (void)state;
    static const int values[] = {1, -1, 2, 256, INT32_MAX, INT32_MIN};
    double x[] = {3, 4}, out[1];
    for (size_t i = 0; i < COUNT(values); i++) {
        batchdot_options options = BATCHDOT_OPTIONS_INIT;
        options.normalize = values[i];
        const batchdot_tensor *x_tensor = TENSOR(x, BATCHDOT_F64, DIMS(1, 2));
        assert_ok(test_run(x_tensor, x_tensor, NULL, TENSOR(out, BATCHDOT_F64, DIMS(1, 1)), &options));
        check_near(BATCHDOT_F64, out, 0, 2, 1.0, 0.0);
    }
}

static void integers_are_refused(void **state) {
    (void)state;
    static const batchdot_dtype dtypes[] = {BATCHDOT_I8, BATCHDOT_U8, BATCHDOT_I32, BATCHDOT_I64};
    for (size_t i = 0; i < COUNT(dtypes); i++) {
        const batchdot_options options = normalizing(BATCHDOT_ENGINE_AUTO);
        assert_fails(BATCHDOT_ERROR_OPTION, create(dtypes[i], &options), "normalize");
    }
}

static batchdot_status create_einsum(const char *expression, const batchdot_options *options) {
    const batchdot_tensor *x = TENSOR(NULL, BATCHDOT_F32, DIMS(2, 2));
    double mark = 0.0;
    batchdot_plan *plan = (batchdot_plan *)(void *)&mark;
    const batchdot_status status = batchdot_plan_create_einsum(&plan, expression, x, x, NULL, options);
    assert_true((status == BATCHDOT_OK) == (plan != NULL));
    batchdot_plan_destroy(plan);
    return status;
}

/* A letter that is summed over in one input only belongs to no vector of the other's. */
static void letters_of_one_input_are_refused(void **state) {
    (void)state;
    static const char *const refused[] = {"ij,jk->i", "ij,jk->k", "ij,jk->", "ij,kl->ik", "ij,ik->i"};
    static const char *const taken[] = {"ij,jk->ik", "ij,ij->", "ij,ij->i", "ij,kl->ijkl", "ij,ij->ji"};
    const batchdot_options options = normalizing(BATCHDOT_ENGINE_AUTO);
    for (size_t i = 0; i < COUNT(refused); i++) {
        test_set_row(refused[i]);
        assert_fails(BATCHDOT_ERROR_OPTION, create_einsum(refused[i], &options), "normalize");
        assert_ok(create_einsum(refused[i], NULL));
    }
    for (size_t i = 0; i < COUNT(taken); i++) {
        test_set_row(taken[i]);
        assert_ok(create_einsum(taken[i], &options));
    }
    test_set_row("");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_known_by_hand),
        cmocka_unit_test(complex_vectors),
        cmocka_unit_test(complex_numbers_that_are_not_finite),
        cmocka_unit_test(items_of_any_size_and_layout),
        cmocka_unit_test(several_axes_make_one_norm),
        cmocka_unit_test(nothing_contracted),
        cmocka_unit_test(epsilon_must_be_a_number_of_at_least_0),
        cmocka_unit_test(any_nonzero_value_normalizes),
        cmocka_unit_test(integers_are_refused),
        cmocka_unit_test(letters_of_one_input_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
