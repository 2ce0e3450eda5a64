/* .npy files: byte orders and layouts read from them, files that are not what they say, and files written whole or not
 * at all. */
#include "npy_fixture.h"

#include "cli/element.h"
#include "cli/npy_file.h"
#include "cli/npy_output.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define FLOATS_2_3 "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}"

static const float counting[] = {0, 1, 2, 3, 4, 5};

static void open_or_fail(npy_array *array, const char *name) {
    message why;
    if (!npy_array_open(array, fixture_path(name), &why))
        fail_msg("%s %s", name, why.text);
}

static double element_at(const npy_array *array, int64_t row, int64_t column, int part) {
    return element_real(array->header.dtype, array->data, row * array->strides[0] + column * array->strides[1], part);
}

/* ---- Reading ---------------------------------------------------------------------------------------------------- */

static void test_orders_of_axes(void **state) {
    (void)state;
    npy_array array;
    fixture_write_npy("c.npy", "{'descr': '=f4', 'fortran_order': False, 'shape': (2, 3)}", counting, sizeof counting);
    open_or_fail(&array, "c.npy");
    assert_int_equal(array.count, 6);
    assert_float_equal(element_at(&array, 1, 0, 0), 3, 0);
    assert_float_equal(element_at(&array, 0, 2, 0), 2, 0);
    npy_array_close(&array);

    fixture_write_npy("f.npy", "{'descr': '=f4', 'fortran_order': True, 'shape': (2, 3)}", counting, sizeof counting);
    open_or_fail(&array, "f.npy");
    assert_int_equal(array.strides[0], 1);
    assert_int_equal(array.strides[1], 2);
    assert_float_equal(element_at(&array, 1, 0, 0), 1, 0);
    assert_float_equal(element_at(&array, 0, 2, 0), 4, 0);
    const batchdot_tensor tensor = npy_array_tensor(&array);
    assert_ptr_equal(tensor.strides, array.strides);
    assert_ptr_equal(tensor.data, array.data);
    npy_array_close(&array);
    assert_null(array.mapping);
}

/* Writes 2x3 elements of a dtype in a byte order, at an offset from alignment, and reads them back. */
static void check_reading(batchdot_dtype dtype, const char *code, char order, size_t offset) {
    const element_type *const type = element_type_of(dtype);
    const size_t components = 6 * type->size / type->component_size;
    double memory[12];
    char text[128];
    for (size_t i = 0; i < components; i++) {
        void *const component = (char *)memory + i * type->component_size;
        const int value = (int)i + 1;
        if (type->kind == ELEMENT_INTEGER && type->size == 1)
            memset(component, value, 1);
        else if (type->kind == ELEMENT_INTEGER && type->size == 4)
            memcpy(component, &(int32_t){-value * 100000}, 4);
        else if (type->kind == ELEMENT_INTEGER)
            memcpy(component, &(int64_t){-value * 10000000000}, 8);
        else if (dtype == BATCHDOT_F16)
            memcpy(component, &(uint16_t){(uint16_t)(0x3c00 + i)}, 2);
        else if (dtype == BATCHDOT_BF16)
            memcpy(component, &(uint16_t){(uint16_t)(0x3f80 + i)}, 2);
        else if (type->component_size == 4)
            memcpy(component, &(float){(float)value / 8}, 4);
        else
            memcpy(component, &(double){value / 16.0}, 8);
    }
    double stored[12];
    memcpy(stored, memory, sizeof memory);
    fixture_order_bytes(stored, type->component_size, components, order);
    snprintf(text, sizeof text, "{'descr': '%c%s', 'fortran_order': False, 'shape': (2, 3)}", order, code);
    fixture_write_npy_at("any.npy", offset, text, stored, 6 * type->size);

    size_t size_before, size_after;
    char *const before = fixture_read(fixture_path("any.npy"), &size_before);
    npy_array array;
    open_or_fail(&array, "any.npy");
    assert_int_equal(array.header.data_offset % 16, offset % 16);
    assert_int_equal((uintptr_t)array.data % type->component_size, 0);
    if (memcmp(array.data, memory, 6 * type->size) != 0)
        fail_msg("%c%s at offset %zu: the elements are not those that were written", order, code, offset);
    npy_array_close(&array);
    char *const after = fixture_read(fixture_path("any.npy"), &size_after);
    assert_int_equal(size_before, size_after);
    assert_memory_equal(before, after, size_before);
    free(before);
    free(after);
}

static void test_byte_orders_and_alignments(void **state) {
    (void)state;
    for (int dtype = 0; dtype < ELEMENT_TYPE_COUNT; dtype++) {
        for (size_t offset = 0; offset < 16; offset++) {
            check_reading((batchdot_dtype)dtype, element_type_of((batchdot_dtype)dtype)->npy_code, '<', offset);
            check_reading((batchdot_dtype)dtype, element_type_of((batchdot_dtype)dtype)->npy_code, '>', offset);
        }
    }
}

