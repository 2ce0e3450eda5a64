/* Checks of what callers pass in. */
#ifndef BATCHDOT_API_ARGUMENTS_H
#define BATCHDOT_API_ARGUMENTS_H

#include <batchdot/batchdot.h>

#include <stdbool.h>

/* A tensor with its strides known. */
struct layout {
    const batchdot_tensor *tensor;
    int64_t count;          /* of elements */
    const int64_t *strides; /* the caller's, or those computed; all 0 if the tensor is empty */
    int64_t computed[BATCHDOT_MAX_NDIM];
};

/* Reads the layout of a tensor of so many elements, after checking that the memory it names can exist. Its rank and
 * extents must have been checked. */
batchdot_status bd_read_layout(const char *name, const batchdot_tensor *tensor, int64_t count, struct layout *layout);

/* Gives the options, with defaults for what the caller's version of the struct does not have, after checking them all.
 */
batchdot_status bd_read_options(const batchdot_options *given, batchdot_dtype out_dtype, batchdot_options *options);

#endif
