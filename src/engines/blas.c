/* The BLAS engine: an item is one ?gemm, or one ?gemv where m is 1 and that can be trusted; where the BLAS has a
 * batched ?gemm that can be trusted, that takes a whole batch axis at once. The only file that knows BLAS. */
#include "engines/engine.h"

#include <stddef.h>

#ifdef BATCHDOT_HAVE_BLAS

#include "base/dtype.h"
#include "base/once.h"
#include "contraction/walk.h"
#include "engines/cblas.h"
#include "engines/openblas_config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* An OpenBLAS says what it is, and MKL is told by its symbols. Any other BLAS may be an old OpenBLAS under another
 * name, as behind Debian's libblas.so.3, and is taken for one. */
static const char *openblas_config(void) {
#if defined(BATCHDOT_HAVE_OPENBLAS_CONFIG)
    return OPENBLAS(get_config)();
#elif defined(BATCHDOT_BLAS_IS_MKL)
    return NULL;
#else
    return "DYNAMIC_ARCH";
#endif
}

static bool openblas_is_before(int patch) {
    const char *const config = openblas_config();
    return config && bd_openblas_is_before(config, patch);
}

/* An operand as BLAS takes a matrix: stored by rows, ld elements from row to row. */
struct blas_matrix {
    cblas_transpose transpose;
    blas_int ld;
};

/* An item as a call: out (m by n) = x (m by k) * y (k by n); or, for gemv, out (n) = y transposed (n by k) * x (k). */
struct blas_item {
    bool is_gemv;
    int64_t m, n, k;
    struct blas_matrix x, y; /* gemv: only y, as the n by k matrix */
    blas_int ld_out;         /* gemv: out's increment */
    blas_int x_increment;    /* gemv only */
};

/* Scalars in the form that the dtype's routines take. */
union blas_scalar {
    float f32[2];
    double f64[2];
};

static bool is_valid_ld(int64_t ld, int64_t row_length) {
    return ld >= row_length && ld >= 1 && ld <= BLAS_INT_MAX;
}

/* Finds the transposition that makes the matrix one stored by rows. The stride of an axis of extent 1 says nothing. */
static bool express_matrix(int64_t rows, int64_t columns, int64_t row_stride, int64_t column_stride, bool conjugate,
                           struct blas_matrix *matrix) {
    const int64_t ld_by_rows = rows == 1 ? columns : row_stride;
    const int64_t ld_by_columns = columns == 1 ? rows : column_stride;
    if (!conjugate && (columns == 1 || column_stride == 1) && is_valid_ld(ld_by_rows, columns)) {
        *matrix = (struct blas_matrix){NO_TRANSPOSE, (blas_int)ld_by_rows};
        return true;
    }
    if ((rows == 1 || row_stride == 1) && is_valid_ld(ld_by_columns, rows)) {
        *matrix = (struct blas_matrix){conjugate ? CONJUGATE_TRANSPOSE : TRANSPOSE, (blas_int)ld_by_columns};
        return true;
    }
    return false;
}

static bool is_valid_increment(int64_t increment) {
    return increment != 0 && increment <= BLAS_INT_MAX && increment >= -BLAS_INT_MAX;
}

/* Before 0.3.24, OpenBLAS's complex ?gemv reads beyond its operands on processors with AVX2
 * (github.com/OpenMathLib/OpenBLAS/issues/4013). */
static bool complex_gemv_stays_inside(enum once_question question) {
    (void)question;
    return !openblas_is_before(24);
}

static bool may_use_gemv(const struct contraction *contraction) {
    return !bd_dtype_info(contraction->dtype[OPERAND_OUT])->is_complex ||
           bd_once(ONCE_BLAS_COMPLEX_GEMV, complex_gemv_stays_inside);
}

