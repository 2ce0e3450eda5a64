#define _DEFAULT_SOURCE
#include "guarded_buffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/mman.h>
#include <unistd.h>

struct guarded_buffer guarded_buffer_make(size_t size, enum guarded_side side) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t inner = (size + page - 1) / page * page;
    struct guarded_buffer buffer = {.size = size, .mapping_size = inner + 2 * page};
    buffer.mapping = mmap(NULL, buffer.mapping_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(buffer.mapping != MAP_FAILED);
    unsigned char *const first = (unsigned char *)buffer.mapping + page;
    if (inner > 0)
        assert_int_equal(mprotect(first, inner, PROT_READ | PROT_WRITE), 0);
    buffer.data = side == GUARD_BEFORE ? first : first + inner - size;
    return buffer;
}

void guarded_buffer_free(struct guarded_buffer *buffer) {
    munmap(buffer->mapping, buffer->mapping_size);
}
