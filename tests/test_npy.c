/* .npy headers: good ones, bad ones with their messages, mutated ones, and those that are written. */
#include "npy_fixture.h"

#include "cli/element.h"
#include "cli/npy_file.h"
#include "cli/npy_header.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DESCR "'descr': '<f4'"
#define ORDER "'fortran_order': False"
#define SHAPE "'shape': (2, 3)"

/* Parses a header text from memory of exactly its size, so that a sanitizer sees any step beyond its end. */
static bool parse_text(npy_header *header, int version, const char *text, message *why) {
    const size_t size = strlen(text) + (version == 1 ? 10 : 12);
    unsigned char *const file = malloc(size);
    assert_non_null(file);
    assert_int_equal(fixture_npy_start(file, size, version, text), size);
    snprintf(why->text, sizeof why->text, "(no message)");
    const bool parsed = npy_header_parse(header, file, size, why);
    if (parsed)
        assert_int_equal(header->data_offset, size);
    free(file);
    return parsed;
}

/* ---- Header texts ----------------------------------------------------------------------------------------------- */

typedef struct good_row {
    const char *text;
    batchdot_dtype dtype;
    char order; /* <, >, or = for the machine's own */
    bool fortran_order;
    int ndim;
    int64_t shape[4];
} good_row;

#define WITH_DESCR(descr) "{'descr': '" descr "', " ORDER ", " SHAPE ", }"
#define WITH_SHAPE(shape) "{" DESCR ", " ORDER ", 'shape': " shape "}"

static const good_row good_rows[] = {
    {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }      \n", BATCHDOT_F32, '<', false, 2, {2, 3}},
    {"{'descr': '>f8', 'fortran_order': True, 'shape': (4,), }", BATCHDOT_F64, '>', true, 1, {4}},
    {"{" SHAPE ", " ORDER ", " DESCR "}", BATCHDOT_F32, '<', false, 2, {2, 3}},
    {"{" ORDER ", " SHAPE ", " DESCR ",}", BATCHDOT_F32, '<', false, 2, {2, 3}},
    {"{\"descr\": \"<f4\", \"fortran_order\": False, \"shape\": (2, 3)}", BATCHDOT_F32, '<', false, 2, {2, 3}},
    {"{'descr':'<f4','fortran_order':False,'shape':(2,3)}", BATCHDOT_F32, '<', false, 2, {2, 3}},
    {" \t\r\n{ 'descr'\n:\t'<f4' , 'fortran_order' : True , 'shape' : ( 2 , 3 , ) , } \n\n",
     BATCHDOT_F32,
     '<',
     true,
     2,
     {2, 3}},
    {WITH_SHAPE("(2L, 3L)"), BATCHDOT_F32, '<', false, 2, {2, 3}},
    {WITH_SHAPE("()"), BATCHDOT_F32, '<', false, 0, {0}},
    {WITH_SHAPE("( )"), BATCHDOT_F32, '<', false, 0, {0}},
    {WITH_SHAPE("(0,)"), BATCHDOT_F32, '<', false, 1, {0}},
    {WITH_SHAPE("(2, 0, 4, 1)"), BATCHDOT_F32, '<', false, 4, {2, 0, 4, 1}},
    {WITH_SHAPE("(9223372036854775807,)"), BATCHDOT_F32, '<', false, 1, {INT64_MAX}},
    {WITH_DESCR("<f2"), BATCHDOT_F16, '<', false, 2, {2, 3}},
    {WITH_DESCR("<f8"), BATCHDOT_F64, '<', false, 2, {2, 3}},
    {WITH_DESCR("<c8"), BATCHDOT_C64, '<', false, 2, {2, 3}},
    {WITH_DESCR(">c16"), BATCHDOT_C128, '>', false, 2, {2, 3}},
    {WITH_DESCR("|i1"), BATCHDOT_I8, '=', false, 2, {2, 3}},
    {WITH_DESCR(">i1"), BATCHDOT_I8, '=', false, 2, {2, 3}},
    {WITH_DESCR("<i1"), BATCHDOT_I8, '=', false, 2, {2, 3}},
    {WITH_DESCR("|u1"), BATCHDOT_U8, '=', false, 2, {2, 3}},
    {WITH_DESCR(">i4"), BATCHDOT_I32, '>', false, 2, {2, 3}},
    {WITH_DESCR("<i8"), BATCHDOT_I64, '<', false, 2, {2, 3}},
    {WITH_DESCR("<V2"), BATCHDOT_BF16, '<', false, 2, {2, 3}},
    {WITH_DESCR(">V2"), BATCHDOT_BF16, '>', false, 2, {2, 3}},
    {WITH_DESCR("|V2"), BATCHDOT_BF16, '=', false, 2, {2, 3}},
    {WITH_DESCR("=f4"), BATCHDOT_F32, '=', false, 2, {2, 3}},
    {WITH_DESCR("|f4"), BATCHDOT_F32, '=', false, 2, {2, 3}},
    {WITH_DESCR("f4"), BATCHDOT_F32, '=', false, 2, {2, 3}},
};

