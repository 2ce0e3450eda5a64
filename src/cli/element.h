/* What the command knows about the ten element types: their names, sizes, NumPy codes, and how to read one element. */
#ifndef BATCHDOT_CLI_ELEMENT_H
#define BATCHDOT_CLI_ELEMENT_H

#include <batchdot/batchdot.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ELEMENT_TYPE_COUNT = BATCHDOT_I64 + 1 };

typedef enum element_kind { ELEMENT_INTEGER, ELEMENT_REAL, ELEMENT_COMPLEX } element_kind;

typedef struct element_type {
    const char *name;      /* "f32", as --dtype takes it */
    const char *npy_code;  /* "f4": a NumPy descr without its byte order */
    size_t size;           /* bytes an element */
    size_t component_size; /* bytes a part of a complex element; else the same as size */
    element_kind kind;
    double epsilon; /* the step from 1 to the next greater value; 0 for integers */
} element_type;

const element_type *element_type_of(batchdot_dtype dtype);

/* The type of this name or NumPy code (not ended by a 0); false if there is none. */
bool element_type_named(const char *name, batchdot_dtype *dtype);
bool element_type_coded(const char *code, size_t length, batchdot_dtype *dtype);

/* Element number `index` of an array in this machine's byte order. `part` is 1 for the imaginary part, else 0. */
double element_real(batchdot_dtype dtype, const void *data, int64_t index, int part);
int64_t element_integer(batchdot_dtype dtype, const void *data, int64_t index);

/* One element as text, a float with so many significant digits: "1.5", "1.5-2j", "nan". */
enum { ELEMENT_TEXT_SIZE = 64 };
void element_format(char text[ELEMENT_TEXT_SIZE], int digits, batchdot_dtype dtype, const void *data, int64_t index);

/* Exact values of the two 16-bit floats. */
double decode_f16(uint16_t bits);
double decode_bf16(uint16_t bits);

bool machine_is_little_endian(void);

/* Turns the byte order of every component of the elements round. */
void element_swap_bytes(batchdot_dtype dtype, void *data, size_t count);

#endif
