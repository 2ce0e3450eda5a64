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
    bool has_dtype;
    batchdot_dtype dtype;
    int num_threads;
    batchdot_engine engine;
    const char *output_path;   /* NULL: none */
    const char *expected_path; /* NULL: none */
} arguments;

/* False, with the mistake reported, if the command line is not a valid one. */
bool arguments_parse(arguments *parsed, int argc, char **argv);

/* What the library takes: NULL for --axes none, and the options. */
const batchdot_axes *arguments_axes(const arguments *parsed);
batchdot_options arguments_options(const arguments *parsed);

#endif
