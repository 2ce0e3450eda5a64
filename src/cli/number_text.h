/* Numbers as the command line has them, read from the start of a text. */
#ifndef BATCHDOT_CLI_NUMBER_TEXT_H
#define BATCHDOT_CLI_NUMBER_TEXT_H

#include <stdbool.h>

/* Each of these moves *text behind the number, or leaves it and *value alone and returns false if there is none, or
 * none in range. Blanks before a number are not skipped. */
bool number_take_int(const char **text, int *value); /* decimal */

/* Whatever strtod takes, with a point whatever the environment's locale: hexadecimal, "inf" and "nan" too. */
bool number_take_real(const char **text, double *value);

#endif
