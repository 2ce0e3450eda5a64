/* MKL's mkl_cblas_jit_create_sgemm and its dgemm: a kernel made just in time for one item's shape, called for one item
 * after the other. Where MKL has no such kernel for the shape or the processor, it gives one that calls its ordinary
 * gemm. No header is needed; MKL_INT is int, as MKL_INTERFACE_LAYER=LP64 has it. */
#include "contestants.h"
#include "shared_library.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

enum { MKL_ROW_MAJOR = 101 };
enum { MKL_NOTRANS = 111, MKL_TRANS = 112 };
enum { MKL_JIT_SUCCESS = 0, MKL_JIT_ERROR = 2 };

/* These differ in what the pointers point to only. */
typedef void (*kernel_function)(void *jitter, const void *x, const void *y, void *out);
typedef kernel_function (*get_kernel_function)(const void *jitter);

typedef int (*create_sgemm_function)(void **jitter, int layout, int x_transposition, int y_transposition, int m, int n,
                                     int k, float alpha, int ldx, int ldy, float beta, int ldout);
typedef int (*create_dgemm_function)(void **jitter, int layout, int x_transposition, int y_transposition, int m, int n,
                                     int k, double alpha, int ldx, int ldy, double beta, int ldout);
typedef int (*destroy_function)(void *jitter);

struct mkl_jit_state {
    void *jitter;
    kernel_function kernel;
    destroy_function destroy;
    int64_t x_distance, y_distance, out_distance; /* between items, in bytes */
};

struct matrix {
    int transposition;
    int leading_dimension;
};

static any_function mkl_function(const struct contestant *contestant, const char *name) {
    return shared_library_function(contestant->handle, contestant->symbol_prefix, name);
}

static void set_threads(const struct contestant *contestant, int threads) {
    void (*const set_num_threads)(int) = (void (*)(int))mkl_function(contestant, "MKL_Set_Num_Threads");
    set_num_threads(threads);
}

/* It has none for processors of other makers, say: then this is its ordinary gemm, and whoever reads should know. */
static bool has_kernels(const struct contestant *contestant) {
    const create_sgemm_function create = (create_sgemm_function)mkl_function(contestant, "mkl_cblas_jit_create_sgemm");
    const destroy_function destroy = (destroy_function)mkl_function(contestant, "mkl_jit_destroy");
    void *jitter = NULL;
    const int status = create(&jitter, MKL_ROW_MAJOR, MKL_NOTRANS, MKL_NOTRANS, 8, 8, 8, 1, 8, 8, 0, 8);
    if (status != MKL_JIT_ERROR)
        destroy(jitter);
    return status == MKL_JIT_SUCCESS;
}

static const char *load(struct contestant *contestant, int threads) {
    static const char *const needed[] = {
        "MKL_Get_Version_String",     "MKL_Set_Num_Threads",   "mkl_jit_destroy",       "mkl_cblas_jit_create_sgemm",
        "mkl_cblas_jit_create_dgemm", "mkl_jit_get_sgemm_ptr", "mkl_jit_get_dgemm_ptr",
    };
    const char *reason = NULL;
    contestant->handle = shared_library_open(contestant->library_file, &reason);
    if (!contestant->handle)
        return reason;
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!mkl_function(contestant, needed[i]))
            return "lacks MKL's JIT functions";
    void (*const version)(char *, int) = (void (*)(char *, int))mkl_function(contestant, "MKL_Get_Version_String");
    char text[CONTESTANT_TEXT_SIZE - 20] = "";
    version(text, (int)sizeof text);
    set_threads(contestant, threads);
    snprintf(contestant->version, sizeof contestant->version, "%s%s",
             has_kernels(contestant) ? "" : "no JIT here: ", text);
    return NULL;
}

