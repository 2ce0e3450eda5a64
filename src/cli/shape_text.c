#include "cli/shape_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char rank_0_text[] = "scalar";

bool shape_text_is_shape(const char *text) {
    if (strcmp(text, rank_0_text) == 0)
        return true;
    return *text >= '0' && *text <= '9' && strspn(text, "0123456789x") == strlen(text);
}

const char *shape_parse(const char *text, int *ndim, int64_t shape[BATCHDOT_MAX_NDIM]) {
    *ndim = 0;
    if (strcmp(text, rank_0_text) == 0)
        return NULL;
    for (;; text++) {
        int64_t extent = 0;
        const char *const digits = text;
        for (; *text >= '0' && *text <= '9'; text++) {
            const int digit = *text - '0';
            if (extent > (INT64_MAX - digit) / 10)
                return ": an extent is beyond int64_t";
            extent = extent * 10 + digit;
        }
        if (text == digits || (*text != 'x' && *text != '\0'))
            return "";
        if (*ndim == BATCHDOT_MAX_NDIM)
            return ": it has more than 64 axes";
        shape[(*ndim)++] = extent;
        if (*text == '\0')
            return NULL;
    }
}

void shape_format(char text[SHAPE_TEXT_SIZE], int ndim, const int64_t *shape) {
    size_t used = 0;
    if (ndim == 0)
        memcpy(text, rank_0_text, sizeof rank_0_text);
    for (int i = 0; i < ndim; i++)
        used += (size_t)snprintf(text + used, SHAPE_TEXT_SIZE - used, "%s%" PRId64, i > 0 ? "x" : "", shape[i]);
}

void shape_advance(int64_t *index, int ndim, const int64_t *shape) {
    for (int axis = ndim - 1; axis >= 0; axis--) {
        if (++index[axis] < shape[axis])
            return;
        index[axis] = 0;
    }
}

bool shape_count(int ndim, const int64_t *shape, int64_t *count) {
    bool fits = true;
    *count = 1;
    for (int i = 0; i < ndim; i++) {
        if (shape[i] == 0) {
            *count = 0;
            return true;
        }
        fits = fits && *count <= INT64_MAX / shape[i];
        if (fits)
            *count *= shape[i];
    }
    return fits;
}
