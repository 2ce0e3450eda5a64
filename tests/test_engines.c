/* What BLAS can express and what it cannot, and that both engines compute what the oracle does where it can. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engines/engine.h"
#include "engines/openblas_config.h"
#include "engines/staged.h"
#include "oracle.h"

#include <math.h>
#include <string.h>

enum { M = 5, N = 4, K = 3, BATCH = 3 };

/* A batch of M by K times K by N products in f32, everything contiguous; tests bend it from there. */
static void plain_product(struct contraction *c) {
    memset(c, 0, sizeof *c);
    bd_contraction_start(c);
    c->alpha[0] = 1;
    bd_append_axis(c, &c->batch, (struct axis){BATCH, {M * K, K * N, M * N}});
    bd_append_axis(c, &c->m, (struct axis){M, {K, 0, N}});
    bd_append_axis(c, &c->n, (struct axis){N, {0, 1, 1}});
    bd_append_axis(c, &c->k, (struct axis){K, {1, N, 0}});
}

static void set_dtype(struct contraction *c, batchdot_dtype dtype) {
    c->dtype[OPERAND_X] = c->dtype[OPERAND_Y] = c->dtype[OPERAND_OUT] = dtype;
}

static void assert_accepted(const struct contraction *c) {
    const char *refusal = bd_blas_engine.refusal(c);
    if (refusal)
        fail_msg("refused: %s", refusal);
}

static void assert_refused(const struct contraction *c, const char *why) {
    const char *refusal = bd_blas_engine.refusal(c);
    if (!refusal || !strstr(refusal, why))
        fail_msg("'%s' does not say '%s'", refusal ? refusal : "(accepted)", why);
}

static void test_blas_takes_what_it_can_express(void **state) {
    (void)state;
    if (!bd_blas_is_built_in())
        skip();
    struct contraction c;
    plain_product(&c);
    for (int dtype = BATCHDOT_F32; dtype <= BATCHDOT_C128; dtype++) {
        set_dtype(&c, (batchdot_dtype)dtype);
        assert_accepted(&c);
    }
    c.m.axes[0].stride[OPERAND_X] = 1; /* x transposed */
    c.k.axes[0].stride[OPERAND_X] = M + 2;
    assert_accepted(&c);
    c.conjugate[OPERAND_X] = true; /* and conjugated: BLAS has that for transposed operands */
    assert_accepted(&c);
    plain_product(&c);
    c.m.axes[0].stride[OPERAND_OUT] = N + 9; /* padded rows */
    c.m.axes[0].stride[OPERAND_X] = K + 9;
    assert_accepted(&c);
    plain_product(&c); /* gemv takes any increment, and x backwards */
    c.m.count = 0;
    c.n.axes[0].stride[OPERAND_OUT] = 7;
    c.k.axes[0].stride[OPERAND_X] = -2;
    assert_accepted(&c);
}

static void test_blas_refuses_what_it_cannot_express(void **state) {
    (void)state;
    struct contraction c;
    plain_product(&c);
    if (!bd_blas_is_built_in()) {
        assert_refused(&c, "built without BLAS");
        return;
    }
    for (int dtype = BATCHDOT_F16; dtype <= BATCHDOT_I64; dtype++) {
        set_dtype(&c, (batchdot_dtype)dtype);
        assert_refused(&c, "dtype");
    }
    plain_product(&c);
    c.n.axes[0].stride[OPERAND_OUT] = 2; /* no unit stride in the output */
    assert_refused(&c, "strides");
    plain_product(&c);
    c.k.axes[0].stride[OPERAND_X] = 2; /* none in x */
    c.m.axes[0].stride[OPERAND_X] = 7;
    assert_refused(&c, "strides");
    plain_product(&c);
    c.m.axes[0].stride[OPERAND_X] = 0; /* a broadcast row: no leading dimension says that */
    assert_refused(&c, "strides");
    plain_product(&c);
    c.m.axes[0].stride[OPERAND_X] = -K;
    assert_refused(&c, "strides");
    plain_product(&c);
    set_dtype(&c, BATCHDOT_C64);
    c.conjugate[OPERAND_X] = true; /* conjugated but not transposed */
    assert_refused(&c, "conjugations");
    plain_product(&c);
    c.k.axes[0].extent = 0;
    assert_refused(&c, "nothing is summed");
    plain_product(&c);
    c.alpha[0] = 0;
    assert_refused(&c, "alpha 0");
    plain_product(&c);
    c.beta[0] = NAN;
    assert_refused(&c, "NaN or Inf");
    plain_product(&c);
    c.alpha[1] = INFINITY;
    assert_refused(&c, "NaN or Inf");
    plain_product(&c);
    c.k.axes[1] = c.k.axes[0];
    c.k.count = 2;
    assert_refused(&c, "contracted axes");
}

