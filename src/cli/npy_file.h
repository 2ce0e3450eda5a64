/* Reading .npy files: mapped, not read, so that only the pages that are used cost time and memory. */
#ifndef BATCHDOT_CLI_NPY_FILE_H
#define BATCHDOT_CLI_NPY_FILE_H

#include "cli/message.h"
#include "cli/npy_header.h"

#include <batchdot/batchdot.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* An array in a mapped file; all zeros is one that is not open. */
typedef struct npy_array {
    npy_header header;
    int64_t count;                      /* elements */
    int64_t strides[BATCHDOT_MAX_NDIM]; /* in elements, as the file's order has it */
    void *data;                         /* in this machine's byte order, aligned for a component of an element */
    void *mapping;
    size_t mapping_size;
} npy_array;

/* On failure there is nothing to close. */
bool npy_array_open(npy_array *array, const char *path, message *why);
void npy_array_close(npy_array *array);

/* The array as the library takes it; it points into `array`. */
batchdot_tensor npy_array_tensor(const npy_array *array);

/* Writes the elements to memory that has room for them, in row-major order. */
void npy_array_copy(const npy_array *array, void *copy);

/* Only the header of a file, whatever follows it. */
bool npy_file_header(npy_header *header, const char *path, message *why);

/* "a directory", "a FIFO", ... for a file mode that is not a regular file's. */
const char *file_kind(mode_t mode);

#endif
