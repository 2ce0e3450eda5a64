/* A CBLAS with 32-bit integers, in the three ways in which one can use it for a batch: a loop over ?gemm, a loop over
 * ?gemv or ?dot where the item is a vector, and its own ?gemm_batch_strided. */
#include "contestants.h"
#include "shared_library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_MAJOR = 101, NO_TRANSPOSE = 111, TRANSPOSE = 112 };

struct blas_product {
    struct item_product items;
    any_function routine;
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

/* Fills in the matrix product of one item, and looks for the routine that computes it: its name, with the letter of the
 * dtype where that has a %c. */
static const char *prepare_routine(const struct contestant *contestant, const struct item_product *product,
                                   const char *pattern, struct blas_product **made) {
    static const char letters[] = {'s', 'd', 'c', 'z'};
    if (product->dtype->x > BATCHDOT_C128)
        return "no such dtype";
    char name[40];
    snprintf(name, sizeof name, pattern, letters[product->dtype->x]);
    const any_function routine = shared_library_function(contestant->handle, contestant->symbol_prefix, name);
    if (!routine)
        return "the library has no such routine";
    struct blas_product *const state = malloc(sizeof *state);
    if (!state)
        return "out of memory";
    const bool x_transposed = product->x_k != 1, y_transposed = product->y_n != 1;
    *state = (struct blas_product){.items = *product,
                                   .routine = routine,
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
    return prepare_routine(contestant, product, "cblas_%cgemm", (struct blas_product **)state);
}

static const char *prepare_batch(const struct contestant *contestant, const struct item_product *product, int threads,
                                 void **state) {
    (void)threads;
    return prepare_routine(contestant, product, "cblas_%cgemm_batch_strided", (struct blas_product **)state);
}

static const char *prepare_vector(const struct contestant *contestant, const struct item_product *product, int threads,
                                  void **state) {
    (void)threads;
    if (product->m != 1 && product->n != 1)
        return "the item is no vector";
    const bool is_dot = product->m == 1 && product->n == 1;
    struct blas_product *made = NULL;
    const char *const pattern = !is_dot                      ? "cblas_%cgemv"
                                : product->dtype->parts == 2 ? "cblas_%cdotu_sub"
                                                             : "cblas_%cdot";
    const char *const reason = prepare_routine(contestant, product, pattern, &made);
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

typedef void loop_function(const struct blas_product *product, const void *x, const void *y, void *out, int64_t count);

/* By dtype, from BATCHDOT_F32 on. */
#define LOOPS_OF(name)                                                                                                 \
    { name##_f32, name##_f64, name##_c64, name##_c128 }
static loop_function *const gemm_loops[] = LOOPS_OF(gemm), *const batch_loops[] = LOOPS_OF(gemm_batch),
                            *const gemv_loops[] = LOOPS_OF(gemv), *const dot_loops[] = LOOPS_OF(dot);

static void execute_gemm(void *state, const void *x, const void *y, void *out, int64_t count) {
    const struct blas_product *const product = state;
    gemm_loops[product->items.dtype->x](product, x, y, out, count);
}

static void execute_batch(void *state, const void *x, const void *y, void *out, int64_t count) {
    const struct blas_product *const product = state;
    batch_loops[product->items.dtype->x](product, x, y, out, count);
}

static void execute_vector(void *state, const void *x, const void *y, void *out, int64_t count) {
    const struct blas_product *const product = state;
    const bool is_dot = product->m == 1 && product->n == 1;
    (is_dot ? dot_loops : gemv_loops)[product->items.dtype->x](product, x, y, out, count);
}

const struct contestant_kind contestant_cblas_gemm_kind = {.unit = UNIT_ITEMS,
                                                           .load = load,
                                                           .prepare = prepare_gemm,
                                                           .execute = execute_gemm,
                                                           .release = free,
                                                           .set_threads = set_threads};
const struct contestant_kind contestant_cblas_vector_kind = {.unit = UNIT_ITEMS,
                                                             .load = load,
                                                             .prepare = prepare_vector,
                                                             .execute = execute_vector,
                                                             .release = free,
                                                             .set_threads = set_threads};
const struct contestant_kind contestant_cblas_batch_kind = {.unit = UNIT_RUN,
                                                            .load = load_batch,
                                                            .prepare = prepare_batch,
                                                            .execute = execute_batch,
                                                            .release = free,
                                                            .set_threads = set_threads};
