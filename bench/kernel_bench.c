/* Times every kernel of the library's list alone, on products that it accepts, and shows where the list prefers a
 * kernel that is not the fastest of those that accept the product. It links the library's objects, since the library
 * itself does not export its kernels. */
#include "base/aligned.h"
#include "base/dtype.h"
#include "bounds.h"
#include "kernels/kernel.h"
#include "rounds.h"
#include "statistics.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct shape {
    int64_t m, n, k;
};

static const struct shape table[] = {
    {1, 1, 64},    {1, 1, 1000},  {1, 30, 20},  {1, 100, 64}, {1, 64, 100}, {2, 2, 2},    {3, 3, 3},      {4, 4, 4},
    {8, 8, 8},     {13, 7, 5},    {6, 6, 6},    {16, 16, 16}, {33, 17, 9},  {8, 8, 1},    {64, 64, 1},    {8, 8, 1000},
    {27, 27, 128}, {64, 10, 200}, {1000, 8, 8}, {8, 1000, 8}, {64, 64, 64}, {48, 48, 48}, {128, 128, 128}};

enum {
    TABLE_COUNT = sizeof table / sizeof table[0],
    LAYOUT_COUNT = 4, /* of x and y: n or t each */
    MAX_EXTENT = 2048,
    MAX_KERNEL_ROUNDS = 1000,
    MALLOC_OFFSET = 16,    /* where what malloc gives for large sizes begins in a cache line */
    RUN_BYTES = 256 << 10, /* a run of items; within the second-level cache */
    OPERAND_BYTES = 2 * MAX_EXTENT * MAX_EXTENT * 16
};

/* A kernel on a product: a line of the table. */
struct row {
    const struct kernel *kernel;
    const struct shape *shape;
    int layout;
    struct product product;
    int64_t runs; /* a round */
    double seconds[MAX_KERNEL_ROUNDS];
    struct quartiles time;
};

struct kernel_options {
    const char *prefix;
    struct shape shape; /* in place of the table, if m > 0 */
    long rounds;
    long offset; /* of the operands, in bytes past a cache line */
};

static bool x_is_transposed(int layout) {
    return layout & 2;
}

static bool y_is_transposed(int layout) {
    return layout & 1;
}

static int64_t size_of(batchdot_dtype dtype) {
    return bd_dtype_info(dtype)->size;
}

static struct product product_of(const struct kernel *kernel, const struct shape *shape, int layout) {
    const int64_t m = shape->m, n = shape->n, k = shape->k;
    const int64_t bytes = m * k * size_of(kernel->x) + k * n * size_of(kernel->y) + m * n * size_of(kernel->out);
    const bool x_t = x_is_transposed(layout), y_t = y_is_transposed(layout);
    const int64_t items = bytes < RUN_BYTES ? RUN_BYTES / bytes : 1;
    return (struct product){.items = items,
                            .batch = items,
                            .m = m,
                            .n = n,
                            .k = k,
                            .x_item = m * k,
                            .y_item = k * n,
                            .out_item = m * n,
                            .x_m = x_t ? 1 : k,
                            .x_k = x_t ? m : 1,
                            .y_k = y_t || n == 1 ? 1 : n,
                            .y_n = y_t && n > 1 ? k : 1,
                            .out_m = n,
                            .out_n = 1,
                            .alpha = {1, 0}};
}

static double run(const struct row *row, int64_t runs, const void *x, const void *y, void *out) {
    const double start = seconds_now();
    for (int64_t i = 0; i < runs; i++)
        row->kernel->run(&row->product, x, y, out);
    return (seconds_now() - start) / (double)runs;
}

/* Every accepted product of every kernel that this processor runs. Returns the number of rows, or -1 if a kernel
 * accepts none of the table's shapes. */
