/* The batchdot command with --einsum: shapes, results, and how far --compare lets them be from what is expected. */
#include "command_runner.h"
#include "lettered_array.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define C_ORDER(descr, shape) "{'descr': '" descr "', 'fortran_order': False, 'shape': " shape "}"

static const naive_options plain = {{1, 0}, {0, 0}, false, false, false, 0};

static const struct {
    const char *x, *y, *out, *expression;
} products[] = {
    {"bik", "bkj", "bij", "bik,bkj->bij"},
    {"bik", "bkj", "jbi", "bik,bkj->jbi"},
    {"bik", "kj", "bij", "bik,kj->bij"},
    {"bhik", "bhjk", "bhij", "bhik,bhjk->bhij"},
    {"ihk", "jkh", "ij", "ihk,jkh->ij"},
    {"ik", "kj", "ij", "ik,kj"},
    {"ik", "kI", "Ii", " i k,k I"},
    {"iI", "Ij", "ij", "iI,Ij"},
    {"ik", "jh", "ij", "ik,jh->ij"},
    {"ik", "ik", "", "ik,ik"},
    {"k", "k", "", "k,k->"},
    {"i", "j", "ij", "i,j"},
    {"", "ik", "ki", ",ik->ki"},
    {"", "", "", ","},
};

static void test_einsum(void **state) {
    static const char *const dtypes[] = {"f64", "c128"};
    (void)state;
    for (size_t row = 0; row < COUNT(products); row++) {
        lettered_array x, y, out;
        char x_shape[LETTERED_TEXT_SIZE], y_shape[LETTERED_TEXT_SIZE], out_shape[LETTERED_TEXT_SIZE], line[80];
        command_result result;
        const char *const expression = products[row].expression;
        lettered_format_shape(products[row].x, x_shape, NULL);
        lettered_format_shape(products[row].y, y_shape, NULL);
        lettered_format_shape(products[row].out, out_shape, NULL);
        snprintf(line, sizeof line, "%s\n", out_shape);
        RUN(&result, "shape", x_shape, y_shape, "--einsum", expression);
        assert_succeeds(&result, line);
        for (int is_complex = 0; is_complex < 2; is_complex++) {
            lettered_fill(&x, products[row].x, 3, is_complex);
            lettered_fill(&y, products[row].y, 8, is_complex);
            out = (lettered_array){.letters = products[row].out};
            lettered_multiply(&x, &y, &out, &plain);
            lettered_write("x.npy", &x, is_complex);
            lettered_write("y.npy", &y, is_complex);
            RUN_THERE(&result, "x.npy", "y.npy", "--einsum", expression, "-o", "out.npy");
            assert_succeeds(&result, "");
            lettered_check_file("out.npy", expression, &out, is_complex);
            snprintf(line, sizeof line, "%s %s, %d element", out_shape, dtypes[is_complex],
                     (int)lettered_count(products[row].out));
            RUN_THERE(&result, "x.npy", "y.npy", "--einsum", expression);
            assert_succeeds_with(&result, line);
        }
    }
}

static void test_einsum_of_other_dtypes(void **state) {
    (void)state;
    command_result result;
    const int8_t bytes[] = {1, -2, 3, 4};
    const uint16_t f16[] = {0x3c00, 0x4000}; /* 1, 2 */
    fixture_write_npy("bytes.npy", C_ORDER("|i1", "(2, 2)"), bytes, sizeof bytes);
    RUN_THERE(&result, "bytes.npy", "bytes.npy", "--einsum", "ki,kj->ji");
    assert_succeeds(&result, "2x2 i32, 4 elements\nmin 10, max 20, mean 12.5\nvalues 10 10 10 20\n");
    fixture_write_npy("half.npy", C_ORDER("=f2", "(2,)"), f16, sizeof f16);
    RUN_THERE(&result, "half.npy", "half.npy", "--einsum", "i,i");
    assert_succeeds(&result, "scalar f16, 1 element\nmin 5, max 5, mean 5\nvalues 5\n");
}

/* The difference is a part of 8 * 2^-52 * (terms + 1) * (1 + |expected|) that says how many terms were counted. */
static void test_terms_in_tolerance(void **state) {
    static const struct {
        const char *x, *y, *out, *expression;
        int terms;
    } rows[] = {
        {"bik", "bkj", "bij", "bik,bkj->bij", 5},
        {"ihk", "jkh", "ij", "ihk,jkh->ij", 15},
        {"ik", "kj", "ij", "ik,kj", 5},
        {"ik", "jh", "ij", "i k, jh -> ij", 15},
        {"ik", "j", "ij", "ik,j->ij", 5},
        {"i", "jk", "ij", "i,jk->ij", 5},
        {"i", "j", "ij", "i,j", 1},
        {"iI", "Ij", "ij", "iI,Ij", 2},
        {"ik", "ik", "", "ik,ik->", 20},
    };
    (void)state;
    for (size_t row = 0; row < COUNT(rows); row++) {
        lettered_array x, y, expected = {.letters = rows[row].out};
        command_result result;
        lettered_fill(&x, rows[row].x, 3, false);
        lettered_fill(&y, rows[row].y, 8, false);
        lettered_multiply(&x, &y, &expected, &plain);
        lettered_write("x.npy", &x, false);
        lettered_write("y.npy", &y, false);
        double *const element = &expected.elements[0][0];
        const double exact = *element;
        const double unit = 8 * DBL_EPSILON * (rows[row].terms + 1) * (1 + fabs(exact));
        static const double parts[] = {0.5, 2};
        for (int i = 0; i < 2; i++) {
            *element = exact + parts[i] * unit;
            const double part = (*element - exact) / (8 * DBL_EPSILON * (rows[row].terms + 1) * (1 + fabs(*element)));
            char tail[64];
            snprintf(tail, sizeof tail, ", %.3g of the tolerance\n", part);
            lettered_write("expected.npy", &expected, false);
            RUN_THERE(&result, "x.npy", "y.npy", "--einsum", rows[row].expression, "--compare", "expected.npy");
            if (result.status != (part > 1) || !strstr(result.out, tail))
                fail_msg("%s: status %d, %swanted %s", rows[row].expression, result.status, result.out, tail);
            command_release(&result);
        }
    }
}

static void test_difference_of_rank_0(void **state) {
    (void)state;
    command_result result;
    fixture_write_npy("x.npy", C_ORDER("=f4", "(3,)"), (float[]){1, 2, 3}, 12);
    fixture_write_npy("expected.npy", C_ORDER("=f4", "()"), (float[]){15}, 4);
    RUN_THERE(&result, "x.npy", "x.npy", "--einsum", "i,i", "--compare", "expected.npy");
    assert_int_equal(result.status, 1);
    assert_non_null(strstr(result.err, "in 1 element, most of all at []: 14 instead of 15"));
    command_release(&result);
}

#define COMMAND_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_set_up, fixture_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        COMMAND_TEST(test_einsum),
        COMMAND_TEST(test_einsum_of_other_dtypes),
        COMMAND_TEST(test_terms_in_tolerance),
        COMMAND_TEST(test_difference_of_rank_0),
    };
    return cmocka_run_group_tests_name("the command's --einsum", tests, NULL, NULL);
}
