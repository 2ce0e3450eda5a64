#include "cli/npy_output.h"

#include "cli/element.h"
#include "cli/npy_file.h"
#include "cli/npy_header.h"
#include "cli/shape_text.h"
#include "cli/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Where the file is to appear: what a symbolic link points at rather than the link. `permissions` becomes those of the
 * file that is to be replaced, or -1. */
static char *resolve_path(const char *path, int *permissions, message *why) {
    struct stat status;
    char *resolved = NULL;
    *permissions = -1;
    const size_t length = strlen(path);
    if (length > 0 && path[length - 1] == '/') {
        message_set(why, "is not a file's name: it ends with a slash");
        return NULL;
    }
    if (lstat(path, &status) != 0) {
        if (errno == ENOENT && length > 0)
            resolved = strdup(path);
        if (!resolved)
            message_set_errno(why, "cannot be written");
        return resolved;
    }
    resolved = S_ISLNK(status.st_mode) ? realpath(path, NULL) : strdup(path);
    if (!resolved || stat(resolved, &status) != 0) {
        message_set_errno(why, "cannot be written");
        free(resolved);
        return NULL;
    }
    if (!S_ISREG(status.st_mode)) {
        message_set(why, "cannot be written: it is %s, and only a regular file is replaced", file_kind(status.st_mode));
        free(resolved);
        return NULL;
    }
    *permissions = (int)(status.st_mode & 0777);
    return resolved;
}

/* Creates a file of a name that is not in use yet, in the directory of `path`, as open() does. */
static int create_beside(const char *path, char **temporary_path) {
    enum { NAME_SIZE = 64, ATTEMPTS = 100 };
    const char *const slash = strrchr(path, '/');
    const size_t directory_length = slash ? (size_t)(slash - path) + 1 : 0;
    char *const name = malloc(directory_length + NAME_SIZE);
    if (!name) {
        errno = ENOMEM;
        return -1;
    }
    memcpy(name, path, directory_length);
    int descriptor = -1;
    int error = EEXIST;
    for (int attempt = 0; attempt < ATTEMPTS && descriptor < 0 && error == EEXIST; attempt++) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        snprintf(name + directory_length, NAME_SIZE, ".batchdot-%ld-%ld-%09ld.tmp", (long)getpid(), (long)now.tv_sec,
                 now.tv_nsec);
        /* Before the file exists, so that at no moment a signal would leave it behind. */
        signals_set_unfinished_file(name);
        descriptor = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor < 0) {
            error = errno;
            signals_set_unfinished_file(NULL);
        }
    }
    if (descriptor < 0) {
        free(name);
        errno = error;
        return -1;
    }
    *temporary_path = name;
    return descriptor;
}

/* Gives the file its size on the disk now, so that a full disk is an error here and not a SIGBUS later. */
static bool reserve(int descriptor, size_t size, message *why) {
    const off_t length = (off_t)size;
    if (length < 0 || (size_t)length != size)
        return message_set(why, "cannot be written: it would be too large for a file");
    int error;
    do
        error = posix_fallocate(descriptor, 0, length);
    while (error == EINTR);
    if (error == EOPNOTSUPP || error == EINVAL)
        error = ftruncate(descriptor, length) == 0 ? 0 : errno;
    errno = error;
    return error == 0 || message_set_errno(why, "cannot be written: no room for %zu bytes", size);
}

bool npy_output_create(npy_output *output, const char *path, batchdot_dtype dtype, int ndim, const int64_t *shape,
                       message *why) {
    char header[NPY_HEADER_MAX_SIZE];
    const size_t header_size = npy_header_format(header, dtype, ndim, shape);
    const size_t element_size = element_type_of(dtype)->size;
    memset(output, 0, sizeof *output);
    if (!shape_count(ndim, shape, &output->count) || (uint64_t)output->count > (SIZE_MAX - header_size) / element_size)
        return message_set(why, "cannot be written: the result has more elements than can be addressed");
    const size_t size = header_size + (size_t)output->count * element_size;

    int permissions;
    output->path = resolve_path(path, &permissions, why);
    if (!output->path)
        return false;
    output->descriptor = create_beside(output->path, &output->temporary_path);
    if (output->descriptor < 0) {
        message_set_errno(why, "cannot be written: no file can be made in its directory");
        goto failed;
    }
    if (permissions >= 0 && fchmod(output->descriptor, (mode_t)permissions) != 0) {
        message_set_errno(why, "cannot be written: its permissions cannot be kept");
        goto failed;
    }
    if (!reserve(output->descriptor, size, why))
        goto failed;
    void *const mapping = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, output->descriptor, 0);
    if (mapping == MAP_FAILED) {
        message_set_errno(why, "cannot be written: it cannot be mapped");
        goto failed;
    }
    output->mapping = mapping;
    output->mapping_size = size;
    output->data = (char *)mapping + header_size;
    memcpy(mapping, header, header_size);
    return true;
failed:
    npy_output_close(output);
    return false;
}

/* So that the new name, too, survives a crash. Not all file systems can do it, and the data are safe by now. */
static void synchronize_directory(const char *path) {
    const char *const slash = strrchr(path, '/');
    char *const directory = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    if (!directory)
        return;
    const int descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor >= 0) {
        fsync(descriptor);
        close(descriptor);
    }
    free(directory);
}

bool npy_output_commit(npy_output *output, message *why) {
    const int descriptor = output->descriptor;
    output->descriptor = -1;
    bool written = msync(output->mapping, output->mapping_size, MS_SYNC) == 0 && fsync(descriptor) == 0;
    written = close(descriptor) == 0 && written;
    if (!written)
        return message_set_errno(why, "cannot be written");
    if (rename(output->temporary_path, output->path) != 0)
        return message_set_errno(why, "cannot be put in place");
    signals_set_unfinished_file(NULL);
    free(output->temporary_path);
    output->temporary_path = NULL;
    synchronize_directory(output->path);
    return true;
}

void npy_output_close(npy_output *output) {
    if (output->mapping)
        munmap(output->mapping, output->mapping_size);
    if (output->temporary_path) {
        if (output->descriptor >= 0)
            close(output->descriptor);
        unlink(output->temporary_path);
        signals_set_unfinished_file(NULL);
        free(output->temporary_path);
    }
    free(output->path);
    memset(output, 0, sizeof *output);
}
