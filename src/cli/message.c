#include "cli/message.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool message_set(message *why, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why->text, sizeof why->text, format, arguments);
    va_end(arguments);
    return false;
}

bool message_set_errno(message *why, const char *format, ...) {
    const int code = errno;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why->text, sizeof why->text, format, arguments);
    va_end(arguments);
    const size_t length = strlen(why->text);
    snprintf(why->text + length, sizeof why->text - length, ": %s", strerror(code));
    return false;
}
