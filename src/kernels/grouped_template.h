/* The product for elements smaller than a lane, of any strides: blocks of x and of y are packed by lanes, GROUP
 * successive elements along k a lane, and multiplied by register tiles, for which a lane of both is one step. A lane's
 * products are summed in 32 bits, and an element of the output is made of them, scaled and narrowed, only when all of k
 * is summed. The order of summation is that of k, block by block.
 *
 * Needs a vector_*.h of ELEMENT_BITS 32, a small_*.h and, defined before,
 *
 *     GROUP           1, 2 or 4
 *     MULTIPLY_ADD    what multiplies two vectors of such lanes and adds the products to a third */
#include "kernels/vector_real.h"

#include "base/checked.h"
#include "kernels/register_tiles.h"
#include "kernels/small_elements.h"
#include "kernels/turn_columns.h"

/* k is cut into blocks of so many groups at most, each of which is summed by itself. */
enum {
    GROUP_BITS = 32 / GROUP,
    BLOCK_ROWS = 32,
    BLOCK_GROUPS = 96,
    MOST_KEPT_GROUPS = 4096,
    SCRATCH_UNIT = 64,
    BLOCK_VECTORS = REGISTERS == 32 ? 4 : 3,
    BLOCK_WIDTH = BLOCK_VECTORS * LANES
};

/* A block of x, to which a row may be added, and of y; if y is kept, then all of its blocks for as many columns. */
struct packed_blocks {
    element *x, *y;
    bool y_is_kept;
};

/* An operand: what its elements are, and how far apart in memory along k and along the other axis, in bytes. */
struct small_operand {
    enum small_kind kind;
    uint32_t flip; /* bits that are inverted when they are packed */
    int64_t along_k, across;
};

static struct small_operand small_operand_of(enum small_kind kind, uint32_t flip, int64_t along_k, int64_t across) {
    return (struct small_operand){kind, flip, along_k * small_size(kind), across * small_size(kind)};
}

/* By whole vectors, for which there is room. */
static inline __attribute__((always_inline)) void pack_row_of(element *groups, int64_t k, const char *from,
                                                              enum small_kind kind, uint32_t flip) {
    const words flipped = same_words(flip);
    for (int64_t step = 0; step < k; step += ELEMENTS_A_VECTOR) {
        const int64_t count = k - step < ELEMENTS_A_VECTOR ? k - step : ELEMENTS_A_VECTOR;
        const vec packed = small_vector(from + step * small_size(kind), count, kind);
        store(groups + step / GROUP, vec_of(differing(words_of(packed), flipped)));
    }
}

/* Up to GROUP rows of so many contiguous elements across k become a row of groups, filled up to width. */
static inline __attribute__((always_inline)) void pack_across_of(element *groups, int64_t width, int64_t rows,
                                                                 int64_t count, const char *from, int64_t along_k,
                                                                 enum small_kind kind, uint32_t flip) {
    for (int64_t j = 0; j < width; j += LANES) {
        const int64_t present = count - j < LANES ? count - j : LANES;
        words group = same_words(0);
#pragma GCC unroll 4
        for (int step = 0; step < GROUP; step++) {
            if (step < rows && present > 0) {
                const words row = small_lanes(from + step * along_k + j * small_size(kind), present, kind);
                group = either(group, shift_left(row, step * GROUP_BITS));
            }
        }
        store(groups + j, vec_of(differing(group, same_words(flip))));
    }
}

/* The kinds that a file's kernels have are constants in what is inlined. */
static void pack_row(const struct small_operand *operand, element *groups, int64_t k, const char *from) {
#define PACK_KIND(kind_of_it)                                                                                          \
    if (operand->kind == (kind_of_it))                                                                                 \
        pack_row_of(groups, k, from, kind_of_it, operand->flip);
    SMALL_KINDS
#undef PACK_KIND
}

static void pack_across(const struct small_operand *operand, element *groups, int64_t width, int64_t rows,
                        int64_t count, const char *from) {
#define PACK_KIND(kind_of_it)                                                                                          \
    if (operand->kind == (kind_of_it))                                                                                 \
        pack_across_of(groups, width, rows, count, from, operand->along_k, kind_of_it, operand->flip);
    SMALL_KINDS
#undef PACK_KIND
}

static void pack_elements_of(const struct small_operand *operand, element *groups, int64_t width, int64_t rows,
                             int64_t count, const char *from) {
    for (int64_t j = 0; j < width; j++) {
        uint32_t bits = operand->flip;
        for (int64_t step = 0; j < count && step < rows; step++)
            bits ^= small_bits(from + step * operand->along_k + j * operand->across, operand->kind)
                    << step * GROUP_BITS;
        memcpy(&groups[j], &bits, sizeof bits);
    }
}

