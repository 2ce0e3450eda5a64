/* A CBLAS with 32-bit integers, in the three ways in which one can use it for a batch: a loop over ?gemm and over what
 * some have beside it for small dtypes, a loop over ?gemv or ?dot where the item is a vector, and its own
 * ?gemm_batch_strided. */
#include "contestants.h"
#include "shared_library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_MAJOR = 101, NO_TRANSPOSE = 111, TRANSPOSE = 112, ONE_OFFSET_FOR_ALL = 173 };

struct blas_product;
typedef void loop_function(const struct blas_product *product, const void *x, const void *y, void *out, int64_t count);

struct blas_product {
    struct item_product items;
    any_function routine;
    loop_function *loop;
    int m, n, k;
    int x_transpose, y_transpose, x_lda, y_lda, out_lda;
    /* A matrix by a vector: row-major rows by columns, as gemv takes it. */
    bool x_is_the_matrix;
    int transpose, rows, columns, lda, vector_step, out_step;
};

/* Ends a text at its first line's last word. */
static void trim(char *text) {
    size_t length = strcspn(text, "\n");
    while (length && text[length - 1] == ' ')
        length--;
    text[length] = '\0';
}

static const char *load(struct contestant *contestant, int threads) {
    (void)threads;
    const char *reason = NULL;
    void *const library = shared_library_open(contestant->library_file, &reason);
    if (!library)
        return reason;
    contestant->handle = library;
    const char *const prefix = contestant->symbol_prefix;
    char *(*const openblas_config)(void) =
        (char *(*)(void))shared_library_function(library, prefix, "openblas_get_config");
    char *(*const openblas_core)(void) =
        (char *(*)(void))shared_library_function(library, prefix, "openblas_get_corename");
    void (*const mkl_version)(char *, int) =
        (void (*)(char *, int))shared_library_function(library, prefix, "MKL_Get_Version_String");
    if (openblas_config && openblas_core)
        snprintf(contestant->version, sizeof contestant->version, "%.150s, %.40s", openblas_config(), openblas_core());
    else if (mkl_version)
        mkl_version(contestant->version, (int)sizeof contestant->version);
    else
        snprintf(contestant->version, sizeof contestant->version, "%.190s", contestant->library_file);
    trim(contestant->version);
    return NULL;
}

static const char *load_batch(struct contestant *contestant, int threads) {
    const char *const reason = load(contestant, threads);
    if (!reason && !shared_library_function(contestant->handle, contestant->symbol_prefix, "cblas_sgemm_batch_strided"))
        return "the library has no ?gemm_batch_strided";
    return reason;
}

static void set_threads(const struct contestant *contestant, int threads) {
    static const char *const setters[] = {"openblas_set_num_threads", "MKL_Set_Num_Threads"};
    for (size_t i = 0; i < sizeof setters / sizeof setters[0]; i++) {
        void (*const set)(int) =
            (void (*)(int))shared_library_function(contestant->handle, contestant->symbol_prefix, setters[i]);
        if (set) {
            set(threads);
            return;
        }
    }
}

#define ONE 1

#define ELEMENT float
#define LOOPS(name) name##_f32
#include "contestant_cblas_loops.h"
#undef ELEMENT
#undef LOOPS

#define ELEMENT double
#define LOOPS(name) name##_f64
#include "contestant_cblas_loops.h"
#undef ELEMENT
#undef LOOPS

/* Factors of complex elements are given by their addresses, and so is a dot product's result. */
#define IS_COMPLEX 1

#define ELEMENT float _Complex
#define LOOPS(name) name##_c64
#include "contestant_cblas_loops.h"
#undef ELEMENT
#undef LOOPS

#define ELEMENT double _Complex
#define LOOPS(name) name##_c128
#include "contestant_cblas_loops.h"
#undef ELEMENT
#undef LOOPS

#undef IS_COMPLEX
#undef ONE

/* Of halves there is a product only. It takes factors by their bits. */
#define GEMM_ONLY 1
#define ONE 0x3c00

#define ELEMENT uint16_t
#define LOOPS(name) name##_f16
#include "contestant_cblas_loops.h"
#undef ELEMENT
#undef LOOPS

