/* The few Python literals that a .npy header consists of, read from text that may hold anything. */
#ifndef BATCHDOT_CLI_PYTHON_LITERAL_H
#define BATCHDOT_CLI_PYTHON_LITERAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct literal_text {
    const char *at; /* the next character */
    const char *end;
} literal_text;

typedef struct literal_string {
    const char *begin;
    size_t length;
} literal_string;

typedef enum literal_result { LITERAL_OK, LITERAL_INVALID, LITERAL_TOO_LARGE } literal_result;

void literal_skip_space(literal_text *text);

/* Each of these skips white space first, and leaves the text where it was if what it wants is not there. */
bool literal_take(literal_text *text, char wanted);
bool literal_take_word(literal_text *text, const char *word);

/* A string in single or double quotes. Escapes are stepped over, not decoded. */
bool literal_take_string(literal_text *text, literal_string *string);

/* A decimal integer, with the L that Python 2 puts after long ones. */
literal_result literal_take_integer(literal_text *text, int64_t *value);

bool literal_equals(literal_string string, const char *other);

#endif
