/* The command line, parsed. */
#ifndef BATCHDOT_CLI_COMMAND_LINE_H
#define BATCHDOT_CLI_COMMAND_LINE_H

#include <batchdot/batchdot.h>
#include <stdbool.h>

typedef enum command {
    COMMAND_PRODUCT, /* batchdot X.npy Y.npy */
    COMMAND_SHAPE,
    COMMAND_EXPLAIN,
    COMMAND_HELP,
    COMMAND_VERSION
} command;

typedef struct arguments {
    command command;
    const char *operands[2]; /* x and y */
    bool has_axes;
    batchdot_axes axes;
    const char *einsum; /* NULL: the axes decide */
    bool has_dtype;
    batchdot_dtype dtype;
    batchdot_options options;
    const char *beta_path;     /* NULL: none, and options.beta 0 */
    const char *output_path;   /* NULL: none */
    const char *expected_path; /* NULL: none */
} arguments;

/* False, with the mistake reported, if the command line is not a valid one. */
bool arguments_parse(arguments *parsed, int argc, char **argv);

/* The axes as the library takes them: NULL for --axes none. */
const batchdot_axes *arguments_axes(const arguments *parsed);

#endif