static bool express_gemv(const struct contraction *contraction, struct blas_item *item) {
    const struct axis n = bd_only_axis(&contraction->n), k = bd_only_axis(&contraction->k);
    const int64_t x_increment = k.extent == 1 ? 1 : k.stride[OPERAND_X];
    const int64_t out_increment = n.extent == 1 ? 1 : n.stride[OPERAND_OUT];
    if (contraction->conjugate[OPERAND_X] || !is_valid_increment(x_increment) || !is_valid_increment(out_increment) ||
        !express_matrix(n.extent, k.extent, n.stride[OPERAND_Y], k.stride[OPERAND_Y], contraction->conjugate[OPERAND_Y],
                        &item->y))
        return false;
    item->is_gemv = true;
    item->x_increment = (blas_int)x_increment;
    item->ld_out = (blas_int)out_increment;
    return true;
}

static bool express_gemm(const struct contraction *contraction, struct blas_item *item) {
    const struct axis m = bd_only_axis(&contraction->m), n = bd_only_axis(&contraction->n),
                      k = bd_only_axis(&contraction->k);
    const int64_t ld_out = m.extent == 1 ? n.extent : m.stride[OPERAND_OUT];
    if ((n.extent != 1 && n.stride[OPERAND_OUT] != 1) || !is_valid_ld(ld_out, n.extent))
        return false;
    item->ld_out = (blas_int)ld_out;
    return express_matrix(m.extent, k.extent, m.stride[OPERAND_X], k.stride[OPERAND_X],
                          contraction->conjugate[OPERAND_X], &item->x) &&
           express_matrix(k.extent, n.extent, k.stride[OPERAND_Y], n.stride[OPERAND_Y],
                          contraction->conjugate[OPERAND_Y], &item->y);
}

/* Says the item in BLAS's terms, or why that cannot be done. */
static const char *express_item(const struct contraction *contraction, struct blas_item *item) {
    *item = (struct blas_item){.is_gemv = false};
    switch (contraction->dtype[OPERAND_OUT]) {
    case BATCHDOT_F32:
    case BATCHDOT_F64:
    case BATCHDOT_C64:
    case BATCHDOT_C128:
        break;
    default:
        return "BLAS has no routine for this dtype";
    }
    if (contraction->dtype[OPERAND_X] != contraction->dtype[OPERAND_OUT])
        return "BLAS has no routine for these dtypes";
    if (contraction->is_normalized)
        return "BLAS has no routine that normalizes";
    if (contraction->k.count > 1)
        return "the contracted axes do not fold to one";
    item->m = bd_list_extent(&contraction->m);
    item->n = bd_list_extent(&contraction->n);
    item->k = bd_list_extent(&contraction->k);
    if (item->k == 0)
        return "a BLAS may leave the output alone where nothing is summed";
    if (contraction->alpha[0] == 0 && contraction->alpha[1] == 0)
        return "with alpha 0 a BLAS does not look for NaN and Inf in the inputs";
    for (int part = 0; part < 2; part++) {
        if (!isfinite(contraction->alpha[part]) || !isfinite(contraction->beta[part]))
            return "a BLAS need not heed an alpha or beta that is NaN or Inf";
    }
    if (item->m > BLAS_INT_MAX || item->n > BLAS_INT_MAX || item->k > BLAS_INT_MAX)
        return "an extent is beyond the BLAS's integers";
    if (item->m == 1 && may_use_gemv(contraction) && express_gemv(contraction, item))
        return NULL;
    return express_gemm(contraction, item) ? NULL : "the strides or conjugations are not ones that BLAS can express";
}

static union blas_scalar blas_scalar(batchdot_dtype dtype, const double value[2]) {
    union blas_scalar scalar;
    if (dtype == BATCHDOT_F32 || dtype == BATCHDOT_C64) {
        scalar.f32[0] = (float)value[0];
        scalar.f32[1] = (float)value[1];
    } else {
        scalar.f64[0] = value[0];
        scalar.f64[1] = value[1];
    }
    return scalar;
}

