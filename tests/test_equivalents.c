/* README's table of other libraries' calls: each row's call as it stands there (check_equivalents.sh compares), on
 * tensors of the axes that it is for, against a naive sum. */
#include "test_api_support.h"

#include <complex.h>
#include <math.h>
#include <string.h>

/* What the rows' calls name. All elements are of c128, so that a conjugation too many or too few is seen. */
static batchdot_tensor x, y, out;
static batchdot_options options;
static batchdot_plan *plan;

/* ---- Tensors by letters, and what should come out --------------------------------------------------------------- */

enum { MAX_ELEMENTS = 1000, MAX_RANK = 4, LETTERS = 26, OPERANDS = 3 };

/* Every letter has an extent of its own in all rows, those that the rows use being different ones. */
static int64_t extent_of(char letter) {
    return strchr("bhiqkjda", letter) ? strchr("bhiqkjda", letter) - "bhiqkjda" + 2 : 0;
}

static struct operand {
    char letters[MAX_RANK + 1];
    int64_t shape[MAX_RANK];
    double complex data[MAX_ELEMENTS];
} operands[OPERANDS]; /* x, y, out */
static double complex out_before[MAX_ELEMENTS];

static batchdot_tensor make_operand(struct operand *operand, const char *letters, size_t rank, int seed) {
    assert_true(rank <= MAX_RANK);
    memcpy(operand->letters, letters, rank);
    operand->letters[rank] = 0;
    int64_t count = 1;
    for (size_t axis = 0; axis < rank; axis++)
        count *= operand->shape[axis] = extent_of(letters[axis]);
    assert_true(count > 0 && count <= MAX_ELEMENTS);
    for (int i = 0; i < (int)count; i++)
        operand->data[i] = (i * seed % 11 - 5) + (i * (seed + 1) % 7 - 3) * I;
    return (batchdot_tensor){operand->data, BATCHDOT_C128, (int)rank, operand->shape, NULL};
}

/* Makes x, y and out for a product such as "bik,bkj->bij", of small whole numbers. */
static void given(const char *product) {
    const char *const comma = strchr(product, ','), *const arrow = strstr(product, "->");
    x = make_operand(&operands[0], product, (size_t)(comma - product), 3);
    y = make_operand(&operands[1], comma + 1, (size_t)(arrow - comma - 1), 5);
    out = make_operand(&operands[2], arrow + 2, strlen(arrow + 2), 4);
    memcpy(out_before, operands[2].data, sizeof out_before);
    options = (batchdot_options)BATCHDOT_OPTIONS_INIT;
}

static int64_t offset_at(const struct operand *operand, const int64_t index[LETTERS]) {
    int64_t offset = 0;
    for (const char *letter = operand->letters; *letter; letter++)
        offset = offset * extent_of(*letter) + index[*letter - 'a'];
    return offset;
}

/* Goes on to the next index of the letters; false behind the last one. */
static bool advance(int64_t index[LETTERS], const char *letters) {
    for (size_t i = strlen(letters); i-- > 0;) {
        if (++index[letters[i] - 'a'] < extent_of(letters[i]))
            return true;
        index[letters[i] - 'a'] = 0;
    }
    return false;
}

/* The letters of both inputs that the output does not have. */
static void find_contracted(char contracted[MAX_RANK + 1]) {
    int count = 0;
    for (const char *letter = operands[0].letters; *letter; letter++) {
        if (!strchr(operands[2].letters, *letter))
            contracted[count++] = *letter;
    }
    contracted[count] = 0;
}

/* How out should come of x and y. */
struct meaning {
    bool conj_x, conj_y;
    double alpha, beta;
    double epsilon; /* of the norms to divide by; negative: none are */
};

static const struct meaning plain = {false, false, 1, 0, -1};

static void check(struct meaning meaning) {
    char contracted[MAX_RANK + 1];
    find_contracted(contracted);
    int64_t index[LETTERS] = {0};
    do {
        long double complex sum = 0;
        long double x_squares = 0, y_squares = 0;
        do {
            const long double complex x_element = operands[0].data[offset_at(&operands[0], index)];
            const long double complex y_element = operands[1].data[offset_at(&operands[1], index)];
            sum += (meaning.conj_x ? conjl(x_element) : x_element) * (meaning.conj_y ? conjl(y_element) : y_element);
            x_squares += creall(x_element * conjl(x_element));
            y_squares += creall(y_element * conjl(y_element));
        } while (advance(index, contracted));
        double tolerance = 0; /* whole numbers are exact */
        if (meaning.epsilon >= 0) {
            sum /= sqrtl(fmaxl(x_squares, meaning.epsilon)) * sqrtl(fmaxl(y_squares, meaning.epsilon));
            tolerance = 1e-14; /* some eps for each of the few elements that a cosine, at most 1, is of here */
        }
        const int64_t at = offset_at(&operands[2], index);
        const long double complex wanted = meaning.alpha * sum + meaning.beta * out_before[at];
        if (!(cabsl(operands[2].data[at] - wanted) <= tolerance))
            fail_msg("%s,%s->%s: element %d is not %Lg + %Lg i", operands[0].letters, operands[1].letters,
                     operands[2].letters, (int)at, creall(wanted), cimagl(wanted));
    } while (advance(index, operands[2].letters));
}

/* Executes the plan that the call made. */
static void execute(batchdot_status status) {
    assert_ok(status);
    assert_ok(batchdot_plan_execute(plan, x.data, y.data, out.data));
    batchdot_plan_destroy(plan);
}

/* ---- The rows --------------------------------------------------------------------------------------------------- */

