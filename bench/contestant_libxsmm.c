/* LIBXSMM 1: a kernel made just in time for one item's shape, called for one item after the other. Its matrices are
 * column-major, and a row-major out is the column-major out^T = y^T x^T: its A is y and its B is x. Its kernels are
 * found by name in a shared module that CMake links from the static library; no header is needed. */
#include "contestants.h"
#include "shared_library.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

enum { GEMM_FLAG_NONE = 0, GEMM_FLAG_TRANS_B = 2, GEMM_PREFETCH_NONE = 0 };

/* libxsmm_smmdispatch and libxsmm_dmmdispatch, and their kernels, differ in what the pointers point to only. */
typedef void (*kernel_function)(const void *a, const void *b, void *c);
typedef kernel_function (*dispatch_function)(int m, int n, int k, const int *lda, const int *ldb, const int *ldc,
                                             const void *alpha, const void *beta, const int *flags,
                                             const int *prefetch);

struct libxsmm_state {
    kernel_function kernel;
    int64_t x_distance, y_distance, out_distance; /* between items, in bytes */
};

struct kernel_shape {
    int m, n, k, lda, ldb, ldc, flags;
};

static any_function libxsmm_function(const struct contestant *contestant, const char *name) {
    return shared_library_function(contestant->handle, contestant->symbol_prefix, name);
}

static const char *load(struct contestant *contestant, int threads) {
    (void)threads;
    const char *reason = NULL;
    contestant->handle = shared_library_open(contestant->library_file, &reason);
    if (!contestant->handle)
        return reason;
    const any_function init = libxsmm_function(contestant, "libxsmm_init");
    const char *(*const target)(void) = (const char *(*)(void))libxsmm_function(contestant, "libxsmm_get_target_arch");
    /* The library itself has no function for its version: this one is the module's. */
    const char *(*const version)(void) = (const char *(*)(void))libxsmm_function(contestant, "libxsmm_module_version");
    if (!init || !target || !libxsmm_function(contestant, "libxsmm_smmdispatch") ||
        !libxsmm_function(contestant, "libxsmm_dmmdispatch"))
        return "lacks LIBXSMM 1's functions";
    init();
    snprintf(contestant->version, sizeof contestant->version, "%s, %s kernels", version ? version() : "1.x", target());
    return NULL;
}

/* The distance of columns in a column-major matrix of so many rows and columns; 0 if it is not stored that way. */
static int64_t leading_dimension(int64_t rows, int64_t columns, int64_t row_stride, int64_t column_stride) {
    if (rows > 1 && row_stride != 1)
        return 0;
    if (columns == 1)
        return rows;
    return column_stride >= rows ? column_stride : 0;
}

static const char *choose_shape(const struct item_product *product, struct kernel_shape *shape) {
    const int64_t m = product->m, n = product->n, k = product->k;
    const int64_t lda = leading_dimension(n, k, product->y_n, product->y_k);
    const int64_t ldc = leading_dimension(n, m, product->out_n, product->out_m);
    int64_t ldb = leading_dimension(k, m, product->x_k, product->x_m);
    int flags = GEMM_FLAG_NONE;
    if (!ldb) {
        ldb = leading_dimension(m, k, product->x_m, product->x_k);
        flags = GEMM_FLAG_TRANS_B;
    }
    if (!lda || !ldb || !ldc)
        return "no kernel for this layout";
    if (m > INT_MAX || n > INT_MAX || k > INT_MAX || lda > INT_MAX || ldb > INT_MAX || ldc > INT_MAX)
        return "too large for 32-bit integers";
    *shape = (struct kernel_shape){(int)n, (int)m, (int)k, (int)lda, (int)ldb, (int)ldc, flags};
    return NULL;
}

static kernel_function make_kernel(const struct contestant *contestant, bool is_f32, const struct kernel_shape *shape) {
    static const float one_f32 = 1, zero_f32 = 0;
    static const double one_f64 = 1, zero_f64 = 0;
    static const int prefetch = GEMM_PREFETCH_NONE;
    const dispatch_function dispatch =
        (dispatch_function)libxsmm_function(contestant, is_f32 ? "libxsmm_smmdispatch" : "libxsmm_dmmdispatch");
    const void *const one = is_f32 ? (const void *)&one_f32 : &one_f64;
    const void *const zero = is_f32 ? (const void *)&zero_f32 : &zero_f64;
    return dispatch(shape->m, shape->n, shape->k, &shape->lda, &shape->ldb, &shape->ldc, one, zero, &shape->flags,
                    &prefetch);
}

static const char *prepare(const struct contestant *contestant, const struct item_product *product, int threads,
                           void **state) {
    (void)threads;
    if (product->dtype->x != BATCHDOT_F32 && product->dtype->x != BATCHDOT_F64)
        return "f32 and f64 only";
    struct kernel_shape shape;
    const char *const reason = choose_shape(product, &shape);
    if (reason)
        return reason;
    const kernel_function kernel = make_kernel(contestant, product->dtype->x == BATCHDOT_F32, &shape);
    if (!kernel)
        return "no kernel for this shape";
    struct libxsmm_state *const libxsmm = malloc(sizeof *libxsmm);
    if (!libxsmm)
        return "out of memory";
    const int64_t size = (int64_t)product->dtype->x_size; /* and y's, and the output's */
    *libxsmm = (struct libxsmm_state){kernel, product->run.x * size, product->run.y * size, product->run.out * size};
    *state = libxsmm;
    return NULL;
}

static void execute(void *state, const void *x, const void *y, void *out, int64_t count) {
    const struct libxsmm_state *const libxsmm = state;
    for (int64_t item = 0; item < count; item++)
        libxsmm->kernel((const char *)y + item * libxsmm->y_distance, (const char *)x + item * libxsmm->x_distance,
                        (char *)out + item * libxsmm->out_distance);
}

/* The kernel stays in the library's own cache, and a later prepare may get it again. */
const struct contestant_kind contestant_libxsmm_kind = {
    .unit = UNIT_ITEMS, .load = load, .prepare = prepare, .execute = execute, .release = free};
