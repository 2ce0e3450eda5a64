#include "text_line.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

text_line text_line_begin(char *text, size_t size) {
    text[0] = '\0';
    return (text_line){text, size, 0};
}

void text_line_append(text_line *to, const char *format, ...) {
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(to->text + to->length, to->size - to->length, format, arguments);
    va_end(arguments);
    to->length += strlen(to->text + to->length);
}

void text_line_append_numbers(text_line *to, int count, const int64_t *numbers) {
    text_line_append(to, "(");
    for (int i = 0; i < count; i++)
        text_line_append(to, "%s%" PRId64, i == 0 ? "" : ",", numbers[i]);
    text_line_append(to, ")");
}
