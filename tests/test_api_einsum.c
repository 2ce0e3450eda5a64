/* Einsum expressions: which shape they give, what is refused and in which order. */
#include "test_api_support.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define BIG62 ((int64_t)1 << 62)
#define ONES_8 1, 1, 1, 1, 1, 1, 1, 1
static const int64_t ones[] = {ONES_8, ONES_8, ONES_8, ONES_8, ONES_8, ONES_8, ONES_8, ONES_8, ONES_8};

/* ---- Expressions: shapes ---------------------------------------------------------------------------------------- */

typedef struct expression_shape_row {
    const char *expression;
    int x_ndim;
    const int64_t *x;
    int y_ndim;
    const int64_t *y;
    int out_ndim;
    const int64_t *out;
} expression_shape_row;

static const expression_shape_row expression_shape_rows[] = {
    {",", 0, NULL, 0, NULL, 0, ones},
    {",->", 0, NULL, 0, NULL, 0, ones},
    {"  ,  ->  ", 0, NULL, 0, NULL, 0, ones},
    {"i,", DIMS(3), 0, NULL, DIMS(3)},
    {",i->i", 0, NULL, DIMS(3), DIMS(3)},
    {",i->", 0, NULL, DIMS(3), 0, ones},
    {"i,i", DIMS(3), DIMS(3), 0, ones},
    {"i,i->i", DIMS(3), DIMS(3), DIMS(3)},
    {"i,j", DIMS(2), DIMS(3), DIMS(2, 3)},
    {"j,i", DIMS(2), DIMS(3), DIMS(3, 2)},
    {"ij,jk", DIMS(2, 3), DIMS(3, 4), DIMS(2, 4)},
    {"ij,jk->ik", DIMS(2, 3), DIMS(3, 4), DIMS(2, 4)},
    {"ij,jk->ki", DIMS(2, 3), DIMS(3, 4), DIMS(4, 2)},
    {"ij,jk->ijk", DIMS(2, 3), DIMS(3, 4), DIMS(2, 3, 4)},
    {"ij,jk->j", DIMS(2, 3), DIMS(3, 4), DIMS(3)},
    {"ij,jk->", DIMS(2, 3), DIMS(3, 4), 0, ones},
    {"ij,ij", DIMS(2, 3), DIMS(2, 3), 0, ones},
    {"ba,ca", DIMS(2, 3), DIMS(4, 3), DIMS(2, 4)},
    {"cb,ba", DIMS(2, 3), DIMS(3, 4), DIMS(4, 2)},
    {"aZ,zA", DIMS(2, 3), DIMS(4, 5), DIMS(5, 3, 2, 4)},
    {"bB,aA", DIMS(2, 3), DIMS(4, 5), DIMS(5, 3, 4, 2)},
    {"iI,Ij->ij", DIMS(2, 3), DIMS(3, 4), DIMS(2, 4)},
    {"i,I->Ii", DIMS(2), DIMS(3), DIMS(3, 2)},
    {"bik,bkj->bij", DIMS(2, 3, 4), DIMS(2, 4, 5), DIMS(2, 3, 5)},
    {"bqhd,bkhd->bhqk", DIMS(2, 7, 3, 5), DIMS(2, 6, 3, 5), DIMS(2, 3, 7, 6)},
    {" b ik, bk j->b i  j ", DIMS(2, 3, 4), DIMS(2, 4, 5), DIMS(2, 3, 5)},
    {"ij,jk", DIMS(0, 3), DIMS(3, 0), DIMS(0, 0)},
    {"ij,jk", DIMS(2, 0), DIMS(0, 4), DIMS(2, 4)},
    {"ij,kl->i", DIMS(2, 0), DIMS(BIG62, 0), DIMS(2)},
    {"abcdefghijklmnopqrstuvwxyz,ABCDEFGHIJKLMNOPQRSTUVWXYZ", 26, ones, 26, ones, 52, ones},
    {"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ,zyxwvutsrqponmlkjihgfedcbaZYXWVUTSRQPONMLKJIHGFEDCBA->Qq",
     52, ones, 52, ones, 2, ones},
};

static void expressions_give_this_shape(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(expression_shape_rows); i++) {
        const expression_shape_row *row = &expression_shape_rows[i];
        int ndim = -1;
        int64_t shape[BATCHDOT_MAX_NDIM];
        test_set_row(row->expression);
        assert_ok(batchdot_infer_shape_einsum(row->expression, row->x_ndim, row->x, row->y_ndim, row->y, &ndim, shape));
        assert_int_equal(ndim, row->out_ndim);
        if (ndim > 0)
            assert_memory_equal(shape, row->out, sizeof(int64_t) * (size_t)ndim);
    }
}

