/* The part of the CBLAS interface that blas.c calls, under the symbol names and with the integers that CMake found.
 * Declared here, not taken from a cblas.h: every BLAS keeps its own in a place of its own, and the ABI is one. */
#ifndef BATCHDOT_ENGINES_CBLAS_H
#define BATCHDOT_ENGINES_CBLAS_H

#include <stdint.h>

#ifdef BATCHDOT_BLAS_INT64
typedef int64_t blas_int;
#define BLAS_INT_MAX INT64_MAX
#else
typedef int32_t blas_int;
#define BLAS_INT_MAX INT32_MAX
#endif

#define PASTE_NAMES(prefix, name, suffix) prefix##name##suffix
#define PASTE(prefix, name, suffix) PASTE_NAMES(prefix, name, suffix)
#define CBLAS(name) PASTE(BATCHDOT_BLAS_PREFIX, cblas_##name, BATCHDOT_BLAS_SUFFIX)
#define OPENBLAS(name) PASTE(BATCHDOT_BLAS_PREFIX, openblas_##name, BATCHDOT_BLAS_SUFFIX)

typedef enum cblas_layout { ROW_MAJOR = 101 } cblas_layout;
typedef enum cblas_transpose { NO_TRANSPOSE = 111, TRANSPOSE = 112, CONJUGATE_TRANSPOSE = 113 } cblas_transpose;

void CBLAS(sgemm)(cblas_layout, cblas_transpose, cblas_transpose, blas_int m, blas_int n, blas_int k, float alpha,
                  const float *a, blas_int lda, const float *b, blas_int ldb, float beta, float *c, blas_int ldc);
void CBLAS(dgemm)(cblas_layout, cblas_transpose, cblas_transpose, blas_int m, blas_int n, blas_int k, double alpha,
                  const double *a, blas_int lda, const double *b, blas_int ldb, double beta, double *c, blas_int ldc);
void CBLAS(cgemm)(cblas_layout, cblas_transpose, cblas_transpose, blas_int m, blas_int n, blas_int k, const void *alpha,
                  const void *a, blas_int lda, const void *b, blas_int ldb, const void *beta, void *c, blas_int ldc);
void CBLAS(zgemm)(cblas_layout, cblas_transpose, cblas_transpose, blas_int m, blas_int n, blas_int k, const void *alpha,
                  const void *a, blas_int lda, const void *b, blas_int ldb, const void *beta, void *c, blas_int ldc);
void CBLAS(sgemv)(cblas_layout, cblas_transpose, blas_int m, blas_int n, float alpha, const float *a, blas_int lda,
                  const float *x, blas_int incx, float beta, float *y, blas_int incy);
void CBLAS(dgemv)(cblas_layout, cblas_transpose, blas_int m, blas_int n, double alpha, const double *a, blas_int lda,
                  const double *x, blas_int incx, double beta, double *y, blas_int incy);
void CBLAS(cgemv)(cblas_layout, cblas_transpose, blas_int m, blas_int n, const void *alpha, const void *a, blas_int lda,
                  const void *x, blas_int incx, const void *beta, void *y, blas_int incy);
void CBLAS(zgemv)(cblas_layout, cblas_transpose, blas_int m, blas_int n, const void *alpha, const void *a, blas_int lda,
                  const void *x, blas_int incx, const void *beta, void *y, blas_int incy);

#if defined(BATCHDOT_HAVE_GEMM_BATCH_STRIDED) || defined(BATCHDOT_HAVE_GEMM_BATCH)
#define HAVE_BATCHED_GEMM 1
#endif

#ifdef BATCHDOT_HAVE_GEMM_BATCH_STRIDED
void CBLAS(sgemm_batch_strided)(cblas_layout, cblas_transpose, cblas_transpose, blas_int m, blas_int n, blas_int k,
                                float alpha, const float *a, blas_int lda, blas_int stride_a, const float *b,
                                blas_int ldb, blas_int stride_b, float beta, float *c, blas_int ldc, blas_int stride_c,
                                blas_int count);
void CBLAS(dgemm_batch_strided)(cblas_layout, cblas_transpose, cblas_transpose, blas_int m, blas_int n, blas_int k,
                                double alpha, const double *a, blas_int lda, blas_int stride_a, const double *b,
                                blas_int ldb, blas_int stride_b, double beta, double *c, blas_int ldc,
                                blas_int stride_c, blas_int count);
void CBLAS(cgemm_batch_strided)(cblas_layout, cblas_transpose, cblas_transpose, blas_int m, blas_int n, blas_int k,
                                const void *alpha, const void *a, blas_int lda, blas_int stride_a, const void *b,
                                blas_int ldb, blas_int stride_b, const void *beta, void *c, blas_int ldc,
                                blas_int stride_c, blas_int count);
void CBLAS(zgemm_batch_strided)(cblas_layout, cblas_transpose, cblas_transpose, blas_int m, blas_int n, blas_int k,
                                const void *alpha, const void *a, blas_int lda, blas_int stride_a, const void *b,
                                blas_int ldb, blas_int stride_b, const void *beta, void *c, blas_int ldc,
                                blas_int stride_c, blas_int count);

#elif defined(BATCHDOT_HAVE_GEMM_BATCH)
void CBLAS(sgemm_batch)(cblas_layout, const cblas_transpose *, const cblas_transpose *, const blas_int *m,
                        const blas_int *n, const blas_int *k, const float *alpha, const float **a, const blas_int *lda,
                        const float **b, const blas_int *ldb, const float *beta, float **c, const blas_int *ldc,
                        blas_int group_count, const blas_int *group_size);
void CBLAS(dgemm_batch)(cblas_layout, const cblas_transpose *, const cblas_transpose *, const blas_int *m,
                        const blas_int *n, const blas_int *k, const double *alpha, const double **a,
                        const blas_int *lda, const double **b, const blas_int *ldb, const double *beta, double **c,
                        const blas_int *ldc, blas_int group_count, const blas_int *group_size);
void CBLAS(cgemm_batch)(cblas_layout, const cblas_transpose *, const cblas_transpose *, const blas_int *m,
                        const blas_int *n, const blas_int *k, const void *alpha, const void **a, const blas_int *lda,
                        const void **b, const blas_int *ldb, const void *beta, void **c, const blas_int *ldc,
                        blas_int group_count, const blas_int *group_size);
void CBLAS(zgemm_batch)(cblas_layout, const cblas_transpose *, const cblas_transpose *, const blas_int *m,
                        const blas_int *n, const blas_int *k, const void *alpha, const void **a, const blas_int *lda,
                        const void **b, const blas_int *ldb, const void *beta, void **c, const blas_int *ldc,
                        blas_int group_count, const blas_int *group_size);

#endif

#ifdef BATCHDOT_HAVE_OPENBLAS_CONFIG
char *OPENBLAS(get_config)(void);
#endif

#endif
