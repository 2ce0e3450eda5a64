/* The batchdot command's options of the product: --normalize, --epsilon, --alpha, --beta, --conj-x, --conj-y; what they
 * do to the numbers and to explain, and what is refused, of --einsum too. */
#include "command_runner.h"
#include "lettered_array.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define C_ORDER(descr, shape) "{'descr': '" descr "', 'fortran_order': False, 'shape': " shape "}"
#define FORTRAN_ORDER(descr, shape) "{'descr': '" descr "', 'fortran_order': True, 'shape': " shape "}"

/* x.npy and y.npy: [[1, 2, 3], [4, 5, 6]], whose batch dot is [[14], [77]]; old.npy, as a result of that shape: [[1],
 * [2]]. */
static int set_up_small_files(void **state) {
    static const float counting[] = {1, 2, 3, 4, 5, 6};
    if (fixture_set_up(state) != 0)
        return -1;
    fixture_write_npy("x.npy", C_ORDER("=f4", "(2, 3)"), counting, sizeof counting);
    fixture_write_npy("y.npy", C_ORDER("=f4", "(2, 3)"), counting, sizeof counting);
    fixture_write_npy("old.npy", C_ORDER("=f4", "(2, 1)"), counting, 8);
    return 0;
}

/* ---- The command line ------------------------------------------------------------------------------------------- */

