/* What the tests of the public interface share: tensors in one line, elements of any dtype, and checks of a status that
 * also look at the sentence that goes with it. Knows the public header only. */
#ifndef TEST_API_SUPPORT_H
#define TEST_API_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <batchdot/batchdot.h>
#include <stdbool.h>

/* A sanitizer brings its own allocator, and TSan does not follow a fork, so some tests must know. */
#if defined(__SANITIZE_THREAD__)
#define TEST_THREAD_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TEST_THREAD_SANITIZED 1
#endif
#endif
#ifndef TEST_THREAD_SANITIZED
#define TEST_THREAD_SANITIZED 0
#endif

#if defined(__SANITIZE_ADDRESS__) || TEST_THREAD_SANITIZED
#define TEST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define TEST_SANITIZED 1
#endif
#endif
#ifndef TEST_SANITIZED
#define TEST_SANITIZED 0
#endif

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* DIMS(2, 3) stands for two fields or arguments, a rank and its extents. */
#define EXTENTS(...) ((const int64_t[]){__VA_ARGS__})
#define DIMS(...) (int)COUNT(EXTENTS(__VA_ARGS__)), EXTENTS(__VA_ARGS__)

/* TENSOR(data, BATCHDOT_F32, DIMS(2, 3)) and, with strides, VIEW(data, BATCHDOT_F32, DIMS(2, 3), EXTENTS(1, 2)). */
#define VIEW_OF(data, dtype, ndim, shape, strides) (&(batchdot_tensor){(data), (dtype), (ndim), (shape), (strides)})
#define VIEW(...) VIEW_OF(__VA_ARGS__)
#define TENSOR(...) VIEW_OF(__VA_ARGS__, NULL)
#define AXES(x, y) (&(batchdot_axes){(x), (y)})

/* Which row of a table is under test; every failure prints it. */
void test_set_row(const char *name);
const char *test_row(void);

#define assert_status(expected, call) test_check_status((expected), (call), #call, __FILE__, __LINE__)
#define assert_ok(call) assert_status(BATCHDOT_OK, call)

/* The call fails with this status and leaves one sentence that holds every further argument (a number as a whole
 * number; NULL ends the list early). */
#define assert_fails(expected, call, ...)                                                                              \
    do {                                                                                                               \
        test_mark_error();                                                                                             \
        const batchdot_status assert_fails_status = (call);                                                            \
        test_check_failure((expected), assert_fails_status, #call, (const char *const[]){__VA_ARGS__, NULL}, __FILE__, \
                           __LINE__);                                                                                  \
    } while (0)

#define assert_filled(memory, size) test_check_filled((memory), (size), __FILE__, __LINE__)
#define assert_element(dtype, data, index, expected)                                                                   \
    test_check_element((dtype), (data), (index), (expected), 0.0, __FILE__, __LINE__)
#define assert_complex(dtype, data, index, real, imaginary)                                                            \
    test_check_element((dtype), (data), (index), (real), (imaginary), __FILE__, __LINE__)
#define assert_nan(dtype, data, index) test_check_nan((dtype), (data), (index), __FILE__, __LINE__)

void test_check_status(batchdot_status expected, batchdot_status actual, const char *call, const char *file, int line);
void test_check_failure(batchdot_status expected, batchdot_status actual, const char *call, const char *const *needles,
                        const char *file, int line);
void test_check_filled(const void *memory, size_t size, const char *file, int line);
void test_check_element(batchdot_dtype dtype, const void *data, int64_t index, double real, double imaginary,
                        const char *file, int line);
void test_check_nan(batchdot_dtype dtype, const void *data, int64_t index, const char *file, int line);

/* What stands in the shapes and the expression (or NULL) that the last error quotes says little of what is wrong: each
 * needle but those that are shapes must stand outside of them, too. */
void test_check_named(const char *const *needles, const batchdot_tensor *x, const batchdot_tensor *y,
                      const char *expression);

/* Leaves a failure of another kind behind, so that a stale sentence cannot pass for a new one. */
void test_mark_error(void);

/* Fills memory with the pattern that assert_filled looks for. */
void test_fill(void *memory, size_t size);

/* Whether the text holds the needle; a needle that is a number must not be part of a longer one. */
bool test_holds(const char *text, const char *needle);

/* "(4, 3)", "(4,)", "()". */
void test_shape_text(char *text, size_t size, int ndim, const int64_t *shape);

/* Elements of any dtype; an f16 or bf16 must be given exactly representable values (and f16 no subnormal ones). */
size_t test_dtype_size(batchdot_dtype dtype);
bool test_dtype_is_complex(batchdot_dtype dtype);
void test_store(batchdot_dtype dtype, void *data, int64_t index, double real, double imaginary);
double test_real(batchdot_dtype dtype, const void *data, int64_t index);
double test_imaginary(batchdot_dtype dtype, const void *data, int64_t index);

/* Memory of exactly this size, so that a sanitizer sees one byte too far; ends the test when there is none. */
void *test_alloc(size_t size);

#define TEST_DTYPE_COUNT 10
/* What a plan gives out == NULL. */
batchdot_dtype test_default_out(batchdot_dtype dtype);

/* Defaults but for the engine. */
batchdot_options test_options(batchdot_engine engine);

/* AUTO, NATIVE and, where this build has it, BLAS. */
int test_engines(batchdot_engine engines[3]);

/* Plan and execute on the tensors' own data; the first status that is not OK. */
batchdot_status test_run(const batchdot_tensor *x, const batchdot_tensor *y, const batchdot_axes *axes,
                         const batchdot_tensor *out, const batchdot_options *options);
batchdot_status test_run_general(const batchdot_tensor *x, const batchdot_tensor *y, const batchdot_dims *dims,
                                 const batchdot_tensor *out, const batchdot_options *options);
batchdot_status test_run_einsum(const char *expression, const batchdot_tensor *x, const batchdot_tensor *y,
                                const batchdot_tensor *out, const batchdot_options *options);

#endif
