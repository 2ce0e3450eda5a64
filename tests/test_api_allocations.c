/* Memory: execute allocates none, and a plan or call that gets none says so. The allocator is this program's own, which
 * takes the C library's word for a real one; where a sanitizer or a checker brings its own, the tests are skipped. */
#include "test_api_support.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- An allocator that counts, and that can be told to fail ----------------------------------------------------- */

static atomic_long allocations;
static atomic_long allowed = -1; /* how many more succeed; negative: all */

#if defined(__GLIBC__) && !TEST_SANITIZED

/* The C library's own, under the names that it exports for this purpose. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

#define EXPORTED __attribute__((visibility("default")))

static bool is_refused(void) {
    atomic_fetch_add(&allocations, 1);
    if (atomic_load(&allowed) < 0)
        return false;
    if (atomic_load(&allowed) == 0) {
        errno = ENOMEM;
        return true;
    }
    atomic_fetch_sub(&allowed, 1);
    return false;
}

EXPORTED void *malloc(size_t size) {
    return is_refused() ? NULL : __libc_malloc(size);
}

EXPORTED void *calloc(size_t count, size_t size) {
    return is_refused() ? NULL : __libc_calloc(count, size);
}

EXPORTED void *realloc(void *memory, size_t size) {
    return is_refused() ? NULL : __libc_realloc(memory, size);
}

EXPORTED void *aligned_alloc(size_t alignment, size_t size) {
    return is_refused() ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size);

EXPORTED int posix_memalign(void **memory, size_t alignment, size_t size) {
    if (is_refused())
        return ENOMEM;
    void *made = __libc_memalign(alignment, size);
    if (made == NULL)
        return ENOMEM;
    *memory = made;
    return 0;
}

static bool counts(void) {
    const long before = atomic_load(&allocations);
    void *volatile memory = malloc(1);
    free(memory);
    return atomic_load(&allocations) > before;
}

#else

static bool counts(void) {
    return false;
}

#endif

/* ---- The tests -------------------------------------------------------------------------------------------------- */

enum { ITEMS = 4, MOST = 80 };

/* In doubles, enough for the largest c128 tensor below. */
static double x_data[2 * ITEMS * MOST * MOST], y_data[2 * ITEMS * MOST * MOST], out_data[2 * ITEMS * MOST * MOST];

static const int64_t sides[] = {1, 3, 16, 33, MOST};

/* Square matrices of this side, x turned over so that an engine may want to pack it. */
static batchdot_status create(batchdot_plan **plan, batchdot_dtype dtype, int64_t side, batchdot_engine engine) {
    batchdot_options options = test_options(engine);
    options.num_threads = 1;
    return batchdot_plan_create(plan, VIEW(NULL, dtype, DIMS(ITEMS, side, side), EXTENTS(side * side, 1, side)),
                                TENSOR(NULL, dtype, DIMS(ITEMS, side, side)), NULL, NULL, &options);
}

static void execute_allocates_nothing(void **state) {
    (void)state;
    if (!counts())
        skip();
    for (size_t i = 0; i < TEST_DTYPE_COUNT * COUNT(sides); i++) {
        char name[64];
        const int64_t side = sides[i / TEST_DTYPE_COUNT];
        snprintf(name, sizeof name, "dtype %d, side %d", (int)(i % TEST_DTYPE_COUNT), (int)side);
        test_set_row(name);
        batchdot_plan *plan = NULL;
        assert_ok(create(&plan, (batchdot_dtype)(i % TEST_DTYPE_COUNT), side, BATCHDOT_ENGINE_NATIVE));
        const long before = atomic_load(&allocations);
        const batchdot_status first = batchdot_plan_execute(plan, x_data, y_data, out_data);
        const batchdot_status second = batchdot_plan_execute(plan, x_data, y_data, out_data);
        const long after = atomic_load(&allocations);
        assert_status(BATCHDOT_OK, first);
        assert_status(BATCHDOT_OK, second);
        if (after != before)
            print_error("row '%s': %ld allocations\n", test_row(), after - before);
        assert_true(after == before);
        batchdot_plan_destroy(plan);
    }
    test_set_row("");
}

