/* Checks of what callers pass in. */
#ifndef BATCHDOT_API_ARGUMENTS_H
#define BATCHDOT_API_ARGUMENTS_H

#include <batchdot/batchdot.h>

/* Gives the tensor's strides, computed where it has none, after checking that the memory it names can exist.
 * The tensor's rank and extents must have been checked. */
batchdot_status bd_read_strides(const char *name, const batchdot_tensor *tensor, int64_t strides[BATCHDOT_MAX_NDIM]);

/* Gives the options, with defaults for what the caller's version of the struct does not have, after checking them all.
 */
batchdot_status bd_read_options(const batchdot_options *given, batchdot_dtype out_dtype, batchdot_options *options);

#endif