static void test_good_headers(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(good_rows); i++) {
        const good_row *const row = &good_rows[i];
        for (int version = 1; version <= 3; version++) {
            npy_header header;
            message why;
            if (!parse_text(&header, version, row->text, &why))
                fail_msg("refused, '%s': %s", why.text, row->text);
            assert_int_equal(header.dtype, row->dtype);
            assert_int_equal(header.fortran_order, row->fortran_order);
            assert_int_equal(header.foreign_order,
                             row->order != '=' && row->order != (machine_is_little_endian() ? '<' : '>'));
            assert_int_equal(header.ndim, row->ndim);
            assert_memory_equal(header.shape, row->shape, (size_t)row->ndim * sizeof row->shape[0]);
        }
    }
}

static const struct {
    const char *text, *message;
} bad_rows[] = {
    {"", "has a malformed header: it is not a dict"},
    {"   \n", "has a malformed header: it is not a dict"},
    {"{", "has a malformed header: a key is expected"},
    {"{}", "has no 'descr' in its header"},
    {"{" ORDER ", " SHAPE "}", "has no 'descr' in its header"},
    {"{" DESCR ", " SHAPE "}", "has no 'fortran_order' in its header"},
    {"{" DESCR ", " ORDER "}", "has no 'shape' in its header"},
    {"{" DESCR ", " DESCR ", " ORDER ", " SHAPE "}", "has the key 'descr' twice in its header"},
    {"{" DESCR ", " ORDER ", " SHAPE ", " SHAPE "}", "has the key 'shape' twice in its header"},
    {"{" DESCR ", " ORDER ", " SHAPE ", 'more': 1}", "has an unknown key in its header: 'more'"},
    {"{" DESCR ", " ORDER ", " SHAPE ", 'Descr': 1}", "has an unknown key in its header: 'Descr'"},
    {"{'': 1, " DESCR ", " ORDER ", " SHAPE "}", "has an unknown key in its header: ''"},
    {"{descr: '<f4', " ORDER ", " SHAPE "}", "has a malformed header: a key is expected at 'descr:"},
    {"{'descr' '<f4', " ORDER ", " SHAPE "}", "has a malformed header: a colon is expected at ''<f4'"},
    {"{" DESCR " " ORDER ", " SHAPE "}", "has a malformed header: a comma or a closing brace is expected"},
    {"{" DESCR ", " ORDER ", " SHAPE, "has a malformed header: a comma or a closing brace is expected"},
    {"{" DESCR ", " ORDER ", " SHAPE ",", "has a malformed header: a key is expected"},
    {"{" DESCR ",, " ORDER ", " SHAPE "}", "has a malformed header: a key is expected"},
    {"{, " DESCR ", " ORDER ", " SHAPE "}", "has a malformed header: a key is expected"},
    {"{" DESCR ", " ORDER ", " SHAPE "} + 1", "has a malformed header: something follows the dict: '+ 1'"},
    {"{" DESCR ", " ORDER ", " SHAPE "}}", "has a malformed header: something follows the dict: '}'"},
    {"({" DESCR ", " ORDER ", " SHAPE "})", "has a malformed header: it is not a dict"},
    {"{'descr': '<f4, " ORDER ", " SHAPE "}", "has a dtype that is not supported: '<f4, '"},
    {"{'descr': '<f4", "has a 'descr' in its header that is not a string"},
    {"{'descr': '<f4\\", "has a 'descr' in its header that is not a string"},
    {"{'descr': '<f4\n', " ORDER ", " SHAPE "}", "has a 'descr' in its header that is not a string"},
    {"{'descr': 4, " ORDER ", " SHAPE "}", "has a 'descr' in its header that is not a string"},
    {"{'descr': ('<f4', (2,)), " ORDER ", " SHAPE "}", "has a 'descr' in its header that is not a string: ('<f4'"},
    {"{'descr': [('a', '<f4')], " ORDER ", " SHAPE "}",
     "has a structured dtype, which is not supported: [('a', '<f4')]"},
    {WITH_DESCR("|O"), "holds Python objects (dtype '|O'), which cannot be read"},
    {WITH_DESCR("|O8"), "holds Python objects (dtype '|O8'), which cannot be read"},
    {WITH_DESCR("O"), "holds Python objects (dtype 'O'), which cannot be read"},
    {WITH_DESCR("|b1"), "has a dtype that is not supported: '|b1' (supported: f2 f4 "},
    {WITH_DESCR("<u4"), "has a dtype that is not supported: '<u4'"},
    {WITH_DESCR("<u2"), "has a dtype that is not supported: '<u2'"},
    {WITH_DESCR("<i2"), "has a dtype that is not supported: '<i2'"},
    {WITH_DESCR("|S10"), "has a dtype that is not supported: '|S10'"},
    {WITH_DESCR("<U3"), "has a dtype that is not supported: '<U3'"},
    {WITH_DESCR("<M8[ns]"), "has a dtype that is not supported: '<M8[ns]'"},
    {WITH_DESCR("<f16"), "has a dtype that is not supported: '<f16'"},
    {WITH_DESCR("<c32"), "has a dtype that is not supported: '<c32'"},
    {WITH_DESCR("|V4"), "has a dtype that is not supported: '|V4'"},
    {WITH_DESCR("<"), "has a dtype that is not supported: '<'"},
    {WITH_DESCR(""), "has a dtype that is not supported: ''"},
    {WITH_DESCR("<<f4"), "has a dtype that is not supported: '<<f4'"},
    {WITH_DESCR("<f4 "), "has a dtype that is not supported: '<f4 '"},
    {"{" DESCR ", 'fortran_order': 0, " SHAPE "}",
     "has a 'fortran_order' in its header that is neither True nor False"},
    {"{" DESCR ", 'fortran_order': Falsehood, " SHAPE "}", "has a 'fortran_order' in its header that is neither"},
    {"{" DESCR ", 'fortran_order': 'False', " SHAPE "}", "has a 'fortran_order' in its header that is neither"},
    {WITH_SHAPE("(3)"), "has a 'shape' in its header that is not a tuple: (3)"},
    {WITH_SHAPE("3"), "has a 'shape' in its header that is not a tuple: 3"},
    {WITH_SHAPE("[2, 3]"), "has a 'shape' in its header that is not a tuple: [2, 3]"},
    {WITH_SHAPE("(2 3)"), "has a 'shape' in its header that is not a tuple: (2 3)"},
    {WITH_SHAPE("(2, 3"), "has a 'shape' in its header that is not a tuple: (2, 3}"},
    {WITH_SHAPE("(,)"), "has a 'shape' in its header that holds something other than integers: ,)"},
    {WITH_SHAPE("(2,,3)"), "has a 'shape' in its header that holds something other than integers: ,3)"},
    {WITH_SHAPE("(2.0, 3)"), "has a 'shape' in its header that is not a tuple: (2.0, 3)"},
    {WITH_SHAPE("(2e3, 3)"), "has a 'shape' in its header that holds something other than integers: 2e3"},
    {WITH_SHAPE("(0x10, 3)"), "has a 'shape' in its header that holds something other than integers: 0x10"},
    {WITH_SHAPE("(2LL, 3)"), "has a 'shape' in its header that holds something other than integers: 2LL"},
    {WITH_SHAPE("(1_000, 3)"), "has a 'shape' in its header that holds something other than integers: 1_000"},
    {WITH_SHAPE("(+2, 3)"), "has a 'shape' in its header that holds something other than integers: +2"},
    {WITH_SHAPE("('2', 3)"), "has a 'shape' in its header that holds something other than integers: '2'"},
    {WITH_SHAPE("((2, 3),)"), "has a 'shape' in its header that holds something other than integers: (2, 3)"},
    {WITH_SHAPE("(-, 3)"), "has a 'shape' in its header that holds something other than integers: -"},
    {WITH_SHAPE("(None, 3)"), "has a 'shape' in its header that holds something other than integers: None"},
    {WITH_SHAPE("(2, -3)"), "has a negative extent in its shape: -3"},
    {WITH_SHAPE("(-99999999999999999999, 3)"), "has a negative extent in its shape: -99999999999999999999"},
    {WITH_SHAPE("(9223372036854775808, 3)"), "has an extent beyond 64 bits in its shape: 9223372036854775808"},
    {WITH_SHAPE("(18446744073709551618, 3)"), "has an extent beyond 64 bits in its shape: 18446744073709551618"},
};

