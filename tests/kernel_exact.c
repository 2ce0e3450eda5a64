#include "kernel_exact.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "oracle.h"

#include <math.h>
#include <string.h>

struct extents {
    int64_t rows, columns;
};

static struct extents extents_of(const struct kernel_case *tested, enum operand operand) {
    return (struct extents){operand == OPERAND_Y ? tested->k : tested->m, operand == OPERAND_X ? tested->k : tested->n};
}

static batchdot_dtype dtype_of(const struct kernel_case *tested, enum operand operand) {
    const batchdot_dtype dtypes[] = {tested->kernel->x, tested->kernel->y, tested->kernel->out};
    return dtypes[operand];
}

/* Of one item. */
static int64_t element_count(const struct kernel_case *tested, enum operand operand) {
    const struct extents extents = extents_of(tested, operand);
    return extents.rows * extents.columns;
}

int64_t exact_index(const struct kernel_case *tested, enum operand operand, int64_t item, int64_t row, int64_t column) {
    const struct extents extents = extents_of(tested, operand);
    return (item * extents.rows + row) * extents.columns + column;
}

void exact_fill(struct exact_case *exact, const struct kernel_case *tested) {
    for (int i = 0; i < OPERAND_COUNT; i++) {
        const batchdot_dtype dtype = dtype_of(tested, (enum operand)i);
        const bool is_complex = oracle_is_complex(dtype), is_unsigned = dtype == BATCHDOT_U8;
        const bool is_broadcast = tested->layout[i].items == BROADCAST;
        const int64_t an_item = element_count(tested, (enum operand)i), all = an_item * tested->items;
        assert_in_range(all, 1, KERNEL_MAX_ELEMENTS);
        for (int64_t j = 0; j < all; j++) {
            const uint32_t number = (uint32_t)(is_broadcast ? j % an_item : j) * 3 + (uint32_t)i;
            const uint32_t chance = (number ^ number >> 7) * 2654435761u;
            const int shift = is_unsigned ? 8 : 0;
            exact->operand[i].real[j] = (int)(chance >> 29) * 2 - 7 + shift;
            exact->operand[i].imaginary[j] = is_complex ? (int)(chance >> 26 & 7) * 2 - 7 : 0;
        }
    }
}

/* sums += sign * x * y, of one item. */
static void add_products(const struct kernel_case *tested, double sign, const double *x, const double *y,
                         double *restrict sums) {
    const int64_t n = tested->n;
    for (int64_t i = 0; i < tested->m; i++) {
        for (int64_t step = 0; step < tested->k; step++) {
            const double factor = sign * x[i * tested->k + step];
            const double *row = y + step * n;
            for (int64_t j = 0; j < n; j++)
                sums[i * n + j] += factor * row[j];
        }
    }
}

static void scale_element(const double scale[2], double *real, double *imaginary) {
    const double a = *real, b = *imaginary;
    *real = scale[0] * a;
    *imaginary = scale[0] * b;
    if (scale[1] != 0) { /* what is not there must not turn an infinity into NaN */
        *real -= scale[1] * b;
        *imaginary += scale[1] * a;
    }
}

/* sums become alpha * sums + beta * old. */
static void scale_and_add(const struct exact_case *exact, const struct kernel_case *tested, struct exact_matrix *sums) {
    const int64_t count = element_count(tested, OPERAND_OUT) * tested->items;
    const bool has_beta = tested->beta[0] != 0 || tested->beta[1] != 0;
    for (int64_t i = 0; i < count; i++) {
        double real = exact->operand[OPERAND_OUT].real[i], imaginary = exact->operand[OPERAND_OUT].imaginary[i];
        scale_element(tested->alpha, &sums->real[i], &sums->imaginary[i]);
        scale_element(tested->beta, &real, &imaginary);
        sums->real[i] += has_beta ? real : 0;
        sums->imaginary[i] += has_beta ? imaginary : 0;
    }
}

static void compute(const struct exact_case *exact, const struct kernel_case *tested, struct exact_matrix *sums) {
    const int64_t x_count = element_count(tested, OPERAND_X), y_count = element_count(tested, OPERAND_Y);
    const int64_t count = element_count(tested, OPERAND_OUT);
    const bool is_complex = oracle_is_complex(tested->kernel->out);
    const double sign_x = tested->conjugate_x ? -1 : 1, sign_y = tested->conjugate_y ? -1 : 1;
    memset(sums->real, 0, (size_t)(count * tested->items) * sizeof(double));
    memset(sums->imaginary, 0, (size_t)(count * tested->items) * sizeof(double));
    for (int64_t item = 0; item < tested->items; item++) {
        const double *x_real = exact->operand[OPERAND_X].real + item * x_count;
        const double *y_real = exact->operand[OPERAND_Y].real + item * y_count;
        const double *x_imaginary = exact->operand[OPERAND_X].imaginary + item * x_count;
        const double *y_imaginary = exact->operand[OPERAND_Y].imaginary + item * y_count;
        add_products(tested, 1, x_real, y_real, sums->real + item * count);
        if (is_complex) {
            add_products(tested, -sign_x * sign_y, x_imaginary, y_imaginary, sums->real + item * count);
            add_products(tested, sign_y, x_real, y_imaginary, sums->imaginary + item * count);
            add_products(tested, sign_x, x_imaginary, y_real, sums->imaginary + item * count);
        }
    }
    scale_and_add(exact, tested, sums);
}