static void test_native_refuses_nothing(void **state) {
    (void)state;
    struct contraction c;
    plain_product(&c);
    c.n.axes[0].stride[OPERAND_OUT] = 2;
    assert_null(bd_native_engine.refusal(&c));
}

/* Runs one engine on one layout of x (by rows or by columns) and y, and compares with the oracle. */
static void check_engine(const struct engine *engine, batchdot_dtype dtype, bool x_by_columns, bool y_by_columns) {
    const size_t size = oracle_element_size(dtype);
    unsigned char x[BATCH * M * K * 16], y[BATCH * K * N * 16], out[BATCH * M * N * 16];
    for (int i = 0; i < BATCH * M * K; i++)
        oracle_write(dtype, (oracle_value){.real = i % 7 - 3.25L, .imaginary = i % 5 - 1.5L}, x + i * size);
    for (int i = 0; i < BATCH * K * N; i++)
        oracle_write(dtype, (oracle_value){.real = i % 11 - 4.5L, .imaginary = i % 3 - 0.75L}, y + i * size);
    memset(out, 0xff, sizeof out);

    struct contraction c;
    plain_product(&c);
    set_dtype(&c, dtype);
    int64_t x_strides[] = {M * K, K, 1}, y_strides[] = {K * N, N, 1};
    if (x_by_columns)
        memcpy(x_strides, (const int64_t[]){M * K, 1, M}, sizeof x_strides);
    if (y_by_columns)
        memcpy(y_strides, (const int64_t[]){K * N, 1, K}, sizeof y_strides);
    c.m.axes[0].stride[OPERAND_X] = x_strides[1];
    c.k.axes[0].stride[OPERAND_X] = x_strides[2];
    c.k.axes[0].stride[OPERAND_Y] = y_strides[1];
    c.n.axes[0].stride[OPERAND_Y] = y_strides[2];

    static oracle_element expected[BATCH * M * N];
    const int64_t x_shape[] = {BATCH, M, K}, y_shape[] = {BATCH, K, N}, out_shape[] = {BATCH, M, N};
    const batchdot_tensor x_tensor = {x, dtype, 3, x_shape, x_strides}, y_tensor = {y, dtype, 3, y_shape, y_strides};
    const batchdot_tensor out_tensor = {out, dtype, 3, out_shape, NULL};
    const oracle_problem problem = {&x_tensor, &y_tensor, &out_tensor, &(const batchdot_axes){2, 1}, NULL};
    oracle_compute(&problem, expected);
    assert_null(engine->refusal(&c));
    struct preparation preparation;
    bd_native_prepare(&c, &preparation);
    engine->execute(&c, &preparation, 2, x, y, out);
    for (int i = 0; i < BATCH * M * N; i++)
        assert_true(oracle_matches(dtype, &expected[i], out + expected[i].offset * (int64_t)size));
}

static void test_both_engines_agree_with_the_oracle(void **state) {
    (void)state;
    for (int dtype = BATCHDOT_F32; dtype <= BATCHDOT_C128; dtype++) {
        for (int layout = 0; layout < 4; layout++) {
            check_engine(&bd_native_engine, (batchdot_dtype)dtype, layout & 1, layout & 2);
            if (bd_blas_is_built_in())
                check_engine(&bd_blas_engine, (batchdot_dtype)dtype, layout & 1, layout & 2);
        }
    }
}

static void test_small_work_gets_one_thread(void **state) {
    (void)state;
    struct contraction c;
    plain_product(&c);
    struct preparation preparation;
    bd_native_prepare(&c, &preparation);
    assert_int_equal(bd_native_thread_count(&preparation, 8), 1);
    c.batch.axes[0].extent = INT64_C(1) << 40;
    bd_native_prepare(&c, &preparation);
    assert_in_range(bd_native_thread_count(&preparation, 3), 1, 3);
    assert_int_equal(bd_native_thread_count(&preparation, 1), 1);
}

