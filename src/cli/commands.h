/* The commands. Each prints what it finds on stdout, reports what goes wrong, and returns the exit status. */
#ifndef BATCHDOT_CLI_COMMANDS_H
#define BATCHDOT_CLI_COMMANDS_H

#include "cli/command_line.h"

int command_product(const arguments *given);
int command_shape(const arguments *given);
int command_explain(const arguments *given);

#endif