/* One allocation more succeeds at each turn, until the plan is made. */
static void a_plan_without_memory_is_refused(void **state) {
    (void)state;
    if (!counts())
        skip();
    for (int dtype = 0; dtype < TEST_DTYPE_COUNT; dtype++) {
        int turn = 0;
        for (batchdot_status status = BATCHDOT_ERROR_MEMORY; status != BATCHDOT_OK; turn++) {
            batchdot_plan *plan = (batchdot_plan *)(void *)x_data;
            atomic_store(&allowed, turn);
            status = create(&plan, (batchdot_dtype)dtype, MOST, BATCHDOT_ENGINE_NATIVE);
            atomic_store(&allowed, -1);
            assert_true(status == BATCHDOT_OK || status == BATCHDOT_ERROR_MEMORY);
            assert_true((status == BATCHDOT_OK) == (plan != NULL));
            assert_true(turn < 1000);
            batchdot_plan_destroy(plan);
        }
        assert_true(turn > 1);
    }
}

/* An item for which a plan has scratch: m and n of LARGE, x and y turned over. */
enum { LARGE = 384, LARGE_K = 260 };

static batchdot_status create_large(batchdot_plan **plan) {
    batchdot_options options = test_options(BATCHDOT_ENGINE_NATIVE);
    options.num_threads = 1;
    return batchdot_plan_create(plan, VIEW(NULL, BATCHDOT_F32, DIMS(1, LARGE, LARGE_K), EXTENTS(0, 1, LARGE)),
                                VIEW(NULL, BATCHDOT_F32, DIMS(1, LARGE_K, LARGE), EXTENTS(0, 1, LARGE_K)), NULL, NULL,
                                &options);
}

/* A plan gets along without scratch, and computes the same. */
static void scratch_changes_no_bit(void **state) {
    (void)state;
    if (!counts())
        skip();
    static float with[LARGE * LARGE], without[LARGE * LARGE];
    assert_true(LARGE * LARGE_K * sizeof(float) <= sizeof x_data);
    float *const x = (float *)x_data, *const y = (float *)y_data;
    for (int i = 0; i < LARGE * LARGE_K; i++) {
        x[i] = (float)(i * 37 % 1009) / 7.0F;
        y[i] = (float)(i * 53 % 1013) / -11.0F;
    }
    batchdot_plan *plan = NULL;
    long before = atomic_load(&allocations);
    assert_ok(create_large(&plan));
    assert_true(atomic_load(&allocations) - before == 2); /* else nothing is tested here */
    before = atomic_load(&allocations);
    const batchdot_status status = batchdot_plan_execute(plan, x, y, with);
    assert_true(atomic_load(&allocations) == before);
    assert_ok(status);
    batchdot_plan_destroy(plan);

    atomic_store(&allowed, 1);
    const batchdot_status created = create_large(&plan);
    atomic_store(&allowed, -1);
    assert_ok(created);
    assert_ok(batchdot_plan_execute(plan, x, y, without));
    batchdot_plan_destroy(plan);
    assert_memory_equal(with, without, sizeof with);
}

/* The one call may do without memory, or refuse; what it may not is to write half a result. Of i32, which no BLAS
 * takes: what a BLAS does without memory is not this library's doing. */
static void a_call_without_memory_leaves_the_output(void **state) {
    (void)state;
    if (!counts())
        skip();
    const batchdot_tensor *x = TENSOR(x_data, BATCHDOT_I32, DIMS(ITEMS, MOST, MOST)),
                          *y = TENSOR(y_data, BATCHDOT_I32, DIMS(ITEMS, MOST, MOST)),
                          *out = TENSOR(out_data, BATCHDOT_I32, DIMS(ITEMS, MOST, MOST));
    assert_ok(batchdot(x, y, NULL, out));
    batchdot_status status = BATCHDOT_ERROR_MEMORY;
    for (int turn = 0; status != BATCHDOT_OK; turn++) {
        test_fill(out_data, sizeof out_data);
        atomic_store(&allowed, turn);
        status = batchdot(x, y, NULL, out);
        atomic_store(&allowed, -1);
        assert_true(status == BATCHDOT_OK || status == BATCHDOT_ERROR_MEMORY);
        if (status != BATCHDOT_OK)
            assert_filled(out_data, sizeof out_data);
        assert_true(turn < 1000);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(execute_allocates_nothing),
        cmocka_unit_test(a_plan_without_memory_is_refused),
        cmocka_unit_test(scratch_changes_no_bit),
        cmocka_unit_test(a_call_without_memory_leaves_the_output),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
