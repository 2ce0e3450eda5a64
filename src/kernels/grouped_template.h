/* The product for elements smaller than a lane, of any strides: blocks of x and of y are packed by lanes, GROUP
 * successive elements along k a lane, and multiplied by register tiles, for which a lane of both is one step. A lane's
 * products are summed in 32 bits, and an element of the output is made of them, scaled and narrowed, only when all of k
 * is summed. The order of summation is that of k, block by block. For a single row of x, y is taken as it lies in
 * memory.
 *
 * Needs a vector_*.h of ELEMENT_BITS 32, a small_*.h and, defined before,
 *
 *     GROUP                    1, 2 or 4
 *     SMALL_KINDS              SMALL_KIND(kind) for each kind of elements in the file's kernels, with else between
 *     MULTIPLY_ADD             what multiplies two vectors of such lanes and adds the products to a third, if that
 *                              is not multiply_add
 *     SUMS_BEGIN_WITH_A_ROW    where bits of x may be flipped */
#include "kernels/vector_real.h"

#include "base/checked.h"
#include "kernels/group_packing.h"
#include "kernels/register_tiles.h"
#include "kernels/tiny_items.h"

/* k is cut into blocks of so many groups at most, each of which is summed by itself. */
enum {
    BLOCK_ROWS = 32,
    MOST_KEPT_GROUPS = 4096,
    SCRATCH_UNIT = 64,
    MOST_BLOCK_VECTORS = 4,
    BLOCK_VECTORS = REGISTERS == 32 ? MOST_BLOCK_VECTORS : 3,
    BLOCK_WIDTH = BLOCK_VECTORS * LANES,
#ifdef SUMS_BEGIN_WITH_A_ROW
    FIRST_SUMS_ROWS = 1
#else
    FIRST_SUMS_ROWS = 0
#endif
};

/* A block of x, of y, and of sums; if y is kept, then all of its blocks for as many columns. */
struct packed_blocks {
    element *x, *y, *sums;
    bool y_is_kept;
};

/* What the tiles compute, from packed blocks to sums. */
struct grouped {
    struct small_operand x, y;
    enum out_kind out;
    const struct product *product;
    struct packed_blocks blocks;
    bool x_is_in_groups;                        /* as it lies in memory */
    bool is_single_row;                         /* and y contiguous along n */
    struct parts columns, row_blocks, k_blocks; /* in vectors, rows and groups */
};

/* For so many rows of a tile's column; most have one tile. */
static struct parts tiles_of_rows(int64_t rows, int64_t vectors) {
    return rows <= most_tile_rows(vectors) ? (struct parts){1, rows, 0}
                                           : bd_cut(rows, tile_row_blocks(rows, vectors, MAX_TILE_ROWS));
}

/* What sums begin with where x's bits are flipped, behind a block of y: the opposite of what that adds to them. */
static void append_first_sums(element *y, int64_t groups, int64_t width, uint32_t flip) {
    const vec flipped_zero = vec_of(same_words(flip));
    element *const first_sums = y + groups * width;
    vec sums[MOST_BLOCK_VECTORS] = {zero(), zero(), zero(), zero()};
    for (; flip != 0 && y < first_sums; y += width) {
#pragma GCC unroll 4
        for (int j = 0; j < MOST_BLOCK_VECTORS; j++) {
            if (j * LANES < width)
                sums[j] = accumulate(flipped_zero, load(y + j * LANES), sums[j]);
        }
    }
#pragma GCC unroll 4
    for (int j = 0; j < MOST_BLOCK_VECTORS; j++) {
        if (j * LANES < width)
            store(first_sums + j * LANES, vec_of(subtract_words(same_words(0), words_of(sums[j]))));
    }
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
        pack_rows(x, packed, k, rows, from);
    } else {
        tiles->x_m = 1;
        tiles->x_k = bd_divide_up(rows, LANES) * LANES;
        pack_block(x, packed, k, rows, tiles->x_k, from);
    }
    return packed;
}

static void finish_rows(const struct grouped *grouped, const element *sums, int64_t width, int64_t rows, int64_t n,
                        char *out) {
    const struct scaling scaling = scaling_of(grouped->product);
    const int64_t out_step = grouped->product->out_m * out_size(grouped->out);
    if (grouped->out == OUT_F16)
        finish_small_rows_of(scaling, sums, width, rows, n, out, out_step, OUT_F16);
    else if (grouped->out == OUT_BF16)
        finish_small_rows_of(scaling, sums, width, rows, n, out, out_step, OUT_BF16);
    else
        finish_small_rows_of(scaling, sums, width, rows, n, out, out_step, OUT_LANES);
}

/* A column of the output: vectors wide, n elements of which are there. */
struct grouped_column {
    int64_t vectors, width, n;
    bool y_is_packed_once; /* for all rows */
    bool is_in_output;     /* where it is summed, rather than in memory of its own, as wide as vectors are */
    int64_t last_columns;
    struct product tiles;
};