static void test_bad_headers(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(bad_rows); i++) {
        for (int version = 1; version <= 3; version++) {
            npy_header header;
            message why;
            if (parse_text(&header, version, bad_rows[i].text, &why))
                fail_msg("accepted: %s", bad_rows[i].text);
            if (strncmp(why.text, bad_rows[i].message, strlen(bad_rows[i].message)) != 0)
                fail_msg("'%s' instead of '%s' for: %s", why.text, bad_rows[i].message, bad_rows[i].text);
        }
    }
}

/* A header of so many extents of 1. */
static const char *text_of_rank(int ndim) {
    static char text[1024];
    size_t used = (size_t)snprintf(text, sizeof text, "{" DESCR ", " ORDER ", 'shape': (");
    for (int i = 0; i < ndim; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "1,");
    snprintf(text + used, sizeof text - used, ")}");
    return text;
}

static void test_rank_limit(void **state) {
    (void)state;
    npy_header header;
    message why;
    assert_true(parse_text(&header, 1, text_of_rank(BATCHDOT_MAX_NDIM), &why));
    assert_int_equal(header.ndim, BATCHDOT_MAX_NDIM);
    assert_false(parse_text(&header, 1, text_of_rank(BATCHDOT_MAX_NDIM + 1), &why));
    assert_string_equal(why.text, "has more than 64 axes");
}

