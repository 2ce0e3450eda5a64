/* Why something failed, as the second half of a sentence whose first half is the file's name: "is empty". Whoever
 * prints it puts the name before it. */
#ifndef BATCHDOT_CLI_MESSAGE_H
#define BATCHDOT_CLI_MESSAGE_H

#include <stdbool.h>

typedef struct message {
    char text[512];
} message;

#if defined(__GNUC__)
#define MESSAGE_PRINTF_LIKE(text, values) __attribute__((format(printf, text, values)))
#else
#define MESSAGE_PRINTF_LIKE(text, values)
#endif

/* Formats the text, and returns false so that a failing function can say `return message_set(...)`. */
bool message_set(message *why, const char *format, ...) MESSAGE_PRINTF_LIKE(2, 3);

/* The same, followed by ": " and what errno says. */
bool message_set_errno(message *why, const char *format, ...) MESSAGE_PRINTF_LIKE(2, 3);

#endif