/* Of the whole numbers of a case most come again and again, and to encode one takes as long as a dot product. */
static uint16_t encode_half(batchdot_dtype half, double value) {
    enum { REMEMBERED_BITS = 10 };
    static struct {
        uint64_t bits;
        uint16_t code;
        bool is_known;
    } remembered[2][1 << REMEMBERED_BITS];
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits); /* those of -0 are others than those of 0 */
    const size_t place = bits * 0x9e3779b97f4a7c15u >> (64 - REMEMBERED_BITS);
    const bool is_bf16 = half == BATCHDOT_BF16;
    if (!remembered[is_bf16][place].is_known || remembered[is_bf16][place].bits != bits) {
        remembered[is_bf16][place].bits = bits;
        remembered[is_bf16][place].code = oracle_half_encode(half, value);
        remembered[is_bf16][place].is_known = true;
    }
    return remembered[is_bf16][place].code;
}

static void write_matrix(batchdot_dtype dtype, const struct exact_matrix *matrix, int64_t count, void *elements) {
    const size_t size = oracle_element_size(dtype);
    for (int64_t i = 0; i < count; i++) {
        const double real = matrix->real[i];
        if (dtype == BATCHDOT_F32) {
            ((float *)elements)[i] = (float)real;
        } else if (dtype == BATCHDOT_F64) {
            ((double *)elements)[i] = real;
        } else if (dtype == BATCHDOT_C64) {
            memcpy((float *)elements + 2 * i, (const float[]){(float)real, (float)matrix->imaginary[i]}, size);
        } else if (dtype == BATCHDOT_C128) {
            memcpy((double *)elements + 2 * i, (const double[]){real, matrix->imaginary[i]}, size);
        } else if (dtype == BATCHDOT_I32) {
            ((int32_t *)elements)[i] = (int32_t)real;
        } else if (oracle_is_half(dtype)) {
            ((uint16_t *)elements)[i] = encode_half(dtype, real);
        } else {
            const oracle_value value = {.real = real,
                                        .imaginary = matrix->imaginary[i],
                                        .bits = oracle_is_integer(dtype) ? (uint64_t)(int64_t)real : 0};
            oracle_write(dtype, value, (unsigned char *)elements + (size_t)i * size);
        }
    }
}

static bool is_same(long double a, long double b) {
    return a == b || (isnan(a) && isnan(b));
}

static void compare(const struct kernel_case *tested, const unsigned char *expected, const unsigned char *got) {
    const batchdot_dtype dtype = tested->kernel->out;
    const size_t size = oracle_element_size(dtype);
    const int64_t count = element_count(tested, OPERAND_OUT);
    if (memcmp(expected, got, (size_t)(count * tested->items) * size) == 0)
        return;
    for (int64_t i = 0; i < count * tested->items; i++) {
        const oracle_value a = oracle_read(dtype, expected + (size_t)i * size);
        const oracle_value b = oracle_read(dtype, got + (size_t)i * size);
        if (!is_same(a.real, b.real) || !is_same(a.imaginary, b.imaginary) || a.bits != b.bits)
            fail_msg("item %d, row %d, column %d is (%Lg, %Lg, %lld), not (%Lg, %Lg, %lld): %s", (int)(i / count),
                     (int)(i % count / tested->n), (int)(i % tested->n), b.real, b.imaginary, (long long)b.bits, a.real,
                     a.imaginary, (long long)a.bits, kernel_case_text(tested));
    }
}

void exact_check(const struct exact_case *exact, const struct kernel_case *tested) {
    enum { BYTES = KERNEL_MAX_ELEMENTS * KERNEL_MAX_ELEMENT_SIZE };
    static _Alignas(16) unsigned char memory[OPERAND_COUNT][BYTES], expected[BYTES], result[BYTES];
    static struct exact_matrix sums;
    compute(exact, tested, &sums);
    write_matrix(tested->kernel->out, &sums, element_count(tested, OPERAND_OUT) * tested->items, expected);
    for (int i = 0; i < OPERAND_COUNT; i++) {
        const int64_t count = element_count(tested, (enum operand)i) * tested->items;
        const batchdot_dtype dtype = dtype_of(tested, (enum operand)i);
        if (i == OPERAND_OUT && tested->beta[0] == 0 && tested->beta[1] == 0)
            memset(memory[i], 0xff, (size_t)count * oracle_element_size(dtype));
        else
            write_matrix(dtype, &exact->operand[i], count, memory[i]);
    }
    const struct kernel_operands operands = {memory[OPERAND_X], memory[OPERAND_Y], memory[OPERAND_OUT]};
    kernel_case_run(tested, &operands, result);
    compare(tested, expected, result);
}
