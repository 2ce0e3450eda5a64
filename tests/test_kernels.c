/* Every kernel of the list, alone, against the oracle: whole and ragged tiles, every kind of stride, each operand
 * ending or beginning where memory may not be touched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "guarded_buffer.h"
#include "kernels/kernel.h"
#include "oracle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How an m by n matrix lies in memory. */
struct matrix_layout {
    const char *name;
    int64_t row_stride, column_stride, first; /* first: the offset of element [0, 0] */
    int64_t element_count;
};

enum layout_kind { BY_ROWS, BY_COLUMNS, WITH_GAPS, BACKWARDS, BROADCAST, LAYOUT_KIND_COUNT };

static struct matrix_layout layout_of(enum layout_kind kind, int64_t rows, int64_t columns) {
    const int64_t count = rows * columns;
    switch (kind) {
    case BY_ROWS:
        return (struct matrix_layout){"by rows", columns, 1, 0, count};
    case BY_COLUMNS:
        return (struct matrix_layout){"by columns", 1, rows, 0, count};
    case WITH_GAPS:
        return (struct matrix_layout){"with gaps", 3 * columns, 3, 0, count ? 3 * count - 2 : 0};
    case BACKWARDS:
        return (struct matrix_layout){"backwards", -columns, -1, count ? count - 1 : 0, count};
    default:
        return (struct matrix_layout){"broadcast", 0, 1, 0, rows ? columns : 0};
    }
}

struct operand_memory {
    struct guarded_buffer buffer;
    struct matrix_layout layout;
    int64_t shape[3], strides[3];
    batchdot_tensor tensor; /* shape (1, rows, columns) */
};

/* Of an operand whose layout is set. */
static void make_operand(struct operand_memory *operand, batchdot_dtype dtype, int64_t rows, int64_t columns,
                         enum guarded_side side, int salt) {
    const size_t size = oracle_element_size(dtype);
    operand->buffer = guarded_buffer_make((size_t)operand->layout.element_count * size, side);
    for (int64_t i = 0; i < operand->layout.element_count; i++) {
        const int number = (int)((i * 37 + salt * 11) % 41) - 20;
        oracle_value value = {.real = number / 4.0L, .imaginary = (number + salt) / 8.0L, .bits = (uint64_t)number};
        oracle_write(dtype, value, operand->buffer.data + (size_t)i * size);
    }
    memcpy(operand->shape, (const int64_t[]){1, rows, columns}, sizeof operand->shape);
    memcpy(operand->strides, (const int64_t[]){0, operand->layout.row_stride, operand->layout.column_stride},
           sizeof operand->strides);
    operand->tensor = (batchdot_tensor){operand->buffer.data + (size_t)operand->layout.first * size, dtype, 3,
                                        operand->shape, operand->strides};
}

struct kernel_case {
    const struct kernel *kernel;
    int64_t m, n, k;
    enum layout_kind x, y, out;
    enum guarded_side side;
    bool scales, conjugates_y;
};

static void compare(const struct kernel_case *tested, const struct operand_memory *out,
                    const oracle_element *expected) {
    const size_t size = oracle_element_size(out->tensor.dtype);
    for (int64_t i = 0; i < tested->m * tested->n; i++) {
        const unsigned char *element = (const unsigned char *)out->tensor.data + expected[i].offset * (int64_t)size;
        if (!oracle_matches(out->tensor.dtype, &expected[i], element)) {
            const oracle_value got = oracle_read(out->tensor.dtype, element);
            fail_msg("%s m %d n %d k %d, layouts %d %d %d, side %d, scaled %d, y conjugated %d: element %d is "
                     "(%Lg, %Lg, %lld), not (%Lg, %Lg, %lld)",
                     tested->kernel->name, (int)tested->m, (int)tested->n, (int)tested->k, tested->x, tested->y,
                     tested->out, tested->side, tested->scales, tested->conjugates_y, (int)i, got.real, got.imaginary,
                     (long long)got.bits, expected[i].value.real, expected[i].value.imaginary,
                     (long long)expected[i].value.bits);
        }
    }
}

static batchdot_options options_of(const struct kernel_case *tested) {
    batchdot_options options = BATCHDOT_OPTIONS_INIT;
    if (tested->scales) {
        const bool is_integer = oracle_is_integer(tested->kernel->out),
                   is_complex = oracle_is_complex(tested->kernel->out);
        options.alpha[0] = is_integer ? 1 : -0.5;
        options.alpha[1] = is_complex ? 0.25 : 0;
        options.beta[0] = is_integer ? 1 : 2;
        options.beta[1] = is_complex ? -1 : 0;
        options.conj_x = is_complex;
    }
    options.conj_y = tested->conjugates_y;
    return options;
}

/* Of side, scales and, for complex elements, conjugates_y. */
static int variants_of(const struct kernel *kernel) {
    return oracle_is_complex(kernel->out) ? 8 : 4;
}