static void test_one_file_twice(void **state) {
    (void)state;
    npy_array first, second;
    fixture_write_npy("twice.npy", "{'descr': '>f4', 'fortran_order': False, 'shape': (2, 3)}", counting,
                      sizeof counting);
    open_or_fail(&first, "twice.npy");
    open_or_fail(&second, "twice.npy");
    assert_memory_equal(first.data, second.data, sizeof counting);
    npy_array_close(&first);
    npy_array_close(&second);
}

static void test_empty_and_scalar_arrays(void **state) {
    (void)state;
    npy_array array;
    fixture_write_npy("empty.npy", "{'descr': '>f8', 'fortran_order': True, 'shape': (3, 0, 2)}", NULL, 0);
    open_or_fail(&array, "empty.npy");
    assert_int_equal(array.count, 0);
    assert_int_equal(array.header.ndim, 3);
    npy_array_close(&array);

    /* Extents whose product is beyond 64 bits, but for the 0 among them. */
    fixture_write_npy(
        "large.npy",
        "{'descr': '<f4', 'fortran_order': True, 'shape': (4611686018427387904, 8, 0, 4611686018427387904)}", NULL, 0);
    open_or_fail(&array, "large.npy");
    assert_int_equal(array.count, 0);
    npy_array_close(&array);

    fixture_write_npy("scalar.npy", "{'descr': '=f4', 'fortran_order': False, 'shape': ()}", &counting[5], 4);
    open_or_fail(&array, "scalar.npy");
    assert_int_equal(array.header.ndim, 0);
    assert_int_equal(array.count, 1);
    assert_float_equal(element_real(BATCHDOT_F32, array.data, 0, 0), 5, 0);
    npy_array_close(&array);
}

static void assert_refused(const char *name, const char *expected) {
    npy_array array;
    message why = {"(no message)"};
    if (npy_array_open(&array, fixture_path(name), &why))
        fail_msg("%s was opened, instead of '%s'", name, expected);
    if (strcmp(why.text, expected) != 0)
        fail_msg("%s: '%s' instead of '%s'", name, why.text, expected);
}

static void test_refused_files(void **state) {
    (void)state;
    assert_refused("missing.npy", "cannot be opened: No such file or directory");
    assert_refused("", "is a directory, not a regular file");
    assert_int_equal(mkfifo(fixture_path("fifo.npy"), 0600), 0);
    alarm(60); /* a FIFO must not be waited for */
    assert_refused("fifo.npy", "is a FIFO, not a regular file");
    alarm(0);
    assert_int_equal(symlink("/dev/null", fixture_path("device.npy")), 0);
    assert_refused("device.npy", "is a device, not a regular file");
    fixture_write("empty.npy", "", 0);
    assert_refused("empty.npy", "is empty");
    fixture_write_npy("short.npy", FLOATS_2_3, counting, sizeof counting - 1);
    assert_refused("short.npy", "is truncated: its header promises 24 bytes of data, but only 23 follow");
    fixture_write_npy("none.npy", FLOATS_2_3, NULL, 0);
    assert_refused("none.npy", "is truncated: its header promises 24 bytes of data, but only 0 follow");
    fixture_write_npy("long.npy", FLOATS_2_3, (char[27]){0}, 27);
    assert_refused("long.npy", "has 3 bytes more than its header promises");
    fixture_write_npy("huge.npy", "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904,)}", NULL, 0);
    assert_refused("huge.npy", "has a shape with more elements than can be addressed");
    fixture_write_npy("huger.npy", "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", NULL,
                      0);
    assert_refused("huger.npy", "has a shape with more elements than can be addressed");
    fixture_write_npy("object.npy", "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", "\x80\x03]q.", 5);
    assert_refused("object.npy", "holds Python objects (dtype '|O'), which cannot be read");
    if (geteuid() != 0) {
        fixture_write_npy("secret.npy", FLOATS_2_3, counting, sizeof counting);
        assert_int_equal(chmod(fixture_path("secret.npy"), 0), 0);
        assert_refused("secret.npy", "cannot be opened: Permission denied");
    }
}

