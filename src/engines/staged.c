#include "engines/staged.h"

#include "base/dtype.h"
#include "contraction/walk.h"
#include "kernels/stage.h"

#include <float.h>
#include <math.h>
#include <stdalign.h>
#include <stddef.h>
#include <string.h>

/* A stage lies on the executing thread's stack. It holds a block of BLOCK_GRAIN rows and columns of the largest
 * elements and the factors that go with these. */
enum { STAGE_SIZE = 66 * 1024 };

struct product bd_staged_product(const struct product *product, bool adds) {
    struct product staged = *product;
    staged.out_n = 1;
    staged.out_m = product->n;
    staged.out_item = product->m * product->n;
    staged.batch = product->items; /* lest a stage be written past the cache */
    staged.alpha[0] = 1;
    staged.beta[0] = adds;
    staged.alpha[1] = staged.beta[1] = 0;
    return staged;
}

/* Vectors along k, rows of them in every item. */
struct vectors {
    enum operand operand; /* x's rows or y's columns */
    batchdot_dtype dtype;
    int64_t items, rows;
    int64_t item_stride, row_stride, k_stride;
};

static struct vectors vectors_of(const struct contraction *contraction, const struct product *product,
                                 enum operand operand) {
    const batchdot_dtype dtype = contraction->dtype[operand];
    if (operand == OPERAND_X)
        return (struct vectors){operand,         dtype,        product->items, product->m,
                                product->x_item, product->x_m, product->x_k};
    return (struct vectors){operand, dtype, product->items, product->n, product->y_item, product->y_n, product->y_k};
}

/* The squares of vectors whose elements follow one upon the other, as a batch of dot products of each with itself. */
static struct product squares_product(const struct vectors *vectors, const struct product *product, bool adds) {
    return (struct product){.items = vectors->rows,
                            .batch = vectors->rows,
                            .m = 1,
                            .n = 1,
                            .k = product->k,
                            .x_item = vectors->row_stride,
                            .y_item = vectors->row_stride,
                            .out_item = 1,
                            .x_m = 1,
                            .x_k = 1,
                            .y_k = 1,
                            .y_n = 1,
                            .out_m = 1,
                            .out_n = 1,
                            .alpha = {1, 0},
                            .beta = {adds, 0},
                            .conjugate_y = bd_dtype_info(vectors->dtype)->is_complex};
}

static const struct kernel *find_squares_kernel(const struct contraction *contraction,
                                                const struct preparation *preparation, enum operand operand) {
    const struct vectors vectors = vectors_of(contraction, &preparation->product, operand);
    if (vectors.k_stride != 1)
        return NULL;
    const struct product squares = squares_product(&vectors, &preparation->product, preparation->outer_k_count > 0);
    return bd_find_kernel(bd_isa(), vectors.dtype, vectors.dtype, bd_sum_dtype(vectors.dtype), &squares);
}

void bd_staged_prepare(const struct contraction *contraction, struct preparation *preparation) {
    const struct product staged = bd_staged_product(&preparation->product, preparation->outer_k_count > 0);
    preparation->kernel = bd_find_kernel(bd_isa(), contraction->dtype[OPERAND_X], contraction->dtype[OPERAND_Y],
                                         bd_sum_dtype(contraction->dtype[OPERAND_OUT]), &staged);
    if (contraction->is_normalized) {
        preparation->x_squares = find_squares_kernel(contraction, preparation, OPERAND_X);
        preparation->y_squares = find_squares_kernel(contraction, preparation, OPERAND_Y);
    }
}

/* The bytes of a sum. The factors that it is multiplied by are real, but are gathered as sums. */
static int64_t sum_size(const struct contraction *contraction) {
    return bd_dtype_info(bd_sum_dtype(contraction->dtype[OPERAND_OUT]))->size;
}

/* How many columns (or rows) a stage of so many sums holds beside as many rows (or columns), in whole grains. */
static int64_t fitting_extent(int64_t capacity, int64_t extent, int64_t others) {
    const int64_t fitting = (capacity - others) / (others + 1);
    return extent <= fitting ? extent : fitting / BLOCK_GRAIN * BLOCK_GRAIN;
}

void bd_keep_to_stage(const struct contraction *contraction, int64_t *block_m, int64_t *block_n,
                      int64_t *items_at_once) {
    const int64_t capacity = STAGE_SIZE / sum_size(contraction);
    if (*block_m > BLOCK_GRAIN || *block_n > BLOCK_GRAIN) {
        /* Rather many rows than many columns: a kernel that packs y does it for every block of rows anew. */
        *block_m = fitting_extent(capacity, *block_m, *block_n < BLOCK_GRAIN ? *block_n : BLOCK_GRAIN);
        *block_n = fitting_extent(capacity, *block_n, *block_m);
    }
    *items_at_once = capacity / (*block_m * *block_n + *block_m + *block_n);
}

/* Of one pass over k, to sums[items, rows]; later passes add. */
static void add_squares(const struct vectors *vectors, const struct kernel *kernel, const struct product *product,
                        bool is_first, const char *data, char *sums, int64_t size) {
    struct product squares = squares_product(vectors, product, !is_first);
    const int64_t item_stride = vectors->item_stride * bd_dtype_info(vectors->dtype)->size;
    int64_t items = vectors->items;
    if (kernel && (squares.items == 1 || vectors->item_stride == squares.items * vectors->row_stride)) {
        if (squares.items == 1)
            squares.x_item = squares.y_item = vectors->item_stride;
        squares.items *= items;
        squares.batch = squares.items;
        items = 1;
    }
    for (int64_t item = 0; item < items; item++) {
        if (kernel)
            kernel->run(&squares, data, data, sums);
        else
            bd_stage_functions(bd_isa())->add_squares(vectors->dtype, data, vectors->rows, vectors->row_stride,
                                                      product->k, vectors->k_stride, sums);
        data += item_stride;
        sums += vectors->rows * size;
    }
}

