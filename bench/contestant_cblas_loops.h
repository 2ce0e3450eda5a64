/* The loops over a BLAS for one type. Set before: ELEMENT, LOOPS(name), which makes a function's name of it, ONE as a
 * factor has it, IS_COMPLEX where that is what elements are, and GEMM_ONLY where no other loop is wanted. */
#ifdef IS_COMPLEX
typedef const void *LOOPS(factor);

static const ELEMENT LOOPS(one_element) = ONE, LOOPS(zero_element) = 0;

static LOOPS(factor) LOOPS(one)(void) {
    return &LOOPS(one_element);
}

static LOOPS(factor) LOOPS(zero)(void) {
    return &LOOPS(zero_element);
}
#else
typedef ELEMENT LOOPS(factor);

static LOOPS(factor) LOOPS(one)(void) {
    return ONE;
}

static LOOPS(factor) LOOPS(zero)(void) {
    return 0;
}
#endif

/* The elements may be smaller than the factors: x, y and the output lie as the product's dtype says. */
static void LOOPS(gemm)(const struct blas_product *p, const void *x_data, const void *y_data, void *out_data,
                        int64_t count) {
    typedef void gemm_function(int, int, int, int, int, int, LOOPS(factor), const void *, int, const void *, int,
                               LOOPS(factor), void *, int);
    gemm_function *const gemm = (gemm_function *)p->routine;
    LOOPS(factor) one = LOOPS(one)(), zero = LOOPS(zero)();
    const char *const x = x_data, *const y = y_data;
    char *const out = out_data;
    const struct bench_dtype *const dtype = p->items.dtype;
    const struct item_loop run = p->items.run;
    const int64_t x_step = run.x * (int64_t)dtype->x_size, y_step = run.y * (int64_t)dtype->y_size;
    const int64_t out_step = run.out * (int64_t)dtype->out_size;
    for (int64_t i = 0; i < count; i++)
        gemm(ROW_MAJOR, p->x_transpose, p->y_transpose, p->m, p->n, p->k, one, x + i * x_step, p->x_lda, y + i * y_step,
             p->y_lda, zero, out + i * out_step, p->out_lda);
}

#ifndef GEMM_ONLY

static void LOOPS(gemm_batch)(const struct blas_product *p, const void *x, const void *y, void *out, int64_t count) {
    typedef void gemm_batch_function(int, int, int, int, int, int, LOOPS(factor), const void *, int, int, const void *,
                                     int, int, LOOPS(factor), void *, int, int, int);
    gemm_batch_function *const gemm_batch = (gemm_batch_function *)p->routine;
    const struct item_loop run = p->items.run;
    gemm_batch(ROW_MAJOR, p->x_transpose, p->y_transpose, p->m, p->n, p->k, LOOPS(one)(), x, p->x_lda, (int)run.x, y,
               p->y_lda, (int)run.y, LOOPS(zero)(), out, p->out_lda, (int)run.out, (int)count);
}

static void LOOPS(gemv)(const struct blas_product *p, const void *x_data, const void *y_data, void *out_data,
                        int64_t count) {
    typedef void gemv_function(int, int, int, int, LOOPS(factor), const void *, int, const void *, int, LOOPS(factor),
                               void *, int);
    gemv_function *const gemv = (gemv_function *)p->routine;
    LOOPS(factor) one = LOOPS(one)(), zero = LOOPS(zero)();
    const ELEMENT *const x = x_data, *const y = y_data;
    ELEMENT *const out = out_data;
    const struct item_loop run = p->items.run;
    const bool x_is_the_matrix = p->x_is_the_matrix;
    for (int64_t i = 0; i < count; i++) {
        const ELEMENT *const x_item = x + i * run.x, *const y_item = y + i * run.y;
        gemv(ROW_MAJOR, p->transpose, p->rows, p->columns, one, x_is_the_matrix ? x_item : y_item, p->lda,
             x_is_the_matrix ? y_item : x_item, p->vector_step, zero, out + i * run.out, p->out_step);
    }
}

static void LOOPS(dot)(const struct blas_product *p, const void *x_data, const void *y_data, void *out_data,
                       int64_t count) {
#ifdef IS_COMPLEX
    typedef void dot_function(int, const void *, int, const void *, int, void *);
#else
    typedef ELEMENT dot_function(int, const void *, int, const void *, int);
#endif
    dot_function *const dot = (dot_function *)p->routine;
    const ELEMENT *const x = x_data, *const y = y_data;
    ELEMENT *const out = out_data;
    const struct item_loop run = p->items.run;
    const int x_step = (int)p->items.x_k, y_step = (int)p->items.y_k;
    for (int64_t i = 0; i < count; i++) {
        const ELEMENT *const x_item = x + i * run.x, *const y_item = y + i * run.y;
#ifdef IS_COMPLEX
        dot(p->k, x_item, x_step, y_item, y_step, out + i * run.out);
#else
        out[i * run.out] = dot(p->k, x_item, x_step, y_item, y_step);
#endif
    }
}
#endif
