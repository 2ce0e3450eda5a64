#include "cli/element.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const element_type types[ELEMENT_TYPE_COUNT] = {
    [BATCHDOT_F32] = {"f32", "f4", 4, 4, ELEMENT_REAL, 0x1p-23},
    [BATCHDOT_F64] = {"f64", "f8", 8, 8, ELEMENT_REAL, 0x1p-52},
    [BATCHDOT_C64] = {"c64", "c8", 8, 4, ELEMENT_COMPLEX, 0x1p-23},
    [BATCHDOT_C128] = {"c128", "c16", 16, 8, ELEMENT_COMPLEX, 0x1p-52},
    [BATCHDOT_F16] = {"f16", "f2", 2, 2, ELEMENT_REAL, 0x1p-10},
    [BATCHDOT_BF16] = {"bf16", "V2", 2, 2, ELEMENT_REAL, 0x1p-7},
    [BATCHDOT_I8] = {"i8", "i1", 1, 1, ELEMENT_INTEGER, 0},
    [BATCHDOT_U8] = {"u8", "u1", 1, 1, ELEMENT_INTEGER, 0},
    [BATCHDOT_I32] = {"i32", "i4", 4, 4, ELEMENT_INTEGER, 0},
    [BATCHDOT_I64] = {"i64", "i8", 8, 8, ELEMENT_INTEGER, 0},
};

const element_type *element_type_of(batchdot_dtype dtype) {
    return &types[dtype];
}

bool element_type_named(const char *name, batchdot_dtype *dtype) {
    for (int i = 0; i < ELEMENT_TYPE_COUNT; i++) {
        if (strcmp(types[i].name, name) == 0) {
            *dtype = (batchdot_dtype)i;
            return true;
        }
    }
    return false;
}

bool element_type_coded(const char *code, size_t length, batchdot_dtype *dtype) {
    for (int i = 0; i < ELEMENT_TYPE_COUNT; i++) {
        if (strlen(types[i].npy_code) == length && memcmp(types[i].npy_code, code, length) == 0) {
            *dtype = (batchdot_dtype)i;
            return true;
        }
    }
    return false;
}

double decode_f16(uint16_t bits) {
    const int exponent = bits >> 10 & 0x1f;
    const int fraction = bits & 0x3ff;
    double magnitude;
    if (exponent == 0x1f)
        magnitude = fraction ? (double)NAN : (double)INFINITY;
    else if (exponent == 0)
        magnitude = ldexp(fraction, -24);
    else
        magnitude = ldexp(fraction + 0x400, exponent - 25);
    return bits & 0x8000 ? -magnitude : magnitude;
}

double decode_bf16(uint16_t bits) {
    const uint32_t upper_half = (uint32_t)bits << 16;
    float value;
    memcpy(&value, &upper_half, sizeof value);
    return (double)value;
}

double element_real(batchdot_dtype dtype, const void *data, int64_t index, int part) {
    switch (dtype) {
    case BATCHDOT_F32:
        return (double)((const float *)data)[index];
    case BATCHDOT_F64:
        return ((const double *)data)[index];
    case BATCHDOT_C64:
        return (double)((const float *)data)[2 * index + part];
    case BATCHDOT_C128:
        return ((const double *)data)[2 * index + part];
    case BATCHDOT_F16:
        return decode_f16(((const uint16_t *)data)[index]);
    case BATCHDOT_BF16:
        return decode_bf16(((const uint16_t *)data)[index]);
    default:
        return (double)element_integer(dtype, data, index);
    }
}

int64_t element_integer(batchdot_dtype dtype, const void *data, int64_t index) {
    switch (dtype) {
    case BATCHDOT_I8:
        return ((const int8_t *)data)[index];
    case BATCHDOT_U8:
        return ((const uint8_t *)data)[index];
    case BATCHDOT_I32:
        return ((const int32_t *)data)[index];
    case BATCHDOT_I64:
        return ((const int64_t *)data)[index];
    default:
        return 0;
    }
}

void element_format(char text[ELEMENT_TEXT_SIZE], int digits, batchdot_dtype dtype, const void *data, int64_t index) {
    const element_kind kind = element_type_of(dtype)->kind;
    if (kind == ELEMENT_INTEGER)
        snprintf(text, ELEMENT_TEXT_SIZE, "%" PRId64, element_integer(dtype, data, index));
    else if (kind == ELEMENT_REAL)
        snprintf(text, ELEMENT_TEXT_SIZE, "%.*g", digits, element_real(dtype, data, index, 0));
    else
        snprintf(text, ELEMENT_TEXT_SIZE, "%.*g%+.*gj", digits, element_real(dtype, data, index, 0), digits,
                 element_real(dtype, data, index, 1));
}

bool machine_is_little_endian(void) {
    const uint16_t probe = 1;
    unsigned char first_byte;
    memcpy(&first_byte, &probe, 1);
    return first_byte == 1;
}

/* Inline, so that each call below becomes a loop for its own size. */
static inline void reverse_each(unsigned char *data, size_t component_size, size_t components) {
    for (size_t i = 0; i < components; i++) {
        unsigned char *const component = data + i * component_size;
        for (size_t low = 0; low < component_size / 2; low++) {
            const unsigned char kept = component[low];
            component[low] = component[component_size - 1 - low];
            component[component_size - 1 - low] = kept;
        }
    }
}

void element_swap_bytes(batchdot_dtype dtype, void *data, size_t count) {
    const element_type *const type = element_type_of(dtype);
    const size_t components = count * (type->size / type->component_size);
    if (type->component_size == 2)
        reverse_each(data, 2, components);
    else if (type->component_size == 4)
        reverse_each(data, 4, components);
    else if (type->component_size == 8)
        reverse_each(data, 8, components);
}