/* MKL's product of bytes wants x to be unsigned and y signed where matrices are row-major. Both, and the output, could
 * have something added. */
static void gemm_u8_i8(const struct blas_product *p, const void *x_data, const void *y_data, void *out_data,
                       int64_t count) {
    typedef void gemm_function(int, int, int, int, int, int, int, float, const void *, int, int8_t, const void *, int,
                               int8_t, float, void *, int, const void *);
    gemm_function *const gemm = (gemm_function *)p->routine;
    const uint8_t *const x = x_data;
    const int8_t *const y = y_data;
    int32_t *const out = out_data;
    const int32_t no_offset = 0;
    const struct item_loop run = p->items.run;
    for (int64_t i = 0; i < count; i++)
        gemm(ROW_MAJOR, p->x_transpose, p->y_transpose, ONE_OFFSET_FOR_ALL, p->m, p->n, p->k, 1, x + i * run.x,
             p->x_lda, 0, y + i * run.y, p->y_lda, 0, 0, out + i * run.out, p->out_lda, &no_offset);
}

/* What computes a dtype of the bench. Where there are several the first one that the library has is taken. */
struct routine {
    const char *dtype, *name;
    loop_function *loop;
};

enum { MAX_ROUTINES = 10 };

static const struct routine gemm_routines[MAX_ROUTINES] = {
    {"f32", "cblas_sgemm", gemm_f32},
    {"f64", "cblas_dgemm", gemm_f64},
    {"c64", "cblas_cgemm", gemm_c64},
    {"c128", "cblas_zgemm", gemm_c128},
    {"f16", "cblas_hgemm", gemm_f16},
    {"f16-f32", "cblas_gemm_f16f16f32", gemm_f32},
    {"bf16-f32", "cblas_gemm_bf16bf16f32", gemm_f32}, /* MKL's, */
    {"bf16-f32", "cblas_sbgemm", gemm_f32},           /* and OpenBLAS's */
    {"u8-i8", "cblas_gemm_s8u8s32", gemm_u8_i8},
};
static const struct routine gemv_routines[MAX_ROUTINES] = {
    {"f32", "cblas_sgemv", gemv_f32},
    {"f64", "cblas_dgemv", gemv_f64},
    {"c64", "cblas_cgemv", gemv_c64},
    {"c128", "cblas_zgemv", gemv_c128},
};
static const struct routine dot_routines[MAX_ROUTINES] = {
    {"f32", "cblas_sdot", dot_f32},
    {"f64", "cblas_ddot", dot_f64},
    {"c64", "cblas_cdotu_sub", dot_c64},
    {"c128", "cblas_zdotu_sub", dot_c128},
};
static const struct routine batch_routines[MAX_ROUTINES] = {
    {"f32", "cblas_sgemm_batch_strided", gemm_batch_f32},
    {"f64", "cblas_dgemm_batch_strided", gemm_batch_f64},
    {"c64", "cblas_cgemm_batch_strided", gemm_batch_c64},
    {"c128", "cblas_zgemm_batch_strided", gemm_batch_c128},
};

/* Whether rows or columns are contiguous, and do not overlap. */
static bool is_matrix(int64_t rows, int64_t row_stride, int64_t columns, int64_t column_stride) {
    return (column_stride == 1 && row_stride >= columns) || (row_stride == 1 && column_stride >= rows);
}

