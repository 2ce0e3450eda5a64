#include "base/status.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* Two shapes of the greatest rank and the words around them. */
enum { FAILURE_TEXT_SIZE = 2 * BD_SHAPE_TEXT_SIZE + 512 };

static _Thread_local char failure_text[FAILURE_TEXT_SIZE];

batchdot_status bd_fail(batchdot_status status, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(failure_text, sizeof failure_text, format, arguments);
    va_end(arguments);
    return status;
}

const char *bd_last_failure(void) {
    return failure_text;
}

const char *bd_shape_text(int ndim, const int64_t *shape, char text[BD_SHAPE_TEXT_SIZE]) {
    if (ndim < 0 || ndim > BATCHDOT_MAX_NDIM || (ndim > 0 && !shape)) {
        snprintf(text, BD_SHAPE_TEXT_SIZE, "(rank %d)", ndim);
        return text;
    }
    size_t length = 0;
    text[length++] = '(';
    for (int axis = 0; axis < ndim; axis++)
        length +=
            (size_t)snprintf(text + length, BD_SHAPE_TEXT_SIZE - length, "%s%" PRId64, axis ? ", " : "", shape[axis]);
    snprintf(text + length, BD_SHAPE_TEXT_SIZE - length, ndim == 1 ? ",)" : ")");
    return text;
}