static void call_gemm(batchdot_dtype dtype, const struct blas_item *item, const union blas_scalar *alpha,
                      const union blas_scalar *beta, const void *x, const void *y, void *out) {
    const blas_int m = (blas_int)item->m, n = (blas_int)item->n, k = (blas_int)item->k;
    const cblas_transpose x_op = item->x.transpose, y_op = item->y.transpose;
    const blas_int ldx = item->x.ld, ldy = item->y.ld, ldo = item->ld_out;
    switch (dtype) {
    case BATCHDOT_F32:
        CBLAS(sgemm)(ROW_MAJOR, x_op, y_op, m, n, k, alpha->f32[0], x, ldx, y, ldy, beta->f32[0], out, ldo);
        break;
    case BATCHDOT_F64:
        CBLAS(dgemm)(ROW_MAJOR, x_op, y_op, m, n, k, alpha->f64[0], x, ldx, y, ldy, beta->f64[0], out, ldo);
        break;
    case BATCHDOT_C64:
        CBLAS(cgemm)(ROW_MAJOR, x_op, y_op, m, n, k, alpha, x, ldx, y, ldy, beta, out, ldo);
        break;
    default:
        CBLAS(zgemm)(ROW_MAJOR, x_op, y_op, m, n, k, alpha, x, ldx, y, ldy, beta, out, ldo);
    }
}

static void call_gemv(batchdot_dtype dtype, const struct blas_item *item, const union blas_scalar *alpha,
                      const union blas_scalar *beta, const void *x, const void *y, void *out) {
    const cblas_transpose op = item->y.transpose;
    const blas_int rows = (blas_int)(op == NO_TRANSPOSE ? item->n : item->k);
    const blas_int columns = (blas_int)(op == NO_TRANSPOSE ? item->k : item->n);
    const blas_int ldy = item->y.ld, incx = item->x_increment, inco = item->ld_out;
    if (incx < 0) /* BLAS wants the lowest address, and starts at the other end */
        x = (const char *)x + (item->k - 1) * incx * bd_dtype_info(dtype)->size;
    switch (dtype) {
    case BATCHDOT_F32:
        CBLAS(sgemv)(ROW_MAJOR, op, rows, columns, alpha->f32[0], y, ldy, x, incx, beta->f32[0], out, inco);
        break;
    case BATCHDOT_F64:
        CBLAS(dgemv)(ROW_MAJOR, op, rows, columns, alpha->f64[0], y, ldy, x, incx, beta->f64[0], out, inco);
        break;
    case BATCHDOT_C64:
        CBLAS(cgemv)(ROW_MAJOR, op, rows, columns, alpha, y, ldy, x, incx, beta, out, inco);
        break;
    default:
        CBLAS(zgemv)(ROW_MAJOR, op, rows, columns, alpha, y, ldy, x, incx, beta, out, inco);
    }
}

#ifdef HAVE_BATCHED_GEMM

/* Items that follow each other at even distances, in elements. */
struct blas_batch {
    int64_t count;
    int64_t x_stride, y_stride, out_stride;
};

#ifdef BATCHDOT_HAVE_GEMM_BATCH_STRIDED

static void call_batched_gemm(batchdot_dtype dtype, const struct blas_item *item, const struct blas_batch *batch,
                              const union blas_scalar *alpha, const union blas_scalar *beta, const void *x,
                              const void *y, void *out) {
    const blas_int m = (blas_int)item->m, n = (blas_int)item->n, k = (blas_int)item->k;
    const cblas_transpose x_op = item->x.transpose, y_op = item->y.transpose;
    const blas_int ldx = item->x.ld, ldy = item->y.ld, ldo = item->ld_out;
    const blas_int sx = (blas_int)batch->x_stride, sy = (blas_int)batch->y_stride, so = (blas_int)batch->out_stride;
    const blas_int count = (blas_int)batch->count;
    switch (dtype) {
    case BATCHDOT_F32:
        CBLAS(sgemm_batch_strided)
        (ROW_MAJOR, x_op, y_op, m, n, k, alpha->f32[0], x, ldx, sx, y, ldy, sy, beta->f32[0], out, ldo, so, count);
        break;
    case BATCHDOT_F64:
        CBLAS(dgemm_batch_strided)
        (ROW_MAJOR, x_op, y_op, m, n, k, alpha->f64[0], x, ldx, sx, y, ldy, sy, beta->f64[0], out, ldo, so, count);
        break;
    case BATCHDOT_C64:
        CBLAS(cgemm_batch_strided)
        (ROW_MAJOR, x_op, y_op, m, n, k, alpha, x, ldx, sx, y, ldy, sy, beta, out, ldo, so, count);
        break;
    default:
        CBLAS(zgemm_batch_strided)
        (ROW_MAJOR, x_op, y_op, m, n, k, alpha, x, ldx, sx, y, ldy, sy, beta, out, ldo, so, count);
    }
}

