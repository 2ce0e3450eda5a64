#include "operand_copy.h"

#include <complex.h>

/* Rows and columns of a tile, whose lines of the cache then stay in the first level. */
enum { TILE = 16 };

#define ELEMENT uint8_t
#define COPY_TILES copy_tiles_1
#include "operand_copy_loops.h"

#define ELEMENT uint16_t
#define COPY_TILES copy_tiles_2
#include "operand_copy_loops.h"

#define ELEMENT uint32_t
#define COPY_TILES copy_tiles_4
#include "operand_copy_loops.h"

#define ELEMENT uint64_t
#define COPY_TILES copy_tiles_8
#include "operand_copy_loops.h"

#define ELEMENT double _Complex
#define COPY_TILES copy_tiles_16
#include "operand_copy_loops.h"

/* Without the axes of extent 1, and with those as one that lie one behind the other on both sides. */
static int merge(const struct copy_axis *axes, int count, struct copy_axis *merged) {
    int merged_count = 0;
    for (int i = 0; i < count; i++) {
        if (axes[i].extent == 1)
            continue;
        struct copy_axis *const last = merged + (merged_count ? merged_count - 1 : 0);
        if (merged_count && last->from == axes[i].from * axes[i].extent && last->to == axes[i].to * axes[i].extent)
            *last = (struct copy_axis){last->extent * axes[i].extent, axes[i].from, axes[i].to};
        else
            merged[merged_count++] = axes[i];
    }
    return merged_count;
}

/* Takes one of the axes out. */
static struct copy_axis take(struct copy_axis *axes, int *count, int index) {
    const struct copy_axis taken = axes[index];
    (*count)--;
    for (int i = index; i < *count; i++)
        axes[i] = axes[i + 1];
    return taken;
}

void operand_copy_make(struct operand_copy *copy, size_t element_size, const struct copy_axis *axes, int count) {
    *copy = (struct operand_copy){.element_size = element_size, .row = {1, 1, 1}, .across = {1, 0, 0}};
    copy->outer_count = merge(axes, count, copy->outer);
    if (copy->outer_count)
        copy->row = take(copy->outer, &copy->outer_count, copy->outer_count - 1);
    const bool is_transposed = copy->row.from != 1;
    copy->row_tile = is_transposed ? TILE : copy->row.extent;
    if (!copy->outer_count)
        return;
    int across = copy->outer_count - 1;
    for (int i = 0; is_transposed && i < copy->outer_count; i++)
        if (copy->outer[i].from < copy->outer[across].from)
            across = i;
    copy->across = take(copy->outer, &copy->outer_count, across);
}

typedef void copy_tiles_function(const struct copy_axis *row, const struct copy_axis *across, int64_t row_tile,
                                 const void *from, void *to, int64_t first, int64_t end);

static copy_tiles_function *function_for(size_t element_size) {
    switch (element_size) {
    case 1:
        return copy_tiles_1;
    case 2:
        return copy_tiles_2;
    case 4:
        return copy_tiles_4;
    case 8:
        return copy_tiles_8;
    default:
        return copy_tiles_16;
    }
}

/* A unit of work is a band of TILE rows; the outer axes are counted through like the digits of a number. */
void operand_copy_run(const struct operand_copy *copy, const void *from_data, void *to_data, int part, int parts) {
    copy_tiles_function *const copy_tiles = function_for(copy->element_size);
    const int64_t size = (int64_t)copy->element_size, bands = (copy->across.extent + TILE - 1) / TILE;
    int64_t units = bands, digits[CASE_MAX_AXES];
    for (int i = 0; i < copy->outer_count; i++)
        units *= copy->outer[i].extent;
    const int64_t first_unit = units * part / parts, end_unit = units * (part + 1) / parts;
    int64_t band = first_unit % bands, index = first_unit / bands, from = 0, to = 0;
    for (int i = copy->outer_count - 1; i >= 0; i--) {
        digits[i] = index % copy->outer[i].extent;
        index /= copy->outer[i].extent;
        from += digits[i] * copy->outer[i].from;
        to += digits[i] * copy->outer[i].to;
    }
    for (int64_t unit = first_unit; unit < end_unit; unit++) {
        const int64_t first = band * TILE,
                      end = first + TILE < copy->across.extent ? first + TILE : copy->across.extent;
        copy_tiles(&copy->row, &copy->across, copy->row_tile, (const char *)from_data + from * size,
                   (char *)to_data + to * size, first, end);
        if (++band < bands)
            continue;
        band = 0;
        for (int i = copy->outer_count - 1; i >= 0; i--) {
            from += copy->outer[i].from;
            to += copy->outer[i].to;
            if (++digits[i] < copy->outer[i].extent)
                break;
            from -= digits[i] * copy->outer[i].from;
            to -= digits[i] * copy->outer[i].to;
            digits[i] = 0;
        }
    }
}