static void test_header_alone(void **state) {
    (void)state;
    npy_header header;
    message why;
    fixture_write_npy("header.npy", "{'descr': '>c8', 'fortran_order': True, 'shape': (5, 6, 7)}", NULL, 0);
    assert_true(npy_file_header(&header, fixture_path("header.npy"), &why));
    assert_int_equal(header.dtype, BATCHDOT_C64);
    assert_int_equal(header.ndim, 3);
    assert_true(header.fortran_order);
    assert_false(npy_file_header(&header, fixture_path("missing.npy"), &why));
    fixture_write("empty.npy", "", 0);
    assert_false(npy_file_header(&header, fixture_path("empty.npy"), &why));
    assert_string_equal(why.text, "is empty");
}

/* ---- Writing ---------------------------------------------------------------------------------------------------- */

static void create_or_fail(npy_output *output, const char *name) {
    message why;
    const int64_t shape[] = {2, 3};
    if (!npy_output_create(output, fixture_path(name), BATCHDOT_F32, 2, shape, &why))
        fail_msg("%s %s", name, why.text);
    memcpy(output->data, counting, sizeof counting);
}

static void commit_or_fail(npy_output *output) {
    message why;
    if (!npy_output_commit(output, &why))
        fail_msg("%s", why.text);
    assert_memory_equal(output->data, counting, sizeof counting);
    npy_output_close(output);
}

static mode_t permissions_of(const char *name) {
    struct stat status;
    assert_int_equal(stat(fixture_path(name), &status), 0);
    return status.st_mode & 07777;
}

static void check_written(const char *name) {
    npy_array array;
    open_or_fail(&array, name);
    assert_int_equal(array.header.dtype, BATCHDOT_F32);
    assert_int_equal(array.header.ndim, 2);
    assert_int_equal(array.header.shape[0], 2);
    assert_int_equal(array.header.data_offset, 128);
    assert_memory_equal(array.data, counting, sizeof counting);
    npy_array_close(&array);
}

static void test_output_appears_when_complete(void **state) {
    (void)state;
    npy_output output;
    const mode_t mask = umask(027);
    create_or_fail(&output, "out.npy");
    assert_int_equal(output.count, 6);
    assert_int_equal((uintptr_t)output.data % NPY_DATA_ALIGNMENT, 0);
    assert_false(fixture_exists("out.npy"));
    assert_int_equal(fixture_count_entries(), 1);
    commit_or_fail(&output);
    umask(mask);
    assert_int_equal(fixture_count_entries(), 1);
    assert_int_equal(permissions_of("out.npy"), 0640);
    check_written("out.npy");
}

static void test_output_discarded(void **state) {
    (void)state;
    npy_output output;
    create_or_fail(&output, "out.npy");
    npy_output_close(&output);
    assert_int_equal(fixture_count_entries(), 0);
    npy_output_close(&output);
}

static void test_output_over_existing(void **state) {
    (void)state;
    npy_output output;
    fixture_write("out.npy", "old", 3);
    assert_int_equal(chmod(fixture_path("out.npy"), 0604), 0);
    create_or_fail(&output, "out.npy");
    size_t size;
    char *const content = fixture_read(fixture_path("out.npy"), &size);
    assert_string_equal(content, "old");
    free(content);
    commit_or_fail(&output);
    check_written("out.npy");
    assert_int_equal(permissions_of("out.npy"), 0604);
    assert_int_equal(fixture_count_entries(), 1);
}