#else

/* The pointers of one call live on the stack: execute allocates nothing. */
enum { MAX_POINTERS = 128 };

static void call_batched_gemm(batchdot_dtype dtype, const struct blas_item *item, const struct blas_batch *batch,
                              const union blas_scalar *alpha, const union blas_scalar *beta, const void *x,
                              const void *y, void *out) {
    const blas_int m = (blas_int)item->m, n = (blas_int)item->n, k = (blas_int)item->k;
    const cblas_transpose *x_op = &item->x.transpose, *y_op = &item->y.transpose;
    const blas_int *ldx = &item->x.ld, *ldy = &item->y.ld, *ldo = &item->ld_out;
    const int64_t size = bd_dtype_info(dtype)->size;
    for (int64_t first = 0; first < batch->count; first += MAX_POINTERS) {
        const void *xs[MAX_POINTERS], *ys[MAX_POINTERS];
        void *outs[MAX_POINTERS];
        blas_int count = 0;
        for (int64_t item_index = first; item_index < batch->count && count < MAX_POINTERS; item_index++, count++) {
            xs[count] = (const char *)x + item_index * batch->x_stride * size;
            ys[count] = (const char *)y + item_index * batch->y_stride * size;
            outs[count] = (char *)out + item_index * batch->out_stride * size;
        }
        void *const a = xs, *const b = ys, *const c = outs; /* arrays of float * and so on to the routines */
        switch (dtype) {
        case BATCHDOT_F32:
            CBLAS(sgemm_batch)
            (ROW_MAJOR, x_op, y_op, &m, &n, &k, alpha->f32, a, ldx, b, ldy, beta->f32, c, ldo, 1, &count);
            break;
        case BATCHDOT_F64:
            CBLAS(dgemm_batch)
            (ROW_MAJOR, x_op, y_op, &m, &n, &k, alpha->f64, a, ldx, b, ldy, beta->f64, c, ldo, 1, &count);
            break;
        case BATCHDOT_C64:
            CBLAS(cgemm_batch)(ROW_MAJOR, x_op, y_op, &m, &n, &k, alpha, a, ldx, b, ldy, beta, c, ldo, 1, &count);
            break;
        default:
            CBLAS(zgemm_batch)(ROW_MAJOR, x_op, y_op, &m, &n, &k, alpha, a, ldx, b, ldy, beta, c, ldo, 1, &count);
        }
    }
}

#endif

/* Up to 0.3.34, an OpenBLAS with DYNAMIC_ARCH crashes in the batched ?gemm of small matrices
 * (github.com/OpenMathLib/OpenBLAS/pull/5980), so that not even a test call may be made. */
static bool batched_gemm_may_crash(void) {
    return openblas_is_before(35) && strstr(openblas_config(), "DYNAMIC_ARCH");
}

/* Numbers of which no product and no sum is exact, so that another order of summation shows. */
static void fill_with_fractions(batchdot_dtype dtype, void *data, int64_t element_count) {
    const bool is_single = dtype == BATCHDOT_F32 || dtype == BATCHDOT_C64;
    const int64_t count = element_count * bd_dtype_info(dtype)->size / (is_single ? 4 : 8);
    for (int64_t i = 0; i < count; i++) {
        const double value = (double)(i * 37 % 101 - 50) / 7;
        if (is_single)
            ((float *)data)[i] = (float)value;
        else
            ((double *)data)[i] = value;
    }
}