/* A complex element has two squares, of its parts or of both together and 0. */
static void add_squares_of_parts_f32(float *squares, int64_t count) {
    for (int64_t i = 0; i < count; i++)
        squares[i] = squares[2 * i] + squares[2 * i + 1];
}

static void add_squares_of_parts_f64(double *squares, int64_t count) {
    for (int64_t i = 0; i < count; i++)
        squares[i] = squares[2 * i] + squares[2 * i + 1];
}

/* 1 / sqrt(max(square, epsilon)), but 0 where that is a division by 0; NaN stays NaN. The division is done whatever the
 * square is, so that a compiler can use vectors. An epsilon may be beyond the range of squares. */
static void invert_f32(float *factors, int64_t count, double epsilon) {
    const float least = epsilon > FLT_MAX ? INFINITY : (float)epsilon;
    const float most = least > 0 ? (float)(1 / sqrt(epsilon)) : 0;
    for (int64_t i = 0; i < count; i++) {
        const float square = factors[i], inverse = 1 / sqrtf(square);
        factors[i] = square < least ? most : square == 0 ? 0 : inverse;
    }
}

static void invert_f64(double *factors, int64_t count, double epsilon) {
    for (int64_t i = 0; i < count; i++) {
        const double square = factors[i] < epsilon ? epsilon : factors[i], inverse = 1 / sqrt(square);
        factors[i] = square == 0 ? 0 : inverse;
    }
}

static void make_factors(batchdot_dtype dtype, void *squares, int64_t count, double epsilon) {
    switch (dtype) {
    case BATCHDOT_C64:
        add_squares_of_parts_f32(squares, count);
        invert_f32(squares, count, epsilon);
        break;
    case BATCHDOT_C128:
        add_squares_of_parts_f64(squares, count);
        invert_f64(squares, count, epsilon);
        break;
    case BATCHDOT_F64:
        invert_f64(squares, count, epsilon);
        break;
    default:
        invert_f32(squares, count, epsilon);
    }
}

/* The reciprocals of the vectors' norms, to factors[items, rows]. */
static void find_factors(const struct contraction *contraction, const struct preparation *preparation,
                         const struct product *product, enum operand operand, const char *data, char *factors) {
    struct vectors vectors = vectors_of(contraction, product, operand);
    const int64_t size = sum_size(contraction), element_size = bd_dtype_info(vectors.dtype)->size;
    const struct kernel *const kernel = operand == OPERAND_X ? preparation->x_squares : preparation->y_squares;
    if (vectors.item_stride == 0)
        vectors.items = 1;
    const int64_t count = vectors.items * vectors.rows,
                  passes = bd_walk_length(contraction->k.axes, preparation->outer_k_count);
    if (!kernel)
        memset(factors, 0, (size_t)(count * size));
    struct walk outer_k;
    bd_walk_start(&outer_k, contraction->k.axes, preparation->outer_k_count, 0);
    for (int64_t pass = 0; pass < passes; pass++, bd_walk_next(&outer_k))
        add_squares(&vectors, kernel, product, pass == 0, data + outer_k.offset[operand] * element_size, factors, size);

    make_factors(vectors.dtype, factors, count, contraction->normalize_epsilon);
    const size_t real_size = (size_t)(bd_dtype_info(vectors.dtype)->is_complex ? size / 2 : size);
    for (int64_t item = vectors.items; item < product->items; item++)
        memcpy(factors + (size_t)(item * vectors.rows) * real_size, factors, (size_t)vectors.rows * real_size);
}

void bd_run_staged(const struct contraction *contraction, const struct preparation *preparation,
                   const struct product *product, const char *x, const char *y, char *out) {
    alignas(64) char stage[STAGE_SIZE];
    const batchdot_dtype *dtype = contraction->dtype;
    const int64_t x_size = bd_dtype_info(dtype[OPERAND_X])->size, y_size = bd_dtype_info(dtype[OPERAND_Y])->size;
    const int64_t passes = bd_walk_length(contraction->k.axes, preparation->outer_k_count);
    struct product staged = bd_staged_product(product, false);
    struct walk outer_k;
    bd_walk_start(&outer_k, contraction->k.axes, preparation->outer_k_count, 0);
    for (int64_t pass = 0; pass < passes; pass++, bd_walk_next(&outer_k)) {
        staged.beta[0] = pass > 0;
        preparation->kernel->run(&staged, x + outer_k.offset[OPERAND_X] * x_size,
                                 y + outer_k.offset[OPERAND_Y] * y_size, stage);
    }
    char *m_factors = NULL, *n_factors = NULL;
    if (contraction->is_normalized) {
        m_factors = stage + product->items * product->m * product->n * sum_size(contraction);
        n_factors = m_factors + product->items * product->m * sum_size(contraction);
        find_factors(contraction, preparation, product, OPERAND_X, x, m_factors);
        find_factors(contraction, preparation, product, OPERAND_Y, y, n_factors);
    }
    bd_stage_functions(bd_isa())->finish(dtype[OPERAND_OUT], product, stage, m_factors, n_factors, out);
}
