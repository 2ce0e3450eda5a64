/* Shapes as the command writes them: 32x20x1, and "scalar" for rank 0. */
#ifndef BATCHDOT_CLI_SHAPE_TEXT_H
#define BATCHDOT_CLI_SHAPE_TEXT_H

#include <batchdot/batchdot.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SHAPE_TEXT_SIZE = BATCHDOT_MAX_NDIM * 21 };

/* True if the text is written like a shape, whether or not its extents and rank are in range. */
bool shape_text_is_shape(const char *text);

/* NULL if the text is a shape; else why not, a static text that goes on a sentence, and may be empty. */
const char *shape_parse(const char *text, int *ndim, int64_t shape[BATCHDOT_MAX_NDIM]);
void shape_format(char text[SHAPE_TEXT_SIZE], int ndim, const int64_t *shape);

/* Moves an index on to the next one in row-major order; behind the last comes the first. */
void shape_advance(int64_t *index, int ndim, const int64_t *shape);

/* The number of elements; false if it is beyond int64_t. */
bool shape_count(int ndim, const int64_t *shape, int64_t *count);

#endif
