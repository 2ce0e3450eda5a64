/* Packing by lanes: GROUP successive elements along k, each smaller than a lane, become a lane. Needs what
 * grouped_template.h needs. */
#ifndef BATCHDOT_KERNELS_GROUP_PACKING_H
#define BATCHDOT_KERNELS_GROUP_PACKING_H

#include "kernels/small_elements.h"
#include "kernels/turn_columns.h"

/* Groups along k that are packed at a time at most. */
enum { GROUP_BITS = 32 / GROUP, BLOCK_GROUPS = 96 };

/* An operand: what its elements are, and how far apart in memory along k and along the other axis, in bytes. */
struct small_operand {
    enum small_kind kind;
    uint32_t flip; /* bits that are inverted when they are packed */
    int64_t along_k, across;
};

static struct small_operand small_operand_of(enum small_kind kind, uint32_t flip, int64_t along_k, int64_t across) {
    return (struct small_operand){kind, flip, along_k * small_size(kind), across * small_size(kind)};
}

/* Rows of k contiguous elements, so far apart, become rows of groups, by whole vectors, for which there is room. */
static inline __attribute__((always_inline)) void pack_rows_of(element *groups, int64_t k, int64_t rows, int64_t across,
                                                               const char *from, enum small_kind kind, uint32_t flip) {
    const words flipped = same_words(flip);
    for (int64_t row = 0; row < rows; row++, groups += BLOCK_GROUPS, from += across) {
        int64_t step = 0;
        for (; step + ELEMENTS_A_VECTOR <= k; step += ELEMENTS_A_VECTOR)
            store(groups + step / GROUP,
                  flipped_vector(from + step * small_size(kind), ELEMENTS_A_VECTOR, kind, flipped));
        if (step < k)
            store(groups + step / GROUP, flipped_vector(from + step * small_size(kind), k - step, kind, flipped));
    }
}

/* Up to GROUP rows of LANES columns, of which so many are there. */
static inline __attribute__((always_inline)) words group_of_rows(int64_t rows, int64_t columns, const char *from,
                                                                 int64_t along_k, enum small_kind kind) {
#if GROUP == 4
    if (rows == GROUP)
        return columns_of_bytes(load_8(from, columns), load_8(from + along_k, columns),
                                load_8(from + 2 * along_k, columns), load_8(from + 3 * along_k, columns));
#endif
    words group = small_lanes(from, columns, kind);
#pragma GCC unroll 4
    for (int step = 1; step < GROUP; step++) {
        if (step < rows)
            group = either(group, shift_left(small_lanes(from + step * along_k, columns, kind), step * GROUP_BITS));
    }
    return group;
}

/* Up to GROUP rows of so many contiguous elements across k become a row of groups, filled up to width. */
static inline __attribute__((always_inline)) void pack_group_of(element *groups, int64_t width, int64_t rows,
                                                                int64_t count, const char *from, int64_t along_k,
                                                                enum small_kind kind, words flipped) {
    const int64_t size = small_size(kind);
    int64_t j = 0;
    for (; j + LANES <= count; j += LANES)
        store(groups + j, vec_of(differing(group_of_rows(rows, LANES, from + j * size, along_k, kind), flipped)));
    if (j < count) {
        store(groups + j, vec_of(differing(group_of_rows(rows, count - j, from + j * size, along_k, kind), flipped)));
        j += LANES;
    }
    for (; j < width; j += LANES)
        store(groups + j, vec_of(flipped));
}

static inline __attribute__((always_inline)) void pack_across_of(element *groups, int64_t width, int64_t k,
                                                                 int64_t count, const char *from, int64_t along_k,
                                                                 enum small_kind kind, uint32_t flip) {
    const words flipped = same_words(flip);
    for (; k >= GROUP; k -= GROUP, groups += width, from += GROUP * along_k)
        pack_group_of(groups, width, GROUP, count, from, along_k, kind, flipped);
    if (k > 0)
        pack_group_of(groups, width, k, count, from, along_k, kind, flipped);
}

/* The kinds that a file's kernels have are constants in what is inlined. */
static void pack_rows(const struct small_operand *operand, element *groups, int64_t k, int64_t rows, const char *from) {
#define SMALL_KIND(kind_of_it)                                                                                         \
    if (operand->kind == (kind_of_it))                                                                                 \
        pack_rows_of(groups, k, rows, operand->across, from, kind_of_it, operand->flip);
    SMALL_KINDS
#undef SMALL_KIND
}

static void pack_across(const struct small_operand *operand, element *groups, int64_t k, int64_t count, int64_t width,
                        const char *from) {
#define SMALL_KIND(kind_of_it)                                                                                         \
    if (operand->kind == (kind_of_it))                                                                                 \
        pack_across_of(groups, width, k, count, from, operand->along_k, kind_of_it, operand->flip);
    SMALL_KINDS
#undef SMALL_KIND
}

static void pack_elements(const struct small_operand *operand, element *groups, int64_t k, int64_t count, int64_t width,
                          const char *from) {
    for (int64_t step = 0; step < k; step += GROUP, groups += width, from += GROUP * operand->along_k) {
        const int64_t rows = k - step < GROUP ? k - step : GROUP;
        for (int64_t j = 0; j < width; j++) {
            uint32_t bits = operand->flip;
            for (int64_t row = 0; j < count && row < rows; row++)
                bits ^= small_bits(from + row * operand->along_k + j * operand->across, operand->kind)
                        << row * GROUP_BITS;
            memcpy(&groups[j], &bits, sizeof bits);
        }
    }
}

/* Columns that are contiguous along k: packed as rows, and turned around. */
static void pack_columns(const struct small_operand *operand, element *groups, int64_t k, int64_t count, int64_t width,
                         const char *from) {
    _Alignas(64) element rows[LANES * BLOCK_GROUPS];
    for (int64_t j = 0; j < width; j += LANES) {
        const int64_t columns = count - j < LANES ? count - j : LANES;
        pack_rows(operand, rows, k, columns, from + j * operand->across);
        turn_columns(groups + j, bd_divide_up(k, GROUP), columns, width, rows, BLOCK_GROUPS);
    }
}

/* A block of k by count elements becomes rows of groups, one a step along k in groups, as wide as tiles want y's. */
static void pack_block(const struct small_operand *operand, element *groups, int64_t k, int64_t count, int64_t width,
                       const char *from) {
    const int64_t size = small_size(operand->kind);
    if (operand->along_k == size && (operand->across != size || count == 1))
        pack_columns(operand, groups, k, count, width, from);
    else if (operand->across == size)
        pack_across(operand, groups, k, count, width, from);
    else
        pack_elements(operand, groups, k, count, width, from);
}

#endif