static void test_misuse(void **state) {
    static const char together[] = "--axes and --einsum cannot go together";
    static const char alpha_takes[] = "--alpha takes a number, or two with a comma between them, not '";
    static const char epsilon_takes[] = "--epsilon takes a number that is 0 or more, and finite, not '";
    static const char no_name[] = "--beta takes a file's name, not an empty one";
    static const struct {
        const char *arguments[8], *message;
    } rows[] = {
        {{"x.npy", "y.npy", "--einsum", "bk,bk->b", "--axes", "1"}, together},
        {{"x.npy", "y.npy", "--axes", "none", "--einsum", ""}, together},
        {{"shape", "2x3", "2x3", "--axes", "1", "--einsum", "bk,bk->b"}, together},
        {{"explain", "2x3", "2x3", "--axes", "1", "--einsum", "bk,bk->b"}, together},
        {{"x.npy", "y.npy", "--einsum"}, "--einsum needs a value"},
        {{"x.npy", "y.npy", "--epsilon", "1"}, "--epsilon has no meaning without --normalize"},
        {{"explain", "2x3", "2x3", "--epsilon", "1"}, "--epsilon has no meaning without --normalize"},
        {{"x.npy", "y.npy", "--normalize", "--epsilon", "-1"}, epsilon_takes},
        {{"x.npy", "y.npy", "--normalize", "--epsilon", "inf"}, epsilon_takes},
        {{"x.npy", "y.npy", "--normalize", "--epsilon", "nan"}, epsilon_takes},
        {{"x.npy", "y.npy", "--normalize", "--epsilon", "1,5"}, epsilon_takes},
        {{"x.npy", "y.npy", "--normalize", "--epsilon", ""}, epsilon_takes},
        {{"x.npy", "y.npy", "--normalize=1"}, "--normalize=1: this option takes no value"},
        {{"x.npy", "y.npy", "--norm="}, "--norm=: this option takes no value"},
        {{"x.npy", "y.npy", "--conj-x=0"}, "--conj-x=0: this option takes no value"},
        {{"x.npy", "y.npy", "--conj"}, "unknown or ambiguous option --conj"},
        {{"x.npy", "y.npy", "-n"}, "unknown option -n"},
        {{"x.npy", "y.npy", "-v"}, "unknown option -v"},
        {{"x.npy", "y.npy", "--axes=1", "-xy"}, "unknown option -x"},
        {{"x.npy", "y.npy", "--conj-x", "-xy"}, "unknown option -x"},
        {{"x.npy", "y.npy", "--alpha", ""}, alpha_takes},
        {{"x.npy", "y.npy", "--alpha", "two"}, alpha_takes},
        {{"x.npy", "y.npy", "--alpha", "2x"}, alpha_takes},
        {{"x.npy", "y.npy", "--alpha", " 2"}, alpha_takes},
        {{"x.npy", "y.npy", "--alpha", "1e999"}, alpha_takes},
        {{"x.npy", "y.npy", "--alpha", "1,"}, alpha_takes},
        {{"x.npy", "y.npy", "--alpha", ",1"}, alpha_takes},
        {{"x.npy", "y.npy", "--alpha", "1, 2"}, alpha_takes},
        {{"x.npy", "y.npy", "--alpha", "1,2,3"}, alpha_takes},
        {{"x.npy", "y.npy", "--beta", ""}, no_name},
        {{"x.npy", "y.npy", "--beta", "2,"}, no_name},
        {{"x.npy", "y.npy", "--beta", "2,1,"}, no_name},
        {{"shape", "2x3", "2x3", "--normalize"}, "--normalize has no meaning for this command"},
        {{"shape", "2x3", "2x3", "--alpha", "2"}, "--alpha has no meaning for this command"},
        {{"shape", "2x3", "2x3", "--beta", "old.npy"}, "--beta has no meaning for this command"},
        {{"shape", "2x3", "2x3", "--conj-x"}, "--conj-x has no meaning for this command"},
        {{"shape", "2x3", "2x3", "--conj-y"}, "--conj-y has no meaning for this command"},
        {{"shape", "2x3", "2x3", "--epsilon", "1"}, "--epsilon has no meaning for this command"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        command_result result;
        command_run(&result, go_to_fixture, rows[i].arguments);
        assert_misused(&result, rows[i].message);
    }
}

/* What the library or a file is the reason of: no output, and the one that was there stays. */
static void test_failures(void **state) {
    static const struct {
        const char *arguments[6], *part;
    } rows[] = {
        {{"x.npy", "y.npy", "--einsum", ""}, "x.npy and y.npy: "},
        {{"x.npy", "y.npy", "--einsum", "bk"}, "x.npy and y.npy: "},
        {{"x.npy", "y.npy", "--einsum", "bk,b->b"}, "x.npy and y.npy: "},
        {{"x.npy", "y.npy", "--einsum", "bk,kb->b"}, "x.npy and y.npy: "},
        {{"x.npy", "y.npy", "--einsum", "bb,bk->b"}, "x.npy and y.npy: "},
        {{"x.npy", "y.npy", "--einsum", "bk,bk->z"}, "x.npy and y.npy: "},
        {{"x.npy", "y.npy", "--einsum", "b...,b...->b"}, "x.npy and y.npy: "},
        {{"x.npy", "y.npy", "--einsum", "bk,bj->bj", "--normalize"}, "normalize"},
        {{"i32.npy", "i32.npy", "--normalize"}, "normalize"},
        {{"i32.npy", "i32.npy", "--alpha", "2"}, "alpha"},
        {{"i32.npy", "i32.npy", "--beta", "2,old_i32.npy"}, "beta"},
        {{"x.npy", "y.npy", "--alpha", "1,5"}, "alpha"}, /* not 1.5 */
        {{"x.npy", "y.npy", "--beta", "1,5,old.npy"}, "beta"},
        {{"x.npy", "y.npy", "--alpha", "1e39"}, "alpha"},
        {{"x.npy", "y.npy", "--beta", "missing.npy"}, "missing.npy cannot be opened: No such file or directory"},
        {{"x.npy", "y.npy", "--beta", "0,missing.npy"}, "missing.npy cannot be opened: No such file or directory"},
        {{"x.npy", "y.npy", "--beta", "1,x,old.npy"}, "x,old.npy cannot be opened: No such file or directory"},
        {{"x.npy", "y.npy", "--beta", "1,2,3,old.npy"}, "3,old.npy cannot be opened: No such file or directory"},
        {{"x.npy", "y.npy", "--beta", "2, old.npy"}, " old.npy cannot be opened: No such file or directory"},
        {{"x.npy", "y.npy", "--beta", "text.npy"}, "text.npy is not a NumPy .npy file"},
        {{"x.npy", "y.npy", "--beta", "x.npy"}, "the result is 2x1 f32, but x.npy holds 2x3 f32"},
        {{"x.npy", "y.npy", "--beta", "flat.npy"}, "the result is 2x1 f32, but flat.npy holds 2 f32"},
        {{"x.npy", "y.npy", "--beta", "old_i32.npy"}, "the result is 2x1 f32, but old_i32.npy holds 2x1 i32"},
        {{"i8.npy", "i8.npy", "--beta", "i8.npy"}, "the result is 1x1 i32, but i8.npy holds 1x1 i8"},
        {{"x.npy", "y.npy", "--einsum", "bk,bk->b", "--beta", "old.npy"}, "the result is 2 f32, but old.npy holds 2x1"},
    };
    (void)state;
    static const int32_t zeros[6] = {0};
    fixture_write_npy("i32.npy", C_ORDER("=i4", "(2, 3)"), zeros, 24);
    fixture_write_npy("old_i32.npy", C_ORDER("=i4", "(2, 1)"), zeros, 8);
    fixture_write_npy("i8.npy", C_ORDER("|i1", "(1, 1)"), zeros, 1);
    fixture_write_npy("flat.npy", C_ORDER("=f4", "(2,)"), zeros, 8);
    fixture_write("text.npy", "1, 2\n", 5);
    fixture_write("out.npy", "before", 6);
    const int entries = fixture_count_entries();
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *arguments[9] = {"-o", "out.npy"};
        command_result result;
        memcpy(arguments + 2, rows[i].arguments, sizeof rows[i].arguments);
        command_run(&result, go_to_fixture, arguments);
        assert_fails(&result, rows[i].part);
    }
    size_t size;
    char *const content = fixture_read(fixture_path("out.npy"), &size);
    assert_string_equal(content, "before");
    free(content);
    assert_int_equal(fixture_count_entries(), entries);
}