/* A block of k by count elements becomes rows of groups, one a step along k in groups, as wide as tiles want y's. */
static void pack_block(const struct small_operand *operand, element *groups, int64_t k, int64_t count, int64_t width,
                       const char *from) {
    const int64_t size = small_size(operand->kind);
    if (operand->along_k == size && (operand->across != size || count == 1)) { /* contiguous along k */
        _Alignas(64) element rows[LANES * BLOCK_GROUPS];
        for (int64_t j = 0; j < width; j += LANES) {
            const int64_t columns = count - j < LANES ? count - j : LANES;
            for (int64_t i = 0; i < columns; i++)
                pack_row(operand, rows + i * BLOCK_GROUPS, k, from + (j + i) * operand->across);
            turn_columns(groups + j, bd_divide_up(k, GROUP), columns, width, rows, BLOCK_GROUPS);
        }
        return;
    }
    for (int64_t step = 0; step < k; step += GROUP, groups += width) {
        const int64_t rows = k - step < GROUP ? k - step : GROUP;
        if (operand->across == size)
            pack_across(operand, groups, width, rows, count, from + step * operand->along_k);
        else
            pack_elements_of(operand, groups, width, rows, count, from + step * operand->along_k);
    }
}

/* What the tiles compute, from packed blocks to sums. */
struct grouped {
    struct small_operand x, y;
    enum out_kind out;
    const struct product *product;
    struct packed_blocks blocks;
    bool x_is_in_groups;                        /* as it lies in memory */
    struct parts columns, row_blocks, k_blocks; /* in vectors, rows and groups */
};

/* For so many rows of a tile's column; most have one tile. */
static struct parts tiles_of_rows(int64_t rows, int64_t vectors) {
    return rows <= most_tile_rows(vectors) ? (struct parts){1, rows, 0} : bd_cut(rows, tile_row_blocks(rows, vectors));
}

/* A row of x whose elements are all 0: what it sums to is what flipping x's bits added to every row. */
static void append_zero_row(struct product *tiles, element *x, uint32_t flip) {
    for (int64_t group = 0; group < tiles->k; group++)
        memcpy(&x[tiles->m * tiles->x_m + group * tiles->x_k], &flip, sizeof flip);
    tiles->m++;
}

/* Where elements are packed by their bits, and each row begins and ends with a lane. */
static bool is_in_groups(const struct small_operand *x, const struct product *product, const char *data) {
    const int64_t size = small_size(x->kind), lane = GROUP * size;
    const bool is_aligned =
        (uintptr_t)data % (uint64_t)lane == 0 && x->across % lane == 0 && product->x_item * size % lane == 0;
    return (x->kind == BF16_BITS || x->kind == BYTE_BITS) && x->flip == 0 && x->along_k == size &&
           product->k % GROUP == 0 && is_aligned;
}

/* So many rows of x by lanes, and in tiles how they lie: in memory, or packed, along k where they are contiguous so. */
static const element *rows_of_x(const struct grouped *grouped, struct product *tiles, int64_t k, int64_t rows,
                                const char *from) {
    const struct small_operand *const x = &grouped->x;
    element *const packed = grouped->blocks.x;
    tiles->k = bd_divide_up(k, GROUP);
    tiles->m = rows;
    tiles->x_k = 1;
    if (grouped->x_is_in_groups) {
        tiles->x_m = x->across / (int64_t)sizeof(element);
        return (const element *)(const void *)from;
    }
    if (x->along_k == small_size(x->kind)) {
        tiles->x_m = BLOCK_GROUPS;
        for (int64_t i = 0; i < rows; i++)
            pack_row(x, packed + i * BLOCK_GROUPS, k, from + i * x->across);
    } else {
        tiles->x_m = 1;
        tiles->x_k = bd_divide_up(rows + 1, LANES) * LANES;
        pack_block(x, packed, k, rows, tiles->x_k, from);
    }
    if (x->flip)
        append_zero_row(tiles, packed, x->flip);
    return packed;
}

static inline __attribute__((always_inline)) void finish_rows_of(const struct grouped *grouped, const element *sums,
                                                                 int64_t width, int64_t rows, int64_t n, char *out,
                                                                 enum out_kind kind) {
    const struct scaling scaling = scaling_of(grouped->product);
    const element *const zero_row = sums + rows * width;
    const int64_t out_m = grouped->product->out_m * out_size(kind);
    for (int64_t i = 0; i < rows; i++, sums += width, out += out_m) {
        for (int64_t j = 0; j < n; j += LANES) {
            const int64_t count = n - j < LANES ? n - j : LANES;
            char *const to = out + j * out_size(kind);
            vec result = load(sums + j);
            if (grouped->x.flip)
                result = vec_of(subtract_words(words_of(result), words_of(load(zero_row + j))));
            finish_small(scaling, to, result, count, kind);
        }
    }
}

static void finish_rows(const struct grouped *grouped, const element *sums, int64_t width, int64_t rows, int64_t n,
                        char *out) {
    if (grouped->out == OUT_F16)
        finish_rows_of(grouped, sums, width, rows, n, out, OUT_F16);
    else if (grouped->out == OUT_BF16)
        finish_rows_of(grouped, sums, width, rows, n, out, OUT_BF16);
    else
        finish_rows_of(grouped, sums, width, rows, n, out, OUT_LANES);
}