/* Fills in the matrix product of one item, and the first of the routines for its dtype that the library has. */
static const char *prepare_routine(const struct contestant *contestant, const struct item_product *product,
                                   const struct routine routines[MAX_ROUTINES], struct blas_product **made) {
    const struct routine *chosen = NULL;
    any_function routine = NULL;
    for (const struct routine *one = routines; !routine && one < routines + MAX_ROUTINES && one->dtype; one++)
        if (!strcmp(one->dtype, product->dtype->name)) {
            chosen = one;
            routine = shared_library_function(contestant->handle, contestant->symbol_prefix, one->name);
        }
    if (!routine)
        return chosen ? "the library has no such routine" : "no such dtype";
    if (!is_matrix(product->m, product->x_m, product->k, product->x_k) ||
        !is_matrix(product->k, product->y_k, product->n, product->y_n) || product->out_n != 1 ||
        product->out_m < product->n)
        return "no leading dimension for this layout";
    struct blas_product *const state = malloc(sizeof *state);
    if (!state)
        return "out of memory";
    const bool x_transposed = product->x_k != 1, y_transposed = product->y_n != 1;
    *state = (struct blas_product){.items = *product,
                                   .routine = routine,
                                   .loop = chosen->loop,
                                   .m = (int)product->m,
                                   .n = (int)product->n,
                                   .k = (int)product->k,
                                   .x_transpose = x_transposed ? TRANSPOSE : NO_TRANSPOSE,
                                   .y_transpose = y_transposed ? TRANSPOSE : NO_TRANSPOSE,
                                   .x_lda = (int)(x_transposed ? product->x_k : product->x_m),
                                   .y_lda = (int)(y_transposed ? product->y_n : product->y_k),
                                   .out_lda = (int)product->out_m};
    *made = state;
    return NULL;
}

static const char *prepare_gemm(const struct contestant *contestant, const struct item_product *product, int threads,
                                void **state) {
    (void)threads;
    return prepare_routine(contestant, product, gemm_routines, (struct blas_product **)state);
}

static const char *prepare_batch(const struct contestant *contestant, const struct item_product *product, int threads,
                                 void **state) {
    (void)threads;
    /* MKL refuses outputs that lie between each other's rows. */
    const bool is_mkl =
        shared_library_function(contestant->handle, contestant->symbol_prefix, "MKL_Get_Version_String");
    if (is_mkl && product->run.out < product->m * product->out_m)
        return "its outputs must lie one behind the other";
    return prepare_routine(contestant, product, batch_routines, (struct blas_product **)state);
}

static const char *prepare_vector(const struct contestant *contestant, const struct item_product *product, int threads,
                                  void **state) {
    (void)threads;
    if (product->m != 1 && product->n != 1)
        return "the item is no vector";
    const bool is_dot = product->m == 1 && product->n == 1;
    struct blas_product *made = NULL;
    const char *const reason = prepare_routine(contestant, product, is_dot ? dot_routines : gemv_routines, &made);
    if (reason)
        return reason;
    made->x_is_the_matrix = product->n == 1;
    if (made->x_is_the_matrix) { /* out[i] = sum over l of x[i, l] * y[l] */
        const bool rows_are_contiguous = product->x_k == 1;
        made->transpose = rows_are_contiguous ? NO_TRANSPOSE : TRANSPOSE;
        made->rows = rows_are_contiguous ? made->m : made->k;
        made->columns = rows_are_contiguous ? made->k : made->m;
        made->lda = made->x_lda;
        made->vector_step = (int)product->y_k;
        made->out_step = (int)product->out_m;
    } else { /* out[j] = sum over l of x[l] * y[l, j] */
        const bool rows_are_contiguous = product->y_n == 1;
        made->transpose = rows_are_contiguous ? TRANSPOSE : NO_TRANSPOSE;
        made->rows = rows_are_contiguous ? made->k : made->n;
        made->columns = rows_are_contiguous ? made->n : made->k;
        made->lda = made->y_lda;
        made->vector_step = (int)product->x_k;
        made->out_step = 1;
    }
    *state = made;
    return NULL;
}

static void execute(void *state, const void *x, const void *y, void *out, int64_t count) {
    const struct blas_product *const product = state;
    product->loop(product, x, y, out, count);
}

const struct contestant_kind contestant_cblas_gemm_kind = {.unit = UNIT_ITEMS,
                                                           .load = load,
                                                           .prepare = prepare_gemm,
                                                           .execute = execute,
                                                           .release = free,
                                                           .set_threads = set_threads};
const struct contestant_kind contestant_cblas_vector_kind = {.unit = UNIT_ITEMS,
                                                             .load = load,
                                                             .prepare = prepare_vector,
                                                             .execute = execute,
                                                             .release = free,
                                                             .set_threads = set_threads};
const struct contestant_kind contestant_cblas_batch_kind = {.unit = UNIT_RUN,
                                                            .load = load_batch,
                                                            .prepare = prepare_batch,
                                                            .execute = execute,
                                                            .release = free,
                                                            .set_threads = set_threads};
