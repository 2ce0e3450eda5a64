/* Memory between two pages that may not be touched, so that one byte read or written too far ends the test. */
#ifndef BATCHDOT_TESTS_GUARDED_BUFFER_H
#define BATCHDOT_TESTS_GUARDED_BUFFER_H

#include <stddef.h>

struct guarded_buffer {
    unsigned char *data;
    size_t size;
    void *mapping;
    size_t mapping_size;
};

enum guarded_side { GUARD_BEFORE, GUARD_BEHIND }; /* the side on which the guard page touches the data */

/* Fails the running test if the memory cannot be had. */
struct guarded_buffer guarded_buffer_make(size_t size, enum guarded_side side);
void guarded_buffer_free(struct guarded_buffer *buffer);

#endif
