/* oneDNN's matmul primitive on the CPU, which does f32 and less only: one run is one batched product, whose matrices
 * are described by their strides. Needs its header, dnnl.h, and takes the functions from the library when it runs:
 * versions 2 and 3, which describe matrices and products differently. */
#include "contestants.h"
#include "shared_library.h"

#include <dnnl.h>

#include <stdio.h>
#include <stdlib.h>

#define COMMON_FUNCTIONS(use)                                                                                          \
    use(version) use(engine_create) use(engine_destroy) use(stream_create) use(stream_wait) use(stream_destroy)        \
        use(memory_create) use(memory_destroy) use(memory_set_data_handle) use(primitive_desc_destroy)                 \
            use(primitive_create) use(primitive_execute) use(primitive_destroy)
#if DNNL_VERSION_MAJOR >= 3
#define FUNCTIONS(use)                                                                                                 \
    COMMON_FUNCTIONS(use)                                                                                              \
    use(memory_desc_create_with_strides) use(memory_desc_destroy) use(matmul_primitive_desc_create)
#define DESCRIPTION(matrix) (matrix)->description
#else
#define FUNCTIONS(use)                                                                                                 \
    COMMON_FUNCTIONS(use) use(memory_desc_init_by_strides) use(matmul_desc_init) use(primitive_desc_create)
#define DESCRIPTION(matrix) &(matrix)->description
#endif

#define FUNCTION_MEMBER(name) __typeof__(dnnl_##name) *(name);
struct dnnl_functions {
    FUNCTIONS(FUNCTION_MEMBER)
};

struct matrix {
    dnnl_memory_desc_t description;
    dnnl_memory_t memory;
};

struct dnnl_state {
    struct dnnl_functions dnnl;
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    struct matrix x, y, out;
    dnnl_primitive_t primitive;
};