/* ---- Expressions: what is refused ------------------------------------------------------------------------------- */

typedef struct expression_row {
    const char *expression;
    int x_ndim;
    const int64_t *x;
    int y_ndim;
    const int64_t *y;
    batchdot_status status;
    const char *needles[5];
} expression_row;

static const expression_row expression_rows[] = {
    {NULL, DIMS(2), DIMS(2), BATCHDOT_ERROR_NULL, {NULL}},
    {NULL, -1, ones, 65, ones, BATCHDOT_ERROR_NULL, {NULL}},
    {"i,i", -1, ones, DIMS(2), BATCHDOT_ERROR_RANK, {"-1"}},
    {"i,i", DIMS(2), -1, ones, BATCHDOT_ERROR_RANK, {"-1"}},
    {"", 65, ones, DIMS(2), BATCHDOT_ERROR_RANK, {"65"}},
    {"i,i", DIMS(-2), INT_MAX, ones, BATCHDOT_ERROR_RANK, {"2147483647"}},
    {"i,i", 1, NULL, 65, ones, BATCHDOT_ERROR_RANK, {"65"}},
    {"i,i", 1, NULL, DIMS(2), BATCHDOT_ERROR_NULL, {NULL}},
    {"i,i", DIMS(-2), 1, NULL, BATCHDOT_ERROR_NULL, {NULL}},
    {"i,i", DIMS(-2), DIMS(2), BATCHDOT_ERROR_SHAPE, {"(-2,)"}},
    {"QQ,QQ->ZZ", DIMS(2, 2), DIMS(3, -4), BATCHDOT_ERROR_SHAPE, {"(3, -4)"}},

    {"", 0, NULL, 0, NULL, BATCHDOT_ERROR_SHAPE, {NULL}},
    {"->", 0, NULL, 0, NULL, BATCHDOT_ERROR_SHAPE, {"->"}},
    {"ij", DIMS(2), DIMS(2), BATCHDOT_ERROR_SHAPE, {"ij"}},
    {"ij->ij", DIMS(2), DIMS(2), BATCHDOT_ERROR_SHAPE, {"ij->ij"}},
    {"i,j,k", DIMS(2), DIMS(2), BATCHDOT_ERROR_SHAPE, {"i,j,k"}},
    {"i,j->i,j", DIMS(2), DIMS(2), BATCHDOT_ERROR_SHAPE, {"i,j->i,j"}},
    {"i,j->ij->ij", DIMS(2), DIMS(2), BATCHDOT_ERROR_SHAPE, {"i,j->ij->ij"}},
    {"i,j->ij->", DIMS(2), DIMS(2), BATCHDOT_ERROR_SHAPE, {NULL}},
    {"i,j - >ij", DIMS(2), DIMS(2), BATCHDOT_ERROR_SHAPE, {NULL}},
    {"i,j-ij", DIMS(2), DIMS(2), BATCHDOT_ERROR_SHAPE, {NULL}},
    {"i,j-", DIMS(2), DIMS(2), BATCHDOT_ERROR_SHAPE, {NULL}},
    {"i,j>ij", DIMS(2), DIMS(2), BATCHDOT_ERROR_SHAPE, {NULL}},
    {"i->,j", DIMS(2), DIMS(2), BATCHDOT_ERROR_SHAPE, {NULL}},
    {"i1,j->ij", DIMS(2, 2), DIMS(2), BATCHDOT_ERROR_SHAPE, {"i1,j->ij"}},
    {"i_,j->ij", DIMS(2, 2), DIMS(2), BATCHDOT_ERROR_SHAPE, {NULL}},
    {"i[,j", DIMS(2, 2), DIMS(2), BATCHDOT_ERROR_SHAPE, {NULL}},
    {"i@,j", DIMS(2, 2), DIMS(2), BATCHDOT_ERROR_SHAPE, {NULL}},
    {"i{,j", DIMS(2, 2), DIMS(2), BATCHDOT_ERROR_SHAPE, {NULL}},
    {"i`,j", DIMS(2, 2), DIMS(2), BATCHDOT_ERROR_SHAPE, {NULL}},
    {"i\xe9,j", DIMS(2, 2), DIMS(2), BATCHDOT_ERROR_SHAPE, {NULL}},
    {"...i,...j->...ij", DIMS(2), DIMS(2), BATCHDOT_ERROR_SHAPE, {NULL}},
    {"ij,jk->ik", DIMS(2), DIMS(2, 2), BATCHDOT_ERROR_SHAPE, {"(2,)", "ij,jk->ik"}},
    {"ij,jk->ik", DIMS(2, 2, 2), DIMS(2, 2), BATCHDOT_ERROR_SHAPE, {"(2, 2, 2)"}},
    {"ij,jk->ik", DIMS(2, 2), DIMS(2, 2, 2), BATCHDOT_ERROR_SHAPE, {"(2, 2, 2)"}},
    {"ij,jk->ik", DIMS(2, 2), 0, NULL, BATCHDOT_ERROR_SHAPE, {"()"}},
    {"ij,", DIMS(2, 2), DIMS(2), BATCHDOT_ERROR_SHAPE, {"(2,)"}},
    {",", DIMS(2), 0, NULL, BATCHDOT_ERROR_SHAPE, {"(2,)"}},
    {"ii,j->ZZ", DIMS(2), DIMS(2), BATCHDOT_ERROR_SHAPE, {NULL}},
    {"ii,j->i", DIMS(2, 2), DIMS(2, 2), BATCHDOT_ERROR_SHAPE, {NULL}},

    {"QQ,k->k", DIMS(2, 2), DIMS(2), BATCHDOT_ERROR_AXIS_RANGE, {"Q"}},
    {"i,QkQ->ik", DIMS(2), DIMS(2, 3, 2), BATCHDOT_ERROR_AXIS_RANGE, {"Q"}},
    {"i,QkQ", DIMS(2), DIMS(2, 3, 2), BATCHDOT_ERROR_AXIS_RANGE, {"Q"}},
    {"iQ,Qk->iZ", DIMS(2, 3), DIMS(3, 4), BATCHDOT_ERROR_AXIS_RANGE, {"Z"}},
    {"iz,zk->iZ", DIMS(2, 3), DIMS(3, 4), BATCHDOT_ERROR_AXIS_RANGE, {"Z"}},
    {",->Z", 0, NULL, 0, NULL, BATCHDOT_ERROR_AXIS_RANGE, {"Z"}},
    {"Qj,jk->QkQ", DIMS(2, 3), DIMS(3, 4), BATCHDOT_ERROR_AXIS_RANGE, {"Q"}},
    {"iQ,Qk->ikZ", DIMS(2, 3), DIMS(4, 4), BATCHDOT_ERROR_AXIS_RANGE, {"Z"}},
    {"Qi,Qj->QQ", DIMS(2, 3), DIMS(4, 4), BATCHDOT_ERROR_AXIS_RANGE, {"Q"}},

    {"Qi,jQ->Qij", DIMS(7, 8), DIMS(9, 6), BATCHDOT_ERROR_BATCH, {"Q", "7", "6"}},
    {"Qi,jQ->ijQ", DIMS(1, 8), DIMS(9, 6), BATCHDOT_ERROR_BATCH, {"Q", "1", "6"}},
    {"QJ,JQ->Q", DIMS(7, 8), DIMS(9, 6), BATCHDOT_ERROR_BATCH, {"Q", "7", "6"}},
    {"JQ,QJ->Q", DIMS(7, 8), DIMS(9, 6), BATCHDOT_ERROR_BATCH, {"Q", "8", "9"}},
    {"iQ,Qj->ij", DIMS(7, 8), DIMS(9, 6), BATCHDOT_ERROR_CONTRACTED, {"Q", "8", "9"}},
    {"iQ,Qj", DIMS(7, 1), DIMS(9, 6), BATCHDOT_ERROR_CONTRACTED, {"Q", "1", "9"}},
    {"iQ,Qj", DIMS(7, 0), DIMS(1, 6), BATCHDOT_ERROR_CONTRACTED, {"Q", "0", "1"}},
    {"Qi,Zi->Q", DIMS(7, 8), DIMS(9, 6), BATCHDOT_ERROR_CONTRACTED, {"8", "6"}},
    {"iQ,Qj", DIMS(BIG62, 2), DIMS(3, 6), BATCHDOT_ERROR_CONTRACTED, {"Q", "2", "3"}},

    {"ij,k", DIMS(BIG62, 2), DIMS(2), BATCHDOT_ERROR_OVERFLOW, {"4611686018427387904"}},
    {"i,jk->i", DIMS(2), DIMS(2, INT64_MAX), BATCHDOT_ERROR_OVERFLOW, {"9223372036854775807"}},
    {"i,j", DIMS(BIG62 >> 31), DIMS(BIG62 >> 30), BATCHDOT_ERROR_OVERFLOW, {NULL}},
};