/* False if neither the rows nor the columns are contiguous, or if a stride is beyond an int. */
static bool describe_matrix(int64_t rows, int64_t columns, int64_t row_stride, int64_t column_stride,
                            struct matrix *matrix) {
    int64_t leading_dimension = 0;
    if ((columns == 1 || column_stride == 1) && (rows == 1 || row_stride >= columns)) {
        matrix->transposition = MKL_NOTRANS;
        leading_dimension = rows == 1 ? columns : row_stride;
    } else if ((rows == 1 || row_stride == 1) && (columns == 1 || column_stride >= rows)) {
        matrix->transposition = MKL_TRANS;
        leading_dimension = columns == 1 ? rows : column_stride;
    }
    matrix->leading_dimension = (int)leading_dimension;
    return leading_dimension > 0 && leading_dimension <= INT_MAX;
}

static int create_kernel(const struct contestant *contestant, const struct item_product *product,
                         const struct matrix *x, const struct matrix *y, int ldout, struct mkl_jit_state *mkl) {
    const int m = (int)product->m, n = (int)product->n, k = (int)product->k;
    const bool is_f32 = product->dtype->x == BATCHDOT_F32;
    int status = MKL_JIT_ERROR;
    if (is_f32) {
        const create_sgemm_function create =
            (create_sgemm_function)mkl_function(contestant, "mkl_cblas_jit_create_sgemm");
        status = create(&mkl->jitter, MKL_ROW_MAJOR, x->transposition, y->transposition, m, n, k, 1,
                        x->leading_dimension, y->leading_dimension, 0, ldout);
    } else {
        const create_dgemm_function create =
            (create_dgemm_function)mkl_function(contestant, "mkl_cblas_jit_create_dgemm");
        status = create(&mkl->jitter, MKL_ROW_MAJOR, x->transposition, y->transposition, m, n, k, 1,
                        x->leading_dimension, y->leading_dimension, 0, ldout);
    }
    if (status == MKL_JIT_ERROR)
        return status;
    const get_kernel_function get_kernel =
        (get_kernel_function)mkl_function(contestant, is_f32 ? "mkl_jit_get_sgemm_ptr" : "mkl_jit_get_dgemm_ptr");
    mkl->kernel = get_kernel(mkl->jitter);
    return status;
}

static const char *prepare(const struct contestant *contestant, const struct item_product *product, int threads,
                           void **state) {
    (void)threads;
    if (product->dtype->x != BATCHDOT_F32 && product->dtype->x != BATCHDOT_F64)
        return "f32 and f64 only";
    struct matrix x, y, out;
    if (product->m > INT_MAX || product->n > INT_MAX || product->k > INT_MAX)
        return "too large for 32-bit integers";
    if (!describe_matrix(product->m, product->k, product->x_m, product->x_k, &x) ||
        !describe_matrix(product->k, product->n, product->y_k, product->y_n, &y) ||
        !describe_matrix(product->m, product->n, product->out_m, product->out_n, &out) ||
        out.transposition != MKL_NOTRANS)
        return "no kernel for this layout";
    struct mkl_jit_state *const mkl = malloc(sizeof *mkl);
    if (!mkl)
        return "out of memory";
    const int64_t size = (int64_t)product->dtype->x_size; /* and y's, and the output's */
    *mkl = (struct mkl_jit_state){.destroy = (destroy_function)mkl_function(contestant, "mkl_jit_destroy"),
                                  .x_distance = product->run.x * size,
                                  .y_distance = product->run.y * size,
                                  .out_distance = product->run.out * size};
    if (create_kernel(contestant, product, &x, &y, out.leading_dimension, mkl) == MKL_JIT_ERROR) {
        free(mkl);
        return "no kernel for this shape";
    }
    *state = mkl;
    return NULL;
}

static void execute(void *state, const void *x, const void *y, void *out, int64_t count) {
    const struct mkl_jit_state *const mkl = state;
    for (int64_t item = 0; item < count; item++)
        mkl->kernel(mkl->jitter, (const char *)x + item * mkl->x_distance, (const char *)y + item * mkl->y_distance,
                    (char *)out + item * mkl->out_distance);
}

static void release(void *state) {
    struct mkl_jit_state *const mkl = state;
    mkl->destroy(mkl->jitter);
    free(mkl);
}

const struct contestant_kind contestant_mkl_jit_kind = {.unit = UNIT_ITEMS,
                                                        .load = load,
                                                        .prepare = prepare,
                                                        .execute = execute,
                                                        .release = release,
                                                        .set_threads = set_threads};