static void run_case(const struct kernel_case *tested) {
    static oracle_element expected[32 * 32];
    struct operand_memory x, y, out;
    x.layout = layout_of(tested->x, tested->m, tested->k);
    y.layout = layout_of(tested->y, tested->k, tested->n);
    out.layout = layout_of(tested->out, tested->m, tested->n);
    const batchdot_options options = options_of(tested);
    const struct product product = {
        .m = tested->m,
        .n = tested->n,
        .x_m = x.layout.row_stride,
        .y_n = y.layout.column_stride,
        .out_m = out.layout.row_stride,
        .out_n = out.layout.column_stride,
        .items = 1,
        .batch = 1,
        .k = tested->k,
        .x_k = tested->k == 1 ? 1 : x.layout.column_stride,
        .y_k = tested->k == 1 ? 1 : y.layout.row_stride,
        .alpha = {options.alpha[0], options.alpha[1]},
        .beta = {options.beta[0], options.beta[1]},
        .conjugate_x = options.conj_x,
        .conjugate_y = options.conj_y,
    };
    if (!tested->kernel->accepts(&product))
        return;

    make_operand(&x, tested->kernel->x, tested->m, tested->k, tested->side, 1);
    make_operand(&y, tested->kernel->y, tested->k, tested->n, tested->side, 2);
    make_operand(&out, tested->kernel->out, tested->m, tested->n, tested->side, 3);
    const batchdot_axes axes = {2, 1};
    const oracle_problem problem = {&x.tensor, &y.tensor, &out.tensor, &axes, &options};
    oracle_compute(&problem, expected);
    tested->kernel->run(&product, x.tensor.data, y.tensor.data, out.tensor.data);
    compare(tested, &out, expected);
    guarded_buffer_free(&x.buffer);
    guarded_buffer_free(&y.buffer);
    guarded_buffer_free(&out.buffer);
}

static void test_kernel_in_all_shapes(void **state) {
    static const int64_t m_extents[] = {1, 2, 4, 5, 9, 17, 27}, n_extents[] = {1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 27};
    enum { M_COUNT = sizeof m_extents / sizeof m_extents[0], N_COUNT = sizeof n_extents / sizeof n_extents[0] };
    struct kernel_case tested = {.kernel = *state};
    if (tested.kernel->isa > bd_isa())
        skip();
    for (int i = 0; i < M_COUNT * N_COUNT; i++) {
        tested.m = m_extents[i % M_COUNT];
        tested.n = n_extents[i / M_COUNT];
        for (int k = 0; k < 4; k++) {
            tested.k = (const int64_t[]){0, 1, 6, 13}[k];
            for (int variant = 0; variant < variants_of(tested.kernel); variant++) {
                tested.side = variant & 1 ? GUARD_BEFORE : GUARD_BEHIND;
                tested.scales = variant & 2;
                tested.conjugates_y = variant & 4;
                run_case(&tested);
            }
        }
    }
}

static void test_kernel_in_all_layouts(void **state) {
    struct kernel_case tested = {.kernel = *state, .m = 9, .n = 19, .k = 6};
    if (tested.kernel->isa > bd_isa())
        skip();
    for (int x = 0; x < LAYOUT_KIND_COUNT; x++) {
        for (int y = 0; y < LAYOUT_KIND_COUNT; y++) {
            for (int out = 0; out < BROADCAST; out++) {
                for (int variant = 0; variant < variants_of(tested.kernel); variant++) {
                    tested.x = (enum layout_kind)x;
                    tested.y = (enum layout_kind)y;
                    tested.out = (enum layout_kind)out;
                    tested.side = variant & 1 ? GUARD_BEFORE : GUARD_BEHIND;
                    tested.scales = variant & 2;
                    tested.conjugates_y = variant & 4;
                    run_case(&tested);
                }
            }
        }
    }
}

/* Three items of outer products, with aligned rows whose last vectors are left over. */
static void run_beyond_the_cache(const struct kernel *kernel, const struct product *product) {
    const size_t m = (size_t)product->m, n = (size_t)product->n, items = (size_t)product->items;
    const size_t size = oracle_element_size(kernel->out);
    struct guarded_buffer x = guarded_buffer_make(items * m * size, GUARD_BEHIND);
    struct guarded_buffer y = guarded_buffer_make(items * n * size, GUARD_BEHIND);
    struct guarded_buffer out = guarded_buffer_make(items * m * n * size, GUARD_BEHIND);
    for (size_t i = 0; i < items * m; i++)
        oracle_write(kernel->x, (oracle_value){.real = (long double)(i % 19) - 9}, x.data + i * size);
    for (size_t i = 0; i < items * n; i++)
        oracle_write(kernel->y, (oracle_value){.real = (long double)(i % 1009)}, y.data + i * size);
    memset(out.data, 0xff, out.size);
    kernel->run(product, x.data, y.data, out.data);
    for (size_t i = 0; i < items * m * n; i++) {
        const double expected = ((double)(i / n % 19) - 9) * (double)((i / n / m * n + i % n) % 1009);
        const double got = size == sizeof(float) ? ((const float *)out.data)[i] : ((const double *)out.data)[i];
        if (got != expected)
            fail_msg("%s: element %zu is %g, not %g", kernel->name, i, got, expected);
    }
    guarded_buffer_free(&x);
    guarded_buffer_free(&y);
    guarded_buffer_free(&out);
}

