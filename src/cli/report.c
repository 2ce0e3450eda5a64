#include "cli/report.h"

#include <stdarg.h>
#include <stdio.h>

static void print_line(const char *format, va_list values) {
    /* Two paths of the greatest length and a sentence fit. */
    static char line[10240];
    vsnprintf(line, sizeof line, format, values);
    for (char *at = line; *at; at++) {
        /* A file's name or header may hold anything, line breaks and terminal escapes among it. */
        if ((unsigned char)*at < ' ' || *at == '\x7f')
            *at = '?';
    }
    fprintf(stderr, "batchdot: %s\n", line);
}

void report_error(const char *format, ...) {
    va_list values;
    va_start(values, format);
    print_line(format, values);
    va_end(values);
}

void report_usage_error(const char *format, ...) {
    va_list values;
    va_start(values, format);
    print_line(format, values);
    va_end(values);
    fputs("Try 'batchdot --help'.\n", stderr);
}