/* ---- Scaling, normalizing, conjugating -------------------------------------------------------------------------- */

/* Each option's effect against loops that know the same options. */
static void test_numbers(void **state) {
    static const struct {
        const char *arguments[8];
        naive_options meaning;
        bool is_complex;
    } rows[] = {
        {{"--alpha", "2.5"}, {{2.5L, 0}, {0, 0}, false, false, false, 0}, false},
        {{"--alpha", "-0x1p-2"}, {{-0.25L, 0}, {0, 0}, false, false, false, 0}, false},
        {{"--alpha", "5", "--alpha", "1.5,-0.5"}, {{1.5L, -0.5L}, {0, 0}, false, false, false, 0}, true},
        {{"--alpha", "1,2", "--alpha", "3"}, {{3, 0}, {0, 0}, false, false, false, 0}, true},
        {{"--beta", "old.npy"}, {{1, 0}, {1, 0}, false, false, false, 0}, false},
        {{"--beta", "-.5,old.npy"}, {{1, 0}, {-0.5L, 0}, false, false, false, 0}, false},
        {{"--beta", "2,-3,old.npy"}, {{1, 0}, {2, -3}, false, false, false, 0}, true},
        {{"--beta", "7,7,old.npy", "--beta", "old.npy"}, {{1, 0}, {1, 0}, false, false, false, 0}, true},
        {{"--beta", "2,old.npy", "--alpha", "0,1"}, {{0, 1}, {2, 0}, false, false, false, 0}, true},
        {{"--conj-x"}, {{1, 0}, {0, 0}, true, false, false, 0}, true},
        {{"--conj-y"}, {{1, 0}, {0, 0}, false, true, false, 0}, true},
        {{"--conj-x", "--conj-y"}, {{1, 0}, {0, 0}, true, true, false, 0}, true},
        {{"--conj-x"}, {{1, 0}, {0, 0}, false, false, false, 0}, false},
        {{"--normalize"}, {{1, 0}, {0, 0}, false, false, true, 1e-12L}, false},
        {{"--normalize"}, {{1, 0}, {0, 0}, false, false, true, 1e-12L}, true},
        {{"--normalize", "--epsilon", "1e2"}, {{1, 0}, {0, 0}, false, false, true, 100}, false},
        {{"--normalize", "--epsilon", "6", "--conj-y", "--alpha", "-2", "--beta=0.5,1,old.npy"},
         {{-2, 0}, {0.5L, 1}, false, true, true, 6},
         true},
    };
    (void)state;
    for (size_t row = 0; row < COUNT(rows); row++) {
        lettered_array x, y, out;
        command_result result;
        const bool is_complex = rows[row].is_complex;
        lettered_fill(&x, "bhik", 5, is_complex);
        lettered_fill(&y, "bkj", 2, is_complex);
        lettered_fill(&out, "bhij", 9, is_complex);
        lettered_write("x.npy", &x, is_complex);
        lettered_write("y.npy", &y, is_complex);
        lettered_write("old.npy", &out, is_complex);
        if (rows[row].meaning.beta.real == 0)
            out = (lettered_array){.letters = "bhij"};
        lettered_multiply(&x, &y, &out, &rows[row].meaning);
        static const char *const ways[][2] = {{"--axes", "-1,1"}, {"--einsum", "bhik,bkj->bhij"}};
        for (size_t way = 0; way < COUNT(ways); way++) {
            const char *arguments[16] = {"x.npy", "y.npy", "-o", "out.npy", ways[way][0], ways[way][1]};
            memcpy(arguments + 6, rows[row].arguments, sizeof rows[row].arguments);
            command_run(&result, go_to_fixture, arguments);
            assert_succeeds(&result, "");
            lettered_check_file("out.npy", rows[row].arguments[0], &out, is_complex);
        }
    }
}