static void stacks_of_matrices(void **state) {
    (void)state;
    given("bik,bkj->bij");
    assert_ok(batchdot(&x, &y, NULL, &out));
    check(plain);
    given("bik,bjk->bij");
    assert_ok(batchdot(&x, &y, &(batchdot_axes){2, 2}, &out));
    check(plain);
    given("bki,bkj->bij");
    options.conj_x = 1;
    execute(batchdot_plan_create(&plan, &x, &y, &(batchdot_axes){1, 1}, &out, &options));
    check((struct meaning){.conj_x = true, .alpha = 1, .epsilon = -1});
    given("bhik,bhkj->bhij");
    execute(batchdot_plan_create_einsum(&plan, "bhik,bhkj->bhij", &x, &y, &out, NULL));
    check(plain);
}

static void stacks_by_what_is_no_stack(void **state) {
    (void)state;
    given("bik,bk->bi");
    assert_ok(batchdot(&x, &y, NULL, &out));
    check(plain);
    given("bik,kj->bij");
    execute(batchdot_plan_create_einsum(&plan, "bik,kj->bij", &x, &y, &out, NULL));
    check(plain);
}

static void added_to_the_output(void **state) {
    (void)state;
    given("bik,bkj->bij");
    options.alpha[0] = 2;
    options.beta[0] = 3;
    execute(batchdot_plan_create(&plan, &x, &y, NULL, &out, &options));
    check((struct meaning){.alpha = 2, .beta = 3, .epsilon = -1});
}

static void batch_dot(void **state) {
    (void)state;
    given("bki,bjk->bij");
    assert_ok(batchdot(&x, &y, &(batchdot_axes){1, 2}, &out));
    check(plain);
}

/* The first vector of x becomes so short that the least norms decide. */
static void shorten_first(int64_t extent) {
    for (int64_t i = 0; i < extent; i++)
        operands[0].data[i] *= 1e-9;
}

static void cosines(void **state) {
    (void)state;
    given("bik,bjk->bij");
    shorten_first(extent_of('k'));
    options.normalize = 1;
    execute(batchdot_plan_create(&plan, &x, &y, &(batchdot_axes){2, 2}, &out, &options));
    check((struct meaning){.alpha = 1, .epsilon = 1e-12});
    given("bk,bk->b");
    shorten_first(extent_of('k'));
    options.normalize = 1;
    options.normalize_epsilon = 1e-16;
    execute(batchdot_plan_create_einsum(&plan, "bk,bk->b", &x, &y, &out, &options));
    check((struct meaning){.alpha = 1, .epsilon = 1e-16});
}

static void axes_in_lists_and_letters(void **state) {
    (void)state;
    given("bqhd,bkhd->bhqk");
    execute(batchdot_plan_create_einsum(&plan, "bqhd,bkhd->bhqk", &x, &y, &out, NULL));
    check(plain);
    given("bqhd,bkhd->bhqk");
    batchdot_dims dims = {2, 1, (int[]){0, 2}, (int[]){0, 2}, (int[]){3}, (int[]){3}};
    execute(batchdot_plan_create_general(&plan, &x, &y, &dims, &out, NULL));
    check(plain);
}

static void no_batch(void **state) {
    (void)state;
    given("ihk,khj->ij");
    batchdot_dims dims = {0, 2, NULL, NULL, (int[]){1, 2}, (int[]){1, 0}};
    execute(batchdot_plan_create_general(&plan, &x, &y, &dims, &out, NULL));
    check(plain);
}

static void vectors(void **state) {
    (void)state;
    given("bk,bk->b");
    options.conj_x = 1;
    execute(batchdot_plan_create_einsum(&plan, "bk,bk->b", &x, &y, &out, &options));
    check((struct meaning){.conj_x = true, .alpha = 1, .epsilon = -1});
    given("ik,jk->ij");
    execute(batchdot_plan_create_einsum(&plan, "ik,jk->ij", &x, &y, &out, NULL));
    check(plain);
    given("i,j->ij");
    execute(batchdot_plan_create_einsum(&plan, "i,j->ij", &x, &y, &out, NULL));
    check(plain);
    given("k,k->");
    execute(batchdot_plan_create_einsum(&plan, "k,k->", &x, &y, &out, NULL));
    check(plain);
}

/* Of "bki,bjk->bij". */
static void gradients(void **state) {
    (void)state;
    const batchdot_axes axes = {1, 2};
    const struct meaning of_conjugates = {.conj_y = true, .alpha = 1, .epsilon = -1};
    given("bij,bjk->bki");
    batchdot_tensor grad_out = x, grad_x = out;
    assert_ok(batchdot_plan_create_grad_x(&plan, &grad_out, &y, &axes, &grad_x, NULL));
    assert_ok(batchdot_plan_execute(plan, grad_out.data, y.data, grad_x.data));
    batchdot_plan_destroy(plan);
    check(of_conjugates);

    given("bij,bki->bjk");
    grad_out = x;
    x = y;
    const batchdot_tensor grad_y = out;
    assert_ok(batchdot_plan_create_grad_y(&plan, &grad_out, &x, &axes, &grad_y, NULL));
    assert_ok(batchdot_plan_execute(plan, grad_out.data, x.data, grad_y.data));
    batchdot_plan_destroy(plan);
    check(of_conjugates);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stacks_of_matrices),
        cmocka_unit_test(stacks_by_what_is_no_stack),
        cmocka_unit_test(added_to_the_output),
        cmocka_unit_test(batch_dot),
        cmocka_unit_test(cosines),
        cmocka_unit_test(axes_in_lists_and_letters),
        cmocka_unit_test(no_batch),
        cmocka_unit_test(vectors),
        cmocka_unit_test(gradients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