static int collect(const struct kernel_options *options, struct row *rows) {
    const struct shape *const shapes = options->shape.m > 0 ? &options->shape : table;
    const int shape_count = options->shape.m > 0 ? 1 : TABLE_COUNT;
    int kernel_count, count = 0;
    const struct kernel *const kernels = bd_kernels(&kernel_count);
    for (int i = 0; i < kernel_count; i++) {
        const struct kernel *const kernel = &kernels[i];
        if (kernel->isa > bd_isa() || strncmp(kernel->name, options->prefix, strlen(options->prefix)) != 0)
            continue;
        const int before = count;
        for (int j = 0; j < shape_count * LAYOUT_COUNT; j++) {
            const struct shape *const shape = &shapes[j / LAYOUT_COUNT];
            const struct product product = product_of(kernel, shape, j % LAYOUT_COUNT);
            if (kernel->accepts(&product))
                rows[count++] = (struct row){kernel, shape, j % LAYOUT_COUNT, product, 1, {0}, {0, 0, 0}};
        }
        if (count == before && shapes == table) {
            fprintf(stderr, "batchdot-kernel-bench: no shape in bench/kernel_bench.c is one for %s\n", kernel->name);
            return -1;
        }
    }
    return count;
}

/* In turn, so that whatever slows the machine down slows all alike. */
static void time_rows(struct row *rows, int count, int rounds, const void *x, const void *y, void *out) {
    static const double round_seconds = 1e-3;
    for (int i = 0; i < count; i++) {
        run(&rows[i], 1, x, y, out);
        rows[i].runs = 1 + (int64_t)(round_seconds / (run(&rows[i], 1, x, y, out) + 1e-9));
    }
    for (int round = 0; round < rounds; round++)
        for (int i = 0; i < count; i++)
            rows[i].seconds[round] = run(&rows[i], rows[i].runs, x, y, out);
    for (int i = 0; i < count; i++)
        rows[i].time = quartiles_of(rows[i].seconds, rounds);
}

/* GFLOP/s of multiply-adds from registers to registers. */
static double peak_of(enum arithmetic arithmetic) {
    static const double operations = 1e8;
    fma_function *const fma = bounds_for_fma(arithmetic)->fma[arithmetic];
    double best = 0;
    for (int round = 0; round < 5; round++) {
        const double start = seconds_now();
        fma(operations);
        const double rate = 2e-9 * operations / (seconds_now() - start);
        best = rate > best ? rate : best;
    }
    return best;
}

/* And its addition: a complex one is four of its components. */
static double flops_a_multiplication(batchdot_dtype dtype) {
    return bd_dtype_info(dtype)->is_complex ? 8 : 2;
}

static bool is_same_product(const struct row *a, const struct row *b) {
    return a->shape == b->shape && a->layout == b->layout && a->kernel->x == b->kernel->x &&
           a->kernel->y == b->kernel->y && a->kernel->out == b->kernel->out;
}

/* What the list makes of this kernel for this product. */
static const char *standing(const struct row *rows, int count, const struct row *row) {
    static const double clearly = 1.05;
    const struct kernel *const chosen =
        bd_find_kernel(bd_isa(), row->kernel->x, row->kernel->y, row->kernel->out, &row->product);
    if (chosen == row->kernel)
        return "chosen";
    for (int i = 0; i < count; i++) {
        if (rows[i].kernel == chosen && is_same_product(&rows[i], row))
            return rows[i].time.median > clearly * row->time.median ? "faster than the chosen one" : "";
    }
    return "";
}

static void print_rows(const struct row *rows, int count) {
    double peaks[ARITHMETIC_COUNT];
    for (int arithmetic = 0; arithmetic < ARITHMETIC_COUNT; arithmetic++)
        peaks[arithmetic] = peak_of((enum arithmetic)arithmetic);
    printf("%-22s %-14s %s  %9s %9s %9s  %7s\n", "kernel", "m x n x k", "xy", "GFLOP/s", "lower", "upper", "of fma");
    for (int i = 0; i < count; i++) {
        const struct row *const row = &rows[i];
        const double flops = flops_a_multiplication(row->kernel->x) * 1e-9 *
                             (double)(row->product.items * row->product.m * row->product.n * row->product.k);
        const double speed = flops / row->time.median;
        char shape[40];
        snprintf(shape, sizeof shape, "%" PRId64 "x%" PRId64 "x%" PRId64, row->shape->m, row->shape->n, row->shape->k);
        printf("%-22s %-14s %c%c  %9.2f %9.2f %9.2f  %5.0f %%  %s\n", row->kernel->name, shape,
               x_is_transposed(row->layout) ? 't' : 'n', y_is_transposed(row->layout) ? 't' : 'n', speed,
               flops / row->time.upper, flops / row->time.lower, 100 * speed / peaks[bounds_arithmetic(row->kernel->x)],
               standing(rows, count, row));
    }
}

