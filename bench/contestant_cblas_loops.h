/* The loops over a BLAS for one type. Set before: REAL, the element type, and LOOPS(name), which makes a function's
 * name of it. */

static void LOOPS(gemm)(const struct blas_product *p, const REAL *x, const REAL *y, REAL *out, int64_t count) {
    typedef void gemm_function(int, int, int, int, int, int, REAL, const REAL *, int, const REAL *, int, REAL, REAL *,
                               int);
    gemm_function *const gemm = (gemm_function *)p->routine;
    const struct item_loop run = p->items.run;
    for (int64_t i = 0; i < count; i++)
        gemm(ROW_MAJOR, p->x_transpose, p->y_transpose, p->m, p->n, p->k, 1, x + i * run.x, p->x_lda, y + i * run.y,
             p->y_lda, 0, out + i * run.out, p->out_lda);
}

static void LOOPS(gemm_batch)(const struct blas_product *p, const REAL *x, const REAL *y, REAL *out, int64_t count) {
    typedef void gemm_batch_function(int, int, int, int, int, int, REAL, const REAL *, int, int, const REAL *, int, int,
                                     REAL, REAL *, int, int, int);
    gemm_batch_function *const gemm_batch = (gemm_batch_function *)p->routine;
    const struct item_loop run = p->items.run;
    gemm_batch(ROW_MAJOR, p->x_transpose, p->y_transpose, p->m, p->n, p->k, 1, x, p->x_lda, (int)run.x, y, p->y_lda,
               (int)run.y, 0, out, p->out_lda, (int)run.out, (int)count);
}

static void LOOPS(gemv)(const struct blas_product *p, const REAL *x, const REAL *y, REAL *out, int64_t count) {
    typedef void gemv_function(int, int, int, int, REAL, const REAL *, int, const REAL *, int, REAL, REAL *, int);
    gemv_function *const gemv = (gemv_function *)p->routine;
    const struct item_loop run = p->items.run;
    const bool x_is_the_matrix = p->x_is_the_matrix;
    for (int64_t i = 0; i < count; i++) {
        const REAL *const x_item = x + i * run.x, *const y_item = y + i * run.y;
        gemv(ROW_MAJOR, p->transpose, p->rows, p->columns, 1, x_is_the_matrix ? x_item : y_item, p->lda,
             x_is_the_matrix ? y_item : x_item, p->vector_step, 0, out + i * run.out, p->out_step);
    }
}

static void LOOPS(dot)(const struct blas_product *p, const REAL *x, const REAL *y, REAL *out, int64_t count) {
    typedef REAL dot_function(int, const REAL *, int, const REAL *, int);
    dot_function *const dot = (dot_function *)p->routine;
    const struct item_loop run = p->items.run;
    const int x_step = (int)p->items.x_k, y_step = (int)p->items.y_k;
    for (int64_t i = 0; i < count; i++)
        out[i * run.out] = dot(p->k, x + i * run.x, x_step, y + i * run.y, y_step);
}