/* A batch, in which no two strides are alike, must come out to the bit as ?gemm gives it item by item. */
static bool batch_agrees_with_loop(batchdot_dtype dtype, int64_t m, int64_t n, int64_t k) {
    const int64_t size = bd_dtype_info(dtype)->size;
    const struct blas_item item = {.m = m,
                                   .n = n,
                                   .k = k,
                                   .ld_out = (blas_int)(n + 3),
                                   .x = {NO_TRANSPOSE, (blas_int)(k + 1)},
                                   .y = {TRANSPOSE, (blas_int)(k + 2)}};
    const struct blas_batch batch = {3, m * item.x.ld + 4, n * item.y.ld + 5, m * item.ld_out + 6};
    const int64_t x_count = batch.count * batch.x_stride, y_count = batch.count * batch.y_stride;
    const int64_t out_count = batch.count * batch.out_stride;
    char *const x = malloc((size_t)((x_count + y_count + 2 * out_count) * size));
    if (!x)
        return false;
    char *const y = x + x_count * size, *const out = y + y_count * size, *const expected = out + out_count * size;
    fill_with_fractions(dtype, x, x_count + y_count + out_count);
    memcpy(expected, out, (size_t)(out_count * size));

    const union blas_scalar alpha = blas_scalar(dtype, (const double[2]){1, 0});
    const union blas_scalar beta = blas_scalar(dtype, (const double[2]){0, 0});
    for (int64_t i = 0; i < batch.count; i++)
        call_gemm(dtype, &item, &alpha, &beta, x + i * batch.x_stride * size, y + i * batch.y_stride * size,
                  expected + i * batch.out_stride * size);
    call_batched_gemm(dtype, &item, &batch, &alpha, &beta, x, y, out);
    const bool agrees = memcmp(out, expected, (size_t)(out_count * size)) == 0;
    free(x);
    return agrees;
}

static bool passes_self_test(enum once_question question) {
    static const batchdot_dtype dtypes[] = {[ONCE_BLAS_BATCH_F32] = BATCHDOT_F32,
                                            [ONCE_BLAS_BATCH_F64] = BATCHDOT_F64,
                                            [ONCE_BLAS_BATCH_C64] = BATCHDOT_C64,
                                            [ONCE_BLAS_BATCH_C128] = BATCHDOT_C128};
    const batchdot_dtype dtype = dtypes[question];
    return !batched_gemm_may_crash() && batch_agrees_with_loop(dtype, 3, 2, 4) &&
           batch_agrees_with_loop(dtype, 17, 33, 65) && batch_agrees_with_loop(dtype, 130, 120, 110);
}

static bool has_trusted_batched_gemm(batchdot_dtype dtype) {
    switch (dtype) {
    case BATCHDOT_F32:
        return bd_once(ONCE_BLAS_BATCH_F32, passes_self_test);
    case BATCHDOT_F64:
        return bd_once(ONCE_BLAS_BATCH_F64, passes_self_test);
    case BATCHDOT_C64:
        return bd_once(ONCE_BLAS_BATCH_C64, passes_self_test);
    default:
        return bd_once(ONCE_BLAS_BATCH_C128, passes_self_test);
    }
}

/* Takes one batch axis along in each call. Items of one shape must not be computed by one routine here and by another
 * there, so a batch that cannot be taken along still goes through the batched routine, an item a call. */
static bool take_batch_axis(const struct contraction *contraction, const struct blas_item *item,
                            struct blas_batch *batch) {
    const int64_t out_extent = item->m * item->ld_out; /* MKL refuses items of the output that lie within each other */
    if (item->is_gemv || out_extent > BLAS_INT_MAX || !has_trusted_batched_gemm(contraction->dtype[OPERAND_OUT]))
        return false;
    *batch = (struct blas_batch){1, 1, 1, out_extent};
    const int last = contraction->batch.count - 1;
    if (last < 0)
        return true;
    const struct axis *axis = &contraction->batch.axes[last];
    for (int operand = 0; operand < OPERAND_COUNT; operand++) {
        if (axis->stride[operand] <= 0 || axis->stride[operand] > BLAS_INT_MAX)
            return true;
    }
    if (axis->extent <= BLAS_INT_MAX && axis->stride[OPERAND_OUT] >= out_extent)
        *batch = (struct blas_batch){axis->extent, axis->stride[OPERAND_X], axis->stride[OPERAND_Y],
                                     axis->stride[OPERAND_OUT]};
    return true;
}