/* An extent, behind which text then points. */
static int64_t read_extent(char **text) {
    const int64_t extent = strtoll(*text, text, 10);
    return extent <= MAX_EXTENT ? extent : 0;
}

/* Extents with one character between them, such as 33x17x9. */
static bool read_shape(char *text, struct shape *shape) {
    shape->m = read_extent(&text);
    shape->n = *text ? (text++, read_extent(&text)) : 0;
    shape->k = *text ? (text++, read_extent(&text)) : 0;
    return *text == '\0' && shape->m >= 1 && shape->n >= 1 && shape->k >= 1;
}

static bool read_number(const char *text, long *number) {
    char *end;
    *number = strtol(text, &end, 10);
    return end != text && *end == '\0';
}

static bool read_options(int argc, char **argv, struct kernel_options *options) {
    *options = (struct kernel_options){"", {0, 0, 0}, 15, MALLOC_OFFSET};
    for (int i = 1; i < argc; i += 2) {
        char *const value = i + 1 < argc ? argv[i + 1] : NULL;
        if (value && strcmp(argv[i], "--kernel") == 0) {
            options->prefix = value;
        } else if (value && strcmp(argv[i], "--rounds") == 0) {
            if (!read_number(value, &options->rounds))
                return false;
        } else if (value && strcmp(argv[i], "--offset") == 0) {
            if (!read_number(value, &options->offset))
                return false;
        } else if (value && strcmp(argv[i], "--shape") == 0) {
            if (!read_shape(value, &options->shape))
                return false;
        } else {
            return false;
        }
    }
    return options->rounds >= 1 && options->rounds <= MAX_KERNEL_ROUNDS && options->offset >= 0 &&
           options->offset < BD_ALIGNMENT && options->offset % MALLOC_OFFSET == 0;
}

int main(int argc, char **argv) {
    struct kernel_options options;
    if (!read_options(argc, argv, &options)) {
        fprintf(stderr,
                "usage: batchdot-kernel-bench [--kernel NAME] [--shape MxNxK] [--rounds COUNT] [--offset BYTES]\n"
                "Times every kernel whose name begins with NAME alone, in 1 to %d rounds (15), on a table of shapes or "
                "on one\nwhose extents are 1 to %d. The operands begin BYTES past a cache line, a multiple of %d and "
                "as many "
                "if not\ngiven, as what malloc gives for large sizes does.\n",
                MAX_KERNEL_ROUNDS, MAX_EXTENT, MALLOC_OFFSET);
        return 2;
    }
    int status = EXIT_FAILURE, kernel_count;
    bd_kernels(&kernel_count);
    struct row *const rows = calloc((size_t)kernel_count * TABLE_COUNT * LAYOUT_COUNT, sizeof *rows);
    char *const memory = bd_aligned_alloc(3 * (size_t)OPERAND_BYTES);
    if (memory) /* pages of its own, where untouched ones would all be the same */
        memset(memory, 0, 3 * (size_t)OPERAND_BYTES);
    if (!rows || !memory) {
        fprintf(stderr, "batchdot-kernel-bench: out of memory\n");
        goto cleanup;
    }
    const int count = collect(&options, rows);
    if (count > 0) {
        /* At different places within a page: a load is held up by a store to the same one of another page. */
        enum { STAGGER = 1344 };
        const size_t operand = OPERAND_BYTES - STAGGER;
        char *const x = memory + options.offset;
        time_rows(rows, count, (int)options.rounds, x, x + operand, x + 2 * operand);
        print_rows(rows, count);
    }
    status = count < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
cleanup:
    free(rows);
    free(memory);
    return status;
}