static void test_bad_preludes(void **state) {
    static const struct {
        const char *bytes;
        size_t size;
        const char *message;
    } rows[] = {
        {"", 0, "is empty"},
        {"\x93NUMP", 5, "is not a NumPy .npy file"},
        {"PK\x03\x04 zipped", 12, "is not a NumPy .npy file"},
        {"\x93numpy\x01\x00\x02\x00{}", 12, "is not a NumPy .npy file"},
        {"\x93NUMPY", 6, "is truncated: it ends before its header"},
        {"\x93NUMPY\x01", 7, "is truncated: it ends before its header"},
        {"\x93NUMPY\x01\x00", 8, "is truncated: it ends before its header"},
        {"\x93NUMPY\x01\x00\x02", 9, "is truncated: it ends before its header"},
        {"\x93NUMPY\x02\x00\x02\x00\x00", 11, "is truncated: it ends before its header"},
        {"\x93NUMPY\x09\x00\x02\x00{}", 12, "is of .npy format 9.0, which is not supported (1.0, 2.0 and 3.0 are)"},
        {"\x93NUMPY\x00\x00\x02\x00{}", 12, "is of .npy format 0.0, which"},
        {"\x93NUMPY\x01\x01\x02\x00{}", 12, "is of .npy format 1.1, which"},
        {"\x93NUMPY\x01\x00\x03\x00{}", 12, "is truncated: its header is said to have 3 bytes, but only 2 follow"},
        {"\x93NUMPY\x02\x00\xff\xff\xff\xff{}", 14, "is truncated: its header is said to have 4294967295 bytes, but"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        unsigned char *const file = malloc(rows[i].size + 1);
        npy_header header;
        message why;
        assert_non_null(file);
        memcpy(file, rows[i].bytes, rows[i].size);
        unsigned char *const exact = realloc(file, rows[i].size ? rows[i].size : 1);
        assert_non_null(exact);
        if (npy_header_parse(&header, exact, rows[i].size, &why))
            fail_msg("accepted, instead of '%s'", rows[i].message);
        if (strncmp(why.text, rows[i].message, strlen(rows[i].message)) != 0)
            fail_msg("'%s' instead of '%s'", why.text, rows[i].message);
        free(exact);
    }
}

/* ---- What is written -------------------------------------------------------------------------------------------- */

static void test_format_is_numpys(void **state) {
    (void)state;
    char header[NPY_HEADER_MAX_SIZE];
    const int64_t shape[] = {32, 30};
    assert_int_equal(npy_header_format(header, BATCHDOT_F32, 2, shape), 128);
    char expected[128 + 1] = "\x93NUMPY\x01\x00\x76";
    snprintf(expected + 10, sizeof expected - 10, "%-117s\n",
             "{'descr': '<f4', 'fortran_order': False, 'shape': (32, 30), }");
    expected[21] = machine_is_little_endian() ? '<' : '>';
    assert_memory_equal(header, expected, 128);
}

static void test_format_round_trip(void **state) {
    (void)state;
    int64_t shape[BATCHDOT_MAX_NDIM];
    for (int dtype = 0; dtype < ELEMENT_TYPE_COUNT; dtype++) {
        for (int ndim = 0; ndim <= BATCHDOT_MAX_NDIM; ndim++) {
            char bytes[NPY_HEADER_MAX_SIZE];
            npy_header header;
            message why;
            for (int i = 0; i < ndim; i++)
                shape[i] = i % 3 == 0 ? INT64_MAX - i : i;
            const size_t size = npy_header_format(bytes, (batchdot_dtype)dtype, ndim, shape);
            assert_int_equal(size % NPY_DATA_ALIGNMENT, 0);
            if (!npy_header_parse(&header, bytes, size, &why))
                fail_msg("refused: %s", why.text);
            assert_int_equal(header.dtype, dtype);
            assert_int_equal(header.ndim, ndim);
            assert_memory_equal(header.shape, shape, (size_t)ndim * sizeof *shape);
            assert_int_equal(header.data_offset, size);
            assert_false(header.foreign_order);
            assert_false(header.fortran_order);
        }
    }
}

/* NumPy wrote the golden files: a header written for their dtype and shape must be theirs to the byte. */
static void test_format_as_in_golden_files(void **state) {
    (void)state;
    int files = 0;
    DIR *const stream = opendir(BATCHDOT_GOLDEN_DIR);
    assert_non_null(stream);
    for (const struct dirent *entry = readdir(stream); entry; entry = readdir(stream)) {
        const char *const ending = strrchr(entry->d_name, '.');
        if (!ending || strcmp(ending, ".npy") != 0)
            continue;
        char path[4096], bytes[NPY_HEADER_MAX_SIZE];
        snprintf(path, sizeof path, "%s/%s", BATCHDOT_GOLDEN_DIR, entry->d_name);
        npy_array array;
        message why;
        if (!npy_array_open(&array, path, &why))
            fail_msg("%s %s", path, why.text);
        const npy_header *const header = &array.header;
        assert_int_equal(npy_header_format(bytes, header->dtype, header->ndim, header->shape), header->data_offset);
        if (machine_is_little_endian() && memcmp(bytes, array.mapping, header->data_offset) != 0)
            fail_msg("%s: its header is not what would be written", path);
        npy_array_close(&array);
        files++;
    }
    closedir(stream);
    assert_int_equal(files, 3 * 108);
}

/* ---- Mutated headers -------------------------------------------------------------------------------------------- */

enum { MUTATIONS = 20000, MUTANT_ROOM = 512 };

/* Marsaglia's xorshift: the same mutants everywhere. */
static uint32_t next_random(uint32_t *random) {
    *random ^= *random << 13;
    *random ^= *random >> 17;
    *random ^= *random << 5;
    return *random;
}

/* Without the 0 at its end. */
static void put_text(unsigned char *at, const char *text) {
    while (*text)
        *at++ = (unsigned char)*text++;
}

static void mutate(unsigned char *file, size_t *size, uint32_t *random) {
    static const char *const tokens[] = {"'",       "\"",      "(",    ")",    "{",
                                         "}",       "[",       ",",    ":",    "L",
                                         "-",       "\\",      "\n",   "|O",   "99999999999999999999",
                                         "'shape'", "'descr'", "True", "\xff", "()"};
    const size_t at = *size > 0 ? next_random(random) % *size : 0;
    const char *const token = tokens[next_random(random) % COUNT(tokens)];
    const size_t length = strlen(token);
    switch (next_random(random) % 6) {
    case 0: /* flip a bit */
        if (*size > 0)
            file[at] ^= (unsigned char)(1u << next_random(random) % 8);
        break;
    case 1: /* any byte, 0 included */
        if (*size > 0)
            file[at] = (unsigned char)next_random(random);
        break;
    case 2: /* drop a byte */
        if (*size > 0) {
            memmove(file + at, file + at + 1, *size - at - 1);
            --*size;
        }
        break;
    case 3: /* put a token in */
        if (*size + length <= MUTANT_ROOM) {
            memmove(file + at + length, file + at, *size - at);
            put_text(file + at, token);
            *size += length;
        }
        break;
    case 4: /* write a token over what is there */
        if (at + length <= *size)
            put_text(file + at, token);
        break;
    default: /* cut the end off */
        if (next_random(random) % 8 == 0)
            *size = at;
        break;
    }
}

static void check_parsed(const npy_header *header, size_t size, int iteration) {
    int64_t count, strides[BATCHDOT_MAX_NDIM];
    bool sound = header->data_offset <= size && header->ndim >= 0 && header->ndim <= BATCHDOT_MAX_NDIM &&
                 (int)header->dtype >= 0 && (int)header->dtype < ELEMENT_TYPE_COUNT;
    for (int i = 0; sound && i < header->ndim; i++)
        sound = header->shape[i] >= 0;
    if (!sound)
        fail_msg("mutant %d was accepted with nonsense in its header", iteration);
    if (npy_header_layout(header, &count, strides) && count < 0)
        fail_msg("mutant %d has %lld elements", iteration, (long long)count);
}

static void test_mutated_headers(void **state) {
    (void)state;
    uint32_t random = 0x2545f491;
    int accepted = 0;
    for (int iteration = 0; iteration < MUTATIONS; iteration++) {
        unsigned char file[MUTANT_ROOM];
        const char *const text = good_rows[next_random(&random) % COUNT(good_rows)].text;
        size_t size = fixture_npy_start(file, sizeof file, 1 + (int)(next_random(&random) % 3), text);
        for (uint32_t mutations = 1 + next_random(&random) % 4; mutations > 0; mutations--)
            mutate(file, &size, &random);
        unsigned char *const exact = malloc(size > 0 ? size : 1);
        assert_non_null(exact);
        memcpy(exact, file, size);
        npy_header header;
        message why = {""};
        if (npy_header_parse(&header, exact, size, &why)) {
            accepted++;
            check_parsed(&header, size, iteration);
        } else if (strncmp(why.text, "is ", 3) != 0 && strncmp(why.text, "has ", 4) != 0 &&
                   strncmp(why.text, "holds ", 6) != 0) {
            fail_msg("mutant %d was refused with '%s'", iteration, why.text);
        }
        free(exact);
    }
    /* Some mutations hit white space or a digit of the shape; if none were accepted, the mutants would be no test. */
    assert_in_range(accepted, MUTATIONS / 50, MUTATIONS / 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_headers),
        cmocka_unit_test(test_bad_headers),
        cmocka_unit_test(test_rank_limit),
        cmocka_unit_test(test_bad_preludes),
        cmocka_unit_test(test_format_is_numpys),
        cmocka_unit_test(test_format_round_trip),
        cmocka_unit_test(test_format_as_in_golden_files),
        cmocka_unit_test(test_mutated_headers),
    };
    return cmocka_run_group_tests_name("npy headers", tests, NULL, NULL);
}
