/* BLIS's typed interface, bli_sgemm and its like, called for one item after the other. It takes a stride for rows and
 * one for columns of every matrix, so that no layout needs a copy. blis.h is not needed. */
#include "contestants.h"
#include "shared_library.h"

#include <stdio.h>
#include <stdlib.h>

enum { BLIS_NO_TRANSPOSE = 0 };

/* They differ in what the pointers point to only; dim_t and inc_t are int64_t, as load makes sure. */
typedef void (*gemm_function)(int x_transposition, int y_transposition, int64_t m, int64_t n, int64_t k,
                              const void *alpha, const void *x, int64_t x_m, int64_t x_k, const void *y, int64_t y_k,
                              int64_t y_n, const void *beta, void *out, int64_t out_m, int64_t out_n);

struct blis_state {
    gemm_function gemm;
    struct item_product product;
    const void *one, *zero;
};

static any_function blis_function(const struct contestant *contestant, const char *name) {
    return shared_library_function(contestant->handle, contestant->symbol_prefix, name);
}

static void set_threads(const struct contestant *contestant, int threads) {
    void (*const set_num_threads)(int64_t) = (void (*)(int64_t))blis_function(contestant, "bli_thread_set_num_threads");
    set_num_threads(threads);
}

static const char *load(struct contestant *contestant, int threads) {
    const char *reason = NULL;
    contestant->handle = shared_library_open(contestant->library_file, &reason);
    if (!contestant->handle)
        return reason;
    int64_t (*const int_type_size)(void) = (int64_t(*)(void))blis_function(contestant, "bli_info_get_int_type_size");
    const char *(*const version)(void) = (const char *(*)(void))blis_function(contestant, "bli_info_get_version_str");
    /* What BLIS takes for a processor that it does not know is "generic", which is slow. */
    int (*const kernels)(void) = (int (*)(void))blis_function(contestant, "bli_arch_query_id");
    const char *(*const kernels_name)(int) = (const char *(*)(int))blis_function(contestant, "bli_arch_string");
    if (!int_type_size || !version || !kernels || !kernels_name ||
        !blis_function(contestant, "bli_thread_set_num_threads") || !blis_function(contestant, "bli_sgemm") ||
        !blis_function(contestant, "bli_dgemm"))
        return "lacks BLIS's typed interface";
    /* A 32-bit gint_t leaves the upper half of the returned register undefined. */
    if ((int32_t)int_type_size() != 64)
        return "integers are not of 64 bits";
    /* This initializes BLIS, without which the query aborts where BLIS_ARCH_TYPE is set. */
    set_threads(contestant, threads);
    snprintf(contestant->version, sizeof contestant->version, "%s, %s kernels", version(), kernels_name(kernels()));
    return NULL;
}

static const char *prepare(const struct contestant *contestant, const struct item_product *product, int threads,
                           void **state) {
    static const char *const names[] = {"bli_sgemm", "bli_dgemm", "bli_cgemm", "bli_zgemm"};
    static const float one_single[] = {1, 0}, zero_single[] = {0, 0};
    static const double one_double[] = {1, 0}, zero_double[] = {0, 0};
    (void)threads;
    if (product->dtype->x > BATCHDOT_C128)
        return "no such dtype";
    const bool is_single = product->dtype->x == BATCHDOT_F32 || product->dtype->x == BATCHDOT_C64;
    const gemm_function gemm = (gemm_function)blis_function(contestant, names[product->dtype->x]);
    if (!gemm)
        return "the library has no such routine";
    struct blis_state *const blis = malloc(sizeof *blis);
    if (!blis)
        return "out of memory";
    blis->gemm = gemm;
    blis->product = *product;
    blis->one = is_single ? (const void *)one_single : one_double;
    blis->zero = is_single ? (const void *)zero_single : zero_double;
    *state = blis;
    return NULL;
}

static void execute(void *state, const void *x, const void *y, void *out, int64_t count) {
    const struct blis_state *const blis = state;
    const struct item_product *const product = &blis->product;
    const struct item_loop *const run = &product->run;
    const int64_t size = (int64_t)product->dtype->x_size; /* and y's, and the output's */
    for (int64_t item = 0; item < count; item++)
        blis->gemm(BLIS_NO_TRANSPOSE, BLIS_NO_TRANSPOSE, product->m, product->n, product->k, blis->one,
                   (const char *)x + item * run->x * size, product->x_m, product->x_k,
                   (const char *)y + item * run->y * size, product->y_k, product->y_n, blis->zero,
                   (char *)out + item * run->out * size, product->out_m, product->out_n);
}

const struct contestant_kind contestant_blis_kind = {.unit = UNIT_ITEMS,
                                                     .load = load,
                                                     .prepare = prepare,
                                                     .execute = execute,
                                                     .release = free,
                                                     .set_threads = set_threads};