static void test_not_finite(void **state) {
    (void)state;
    command_result result;
    RUN_THERE(&result, "x.npy", "y.npy", "--alpha", "nan");
    assert_succeeds_with(&result, "values nan nan\n");
    RUN_THERE(&result, "x.npy", "y.npy", "--alpha=-Infinity");
    assert_succeeds_with(&result, "values -inf -inf\n");
    RUN_THERE(&result, "x.npy", "y.npy", "--beta", "nan,old.npy");
    assert_succeeds_with(&result, "values nan nan\n");
    RUN_THERE(&result, "x.npy", "y.npy", "--beta", "inf,old.npy");
    assert_succeeds_with(&result, "values inf inf\n");
    /* Times 0 is not at all. */
    fixture_write_npy("nan.npy", C_ORDER("=f4", "(2, 1)"), (float[]){(float)NAN, (float)INFINITY}, 8);
    RUN_THERE(&result, "x.npy", "y.npy", "--beta", "0,nan.npy");
    assert_succeeds_with(&result, "values 14 77\n");
    RUN_THERE(&result, "x.npy", "y.npy", "--beta", "nan.npy");
    assert_succeeds_with(&result, "values nan inf\n");
}

/* ---- --beta's file ---------------------------------------------------------------------------------------------- */

static void test_beta_file_names(void **state) {
    static const struct {
        const char *name, *argument, *values;
    } rows[] = {
        {"a,b.npy", "a,b.npy", "values 24 97\n"},       {"a,b.npy", "2,a,b.npy", "values 34 117\n"},
        {"a,b.npy", "2,0,a,b.npy", "values 34 117\n"},  {"3", "3", "values 24 97\n"},
        {"3,c.npy", "./3,c.npy", "values 24 97\n"},     {"3,c.npy", "-1,0,3,c.npy", "values 4 57\n"},
        {"1e999,d", "1e999,d", "values 24 97\n"},       {"-2", "-1,-2", "values 4 57\n"},
        {"nano,e.npy", "nano,e.npy", "values 24 97\n"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        command_result result;
        fixture_write_npy(rows[i].name, C_ORDER("=f4", "(2, 1)"), (float[]){10, 20}, 8);
        RUN_THERE(&result, "x.npy", "y.npy", "--beta", rows[i].argument);
        assert_succeeds_with(&result, rows[i].values);
    }
}

static void test_beta_layouts(void **state) {
    (void)state;
    static const char byte_orders[] = "<>";
    for (int variant = 0; variant < 16; variant++) {
        lettered_array x, y, out;
        command_result result;
        const bool is_complex = variant & 1;
        const arrangement arranged = {variant & 2, byte_orders[variant >> 2 & 1], variant & 8 ? 3 : 0};
        lettered_fill(&x, "bhik", 5, is_complex);
        lettered_fill(&y, "bkj", 2, is_complex);
        lettered_fill(&out, "bhij", 9, is_complex);
        lettered_write("x.npy", &x, is_complex);
        lettered_write("y.npy", &y, is_complex);
        lettered_write_arranged("old.npy", &out, is_complex, arranged);
        lettered_multiply(&x, &y, &out, &(naive_options){{1, 0}, {-1.5L, 0}, false, false, false, 0});
        RUN_THERE(&result, "x.npy", "y.npy", "--axes", "-1,1", "--beta", "-1.5,old.npy", "-o", "out.npy");
        assert_succeeds(&result, "");
        lettered_check_file("out.npy", "a layout", &out, is_complex);
    }
}

/* [[10, 20], [30, 40]] for beta and [[1, 2], [2, 4]] for the product. */
static void test_beta_of_other_dtypes(void **state) {
    static const char summary[] = "min 11, max 44, mean 27.25\nvalues 11 22 32 44\n";
    (void)state;
    command_result result;
    const int8_t bytes[] = {1, 2};
    int32_t old_i32[] = {10, 30, 20, 40};
    fixture_order_bytes(old_i32, 4, 4, '>');
    fixture_write_npy("old.npy", FORTRAN_ORDER(">i4", "(2, 2)"), old_i32, sizeof old_i32);
    fixture_write_npy("x.npy", C_ORDER("|i1", "(2,)"), bytes, sizeof bytes);
    RUN_THERE(&result, "x.npy", "x.npy", "--einsum", "i,j", "--beta", "old.npy");
    assert_succeeds_with(&result, summary);
    uint16_t halves[] = {0x3c00, 0x4000}, old_f16[] = {0x4900, 0x4d00, 0x4f80, 0x5100};
    fixture_order_bytes(old_f16, 2, 4, '>');
    fixture_write_npy("old.npy", C_ORDER(">f2", "(2, 2)"), old_f16, sizeof old_f16);
    fixture_write_npy("x.npy", C_ORDER("=f2", "(2,)"), halves, sizeof halves);
    RUN_THERE(&result, "x.npy", "x.npy", "--einsum", "i,j", "--beta", "old.npy");
    assert_succeeds_with(&result, summary);
    const float c64[] = {1, 0, 2, 0}, old_c64[] = {10, 1, 30, 3, 20, 2, 40, 4};
    fixture_write_npy("old.npy", FORTRAN_ORDER("=c8", "(2, 2)"), old_c64, sizeof old_c64);
    fixture_write_npy("x.npy", C_ORDER("=c8", "(2,)"), c64, sizeof c64);
    RUN_THERE(&result, "x.npy", "x.npy", "--einsum", "i,j", "--beta", "old.npy");
    assert_succeeds_with(&result, "values 11+1j 22+2j 32+3j 44+4j\n");
    fixture_write_npy("x.npy", C_ORDER("=f4", "()"), (float[]){3}, 4);
    fixture_write_npy("old.npy", FORTRAN_ORDER("=f4", "()"), (float[]){5}, 4);
    RUN_THERE(&result, "x.npy", "x.npy", "--einsum", ",", "--beta", "-1,old.npy");
    assert_succeeds_with(&result, "scalar f32, 1 element\nmin 4, max 4, mean 4\n");
    fixture_write_npy("x.npy", C_ORDER("=f4", "(0,)"), NULL, 0);
    fixture_write_npy("old.npy", FORTRAN_ORDER("=f4", "(0, 0)"), NULL, 0);
    RUN_THERE(&result, "x.npy", "x.npy", "--einsum", "i,j", "--beta", "old.npy");
    assert_succeeds(&result, "0x0 f32, 0 elements\n");
    /* Nothing to sum, but something to add to. */
    fixture_write_npy("old.npy", FORTRAN_ORDER("=f4", "()"), (float[]){5}, 4);
    RUN_THERE(&result, "x.npy", "x.npy", "--einsum", "i,i", "--beta", "2,old.npy");
    assert_succeeds_with(&result, "values 10\n");
}

/* Accumulating in place: old.npy is read until its new content is complete. */
static void test_beta_from_output(void **state) {
    (void)state;
    command_result result;
    for (int i = 1; i <= 3; i++) {
        size_t size;
        RUN_THERE(&result, "x.npy", "y.npy", "--beta", "old.npy", "-o", "old.npy");
        assert_succeeds(&result, "");
        char *const written = fixture_read(fixture_path("old.npy"), &size);
        assert_int_equal(size, 128 + 8);
        assert_memory_equal(written + 128, ((const float[]){1 + 14.0F * (float)i, 2 + 77.0F * (float)i}), 8);
        free(written);
    }
    fixture_write_npy("expected.npy", C_ORDER("=f4", "(2, 1)"), (float[]){57, 310}, 8);
    RUN_THERE(&result, "x.npy", "y.npy", "--beta", "old.npy", "--compare", "expected.npy");
    assert_succeeds(&result, "2x1 f32: largest difference 0, 0 of the tolerance\n");
    assert_int_equal(fixture_count_entries(), 4);
}

/* ---- explain ---------------------------------------------------------------------------------------------------- */

/* Whether these further arguments change what explain says of a product in c64; -1 if it cannot be explained. */
static int changes_explanation(const char *engine, const char *const further[3]) {
    const char *arguments[16] = {"explain", "2x3x4", "2x4x5", "--dtype", "c64", "--engine", engine};
    command_result usual, changed;
    command_run(&usual, NULL, arguments);
    memcpy(arguments + 7, further, 3 * sizeof *further);
    command_run(&changed, NULL, arguments);
    const bool differs = strcmp(usual.out, changed.out) != 0;
    const bool explained = usual.status == 0 && changed.status == 0;
    command_release(&usual);
    command_release(&changed);
    return explained ? differs : -1;
}

static void test_explained_options(void **state) {
    (void)state;
    assert_int_equal(changes_explanation("native", (const char *[]){"--einsum", "bik,bkj->bij", NULL}), 0);
    assert_int_equal(changes_explanation("native", (const char *[]){"--einsum", "bik,bkj->bji", NULL}), 1);
    assert_int_equal(changes_explanation("native", (const char *[]){"--normalize", NULL, NULL}), 1);
    assert_int_equal(changes_explanation("native", (const char *[]){"--alpha", "1", NULL}), 0);
    /* Without a BLAS nothing tells these plans apart. */
    if (changes_explanation("blas", (const char *[]){"--threads", "1", NULL}) == -1)
        return;
    assert_int_equal(changes_explanation("blas", (const char *[]){"--alpha", "2,1", NULL}), 0);
    assert_int_equal(changes_explanation("blas", (const char *[]){"--alpha", "nan", NULL}), 1);
    assert_int_equal(changes_explanation("blas", (const char *[]){"--conj-x", NULL, NULL}), 1);
    assert_int_equal(changes_explanation("blas", (const char *[]){"--conj-y", NULL, NULL}), 1);
}

static void test_explain(void **state) {
    (void)state;
    command_result result, other;
    RUN(&result, "explain", "2x3", "4x3", "--einsum", "ik,jk");
    assert_succeeds_with(&result, "product: 1 item(s) of m 2, n 4, k 3;");
    RUN(&result, "explain", "2x3", "2x3", "--einsum", "ik,jk->i", "--normalize");
    assert_fails(&result, "2x3 and 2x3: ");
    RUN(&result, "explain", "2x3", "2x3", "--normalize", "--epsilon", "4");
    RUN(&other, "explain", "2x3", "2x3", "--normalize", "--epsilon", "9");
    assert_int_equal(result.status, 0);
    assert_int_equal(other.status, 0);
    assert_string_not_equal(result.out, other.out);
    command_release(&other);
    command_release(&result);

    /* Of beta's file the header is enough. */
    fixture_write_npy("header.npy", FORTRAN_ORDER(">i4", "(2, 1)"), NULL, 0);
    RUN_THERE(&result, "explain", "2x3", "2x3", "--dtype", "i8", "--beta", "header.npy");
    assert_succeeds_with(&result, "x i8, y i8, out i32");
    RUN_THERE(&result, "explain", "2x3", "2x3", "--dtype", "i8", "--beta", "2,header.npy");
    assert_fails(&result, "beta");
    RUN_THERE(&result, "explain", "2x3", "2x3", "--dtype", "i8", "--alpha", "2");
    assert_fails(&result, "alpha");
    RUN_THERE(&result, "explain", "x.npy", "y.npy", "--beta", "2,old.npy");
    assert_succeeds_with(&result, "x f32, y f32, out f32");
    RUN_THERE(&result, "explain", "x.npy", "y.npy", "--beta", "header.npy");
    assert_fails(&result, "the result is 2x1 f32, but header.npy holds 2x1 i32");
    RUN_THERE(&result, "explain", "x.npy", "y.npy", "--beta", "missing.npy");
    assert_fails(&result, "missing.npy cannot be opened");
}

#define COMMAND_TEST(test) cmocka_unit_test_setup_teardown(test, set_up_small_files, fixture_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        COMMAND_TEST(test_misuse),
        COMMAND_TEST(test_failures),
        COMMAND_TEST(test_numbers),
        COMMAND_TEST(test_not_finite),
        COMMAND_TEST(test_beta_file_names),
        COMMAND_TEST(test_beta_layouts),
        COMMAND_TEST(test_beta_of_other_dtypes),
        COMMAND_TEST(test_beta_from_output),
        COMMAND_TEST(test_explained_options),
        COMMAND_TEST(test_explain),
    };
    return cmocka_run_group_tests_name("the command's options", tests, NULL, NULL);
}
