#define _POSIX_C_SOURCE 200809L /* sched_yield */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/checked.h"
#include "base/dtype.h"
#include "base/half.h"
#include "base/once.h"
#include "base/slots.h"
#include "base/status.h"
#include "base/threads.h"
#include "oracle.h"

#include <math.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

static void check_widening(batchdot_dtype dtype, float (*widen)(uint16_t), uint32_t exponent_mask) {
    for (uint32_t code = 0; code <= UINT16_MAX; code++) {
        const float value = widen((uint16_t)code);
        const bool is_special = (code & exponent_mask) == exponent_mask;
        if (is_special && (code & 0x7fffu) != exponent_mask)
            assert_true(isnan(value));
        else if (is_special)
            assert_true(isinf(value));
        else
            assert_true((long double)value == oracle_half_decode(dtype, (uint16_t)code));
        assert_int_equal(signbit(value) != 0, code >> 15);
    }
}

static void test_every_half_widens_exactly(void **state) {
    (void)state;
    check_widening(BATCHDOT_F16, bd_float_from_f16, 0x7c00u);
    check_widening(BATCHDOT_BF16, bd_float_from_bf16, 0x7f80u);
}

static void check_round_trip(float (*widen)(uint16_t), uint16_t (*narrow)(float), uint16_t quiet_bit) {
    for (uint32_t code = 0; code <= UINT16_MAX; code++) {
        const float value = widen((uint16_t)code);
        assert_int_equal(narrow(value), isnan(value) ? code | quiet_bit : code);
    }
}

static void test_every_half_survives_a_round_trip(void **state) {
    (void)state;
    check_round_trip(bd_float_from_f16, bd_f16_from_float, 0x0200u);
    check_round_trip(bd_float_from_bf16, bd_bf16_from_float, 0x0040u);
}

/* Between each two neighbours: the middle goes to the even one, and what is a float's last place off goes to its side.
 */
static void check_rounding(float (*widen)(uint16_t), uint16_t (*narrow)(float), uint16_t infinity) {
    for (uint16_t low = 0; low < infinity - 1; low++) {
        const uint16_t high = (uint16_t)(low + 1);
        const float middle = (float)(((double)widen(low) + (double)widen(high)) / 2);
        const uint16_t even = low % 2 == 0 ? low : high;
        assert_int_equal(narrow(middle), even);
        assert_int_equal(narrow(nextafterf(middle, 0.0f)), low);
        assert_int_equal(narrow(nextafterf(middle, INFINITY)), high);
        assert_int_equal(narrow(-middle), even | 0x8000u);
    }
}

static void test_halves_round_to_nearest_even(void **state) {
    (void)state;
    check_rounding(bd_float_from_f16, bd_f16_from_float, 0x7c00u);
    check_rounding(bd_float_from_bf16, bd_bf16_from_float, 0x7f80u);
}

static void test_halves_overflow_to_infinity(void **state) {
    (void)state;
    assert_int_equal(bd_f16_from_float(65519.0f), 0x7bff);
    assert_int_equal(bd_f16_from_float(65520.0f), 0x7c00);
    assert_int_equal(bd_f16_from_float(-1e30f), 0xfc00);
    assert_int_equal(bd_f16_from_float(INFINITY), 0x7c00);
    assert_int_equal(bd_bf16_from_float(3.4028234e38f), 0x7f80);
    assert_int_equal(bd_bf16_from_float(3.3895314e38f), 0x7f7f);
    assert_int_equal(bd_f16_from_float(1e-30f), 0);
    assert_int_equal(bd_f16_from_float(-1e-30f), 0x8000);
}

static void test_checked_arithmetic(void **state) {
    (void)state;
    int64_t result;
    assert_false(bd_multiply_overflows(INT64_MAX / 2, 2, &result));
    assert_true(result == INT64_MAX - 1);
    assert_true(bd_multiply_overflows(INT64_MAX / 2 + 1, 2, &result));
    assert_true(bd_add_overflows(INT64_MAX, 1, &result));
    assert_false(bd_add_overflows(INT64_MIN, INT64_MAX, &result));
    assert_true(bd_multiply_saturating(INT64_MAX, 2) == INT64_MAX);
    assert_true(bd_multiply_saturating(INT64_MAX, 0) == 0);
    assert_true(bd_magnitude(INT64_MIN) == (uint64_t)INT64_MAX + 1);
    assert_true(bd_magnitude(-3) == 3 && bd_magnitude(3) == 3);
}

