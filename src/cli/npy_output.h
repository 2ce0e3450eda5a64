/* Writing a .npy file that appears under its name only when it is complete.
 *
 * The file is made under a temporary name in the same directory, its space reserved, the result computed straight into
 * its mapping, and the file then renamed. Whatever goes wrong before that, a signal included, removes it. */
#ifndef BATCHDOT_CLI_NPY_OUTPUT_H
#define BATCHDOT_CLI_NPY_OUTPUT_H

#include "cli/message.h"

#include <batchdot/batchdot.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zeros is an output that is not open. */
typedef struct npy_output {
    char *path;           /* the name that the file will have, symbolic links resolved */
    char *temporary_path; /* NULL once the file has that name */
    int descriptor;
    void *mapping;
    size_t mapping_size;
    int64_t count; /* elements */
    void *data;    /* room for them, all bytes zero */
} npy_output;

/* One output at a time. On failure there is nothing to close. */
bool npy_output_create(npy_output *output, const char *path, batchdot_dtype dtype, int ndim, const int64_t *shape,
                       message *why);

/* Makes the file appear under its name, for good. The data can still be read then, but no longer written. */
bool npy_output_commit(npy_output *output, message *why);

/* Releases everything, and removes the file if it was not committed. Does nothing to an output that is not open. */
void npy_output_close(npy_output *output);

#endif
