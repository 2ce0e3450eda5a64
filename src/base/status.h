/* How every room reports a failure: a status to return, and a sentence kept for batchdot_last_error(). */
#ifndef BATCHDOT_BASE_STATUS_H
#define BATCHDOT_BASE_STATUS_H

#include <batchdot/batchdot.h>

/* Keeps the sentence as this thread's last failure and returns status. */
batchdot_status bd_fail(batchdot_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));

const char *bd_last_failure(void);

/* Room for a shape of the greatest rank, each extent at its longest. */
enum { BD_SHAPE_TEXT_SIZE = BATCHDOT_MAX_NDIM * 22 + 4 };

/* Writes a shape as a Python tuple, "(32, 20)", into text and returns text. A rank out of range gives "(rank 99)". */
const char *bd_shape_text(int ndim, const int64_t *shape, char text[BD_SHAPE_TEXT_SIZE]);

#endif
