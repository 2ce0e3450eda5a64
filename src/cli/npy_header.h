/* The header of a NumPy .npy file: magic, version, length, and a Python dict literal that names dtype, order and shape.
 *
 *     \x93NUMPY 1 0 <u16 length> {'descr': '<f4', 'fortran_order': False, 'shape': (32, 30), }          \n
 *
 * Versions 2.0 and 3.0 have a length of four bytes; 3.0 says that the text is UTF-8. */
#ifndef BATCHDOT_CLI_NPY_HEADER_H
#define BATCHDOT_CLI_NPY_HEADER_H

#include "cli/message.h"

#include <batchdot/batchdot.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct npy_header {
    batchdot_dtype dtype;
    bool foreign_order; /* the elements are in the byte order that this machine does not have */
    bool fortran_order; /* the first extent varies fastest */
    int ndim;
    int64_t shape[BATCHDOT_MAX_NDIM];
    size_t data_offset; /* bytes from the start of the file to the first element */
} npy_header;

/* Enough for a header of any rank that npy_header_format writes. */
enum { NPY_HEADER_MAX_SIZE = 2048, NPY_DATA_ALIGNMENT = 64 };

/* Reads the header at the start of a file of `size` bytes. Nothing beyond the header is looked at. */
bool npy_header_parse(npy_header *header, const void *file, size_t size, message *why);

/* Writes the header of a C-ordered array in this machine's byte order, to the byte as NumPy does, and returns its
 * length: version 1.0, padded so that the data start at a multiple of 64 bytes. */
size_t npy_header_format(char header[NPY_HEADER_MAX_SIZE], batchdot_dtype dtype, int ndim, const int64_t *shape);

/* The number of elements, and the strides in elements that the file's order has; false if they are beyond int64_t. */
bool npy_header_layout(const npy_header *header, int64_t *count, int64_t strides[BATCHDOT_MAX_NDIM]);

#endif
