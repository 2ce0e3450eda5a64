#include "npy_fixture.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[PATH_MAX / 2];

int fixture_set_up(void **state) {
    const char *const parent = getenv("TMPDIR");
    (void)state;
    snprintf(directory, sizeof directory, "%s/batchdot-test-XXXXXX", parent && *parent ? parent : "/tmp");
    return mkdtemp(directory) ? 0 : -1;
}

/* Empties the directory; what the tests make in it are files, and directories that are empty. */
int fixture_tear_down(void **state) {
    (void)state;
    DIR *const stream = opendir(directory);
    if (!stream)
        return -1;
    for (const struct dirent *entry = readdir(stream); entry; entry = readdir(stream)) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            remove(fixture_path(entry->d_name));
    }
    closedir(stream);
    return rmdir(directory);
}

const char *fixture_path(const char *name) {
    static char paths[32][PATH_MAX];
    static unsigned next;
    char *const path = paths[next++ % 32];
    snprintf(path, PATH_MAX, "%s/%s", directory, name);
    return path;
}

void fixture_write(const char *name, const void *content, size_t size) {
    FILE *const file = fopen(fixture_path(name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(content, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

char *fixture_read(const char *path, size_t *size) {
    FILE *const file = fopen(path, "rb");
    if (!file)
        fail_msg("cannot open %s", path);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    *size = (size_t)ftell(file);
    rewind(file);
    char *const content = malloc(*size + 1);
    assert_non_null(content);
    assert_int_equal(fread(content, 1, *size, file), *size);
    fclose(file);
    content[*size] = '\0';
    return content;
}

bool fixture_exists(const char *name) {
    struct stat status;
    return lstat(fixture_path(name), &status) == 0;
}

int fixture_count_entries(void) {
    DIR *const stream = opendir(directory);
    assert_non_null(stream);
    int count = -2; /* "." and ".." */
    while (readdir(stream))
        count++;
    closedir(stream);
    return count;
}

size_t fixture_npy_start(unsigned char *file, size_t room, int version, const char *text) {
    const size_t length = strlen(text);
    const size_t length_size = version == 1 ? 2 : 4;
    const size_t text_offset = 8 + length_size;
    assert_true(text_offset + length <= room);
    memcpy(file, "\x93NUMPY", 6);
    file[6] = (unsigned char)version;
    file[7] = 0;
    for (size_t i = 0; i < length_size; i++)
        file[8 + i] = (unsigned char)(length >> 8 * i & 0xff);
    memcpy(file + text_offset, text, length);
    return text_offset + length;
}

void fixture_write_npy(const char *name, const char *text, const void *data, size_t data_size) {
    const size_t room = strlen(text) + 16 + data_size;
    unsigned char *const file = malloc(room);
    assert_non_null(file);
    const size_t start = fixture_npy_start(file, room, 1, text);
    if (data_size > 0)
        memcpy(file + start, data, data_size);
    fixture_write(name, file, start + data_size);
    free(file);
}

void fixture_write_npy_at(const char *name, size_t offset, const char *text, const void *data, size_t data_size) {
    const size_t length = strlen(text);
    const size_t padding = (16 + offset - (10 + length) % 16) % 16;
    char *const padded = malloc(length + padding + 1);
    assert_non_null(padded);
    memcpy(padded, text, length);
    memset(padded + length, ' ', padding);
    padded[length + padding] = '\0';
    fixture_write_npy(name, padded, data, data_size);
    free(padded);
}

void fixture_order_bytes(void *data, size_t component_size, size_t count, char order) {
    const uint16_t probe = 1;
    const char machine_order = *(const unsigned char *)&probe == 1 ? '<' : '>';
    unsigned char *const bytes = data;
    if (order == machine_order)
        return;
    for (size_t i = 0; i < count; i++) {
        for (size_t low = i * component_size, high = low + component_size - 1; low < high; low++, high--) {
            const unsigned char kept = bytes[low];
            bytes[low] = bytes[high];
            bytes[high] = kept;
        }
    }
}
