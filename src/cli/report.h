/* What the command says on stderr, and its exit statuses. */
#ifndef BATCHDOT_CLI_REPORT_H
#define BATCHDOT_CLI_REPORT_H

#include "cli/message.h"

enum { EXIT_STATUS_OK = 0, EXIT_STATUS_FAILED = 1, EXIT_STATUS_USAGE = 2 };

/* Prints "batchdot: " and the text as exactly one line, whatever is in it. */
void report_error(const char *format, ...) MESSAGE_PRINTF_LIKE(1, 2);

/* The same, followed by a hint at --help. */
void report_usage_error(const char *format, ...) MESSAGE_PRINTF_LIKE(1, 2);

#endif