#endif

static const char *refusal(const struct contraction *contraction) {
    struct blas_item item;
    const char *const why = express_item(contraction, &item);
#ifdef HAVE_BATCHED_GEMM
    if (!why && !item.is_gemv) /* asked now, while a plan is made, since the test allocates */
        has_trusted_batched_gemm(contraction->dtype[OPERAND_OUT]);
#endif
    return why;
}

static const char *routine(const struct contraction *contraction, const struct preparation *preparation,
                           const char **why) {
    (void)preparation;
    *why = NULL;
    struct blas_item item;
    express_item(contraction, &item);
    if (item.is_gemv)
        return "?gemv, an item a call";
#ifdef HAVE_BATCHED_GEMM
    if (has_trusted_batched_gemm(contraction->dtype[OPERAND_OUT]))
        return "batched ?gemm";
#endif
    return "?gemm, an item a call";
}

static void execute(const struct contraction *contraction, const struct preparation *preparation, int num_threads,
                    const void *x, const void *y, void *out) {
    (void)preparation, (void)num_threads; /* a BLAS keeps to its own setting */
    struct blas_item item;
    express_item(contraction, &item);
    const batchdot_dtype dtype = contraction->dtype[OPERAND_OUT];
    const union blas_scalar alpha = blas_scalar(dtype, contraction->alpha),
                            beta = blas_scalar(dtype, contraction->beta);

    const int64_t items = bd_list_extent(&contraction->batch), size = bd_dtype_info(dtype)->size;
    int64_t items_a_call = 1;
    int batch_axes = contraction->batch.count;
#ifdef HAVE_BATCHED_GEMM
    struct blas_batch batch;
    const bool is_batched = take_batch_axis(contraction, &item, &batch);
    if (is_batched && batch.count > 1) {
        items_a_call = batch.count;
        batch_axes--;
    }
#endif
    struct walk walk;
    bd_walk_start(&walk, contraction->batch.axes, batch_axes, 0);
    for (int64_t done = 0; done < items; done += items_a_call, bd_walk_next(&walk)) {
        const void *item_x = (const char *)x + walk.offset[OPERAND_X] * size;
        const void *item_y = (const char *)y + walk.offset[OPERAND_Y] * size;
        void *item_out = (char *)out + walk.offset[OPERAND_OUT] * size;
#ifdef HAVE_BATCHED_GEMM
        if (is_batched) {
            call_batched_gemm(dtype, &item, &batch, &alpha, &beta, item_x, item_y, item_out);
            continue;
        }
#endif
        (item.is_gemv ? call_gemv : call_gemm)(dtype, &item, &alpha, &beta, item_x, item_y, item_out);
    }
}

bool bd_blas_is_built_in(void) {
    return true;
}

bool bd_blas_has_vectors_of(enum isa isa) {
#ifdef BATCHDOT_HAVE_OPENBLAS_CONFIG
    return bd_openblas_core_has(openblas_config(), isa);
#else
    (void)isa;
    return true;
#endif
}

#else

static const char *refusal(const struct contraction *contraction) {
    (void)contraction;
    return "this library was built without BLAS";
}

static const char *routine(const struct contraction *contraction, const struct preparation *preparation,
                           const char **why) {
    (void)contraction, (void)preparation;
    *why = NULL;
    return "none";
}

static void execute(const struct contraction *contraction, const struct preparation *preparation, int num_threads,
                    const void *x, const void *y, void *out) {
    (void)contraction, (void)preparation, (void)num_threads, (void)x, (void)y, (void)out;
}

bool bd_blas_is_built_in(void) {
    return false;
}

bool bd_blas_has_vectors_of(enum isa isa) {
    (void)isa;
    return false;
}

#endif

const struct engine bd_blas_engine = {"blas", refusal, routine, execute};