/* False if one is missing. */
static bool find_functions(const struct contestant *contestant, struct dnnl_functions *dnnl) {
#define FIND_FUNCTION(name)                                                                                            \
    dnnl->name =                                                                                                       \
        (__typeof__(dnnl->name))shared_library_function(contestant->handle, contestant->symbol_prefix, "dnnl_" #name); \
    if (!dnnl->name)                                                                                                   \
        return false;
    FUNCTIONS(FIND_FUNCTION)
    return true;
}

/* oneDNN takes as many threads as its runtime offers. Only OpenMP's can be told how many from outside. */
static void set_threads(const struct contestant *contestant, int threads) {
    void (*const set_num_threads)(int) =
        (void (*)(int))shared_library_function(contestant->handle, "", "omp_set_num_threads");
    if (set_num_threads)
        set_num_threads(threads);
}

static const char *runtime_name(unsigned runtime) {
    switch (runtime) {
    case DNNL_RUNTIME_SEQ:
        return "sequential";
    case DNNL_RUNTIME_OMP:
        return "OpenMP";
    case DNNL_RUNTIME_TBB:
        return "TBB";
    case DNNL_RUNTIME_SYCL:
        return "SYCL";
    default:
        return "another runtime";
    }
}

static const char *load(struct contestant *contestant, int threads) {
    const char *reason = NULL;
    contestant->handle = shared_library_open(contestant->library_file, &reason);
    if (!contestant->handle)
        return reason;
    struct dnnl_functions dnnl;
    if (!find_functions(contestant, &dnnl))
        return "lacks functions of the oneDNN version whose header it was built with";
    const dnnl_version_t *const version = dnnl.version();
    if (version->major != DNNL_VERSION_MAJOR)
        return "not of the oneDNN version whose header it was built with";
    snprintf(contestant->version, sizeof contestant->version, "%d.%d.%d, %s", version->major, version->minor,
             version->patch, runtime_name(version->cpu_runtime));
    set_threads(contestant, threads);
    return NULL;
}

static dnnl_data_type_t data_type_of(batchdot_dtype dtype) {
    switch (dtype) {
    case BATCHDOT_F32:
        return dnnl_f32;
    case BATCHDOT_F16:
        return dnnl_f16;
    case BATCHDOT_BF16:
        return dnnl_bf16;
    case BATCHDOT_I8:
        return dnnl_s8;
    case BATCHDOT_U8:
        return dnnl_u8;
    case BATCHDOT_I32:
        return dnnl_s32;
    default:
        return dnnl_data_type_undef;
    }
}

/* A stack of matrices; one matrix for all items where the stack's stride is 0. */
static bool describe(const struct dnnl_functions *dnnl, batchdot_dtype dtype, int64_t items, int64_t item_stride,
                     int64_t rows, int64_t row_stride, int64_t columns, int64_t column_stride, struct matrix *matrix) {
    const bool is_shared = item_stride == 0;
    const dnnl_dims_t shape = {is_shared ? 1 : items, rows, columns};
    const dnnl_dims_t strides = {is_shared ? rows * columns : item_stride, row_stride, column_stride};
#if DNNL_VERSION_MAJOR >= 3
    return dnnl->memory_desc_create_with_strides(&matrix->description, 3, shape, data_type_of(dtype), strides) ==
           dnnl_success;
#else
    return dnnl->memory_desc_init_by_strides(&matrix->description, 3, shape, data_type_of(dtype), strides) ==
           dnnl_success;
#endif
}

static bool describe_all(const struct item_product *product, struct dnnl_state *state) {
    const int64_t m = product->m, n = product->n, k = product->k;
    const struct item_loop *const run = &product->run;
    const struct dnnl_functions *const dnnl = &state->dnnl;
    return describe(dnnl, product->dtype->x, run->extent, run->x, m, product->x_m, k, product->x_k, &state->x) &&
           describe(dnnl, product->dtype->y, run->extent, run->y, k, product->y_k, n, product->y_n, &state->y) &&
           describe(dnnl, product->dtype->out, run->extent, run->out, m, product->out_m, n, product->out_n,
                    &state->out);
}

static dnnl_status_t create_primitive(struct dnnl_state *state) {
    const struct dnnl_functions *const dnnl = &state->dnnl;
    dnnl_primitive_desc_t description = NULL;
#if DNNL_VERSION_MAJOR >= 3
    dnnl_status_t status =
        dnnl->matmul_primitive_desc_create(&description, state->engine, DESCRIPTION(&state->x), DESCRIPTION(&state->y),
                                           NULL, DESCRIPTION(&state->out), NULL);
#else
    dnnl_matmul_desc_t matmul;
    dnnl_status_t status =
        dnnl->matmul_desc_init(&matmul, DESCRIPTION(&state->x), DESCRIPTION(&state->y), NULL, DESCRIPTION(&state->out));
    if (status == dnnl_success)
        status = dnnl->primitive_desc_create(&description, &matmul, NULL, state->engine, NULL);
#endif
    if (status != dnnl_success)
        return status;
    status = dnnl->primitive_create(&state->primitive, description);
    dnnl->primitive_desc_destroy(description);
    return status;
}

static bool create_memory(struct dnnl_state *state, struct matrix *matrix) {
    return state->dnnl.memory_create(&matrix->memory, DESCRIPTION(matrix), state->engine, DNNL_MEMORY_NONE) ==
           dnnl_success;
}

static const char *fill(const struct item_product *product, struct dnnl_state *state) {
    const struct dnnl_functions *const dnnl = &state->dnnl;
    if (dnnl->engine_create(&state->engine, dnnl_cpu, 0) != dnnl_success ||
        dnnl->stream_create(&state->stream, state->engine, dnnl_stream_default_flags) != dnnl_success)
        return "no engine on the CPU";
    if (!describe_all(product, state))
        return "cannot describe this layout";
    if (create_primitive(state) != dnnl_success)
        return "no primitive for this product";
    if (!create_memory(state, &state->x) || !create_memory(state, &state->y) || !create_memory(state, &state->out))
        return "no memory objects";
    return NULL;
}

static void destroy_matrix(const struct dnnl_functions *dnnl, const struct matrix *matrix) {
    if (matrix->memory)
        dnnl->memory_destroy(matrix->memory);
#if DNNL_VERSION_MAJOR >= 3
    if (matrix->description)
        dnnl->memory_desc_destroy(matrix->description);
#endif
}

static void release(void *state) {
    struct dnnl_state *const made = state;
    const struct dnnl_functions *const dnnl = &made->dnnl;
    destroy_matrix(dnnl, &made->x);
    destroy_matrix(dnnl, &made->y);
    destroy_matrix(dnnl, &made->out);
    if (made->primitive)
        dnnl->primitive_destroy(made->primitive);
    if (made->stream)
        dnnl->stream_destroy(made->stream);
    if (made->engine)
        dnnl->engine_destroy(made->engine);
    free(made);
}

static const char *prepare(const struct contestant *contestant, const struct item_product *product, int threads,
                           void **state) {
    const struct bench_dtype *const dtype = product->dtype;
    if (data_type_of(dtype->x) == dnnl_data_type_undef || data_type_of(dtype->y) == dnnl_data_type_undef ||
        data_type_of(dtype->out) == dnnl_data_type_undef)
        return "no such dtype";
    struct dnnl_state *const made = calloc(1, sizeof *made);
    if (!made)
        return "out of memory";
    if (!find_functions(contestant, &made->dnnl)) {
        free(made);
        return "lacks functions";
    }
    /* A primitive is made for as many threads as there are now. */
    set_threads(contestant, threads);
    const char *const reason = fill(product, made);
    if (reason) {
        release(made);
        return reason;
    }
    *state = made;
    return NULL;
}

static void execute(void *state, const void *x, const void *y, void *out, int64_t count) {
    (void)count;
    const struct dnnl_state *const made = state;
    const struct dnnl_functions *const dnnl = &made->dnnl;
    dnnl->memory_set_data_handle(made->x.memory, (void *)x);
    dnnl->memory_set_data_handle(made->y.memory, (void *)y);
    dnnl->memory_set_data_handle(made->out.memory, out);
    const dnnl_exec_arg_t arguments[] = {
        {DNNL_ARG_SRC, made->x.memory}, {DNNL_ARG_WEIGHTS, made->y.memory}, {DNNL_ARG_DST, made->out.memory}};
    dnnl->primitive_execute(made->primitive, made->stream, 3, arguments);
    dnnl->stream_wait(made->stream);
}

const struct contestant_kind contestant_onednn_kind = {.unit = UNIT_RUN,
                                                       .load = load,
                                                       .prepare = prepare,
                                                       .execute = execute,
                                                       .release = release,
                                                       .set_threads = set_threads};