static void test_dtype_rules(void **state) {
    (void)state;
    assert_null(bd_dtype_info((batchdot_dtype)-1));
    assert_null(bd_dtype_info((batchdot_dtype)BD_DTYPE_COUNT));
    for (int dtype = 0; dtype < BD_DTYPE_COUNT; dtype++) {
        const struct dtype_info *info = bd_dtype_info((batchdot_dtype)dtype);
        assert_int_equal(info->size, oracle_element_size((batchdot_dtype)dtype));
        assert_string_equal(info->name, oracle_dtype_name((batchdot_dtype)dtype));
        assert_int_equal(info->is_complex, oracle_is_complex((batchdot_dtype)dtype));
        assert_int_equal(info->is_integer, oracle_is_integer((batchdot_dtype)dtype));
    }
    assert_true(bd_dtypes_multiply(BATCHDOT_I8, BATCHDOT_U8));
    assert_false(bd_dtypes_multiply(BATCHDOT_I8, BATCHDOT_I32));
    assert_int_equal(bd_default_out_dtype(BATCHDOT_U8), BATCHDOT_I32);
    assert_true(bd_out_dtype_is_allowed(BATCHDOT_BF16, BATCHDOT_F32));
    assert_false(bd_out_dtype_is_allowed(BATCHDOT_F64, BATCHDOT_F32));
    assert_false(bd_out_dtype_is_allowed(BATCHDOT_I8, BATCHDOT_I8));
}

static void test_shape_text(void **state) {
    (void)state;
    char text[BD_SHAPE_TEXT_SIZE];
    assert_string_equal(bd_shape_text(0, NULL, text), "()");
    assert_string_equal(bd_shape_text(1, (const int64_t[]){7}, text), "(7,)");
    assert_string_equal(bd_shape_text(3, (const int64_t[]){1, 0, -5}, text), "(1, 0, -5)");
    assert_string_equal(bd_shape_text(2, NULL, text), "(rank 2)");
    assert_string_equal(bd_shape_text(65, NULL, text), "(rank 65)");
    int64_t longest[BATCHDOT_MAX_NDIM];
    for (int axis = 0; axis < BATCHDOT_MAX_NDIM; axis++)
        longest[axis] = INT64_MIN;
    bd_shape_text(BATCHDOT_MAX_NDIM, longest, text);
    assert_int_equal(text[strlen(text) - 1], ')');
}

static int times_asked;

static bool answer_yes(enum once_question question) {
    assert_int_equal(question, ONCE_BLAS_BATCH_C128);
    times_asked++;
    return true;
}

static void test_once_asks_once(void **state) {
    (void)state;
    assert_true(bd_once(ONCE_BLAS_BATCH_C128, answer_yes));
    assert_true(bd_once(ONCE_BLAS_BATCH_C128, answer_yes));
    assert_int_equal(times_asked, 1);
}

static void count_units(int64_t first, int64_t last, void *context) {
    atomic_uchar *done = context;
    for (int64_t unit = first; unit < last; unit++)
        atomic_fetch_add(&done[unit], 1);
}

static void test_threads_cover_every_unit_once(void **state) {
    (void)state;
    enum { MOST_UNITS = 150 };
    const int thread_counts[] = {1, 2, 3, 5, 70};
    for (size_t i = 0; i < sizeof thread_counts / sizeof thread_counts[0]; i++)
        for (int unit_count = 1; unit_count <= MOST_UNITS; unit_count += 1 + thread_counts[i] / 3)
            for (int grain = 1; grain <= 16; grain *= 4) {
                atomic_uchar done[MOST_UNITS] = {0};
                bd_run_threads(thread_counts[i], unit_count, grain, count_units, done);
                for (int unit = 0; unit < MOST_UNITS; unit++)
                    assert_int_equal(done[unit], unit < unit_count);
            }
}