static bool is_fault_of_letters(batchdot_status status) {
    return status == BATCHDOT_ERROR_AXIS_RANGE || status == BATCHDOT_ERROR_BATCH || status == BATCHDOT_ERROR_CONTRACTED;
}

static void check_expression_row(const expression_row *row) {
    const char *const *needles = row->needles;
    int ndim;
    int64_t shape[BATCHDOT_MAX_NDIM];
    test_fill(&ndim, sizeof ndim);
    test_fill(shape, sizeof shape);
    assert_fails(row->status,
                 batchdot_infer_shape_einsum(row->expression, row->x_ndim, row->x, row->y_ndim, row->y, &ndim, shape),
                 needles[0], needles[1], needles[2], needles[3]);
    assert_filled(&ndim, sizeof ndim);
    assert_filled(shape, sizeof shape);

    const batchdot_tensor x = {NULL, BATCHDOT_F64, row->x_ndim, row->x, NULL};
    const batchdot_tensor y = {NULL, BATCHDOT_F64, row->y_ndim, row->y, NULL};
    double mark = 0.0;
    batchdot_plan *plan = (batchdot_plan *)(void *)&mark; /* must become NULL */
    assert_fails(row->status, batchdot_plan_create_einsum(&plan, row->expression, &x, &y, NULL, NULL), needles[0],
                 needles[1], needles[2], needles[3]);
    assert_null(plan);
    if (is_fault_of_letters(row->status))
        test_check_named(needles, &x, &y, row->expression);
}