/* Configurations as OpenBLAS gives them. */
static void test_openblas_core_has_vectors(void **state) {
    (void)state;
    static const struct {
        const char *config;
        bool has_avx2;
    } configs[] = {
        {"OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH NO_AFFINITY Zen MAX_THREADS=64", true},
        {"OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH NO_AFFINITY Cooperlake MAX_THREADS=64", true},
        {"OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH NO_AFFINITY Prescott MAX_THREADS=64", false},
        {"OpenBLAS 0.3.34.481.3 DYNAMIC_ARCH NO_AFFINITY SkylakeX MAX_THREADS=64", true},
        {"OpenBLAS 0.3.34.481.3 DYNAMIC_ARCH NO_AFFINITY Sandybridge MAX_THREADS=64", false},
        {"OpenBLAS 0.3.21 NO_AFFINITY USE_OPENMP HASWELL MAX_THREADS=8", true},
        {"OpenBLAS 0.3.26  SapphireRapids", true},
        {"OpenBLAS 0.3.26 DYNAMIC_ARCH NO_AFFINITY Zenith MAX_THREADS=2", false},
        {"OpenBLAS 0.3.26 DYNAMIC_ARCH NO_AFFINITY Sky MAX_THREADS=2", false},
        {"", false},
    };
    for (size_t i = 0; i < sizeof configs / sizeof configs[0]; i++) {
        assert_int_equal(bd_openblas_core_has(configs[i].config, ISA_AVX2), configs[i].has_avx2);
        assert_true(bd_openblas_core_has(configs[i].config, ISA_NEON));
    }
}

static void test_openblas_version(void **state) {
    (void)state;
    assert_true(bd_openblas_is_before("OpenBLAS 0.3.23 DYNAMIC_ARCH", 24));
    assert_false(bd_openblas_is_before("OpenBLAS 0.3.24 DYNAMIC_ARCH", 24));
    assert_false(bd_openblas_is_before("OpenBLAS 0.3.34.481.3 DYNAMIC_ARCH", 24));
    assert_true(bd_openblas_is_before("OpenBLAS 0.2.99", 24));
    assert_false(bd_openblas_is_before("OpenBLAS 1.0.0", 24));
    assert_true(bd_openblas_is_before("DYNAMIC_ARCH", 24));
}

/* Whatever an item is like, a block of it is cut at whole grains, and small items go several at once. */
static void test_blocks_fit_a_stage(void **state) {
    (void)state;
    static const int64_t extents[] = {1, 3, 10, 63, 64, 65, 129, 200, 256, 1000, 5000, 100000};
    enum { COUNT = sizeof extents / sizeof extents[0], STAGE_SIZE = 66 * 1024 };
    struct contraction c;
    plain_product(&c);
    for (int i = 0; i < COUNT * COUNT * ORACLE_DTYPE_COUNT; i++) {
        const batchdot_dtype dtype = (batchdot_dtype)(i / (COUNT * COUNT));
        const int64_t m = extents[i % COUNT], n = extents[i / COUNT % COUNT];
        if (dtype == BATCHDOT_I8 || dtype == BATCHDOT_U8)
            continue;
        set_dtype(&c, dtype);
        const int64_t size = oracle_is_half(dtype) ? 4 : (int64_t)oracle_element_size(dtype);
        int64_t block_m = m, block_n = n, items;
        bd_keep_to_stage(&c, &block_m, &block_n, &items);
        assert_in_range(items, 1, STAGE_SIZE);
        assert_in_range(items * (block_m * block_n + block_m + block_n) * size, 1, STAGE_SIZE);
        assert_true(block_m == m || (block_m > 0 && block_m % BLOCK_GRAIN == 0));
        assert_true(block_n == n || (block_n > 0 && block_n % BLOCK_GRAIN == 0));
        assert_true(m > BLOCK_GRAIN || n > BLOCK_GRAIN || (block_m == m && block_n == n));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blas_takes_what_it_can_express),
        cmocka_unit_test(test_blas_refuses_what_it_cannot_express),
        cmocka_unit_test(test_native_refuses_nothing),
        cmocka_unit_test(test_both_engines_agree_with_the_oracle),
        cmocka_unit_test(test_small_work_gets_one_thread),
        cmocka_unit_test(test_openblas_core_has_vectors),
        cmocka_unit_test(test_openblas_version),
        cmocka_unit_test(test_blocks_fit_a_stage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
