#include "cli/npy_file.h"

#include "cli/element.h"
#include "cli/shape_text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

const char *file_kind(mode_t mode) {
    if (S_ISDIR(mode))
        return "a directory";
    if (S_ISFIFO(mode))
        return "a FIFO";
    if (S_ISSOCK(mode))
        return "a socket";
    if (S_ISCHR(mode) || S_ISBLK(mode))
        return "a device";
    return "a special file";
}

/* Maps a whole file, for reading only. An empty file gives NULL and 0. */
static bool map_file(const char *path, void **mapping, size_t *size, message *why) {
    bool mapped = false;
    *mapping = NULL;
    *size = 0;
    /* Without O_NONBLOCK a FIFO would be waited for until somebody writes to it. */
    const int descriptor = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (descriptor < 0)
        return message_set_errno(why, "cannot be opened");
    struct stat status;
    if (fstat(descriptor, &status) != 0) {
        message_set_errno(why, "cannot be examined");
        goto cleanup;
    }
    if (!S_ISREG(status.st_mode)) {
        message_set(why, "is %s, not a regular file", file_kind(status.st_mode));
        goto cleanup;
    }
    if ((uintmax_t)status.st_size > SIZE_MAX) {
        message_set(why, "is too large for this machine's address space");
        goto cleanup;
    }
    *size = (size_t)status.st_size;
    if (*size > 0) {
        void *const start = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, descriptor, 0);
        if (start == MAP_FAILED) {
            message_set_errno(why, "cannot be mapped");
            goto cleanup;
        }
        *mapping = start;
    }
    mapped = true;
cleanup:
    close(descriptor);
    return mapped;
}

static bool check_data_size(npy_array *array, message *why) {
    const size_t element_size = element_type_of(array->header.dtype)->size;
    if (!npy_header_layout(&array->header, &array->count, array->strides) ||
        (uint64_t)array->count > SIZE_MAX / element_size)
        return message_set(why, "has a shape with more elements than can be addressed");
    const size_t expected = (size_t)array->count * element_size;
    const size_t present = array->mapping_size - array->header.data_offset;
    if (present < expected)
        return message_set(why, "is truncated: its header promises %zu bytes of data, but only %zu follow", expected,
                           present);
    if (present > expected)
        return message_set(why, "has %zu bytes more than its header promises", present - expected);
    return true;
}

/* Gives the data this machine's byte order and an aligned address. The mapping is private: its changed pages are
 * copies, and the file stays as it is. */
static bool adapt_data(npy_array *array, message *why) {
    const npy_header *const header = &array->header;
    const size_t component_size = element_type_of(header->dtype)->component_size;
    const size_t data_size = (size_t)array->count * element_type_of(header->dtype)->size;
    const size_t misalignment = header->data_offset % component_size;
    unsigned char *const data = (unsigned char *)array->mapping + header->data_offset;
    array->data = data_size > 0 ? data : array->mapping;
    if (data_size == 0 || (misalignment == 0 && !header->foreign_order))
        return true;
    if (mprotect(array->mapping, array->mapping_size, PROT_READ | PROT_WRITE) != 0)
        return message_set_errno(why, "cannot be converted to this machine's byte order and alignment");
    if (misalignment > 0) {
        memmove(data - misalignment, data, data_size);
        array->data = data - misalignment;
    }
    if (header->foreign_order)
        element_swap_bytes(header->dtype, array->data, (size_t)array->count);
    return true;
}

bool npy_array_open(npy_array *array, const char *path, message *why) {
    memset(array, 0, sizeof *array);
    if (!map_file(path, &array->mapping, &array->mapping_size, why))
        return false;
    if (npy_header_parse(&array->header, array->mapping, array->mapping_size, why) && check_data_size(array, why) &&
        adapt_data(array, why))
        return true;
    npy_array_close(array);
    return false;
}

void npy_array_close(npy_array *array) {
    if (array->mapping)
        munmap(array->mapping, array->mapping_size);
    memset(array, 0, sizeof *array);
}

batchdot_tensor npy_array_tensor(const npy_array *array) {
    return (batchdot_tensor){array->data, array->header.dtype, array->header.ndim, array->header.shape, array->strides};
}

void npy_array_copy(const npy_array *array, void *copy) {
    const npy_header *const header = &array->header;
    const size_t element_size = element_type_of(header->dtype)->size;
    const char *const elements = array->data;
    int64_t index[BATCHDOT_MAX_NDIM] = {0};
    if (!header->fortran_order) {
        memcpy(copy, elements, (size_t)array->count * element_size);
        return;
    }
    for (int64_t i = 0; i < array->count; i++) {
        int64_t place = 0;
        for (int axis = 0; axis < header->ndim; axis++)
            place += index[axis] * array->strides[axis];
        memcpy((char *)copy + (size_t)i * element_size, elements + (size_t)place * element_size, element_size);
        shape_advance(index, header->ndim, header->shape);
    }
}

bool npy_file_header(npy_header *header, const char *path, message *why) {
    void *mapping;
    size_t size;
    if (!map_file(path, &mapping, &size, why))
        return false;
    const bool parsed = npy_header_parse(header, mapping, size, why);
    if (mapping)
        munmap(mapping, size);
    return parsed;
}
