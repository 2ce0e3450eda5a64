/* Files for the tests: a temporary directory, .npy files of any content in it, and what is in it afterwards. */
#ifndef TEST_NPY_FIXTURE_H
#define TEST_NPY_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>

/* CMocka setup and teardown: an empty directory, and its removal with all that is in it. */
int fixture_set_up(void **state);
int fixture_tear_down(void **state);

/* The path of a file in the directory. The text holds for 32 further calls. */
const char *fixture_path(const char *name);

void fixture_write(const char *name, const void *content, size_t size);

/* The whole content of a file, followed by a 0 that is not counted; the caller frees it. Ends the test if there is
 * none. */
char *fixture_read(const char *path, size_t *size);

bool fixture_exists(const char *name);

/* How many entries the directory has, hidden ones included. */
int fixture_count_entries(void);

/* The start of a .npy file whose header holds this text: what it wrote goes to `file`, which has room for `room` bytes.
 * Version 1, 2 or 3. Not padded: the data follow the text. */
size_t fixture_npy_start(unsigned char *file, size_t room, int version, const char *text);

/* Writes a .npy file of version 1.0 with this header text and data. */
void fixture_write_npy(const char *name, const char *text, const void *data, size_t data_size);

/* The same with the header text padded in front of its end, so that the data start `offset` bytes after a multiple
 * of 16. */
void fixture_write_npy_at(const char *name, size_t offset, const char *text, const void *data, size_t data_size);

/* Stores count components of the given size in the byte order that is named by < or >. */
void fixture_order_bytes(void *data, size_t component_size, size_t count, char order);

#endif