struct slow_work {
    atomic_int done;
    int slow_units; /* that the slow thread took with the first one, and -1 if it waited for the others in vain */
};

enum { SHARED_UNITS = 64, SECONDS_OF_PATIENCE = 20 };

/* Whoever takes the first unit is not ready before others have done everything else. */
static void be_slow_with_the_first(int64_t first, int64_t last, void *context) {
    struct slow_work *work = context;
    const int units = (int)(last - first);
    if (first == 0) {
        const time_t latest = time(NULL) + SECONDS_OF_PATIENCE;
        while (atomic_load(&work->done) < SHARED_UNITS - units && time(NULL) < latest)
            sched_yield();
        work->slow_units = atomic_load(&work->done) < SHARED_UNITS - units ? -1 : units;
    }
    atomic_fetch_add(&work->done, units);
}

static void test_threads_take_what_a_slow_one_leaves(void **state) {
    (void)state;
    if (bd_thread_budget(2) < 2)
        skip();
    struct slow_work work = {0, 0};
    bd_run_threads(2, SHARED_UNITS, 1, be_slow_with_the_first, &work);
    assert_int_equal(work.done, SHARED_UNITS);
    assert_in_range(work.slow_units, 1, SHARED_UNITS / 4);
}

static void note_beginning(int64_t first, int64_t last, void *context) {
    atomic_llong *beginnings = context;
    (void)last;
    atomic_fetch_or(beginnings, first);
}

static void test_threads_begin_at_grains(void **state) {
    (void)state;
    enum { GRAIN = 8 };
    for (int threads = 1; threads <= 3; threads++)
        for (int unit_count = 1; unit_count <= 100; unit_count++) {
            atomic_llong beginnings = 0;
            bd_run_threads(threads, unit_count, GRAIN, note_beginning, &beginnings);
            assert_int_equal(beginnings % GRAIN, 0);
        }
}

static void test_threads_are_never_asked_for_in_thousands(void **state) {
    (void)state;
    assert_int_equal(bd_thread_budget(1), 1);
    assert_in_range(bd_thread_budget(1000000), 1, 4096);
    assert_in_range(bd_thread_budget(0), 1, 4096);
}

static void test_slots_are_one_owner_s_each(void **state) {
    (void)state;
    enum { COUNT = 3, BYTES = 100 };
    struct slots *const slots = bd_slots_make(COUNT, BYTES);
    assert_non_null(slots);
    unsigned char *taken[COUNT];
    for (int i = 0; i < COUNT; i++) {
        taken[i] = bd_slots_take(slots);
        assert_non_null(taken[i]);
        assert_int_equal((uintptr_t)taken[i] % 64, 0);
        memset(taken[i], i, BYTES);
    }
    for (int i = 0; i < COUNT; i++)
        assert_true(taken[i][0] == i && taken[i][BYTES - 1] == i);
    assert_null(bd_slots_take(slots));
    bd_slots_give_back(slots, NULL);
    assert_null(bd_slots_take(slots));
    bd_slots_give_back(slots, taken[1]);
    assert_ptr_equal(bd_slots_take(slots), taken[1]);
    assert_null(bd_slots_take(slots));
    bd_slots_free(slots);
    assert_null(bd_slots_take(NULL));
    bd_slots_give_back(NULL, NULL);
    bd_slots_free(NULL);
    assert_null(bd_slots_make(INT32_MAX, INT64_MAX));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_half_widens_exactly),
        cmocka_unit_test(test_every_half_survives_a_round_trip),
        cmocka_unit_test(test_halves_round_to_nearest_even),
        cmocka_unit_test(test_halves_overflow_to_infinity),
        cmocka_unit_test(test_checked_arithmetic),
        cmocka_unit_test(test_dtype_rules),
        cmocka_unit_test(test_shape_text),
        cmocka_unit_test(test_once_asks_once),
        cmocka_unit_test(test_slots_are_one_owner_s_each),
        cmocka_unit_test(test_threads_cover_every_unit_once),
        cmocka_unit_test(test_threads_take_what_a_slow_one_leaves),
        cmocka_unit_test(test_threads_begin_at_grains),
        cmocka_unit_test(test_threads_are_never_asked_for_in_thousands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