static void expressions_that_are_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(expression_rows); i++) {
        test_set_row(expression_rows[i].expression == NULL ? "NULL" : expression_rows[i].expression);
        check_expression_row(&expression_rows[i]);
    }
}

static void nothing_is_kept_of_the_expression(void **state) {
    (void)state;
    static const double x_data[] = {1, 2, 3, 4}, y_data[] = {1, 10, 100, 1000};
    double out_data[4] = {0};
    char *expression = test_alloc(sizeof "ij,jk->ki");
    strcpy(expression, "ij,jk->ki");
    batchdot_plan *plan = NULL;
    assert_ok(batchdot_plan_create_einsum(&plan, expression, TENSOR(NULL, BATCHDOT_F64, DIMS(2, 2)),
                                          TENSOR(NULL, BATCHDOT_F64, DIMS(2, 2)), NULL, NULL));
    free(expression);
    assert_ok(batchdot_plan_execute(plan, x_data, y_data, out_data));
    batchdot_plan_destroy(plan);
    static const double expected[] = {201, 403, 2010, 4030};
    for (int i = 0; i < 4; i++)
        assert_element(BATCHDOT_F64, out_data, i, expected[i]);
}

static void long_expressions_are_refused(void **state) {
    (void)state;
    enum { LENGTH = 100000 };
    char *expression = test_alloc(LENGTH + 1);
    int ndim = 0;
    int64_t shape[BATCHDOT_MAX_NDIM];
    memset(expression, 'i', LENGTH);
    expression[LENGTH] = '\0';
    assert_fails(BATCHDOT_ERROR_SHAPE, batchdot_infer_shape_einsum(expression, DIMS(2), DIMS(2), &ndim, shape), NULL);
    expression[1] = ',';
    assert_fails(BATCHDOT_ERROR_SHAPE, batchdot_infer_shape_einsum(expression, DIMS(2), DIMS(2), &ndim, shape), NULL);
    memcpy(expression + 2, "j->", 3);
    assert_fails(BATCHDOT_ERROR_AXIS_RANGE, batchdot_infer_shape_einsum(expression, DIMS(2), DIMS(2), &ndim, shape),
                 NULL);
    memset(expression + 6, ' ', LENGTH - 6);
    assert_ok(batchdot_infer_shape_einsum(expression, DIMS(2), DIMS(2), &ndim, shape));
    free(expression);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expressions_give_this_shape),
        cmocka_unit_test(expressions_that_are_refused),
        cmocka_unit_test(nothing_is_kept_of_the_expression),
        cmocka_unit_test(long_expressions_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
