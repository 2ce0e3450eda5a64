#include "cli/npy_header.h"

#include "cli/element.h"
#include "cli/python_literal.h"
#include "cli/shape_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { MAGIC_SIZE = 6, EXCERPT_LENGTH = 60 };
static const char magic[MAGIC_SIZE] = {'\x93', 'N', 'U', 'M', 'P', 'Y'};

/* Which keys of the dict have been seen. */
typedef struct seen_keys {
    bool descr, fortran_order, shape;
} seen_keys;

/* How much of a text to show in a message. */
static int excerpt(size_t length) {
    return length < EXCERPT_LENGTH ? (int)length : EXCERPT_LENGTH;
}

static int rest(const literal_text *text) {
    return excerpt((size_t)(text->end - text->at));
}

/* ---- The values of the dict ------------------------------------------------------------------------------------- */

/* A descr is a byte order and a code, such as <f4; NumPy takes a missing byte order for the machine's, as it does =. */
static bool parse_dtype(npy_header *header, literal_string descr, message *why) {
    const char *code = descr.begin;
    size_t length = descr.length;
    char order = '=';
    if (length > 0 && strchr("<>=|", *code) && *code != '\0') {
        order = *code++;
        length--;
    }
    if (length > 0 && *code == 'O')
        return message_set(why, "holds Python objects (dtype '%.*s'), which cannot be read", excerpt(descr.length),
                           descr.begin);
    if (!element_type_coded(code, length, &header->dtype))
        return message_set(
            why, "has a dtype that is not supported: '%.*s' (supported: f2 f4 f8 c8 c16 i1 u1 i4 i8, bf16 as V2)",
            excerpt(descr.length), descr.begin);
    const bool swapped = machine_is_little_endian() ? order == '>' : order == '<';
    header->foreign_order = swapped && element_type_of(header->dtype)->component_size > 1;
    return true;
}

static bool parse_descr(npy_header *header, literal_text *text, message *why) {
    literal_string descr;
    if (literal_take_string(text, &descr))
        return parse_dtype(header, descr, why);
    if (text->at < text->end && *text->at == '[')
        return message_set(why, "has a structured dtype, which is not supported: %.*s", rest(text), text->at);
    return message_set(why, "has a 'descr' in its header that is not a string: %.*s", rest(text), text->at);
}

static bool parse_fortran_order(npy_header *header, literal_text *text, message *why) {
    if (literal_take_word(text, "True"))
        header->fortran_order = true;
    else if (literal_take_word(text, "False"))
        header->fortran_order = false;
    else
        return message_set(why, "has a 'fortran_order' in its header that is neither True nor False: %.*s", rest(text),
                           text->at);
    return true;
}

static bool parse_extent(npy_header *header, literal_text *text, message *why) {
    int64_t extent;
    literal_skip_space(text);
    const literal_text before = *text;
    const literal_result result = literal_take_integer(text, &extent);
    if (result == LITERAL_INVALID)
        return message_set(why, "has a 'shape' in its header that holds something other than integers: %.*s",
                           rest(&before), before.at);
    if (before.at < text->at && *before.at == '-' && (extent != 0 || result == LITERAL_TOO_LARGE))
        return message_set(why, "has a negative extent in its shape: %.*s", excerpt((size_t)(text->at - before.at)),
                           before.at);
    if (result == LITERAL_TOO_LARGE)
        return message_set(why, "has an extent beyond 64 bits in its shape: %.*s",
                           excerpt((size_t)(text->at - before.at)), before.at);
    if (header->ndim == BATCHDOT_MAX_NDIM)
        return message_set(why, "has more than %d axes", BATCHDOT_MAX_NDIM);
    header->shape[header->ndim++] = extent;
    return true;
}

/* A tuple: "()", "(3,)", "(3, 4)", "(3, 4,)"; "(3)" is an integer in Python, not a tuple. */
static bool parse_shape(npy_header *header, literal_text *text, message *why) {
    header->ndim = 0;
    literal_skip_space(text);
    const literal_text before = *text;
    if (!literal_take(text, '('))
        return message_set(why, "has a 'shape' in its header that is not a tuple: %.*s", rest(&before), before.at);
    while (!literal_take(text, ')')) {
        if (!parse_extent(header, text, why))
            return false;
        const bool comma = literal_take(text, ',');
        if (!comma && (header->ndim == 1 || text->at == text->end || *text->at != ')'))
            return message_set(why, "has a 'shape' in its header that is not a tuple: %.*s", rest(&before), before.at);
    }
    return true;
}

/* ---- The dict --------------------------------------------------------------------------------------------------- */

static bool parse_entry(npy_header *header, seen_keys *seen, literal_text *text, message *why) {
    literal_string key;
    if (!literal_take_string(text, &key))
        return message_set(why, "has a malformed header: a key is expected at '%.*s'", rest(text), text->at);
    bool *seen_key;
    bool (*parse_value)(npy_header *, literal_text *, message *);
    if (literal_equals(key, "descr")) {
        seen_key = &seen->descr;
        parse_value = parse_descr;
    } else if (literal_equals(key, "fortran_order")) {
        seen_key = &seen->fortran_order;
        parse_value = parse_fortran_order;
    } else if (literal_equals(key, "shape")) {
        seen_key = &seen->shape;
        parse_value = parse_shape;
    } else {
        return message_set(why, "has an unknown key in its header: '%.*s'", excerpt(key.length), key.begin);
    }
    if (*seen_key)
        return message_set(why, "has the key '%.*s' twice in its header", (int)key.length, key.begin);
    *seen_key = true;
    if (!literal_take(text, ':'))
        return message_set(why, "has a malformed header: a colon is expected at '%.*s'", rest(text), text->at);
    return parse_value(header, text, why);
}