/* A column of the output, vectors wide. Where y is kept it is packed once for all rows. */
static void grouped_column(const struct grouped *grouped, int64_t vectors, int64_t n, const char *x, const char *y,
                           char *out) {
    _Alignas(64) element sums[(BLOCK_ROWS + 1) * BLOCK_WIDTH];
    const struct product *const product = grouped->product;
    const struct parts k_blocks = grouped->k_blocks, row_blocks = grouped->row_blocks;
    const int64_t width = vectors * LANES;
    const bool y_is_kept = grouped->blocks.y_is_kept || k_blocks.count == 1;
    struct prefetch prefetch = no_prefetch;
    prefetch.x.next = x; /* what is stepped along must not be NULL */
    for (int64_t row_block = 0; row_block < row_blocks.count; row_block++) {
        const int64_t rows = bd_part_extent(row_blocks, row_block);
        struct product tiles = {.y_k = width, .out_m = width, .alpha = {1, 0}};
        for (int64_t k_block = 0, step = 0; k_block < k_blocks.count; k_block++) {
            const int64_t steps = bd_part_extent(k_blocks, k_block) * GROUP;
            const int64_t k = product->k - step < steps ? product->k - step : steps;
            const element *const x_rows = rows_of_x(grouped, &tiles, k, rows, x + step * grouped->x.along_k);
            element *const panel = grouped->blocks.y + (y_is_kept ? step / GROUP * width : 0);
            if (row_block == 0 || !y_is_kept)
                pack_block(&grouped->y, panel, k, n, width, y + step * grouped->y.along_k);
            tile_column(&tiles, tiles_of_rows(tiles.m, vectors), (int)vectors, first_lanes(LANES), &prefetch, x_rows,
                        panel, sums);
            tiles.beta[0] = 1;
            step += k;
        }
        finish_rows(grouped, sums, width, rows, n, out);
        x += rows * grouped->x.across;
        out += rows * product->out_m * out_size(grouped->out);
    }
}

static void grouped_items(const struct grouped *grouped, const char *x, const char *y, char *out) {
    const struct product *const product = grouped->product;
    const struct parts columns = grouped->columns;
    for (int64_t item = 0; item < product->items; item++) {
        for (int64_t column = 0, j = 0; column < columns.count; column++) {
            const int64_t column_vectors = bd_part_extent(columns, column), width = column_vectors * LANES;
            grouped_column(grouped, column_vectors, product->n - j < width ? product->n - j : width, x,
                           y + j * grouped->y.across, out + j * out_size(grouped->out));
            j += width;
        }
        x += product->x_item * small_size(grouped->x.kind);
        y += product->y_item * small_size(grouped->y.kind);
        out += product->out_item * out_size(grouped->out);
    }
}

/* For y of as many columns, unless it is small enough for the stack or packed for few rows only. */
static int64_t grouped_scratch(const struct product *product) {
    const int64_t groups = bd_divide_up(product->k, GROUP);
    const bool pays = groups > BLOCK_GROUPS && groups <= MOST_KEPT_GROUPS && product->m > BLOCK_ROWS;
    return pays ? bd_divide_up(groups * BLOCK_WIDTH * (int64_t)sizeof(element), SCRATCH_UNIT) * SCRATCH_UNIT : 0;
}

/* The flip is 0 but where x's elements are unsigned when y's are too, or signed. */
static void grouped_product(const struct product *product, enum small_kind x_kind, uint32_t x_flip,
                            enum small_kind y_kind, enum out_kind out_kind, const void *x, const void *y, void *out) {
    _Alignas(64) element x_block[(BLOCK_ROWS + LANES) * BLOCK_GROUPS], y_block[BLOCK_WIDTH * BLOCK_GROUPS];
    const bool y_is_kept = product->scratch && grouped_scratch(product) > 0;
    const int64_t vectors = bd_divide_up(product->n, LANES), groups = bd_divide_up(product->k, GROUP);
    const struct small_operand x_operand = small_operand_of(x_kind, x_flip, product->x_k, product->x_m);
    const struct grouped grouped = {.x = x_operand,
                                    .y = small_operand_of(y_kind, 0, product->y_k, product->y_n),
                                    .out = out_kind,
                                    .product = product,
                                    .blocks = {x_block, y_is_kept ? product->scratch : y_block, y_is_kept},
                                    .x_is_in_groups = is_in_groups(&x_operand, product, x),
                                    .columns = bd_cut(vectors, bd_divide_up(vectors, BLOCK_VECTORS)),
                                    .row_blocks = bd_cut(product->m, bd_divide_up(product->m, BLOCK_ROWS)),
                                    .k_blocks = bd_cut(groups, bd_divide_up(groups, BLOCK_GROUPS))};
    grouped_items(&grouped, x, y, out);
}

/* Plain C is no slower on items so small that packing them is most of the work. */
static bool grouped_accepts(const struct product *product) {
    enum { LEAST_WORK = 8 * GROUP };
    return product->out_n == 1 &&
           bd_multiply_saturating(product->m, bd_multiply_saturating(product->n, product->k)) > LEAST_WORK;
}