static void test_output_through_link(void **state) {
    (void)state;
    npy_output output;
    struct stat status;
    assert_int_equal(mkdir(fixture_path("far"), 0700), 0);
    fixture_write("far/real.npy", "old", 3);
    assert_int_equal(symlink("far/real.npy", fixture_path("link.npy")), 0);
    create_or_fail(&output, "link.npy");
    commit_or_fail(&output);
    check_written("far/real.npy");
    assert_int_equal(lstat(fixture_path("link.npy"), &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_int_equal(remove(fixture_path("far/real.npy")), 0);
}

static void assert_not_created(const char *name, const char *expected) {
    npy_output output;
    message why = {"(no message)"};
    const int64_t shape[] = {2, 3};
    const int entries = fixture_count_entries();
    if (npy_output_create(&output, fixture_path(name), BATCHDOT_F32, 2, shape, &why))
        fail_msg("%s was created, instead of '%s'", name, expected);
    if (strcmp(why.text, expected) != 0)
        fail_msg("%s: '%s' instead of '%s'", name, why.text, expected);
    assert_int_equal(fixture_count_entries(), entries);
}

static void test_refused_outputs(void **state) {
    (void)state;
    assert_int_equal(mkdir(fixture_path("directory"), 0700), 0);
    assert_not_created("directory", "cannot be written: it is a directory, and only a regular file is replaced");
    assert_not_created("directory/", "is not a file's name: it ends with a slash");
    assert_not_created("missing/out.npy", "cannot be written: no file can be made in its directory: No such file or "
                                          "directory");
    /* Nothing of the system's own may stand here: a writer that is broken would replace it. */
    assert_int_equal(mkfifo(fixture_path("fifo.npy"), 0600), 0);
    assert_not_created("fifo.npy", "cannot be written: it is a FIFO, and only a regular file is replaced");
    assert_int_equal(symlink("fifo.npy", fixture_path("link.npy")), 0);
    assert_not_created("link.npy", "cannot be written: it is a FIFO, and only a regular file is replaced");
    assert_int_equal(symlink("nowhere.npy", fixture_path("dangling.npy")), 0);
    assert_not_created("dangling.npy", "cannot be written: No such file or directory");
    fixture_write("file", "", 0);
    assert_not_created("file/out.npy", "cannot be written: Not a directory");
    char long_name[300];
    memset(long_name, 'n', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    assert_not_created(long_name, "cannot be written: File name too long");

    npy_output output;
    message why;
    const int64_t shape[] = {INT64_MAX / 8, 8};
    assert_false(npy_output_create(&output, fixture_path("out.npy"), BATCHDOT_F64, 2, shape, &why));
    assert_string_equal(why.text, "cannot be written: the result has more elements than can be addressed");
}

/* A name that takes all of the 255 bytes: the temporary name must not be longer. */
static void test_output_of_longest_name(void **state) {
    (void)state;
    npy_output output;
    char name[256];
    memset(name, 'n', 255);
    name[255] = '\0';
    create_or_fail(&output, name);
    commit_or_fail(&output);
    check_written(name);
}

/* The file size limit stands for a full disk: space cannot be had, and that is an error, not a signal later. */
static void test_output_without_room(void **state) {
    (void)state;
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        npy_output output;
        message why;
        const int64_t shape[] = {1024, 1024};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){65536, 65536});
        const bool created = npy_output_create(&output, fixture_path("out.npy"), BATCHDOT_F64, 2, shape, &why);
        _exit(created || strstr(why.text, "no room for 8388736 bytes: File too large") == NULL);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(fixture_count_entries(), 0);
}

/* The directory vanishes while the result is computed. */
static void test_output_that_cannot_be_put_in_place(void **state) {
    (void)state;
    npy_output output;
    message why;
    create_or_fail(&output, "out.npy");
    assert_int_equal(mkdir(fixture_path("out.npy"), 0700), 0);
    assert_false(npy_output_commit(&output, &why));
    assert_string_equal(why.text, "cannot be put in place: Is a directory");
    npy_output_close(&output);
    assert_int_equal(fixture_count_entries(), 1);
}

/* ---- Elements --------------------------------------------------------------------------------------------------- */

/* Through a float of the same fields, and the field arithmetic of the format for what a float renders otherwise. */
static void test_halves(void **state) {
    (void)state;
    for (uint32_t bits = 0; bits < 0x10000; bits++) {
        const uint32_t sign = (bits & 0x8000) << 16;
        const uint32_t exponent = bits >> 10 & 31;
        const uint32_t fraction = bits & 0x3ff;
        const double actual = decode_f16((uint16_t)bits);
        float expected;
        if (exponent == 0) {
            expected = (float)fraction * 0x1p-24f * (sign ? -1.0f : 1.0f);
        } else {
            const uint32_t float_bits = sign | (exponent == 31 ? 255 : exponent + 112) << 23 | fraction << 13;
            memcpy(&expected, &float_bits, 4);
        }
        if (isnan(expected) ? !isnan(actual) : actual != (double)expected || !signbit(actual) != !signbit(expected))
            fail_msg("f16 %04x is decoded as %g", bits, actual);
    }
    assert_true(decode_bf16(0x3f80) == 1);
    assert_true(decode_bf16(0xc049) == -3.140625);
    assert_true(decode_bf16(0xff80) == -(double)INFINITY);
    assert_true(isnan(decode_bf16(0x7fc0)));
}

#define FILE_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_set_up, fixture_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        FILE_TEST(test_orders_of_axes),
        FILE_TEST(test_byte_orders_and_alignments),
        FILE_TEST(test_one_file_twice),
        FILE_TEST(test_empty_and_scalar_arrays),
        FILE_TEST(test_refused_files),
        FILE_TEST(test_header_alone),
        FILE_TEST(test_output_appears_when_complete),
        FILE_TEST(test_output_discarded),
        FILE_TEST(test_output_over_existing),
        FILE_TEST(test_output_through_link),
        FILE_TEST(test_refused_outputs),
        FILE_TEST(test_output_of_longest_name),
        FILE_TEST(test_output_without_room),
        FILE_TEST(test_output_that_cannot_be_put_in_place),
        cmocka_unit_test(test_halves),
    };
    return cmocka_run_group_tests_name("npy files", tests, NULL, NULL);
}