static bool parse_dict(npy_header *header, literal_text text, message *why) {
    seen_keys seen = {false, false, false};
    if (!literal_take(&text, '{'))
        return message_set(why, "has a malformed header: it is not a dict: '%.*s'", rest(&text), text.at);
    while (!literal_take(&text, '}')) {
        if (!parse_entry(header, &seen, &text, why))
            return false;
        const bool comma = literal_take(&text, ',');
        if (!comma && (text.at == text.end || *text.at != '}'))
            return message_set(why, "has a malformed header: a comma or a closing brace is expected at '%.*s'",
                               rest(&text), text.at);
    }
    literal_skip_space(&text);
    if (text.at != text.end)
        return message_set(why, "has a malformed header: something follows the dict: '%.*s'", rest(&text), text.at);
    if (!seen.descr || !seen.fortran_order || !seen.shape)
        return message_set(why, "has no '%s' in its header",
                           !seen.descr ? "descr" : (!seen.fortran_order ? "fortran_order" : "shape"));
    return true;
}

/* ---- The whole header ------------------------------------------------------------------------------------------- */

bool npy_header_parse(npy_header *header, const void *file, size_t size, message *why) {
    const unsigned char *const bytes = file;
    memset(header, 0, sizeof *header);
    if (size == 0)
        return message_set(why, "is empty");
    if (size < MAGIC_SIZE || memcmp(bytes, magic, MAGIC_SIZE) != 0)
        return message_set(why, "is not a NumPy .npy file (it does not start with \\x93NUMPY)");
    if (size < MAGIC_SIZE + 2)
        return message_set(why, "is truncated: it ends before its header");
    const int major = bytes[MAGIC_SIZE];
    const int minor = bytes[MAGIC_SIZE + 1];
    if (major < 1 || major > 3 || minor != 0)
        return message_set(why, "is of .npy format %d.%d, which is not supported (1.0, 2.0 and 3.0 are)", major, minor);
    const size_t length_size = major == 1 ? 2 : 4;
    const size_t text_offset = MAGIC_SIZE + 2 + length_size;
    if (size < text_offset)
        return message_set(why, "is truncated: it ends before its header");
    size_t length = 0;
    for (size_t i = length_size; i-- > 0;)
        length = length << 8 | bytes[MAGIC_SIZE + 2 + i];
    if (length > size - text_offset)
        return message_set(why, "is truncated: its header is said to have %zu bytes, but only %zu follow", length,
                           size - text_offset);
    const char *const text = (const char *)bytes + text_offset;
    header->data_offset = text_offset + length;
    return parse_dict(header, (literal_text){text, text + length}, why);
}

bool npy_header_layout(const npy_header *header, int64_t *count, int64_t strides[BATCHDOT_MAX_NDIM]) {
    int64_t stride = 1;
    if (!shape_count(header->ndim, header->shape, count))
        return false;
    for (int i = 0; i < header->ndim; i++) {
        const int axis = header->fortran_order ? i : header->ndim - 1 - i;
        strides[axis] = stride;
        /* Where there are no elements, strides say nothing, and this product might overflow. */
        if (*count > 0)
            stride *= header->shape[axis];
    }
    return true;
}

/* ---- Writing ---------------------------------------------------------------------------------------------------- */

size_t npy_header_format(char header[NPY_HEADER_MAX_SIZE], batchdot_dtype dtype, int ndim, const int64_t *shape) {
    const element_type *const type = element_type_of(dtype);
    const char order = type->component_size == 1 ? '|' : (machine_is_little_endian() ? '<' : '>');
    const size_t text_offset = MAGIC_SIZE + 4;
    char *const end = header + NPY_HEADER_MAX_SIZE;
    char *at = header + text_offset;
    at +=
        snprintf(at, (size_t)(end - at), "{'descr': '%c%s', 'fortran_order': False, 'shape': (", order, type->npy_code);
    for (int i = 0; i < ndim; i++)
        at += snprintf(at, (size_t)(end - at), "%s%" PRId64, i > 0 ? ", " : "", shape[i]);
    at += snprintf(at, (size_t)(end - at), ndim == 1 ? ",), }" : "), }");

    /* NumPy leaves room for the first extent to grow to 21 digits, and never pads by nothing. */
    const int growth_room = ndim > 0 ? 21 - snprintf(NULL, 0, "%" PRId64, shape[0]) : 0;
    const size_t used = (size_t)(at - header) + (size_t)growth_room + 1;
    const size_t total = used + NPY_DATA_ALIGNMENT - used % NPY_DATA_ALIGNMENT;
    memset(at, ' ', total - (size_t)(at - header));
    header[total - 1] = '\n';

    memcpy(header, magic, MAGIC_SIZE);
    header[MAGIC_SIZE] = 1;
    header[MAGIC_SIZE + 1] = 0;
    header[MAGIC_SIZE + 2] = (char)((total - text_offset) & 0xff);
    header[MAGIC_SIZE + 3] = (char)((total - text_offset) >> 8);
    return total;
}