/* Outputs so large that a kernel may write them past the cache. */
static void test_kernels_beyond_the_cache(void **state) {
    (void)state;
    enum { ITEMS = 3, M = 45, N = 63920 };
    const struct product product = {
        .items = ITEMS,
        .batch = 1 << 30, /* these being a few of so many, more than any cache holds */
        .m = M,
        .n = N,
        .k = 1,
        .x_item = M,
        .y_item = N,
        .out_item = (int64_t)M * N,
        .x_m = 1,
        .x_k = 1,
        .y_k = N,
        .y_n = 1,
        .out_m = N,
        .out_n = 1,
        .alpha = {1, 0},
    };
    int count, run = 0;
    const struct kernel *kernels = bd_kernels(&count);
    for (int i = 0; i < count; i++) {
        const bool is_real = kernels[i].x == BATCHDOT_F32 || kernels[i].x == BATCHDOT_F64;
        if (is_real && kernels[i].isa <= bd_isa() && kernels[i].accepts(&product)) {
            run_beyond_the_cache(&kernels[i], &product);
            run++;
        }
    }
    assert_in_range(run, 2, count);
}

static void test_find_kernel_takes_the_first_that_accepts(void **state) {
    (void)state;
    int count;
    const struct kernel *kernels = bd_kernels(&count);
    const struct product product = {.items = 1, .batch = 1, .m = 1, .n = 1, .k = 1, .alpha = {1, 0}};
    for (int i = 0; i < count; i++) {
        if (kernels[i].isa > bd_isa()) /* whose accepts() is compiled for it as well */
            continue;
        const struct kernel *const found =
            bd_find_kernel(kernels[i].isa, kernels[i].x, kernels[i].y, kernels[i].out, &product);
        assert_non_null(found);
        assert_true(found->accepts(&product));
        assert_true(found->isa <= kernels[i].isa);
    }
    assert_null(bd_find_kernel(ISA_AVX512, BATCHDOT_F32, BATCHDOT_F64, BATCHDOT_F64, &product));
    assert_null(bd_find_kernel(ISA_AVX512, BATCHDOT_F32, BATCHDOT_F32, BATCHDOT_F64, &product));
}

/* As those who search them rely on. */
static void test_rows_stand_by_dtype_and_isa(void **state) {
    (void)state;
    bool is_seen[BATCHDOT_I64 + 1] = {false};
    int count;
    const struct kernel *kernels = bd_kernels(&count);
    for (int i = 0; i < count; i++) {
        const bool begins = i == 0 || kernels[i].x != kernels[i - 1].x,
                   ends = i + 1 == count || kernels[i].x != kernels[i + 1].x;
        assert_false(begins && is_seen[kernels[i].x]);
        is_seen[kernels[i].x] = true;
        assert_true(begins || kernels[i].isa <= kernels[i - 1].isa);
        assert_true(!ends || kernels[i].isa == ISA_PORTABLE);
    }
}

int main(void) {
    enum { MAX_TESTS = 800, NAME_SIZE = 80, FUNCTION_COUNT = 2 };
    static struct CMUnitTest tests[MAX_TESTS];
    static char names[MAX_TESTS][NAME_SIZE];
    int kernel_count;
    size_t test_count = 0;
    const struct kernel *kernels = bd_kernels(&kernel_count);
    tests[test_count++] = (struct CMUnitTest)cmocka_unit_test(test_find_kernel_takes_the_first_that_accepts);
    tests[test_count++] = (struct CMUnitTest)cmocka_unit_test(test_rows_stand_by_dtype_and_isa);
    tests[test_count++] = (struct CMUnitTest)cmocka_unit_test(test_kernels_beyond_the_cache);
    if (test_count + (size_t)kernel_count * FUNCTION_COUNT > MAX_TESTS) {
        print_error("there are %d kernels, more than there is room for\n", kernel_count);
        return 1;
    }
    for (int i = 0; i < kernel_count; i++) {
        static const CMUnitTestFunction functions[] = {test_kernel_in_all_shapes, test_kernel_in_all_layouts};
        static const char *const what[] = {"shapes", "layouts"};
        for (int f = 0; f < FUNCTION_COUNT; f++) {
            snprintf(names[test_count], NAME_SIZE, "%s: all %s", kernels[i].name, what[f]);
            tests[test_count] = (struct CMUnitTest){names[test_count], functions[f], NULL, NULL, (void *)&kernels[i]};
            test_count++;
        }
    }
    cmocka_set_test_filter(getenv("BATCHDOT_TEST_KERNELS")); /* "avx2*", say; all if there is none */
    return _cmocka_run_group_tests("kernels", tests, test_count, NULL, NULL);
}
