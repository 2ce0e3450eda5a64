/* A CBLAS for the bench's tests: two routines that are right, except as the environment says.
 *
 * FAULTY_CBLAS names the fault (has_fault below asks for it); FAULTY_CBLAS_ROWS, if it is set, the m of the products
 * that have it, so that the others stay right. Like a real one, it computes nothing where a leading dimension is too
 * small. */
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROW_MAJOR = 101, TRANSPOSE = 112 };

struct matrix {
    volatile void *data; /* volatile, so that a write which changes nothing is not left out */
    bool is_double;
    int row_step, column_step;
};

struct product {
    int m, n, k;
    double alpha, beta;
    struct matrix a, b, c;
};

__attribute__((visibility("default"))) void cblas_sgemm(int order, int a_transpose, int b_transpose, int m, int n,
                                                        int k, float alpha, const float *a, int lda, const float *b,
                                                        int ldb, float beta, float *c, int ldc);
__attribute__((visibility("default"))) void cblas_dgemm(int order, int a_transpose, int b_transpose, int m, int n,
                                                        int k, double alpha, const double *a, int lda, const double *b,
                                                        int ldb, double beta, double *c, int ldc);

static bool has_fault(const char *name) {
    const char *const fault = getenv("FAULTY_CBLAS");
    return fault && !strcmp(fault, name);
}

static bool is_concerned(const struct product *product) {
    const char *const rows = getenv("FAULTY_CBLAS_ROWS");
    return !rows || strtol(rows, NULL, 10) == product->m;
}

static struct matrix matrix_of(const void *data, bool is_double, bool is_transposed, int leading) {
    return (struct matrix){(volatile void *)data, is_double, is_transposed ? 1 : leading, is_transposed ? leading : 1};
}

static double get(struct matrix matrix, int row, int column) {
    const long i = (long)row * matrix.row_step + (long)column * matrix.column_step;
    return matrix.is_double ? ((volatile double *)matrix.data)[i] : (double)((volatile float *)matrix.data)[i];
}

static void set(struct matrix matrix, int row, int column, double value) {
    const long i = (long)row * matrix.row_step + (long)column * matrix.column_step;
    if (matrix.is_double)
        ((volatile double *)matrix.data)[i] = value;
    else
        ((volatile float *)matrix.data)[i] = (float)value;
}

static double element_of(const struct product *p, int row, int column) {
    double sum = 0;
    for (int l = 0; l < p->k; l++)
        sum += get(p->a, row, l) * get(p->b, l, column);
    /* Where beta is 0, c may be NaN. */
    return p->alpha * sum + (p->beta == 0 ? 0 : p->beta * get(p->c, row, column));
}

/* Whether the product that this process computed first is computed once more. */
static bool is_repeated(const struct product *product) {
    static volatile void *first;
    if (first == product->c.data)
        return true;
    first = first ? first : product->c.data;
    return false;
}

/* Ways not to come back. */
static void do_harm(void) {
    if (has_fault("crash"))
        raise(SIGSEGV);
    if (has_fault("abort"))
        abort();
    if (has_fault("exit"))
        exit(3);
    while (has_fault("hang"))
        pause();
}

static void multiply(const struct product *p) {
    static bool is_late_now;
    const bool is_faulty = is_concerned(p);
    const double last = element_of(p, p->m - 1, p->n - 1), before = get(p->c, p->m - 1, p->n - 1);
    if (is_faulty)
        do_harm();
    for (int row = 0; row < p->m; row++)
        for (int column = 0; column < p->n; column++)
            set(p->c, row, column, element_of(p, row, column));
    if (!is_faulty)
        return;
    is_late_now = is_repeated(p) || is_late_now;
    if (has_fault("element") || (has_fault("late") && is_late_now))
        set(p->c, p->m - 1, p->n - 1, last + 1);
    if (has_fault("first"))
        set(p->c, 0, 0, element_of(p, 0, 0) + 1);
    if (has_fault("unwritten"))
        set(p->c, p->m - 1, p->n - 1, before);
    if (has_fault("outside"))
        set(p->c, p->m - 1, p->n, 1);
    if (has_fault("inputs"))
        set(p->a, 0, 0, get(p->a, 0, 0));
}

static int least_leading(bool is_transposed, int rows, int columns) {
    return is_transposed ? rows : columns;
}

void cblas_sgemm(int order, int a_transpose, int b_transpose, int m, int n, int k, float alpha, const float *a, int lda,
                 const float *b, int ldb, float beta, float *c, int ldc) {
    const bool a_is_transposed = a_transpose == TRANSPOSE, b_is_transposed = b_transpose == TRANSPOSE;
    if (order != ROW_MAJOR || lda < least_leading(a_is_transposed, m, k) ||
        ldb < least_leading(b_is_transposed, k, n) || ldc < n)
        return;
    multiply(&(struct product){m, n, k, (double)alpha, (double)beta, matrix_of(a, false, a_is_transposed, lda),
                               matrix_of(b, false, b_is_transposed, ldb), matrix_of(c, false, false, ldc)});
}

void cblas_dgemm(int order, int a_transpose, int b_transpose, int m, int n, int k, double alpha, const double *a,
                 int lda, const double *b, int ldb, double beta, double *c, int ldc) {
    const bool a_is_transposed = a_transpose == TRANSPOSE, b_is_transposed = b_transpose == TRANSPOSE;
    if (order != ROW_MAJOR || lda < least_leading(a_is_transposed, m, k) ||
        ldb < least_leading(b_is_transposed, k, n) || ldc < n)
        return;
    multiply(&(struct product){m, n, k, alpha, beta, matrix_of(a, true, a_is_transposed, lda),
                               matrix_of(b, true, b_is_transposed, ldb), matrix_of(c, true, false, ldc)});
}

static __attribute__((constructor)) void on_load(void) {
    if (has_fault("load"))
        abort();
}
