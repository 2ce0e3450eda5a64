/* One line of text, for a report: what does not fit is left out. */
#ifndef BATCHDOT_TESTS_TEXT_LINE_H
#define BATCHDOT_TESTS_TEXT_LINE_H

#include <stddef.h>
#include <stdint.h>

typedef struct text_line {
    char *text; /* size bytes of the caller's, always ended by a 0 */
    size_t size, length;
} text_line;

text_line text_line_begin(char *text, size_t size);
void text_line_append(text_line *to, const char *format, ...);

/* "(2,3)" */
void text_line_append_numbers(text_line *to, int count, const int64_t *numbers);

#endif