static void describe_column(const struct grouped *grouped, int64_t vectors, int64_t n, struct grouped_column *column) {
    const struct product *const product = grouped->product;
    const bool is_one_block = grouped->k_blocks.count == 1;
    const bool is_in_output = grouped->out == OUT_LANES && (is_one_block || scaling_of(product).is_plain);
    *column = (struct grouped_column){
        .vectors = vectors,
        .width = vectors * LANES,
        .n = n,
        .y_is_packed_once = grouped->blocks.y_is_kept || is_one_block,
        .is_in_output = is_in_output,
        .last_columns = is_in_output ? n - (vectors - 1) * LANES : LANES,
        .tiles = {.y_k = vectors * LANES, .out_m = is_in_output ? product->out_m : vectors * LANES, .alpha = {1, 0}},
    };
    if (is_in_output && is_one_block) {
        memcpy(column->tiles.alpha, product->alpha, sizeof product->alpha);
        memcpy(column->tiles.beta, product->beta, sizeof product->beta);
    }
}

/* A row of x times y as it lies in memory, contiguous along n, since packing would take longer: as one tile, to the
 * bit. vectors and the kind are constants. */
static inline __attribute__((always_inline)) void single_row_of(const struct grouped *grouped,
                                                                const struct grouped_column *column, int64_t k,
                                                                const element *x, const char *y, element *out,
                                                                int vectors, enum small_kind kind) {
    const int64_t along_k = grouped->y.along_k, x_k = column->tiles.x_k;
    const int64_t last = column->n - (vectors - 1) * LANES;
    const bool has_flip = FIRST_SUMS_ROWS > 0 && grouped->x.flip != 0;
    accumulator sums[MOST_BLOCK_VECTORS], flipped_sums[MOST_BLOCK_VECTORS];
#pragma GCC unroll 4
    for (int j = 0; j < vectors; j++)
        sums[j] = flipped_sums[j] = no_sum();
    for (int64_t step = 0; step < k; step += GROUP, x += x_k, y += GROUP * along_k) {
        const multiplier x_group = multiplier_of(x);
#pragma GCC unroll 4
        for (int j = 0; j < vectors; j++) {
            const vec y_groups =
                vec_of(group_of_rows(k - step < GROUP ? k - step : GROUP, j + 1 < vectors ? LANES : last,
                                     y + j * LANES * small_size(kind), along_k, kind));
            sums[j] = accumulate(x_group, y_groups, sums[j]);
            if (has_flip)
                flipped_sums[j] = accumulate(vec_of(same_words(grouped->x.flip)), y_groups, flipped_sums[j]);
        }
    }
    const struct scaling scaling = scaling_of(&column->tiles);
#pragma GCC unroll 4
    for (int j = 0; j < vectors; j++) {
        vec result = sums[j];
        if (has_flip)
            result = vec_of(subtract_words(words_of(result), words_of(flipped_sums[j])));
        finish_part(scaling, out + j * LANES, result, first_lanes(j + 1 < vectors ? LANES : column->last_columns));
    }
}

static inline __attribute__((always_inline)) void single_row_of_kind(const struct grouped *grouped,
                                                                     const struct grouped_column *column, int64_t k,
                                                                     const element *x, const char *y, element *out,
                                                                     enum small_kind kind) {
    switch (column->vectors) {
    case 1:
        single_row_of(grouped, column, k, x, y, out, 1, kind);
        break;
    case 2:
        single_row_of(grouped, column, k, x, y, out, 2, kind);
        break;
#if REGISTERS == 32
    case 3:
        single_row_of(grouped, column, k, x, y, out, 3, kind);
        break;
#endif
    default:
        single_row_of(grouped, column, k, x, y, out, BLOCK_VECTORS, kind);
    }
}

static void single_row(const struct grouped *grouped, const struct grouped_column *column, int64_t k, const element *x,
                       const char *y, element *out) {
#define SMALL_KIND(kind_of_it)                                                                                         \
    if (grouped->y.kind == (kind_of_it))                                                                               \
        single_row_of_kind(grouped, column, k, x, y, out, kind_of_it);
    SMALL_KINDS
#undef SMALL_KIND
}

/* So many rows of a column and a block along k, of which y may be packed already. */
static void packed_rows(const struct grouped *grouped, const struct grouped_column *column, int64_t rows,
                        bool is_packed, int64_t k, const element *x, const char *y, element *panel, element *sums) {
    const int64_t vectors = column->vectors, width = column->width;
    const struct tile_column tile_column = {(int)vectors, column->n, column->last_columns,
                                            tiles_of_rows(rows, vectors)};
    struct prefetch prefetch = no_prefetch;
    if (!is_packed) {
        pack_block(&grouped->y, panel, k, column->n, width, y);
        if (FIRST_SUMS_ROWS > 0)
            append_first_sums(panel, column->tiles.k, width, grouped->x.flip);
    }
    run_tile_column(&column->tiles, &tile_column, &prefetch, x, panel, sums);
}

/* So many rows of a column; y is packed for the first of them, and for the others where it is not kept. What further
 * blocks along k come to is added to that of the first. */
static void grouped_rows(const struct grouped *grouped, struct grouped_column *column, int64_t rows, bool is_first,
                         const char *x, const char *y, element *sums) {
    struct product *const tiles = &column->tiles;
    element *panel = grouped->blocks.y;
    int64_t rest = grouped->product->k;
    for (int64_t k_block = 0; k_block < grouped->k_blocks.count; k_block++) {
        const int64_t groups = bd_part_extent(grouped->k_blocks, k_block);
        const int64_t k = rest < groups * GROUP ? rest : groups * GROUP;
        const element *const x_rows = rows_of_x(grouped, tiles, k, rows, x);
        if (grouped->k_blocks.count > 1)
            tiles->beta[0] = k_block > 0 ? 1 : 0;
        tiles->prepared = panel + groups * column->width;
        if (grouped->is_single_row)
            single_row(grouped, column, k, x_rows, y, sums);
        else
            packed_rows(grouped, column, rows, column->y_is_packed_once && !is_first, k, x_rows, y, panel, sums);
        rest -= k;
        x += k * grouped->x.along_k;
        y += k * grouped->y.along_k;
        panel += column->y_is_packed_once ? (groups + FIRST_SUMS_ROWS) * column->width : 0;
    }
}

static void grouped_column(const struct grouped *grouped, struct grouped_column *column, const char *x, const char *y,
                           char *out) {
    for (int64_t row_block = 0; row_block < grouped->row_blocks.count; row_block++) {
        const int64_t rows = bd_part_extent(grouped->row_blocks, row_block);
        if (column->is_in_output) {
            grouped_rows(grouped, column, rows, row_block == 0, x, y, (element *)(void *)out);
        } else {
            grouped_rows(grouped, column, rows, row_block == 0, x, y, grouped->blocks.sums);
            finish_rows(grouped, grouped->blocks.sums, column->width, rows, column->n, out);
        }
        x += rows * grouped->x.across;
        out += rows * grouped->product->out_m * out_size(grouped->out);
    }
}

static void grouped_items(const struct grouped *grouped, const char *x, const char *y, char *out) {
    const struct product *const product = grouped->product;
    const struct parts columns = grouped->columns;
    struct grouped_column described = {.n = 0};
    for (int64_t item = 0; item < product->items; item++) {
        for (int64_t column = 0, j = 0; column < columns.count; column++) {
            const int64_t vectors = bd_part_extent(columns, column), width = vectors * LANES;
            const int64_t n = product->n - j < width ? product->n - j : width;
            if (n != described.n) /* most have one column, the same for all items */
                describe_column(grouped, vectors, n, &described);
            grouped_column(grouped, &described, x, y + j * grouped->y.across, out + j * out_size(grouped->out));
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
    const int64_t rows = groups + bd_divide_up(groups, BLOCK_GROUPS) * FIRST_SUMS_ROWS;
    return pays ? bd_divide_up(rows * BLOCK_WIDTH * (int64_t)sizeof(element), SCRATCH_UNIT) * SCRATCH_UNIT : 0;
}

/* The flip is 0 but where x's elements are unsigned when y's are too, or signed. */
static void grouped_product(const struct product *product, enum small_kind x_kind, uint32_t x_flip,
                            enum small_kind y_kind, enum out_kind out_kind, const void *x, const void *y, void *out) {
    _Alignas(64) element x_block[BLOCK_ROWS * BLOCK_GROUPS], y_block[BLOCK_WIDTH * (BLOCK_GROUPS + FIRST_SUMS_ROWS)],
        sums[BLOCK_ROWS * BLOCK_WIDTH];
    const bool y_is_kept = product->scratch && grouped_scratch(product) > 0;
    const int64_t vectors = bd_divide_up(product->n, LANES), groups = bd_divide_up(product->k, GROUP);
    const struct small_operand x_operand = small_operand_of(x_kind, x_flip, product->x_k, product->x_m);
    const struct grouped grouped = {.x = x_operand,
                                    .y = small_operand_of(y_kind, 0, product->y_k, product->y_n),
                                    .out = out_kind,
                                    .product = product,
                                    .blocks = {x_block, y_is_kept ? product->scratch : y_block, sums, y_is_kept},
                                    .x_is_in_groups = is_in_groups(&x_operand, product, x),
                                    .is_single_row = product->m == 1 && product->y_n == 1,
                                    .columns = bd_cut(vectors, bd_divide_up(vectors, BLOCK_VECTORS)),
                                    .row_blocks = bd_cut(product->m, bd_divide_up(product->m, BLOCK_ROWS)),
                                    .k_blocks = bd_cut(groups, bd_divide_up(groups, BLOCK_GROUPS))};
    grouped_items(&grouped, x, y, out);
}

/* Tiny items are widened, though by a lesser instruction set's kernel where this one has none for that. Plain C is no
 * slower on others so small that packing them is most of the work. */
static bool grouped_accepts(const struct product *product) {
    enum { LEAST_WORK = 8 * GROUP };
    return product->out_n == 1 && !is_tiny_item(product) &&
           bd_multiply_saturating(product->m, bd_multiply_saturating(product->n, product->k)) > LEAST_WORK;
}
