#include "kernel_case.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "oracle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_SIZE = 32 << 20, SCRATCH_ARENA_SIZE = 4 << 20 };

/* One for each operand; a case lies at either end of it, as does its scratch. */
static struct guarded_buffer arenas[OPERAND_COUNT], scratch_arena;
static unsigned char before[ARENA_SIZE];

/* ---- Where elements lie ----------------------------------------------------------------------------------------- */

/* Strides in elements; extent is from the lowest element to the highest, of which [0, 0, 0] is number first. */
struct place {
    int64_t items, rows, columns;
    int64_t item, row, column;
    int64_t first, extent;
    unsigned char *lowest;
    size_t size;
};

static void set_matrix_strides(struct place *place, enum matrix_kind kind) {
    const int64_t rows = place->rows, columns = place->columns;
    static const int64_t directions[MATRIX_KIND_COUNT][2] = {
        [ROWS_BACKWARDS] = {-1, 1}, [COLUMNS_BACKWARDS] = {1, -1}, [ALL_BACKWARDS] = {-1, -1}};
    switch (kind) {
    case BY_COLUMNS:
    case COLUMNS_BACKWARDS:
        place->row = 1, place->column = rows;
        break;
    case PADDED_COLUMNS:
        place->row = 1, place->column = rows + 2;
        break;
    case PADDED_ROWS:
        place->row = columns + 3, place->column = 1;
        break;
    case SPARSE:
        place->row = 2 * columns + 1, place->column = 2;
        break;
    default:
        place->row = columns, place->column = 1;
    }
    if (directions[kind][0]) {
        place->row *= directions[kind][0];
        place->column *= directions[kind][1];
    }
}

static int64_t reach(int64_t extent, int64_t stride) {
    return (extent - 1) * (stride < 0 ? -stride : stride);
}

static void set_item_stride(struct place *place, enum item_kind kind) {
    const int64_t matrix = reach(place->rows, place->row) + reach(place->columns, place->column) + 1;
    switch (kind) {
    case PADDED:
        place->item = matrix + 5;
        break;
    case BROADCAST:
        place->item = 0;
        break;
    case BACKWARDS:
        place->item = -matrix;
        break;
    case BETWEEN_ROWS:
        place->item = place->columns;
        place->row = place->items * place->columns;
        place->column = 1;
        break;
    default:
        place->item = matrix;
    }
}

static struct place place_of(const struct kernel_case *tested, enum operand operand) {
    const struct operand_layout *layout = &tested->layout[operand];
    const batchdot_dtype dtypes[] = {tested->kernel->x, tested->kernel->y, tested->kernel->out};
    struct place place = {.items = tested->items,
                          .rows = operand == OPERAND_Y ? tested->k : tested->m,
                          .columns = operand == OPERAND_X ? tested->k : tested->n,
                          .size = oracle_element_size(dtypes[operand])};
    set_matrix_strides(&place, layout->matrix);
    set_item_stride(&place, layout->items);
    const int64_t extents[] = {place.items, place.rows, place.columns};
    const int64_t strides[] = {place.item, place.row, place.column};
    for (int axis = 0; axis < 3; axis++) {
        place.extent += reach(extents[axis], strides[axis]);
        place.first += strides[axis] < 0 ? reach(extents[axis], strides[axis]) : 0;
    }
    place.extent++;
    const struct guarded_buffer *arena = &arenas[operand];
    const size_t bytes = (size_t)(place.extent + layout->shift) * place.size;
    if (bytes > ARENA_SIZE)
        fail_msg("too large: %s", kernel_case_text(tested));
    place.lowest = layout->side == GUARD_BEFORE ? arena->data + (size_t)layout->shift * place.size
                                                : arena->data + ARENA_SIZE - bytes;
    return place;
}

static int64_t place_offset(const struct place *place, int64_t item, int64_t row, int64_t column) {
    return place->first + item * place->item + row * place->row + column * place->column;
}

/* So many elements from one place to another, each with a step from one to the next, in bytes. */
static void copy_row(unsigned char *to, int64_t to_step, const unsigned char *from, int64_t from_step, int64_t count,
                     size_t size) {
    if (to_step == from_step) {
        memcpy(to, from, (size_t)count * size);
        return;
    }
    for (int64_t i = 0; i < count; i++, to += to_step, from += from_step) {
        if (size == 4)
            memcpy(to, from, 4);
        else if (size == 8)
            memcpy(to, from, 8);
        else
            memcpy(to, from, size);
    }
}

/* Between memory and the matrices that a test gives and gets. */
static void copy_elements(const struct place *place, unsigned char *elements, bool into_memory) {
    const int64_t size = (int64_t)place->size, step = place->column * size;
    for (int64_t item = 0; item < place->items; item++) {
        for (int64_t row = 0; row < place->rows; row++, elements += place->columns * size) {
            unsigned char *const memory = place->lowest + place_offset(place, item, row, 0) * size;
            if (into_memory)
                copy_row(memory, step, elements, size, place->columns, place->size);
            else
                copy_row(elements, size, memory, step, place->columns, place->size);
        }
    }
}

static void write_elements(const struct place *place, const void *elements) {
    memset(place->lowest, 0xff, (size_t)place->extent * place->size);
    copy_elements(place, (unsigned char *)elements, true);
}

/* ---- Running a case --------------------------------------------------------------------------------------------- */

static struct product product_of(const struct kernel_case *tested, const struct place *x, const struct place *y,
                                 const struct place *out) {
    enum { MANY = 1 << 30 };
    struct product product = {
        .items = tested->items,
        .batch = tested->is_of_many ? MANY : tested->items,
        .m = tested->m,
        .n = tested->n,
        .k = tested->k,
        .x_item = x->item,
        .y_item = y->item,
        .out_item = out->item,
        .x_m = x->row,
        .x_k = x->column,
        .y_k = y->row,
        .y_n = y->column,
        .out_m = out->row,
        .out_n = out->column,
        .alpha = {tested->alpha[0], tested->alpha[1]},
        .beta = {tested->beta[0], tested->beta[1]},
        .conjugate_x = tested->conjugate_x,
        .conjugate_y = tested->conjugate_y,
    };
    if (tested->says_1 && product.k == 1)
        product.x_k = product.y_k = 1;
    if (tested->says_1 && product.n == 1)
        product.y_n = product.out_n = 1;
    if (tested->says_1 && product.m == 1) {
        product.x_m = 1;
        product.out_m = product.n;
    }
    return product;
}

bool kernel_case_accepted(const struct kernel_case *tested) {
    const struct place x = place_of(tested, OPERAND_X), y = place_of(tested, OPERAND_Y),
                       out = place_of(tested, OPERAND_OUT);
    const struct product product = product_of(tested, &x, &y, &out);
    return tested->kernel->accepts(&product);
}

int64_t kernel_case_scratch(const struct kernel_case *tested) {
    const struct place x = place_of(tested, OPERAND_X), y = place_of(tested, OPERAND_Y),
                       out = place_of(tested, OPERAND_OUT);
    const struct product product = product_of(tested, &x, &y, &out);
    return tested->kernel->scratch ? tested->kernel->scratch(&product) : 0;
}

static void *scratch_of(const struct kernel_case *tested) {
    const size_t bytes = tested->has_scratch ? (size_t)kernel_case_scratch(tested) : 0;
    if (bytes == 0)
        return NULL;
    assert_in_range(bytes, 1, SCRATCH_ARENA_SIZE);
    const bool is_first = tested->layout[OPERAND_OUT].side == GUARD_BEFORE;
    unsigned char *const scratch = scratch_arena.data + (is_first ? 0 : SCRATCH_ARENA_SIZE - bytes);
    assert_int_equal((uintptr_t)scratch % 64, 0);
    return memset(scratch, 0xff, bytes);
}

/* What the kernel makes of a product of more items; of blocks it is told nothing. */
static void *preparation_of(const struct kernel_case *tested, const struct product *product) {
    enum { MORE_ITEMS = 3, MOST_BYTES = 1 << 15 };
    static _Alignas(64) unsigned char prepared[MOST_BYTES];
    if (!tested->is_prepared || !tested->kernel->prepare || tested->block_m > 0)
        return NULL;
    struct product of_more_items = *product;
    of_more_items.items += MORE_ITEMS;
    const size_t bytes = tested->kernel->prepare(&of_more_items, NULL);
    assert_in_range(bytes, 1, MOST_BYTES);
    memset(prepared, 0xff, MOST_BYTES);
    tested->kernel->prepare(&of_more_items, prepared);
    return prepared;
}

static unsigned char *element_at(const struct place *place, int64_t item, int64_t row, int64_t column) {
    return place->lowest + place_offset(place, item, row, column) * (int64_t)place->size;
}

static void run_blocks_of_item(const struct kernel_case *tested, const struct product *whole, const struct place *x,
                               const struct place *y, const struct place *out, int64_t item) {
    struct product block = *whole;
    block.items = 1;
    block.x_item = block.y_item = 0;
    for (int64_t i = 0; i < tested->m; i += tested->block_m) {
        for (int64_t j = 0; j < tested->n; j += tested->block_n) {
            block.m = tested->m - i < tested->block_m ? tested->m - i : tested->block_m;
            block.n = tested->n - j < tested->block_n ? tested->n - j : tested->block_n;
            tested->kernel->run(&block, element_at(x, item, i, 0), element_at(y, item, 0, j),
                                element_at(out, item, i, j));
        }
    }
}

void kernel_case_run(const struct kernel_case *tested, const struct kernel_operands *operands, void *result) {
    const struct place x = place_of(tested, OPERAND_X), y = place_of(tested, OPERAND_Y),
                       out = place_of(tested, OPERAND_OUT);
    struct product product = product_of(tested, &x, &y, &out);
    product.prepared = preparation_of(tested, &product);
    product.scratch = scratch_of(tested);
    const size_t out_bytes = (size_t)out.extent * out.size;
    write_elements(&x, operands->x);
    write_elements(&y, operands->y);
    write_elements(&out, operands->old_out);
    memcpy(before, out.lowest, out_bytes);
    if (tested->block_m == 0) {
        tested->kernel->run(&product, element_at(&x, 0, 0, 0), element_at(&y, 0, 0, 0), element_at(&out, 0, 0, 0));
    } else {
        for (int64_t item = 0; item < tested->items; item++)
            run_blocks_of_item(tested, &product, &x, &y, &out, item);
    }
    copy_elements(&out, result, false);
    copy_elements(&out, (unsigned char *)operands->old_out, true);
    if (memcmp(before, out.lowest, out_bytes) != 0)
        fail_msg("wrote where no element of the output is: %s", kernel_case_text(tested));
}

/* ---- Names ------------------------------------------------------------------------------------------------------ */

const char *kernel_case_text(const struct kernel_case *tested) {
    static const char *const matrix_names[] = {
        [BY_ROWS] = "by rows",
        [PADDED_ROWS] = "padded rows",
        [BY_COLUMNS] = "by columns",
        [SPARSE] = "sparse",
        [PADDED_COLUMNS] = "padded columns",
        [ROWS_BACKWARDS] = "rows backwards",
        [COLUMNS_BACKWARDS] = "columns backwards",
        [ALL_BACKWARDS] = "all backwards",
    };
    static const char *const item_names[] = {"dense", "padded", "between rows", "broadcast", "backwards"};
    static char text[600];
    int length = snprintf(
        text, sizeof text,
        "%s items %d m %d n %d k %d alpha %g,%g beta %g,%g conj %d,%d blocks %dx%d prepared %d scratch %d",
        tested->kernel->name, (int)tested->items, (int)tested->m, (int)tested->n, (int)tested->k, tested->alpha[0],
        tested->alpha[1], tested->beta[0], tested->beta[1], tested->conjugate_x, tested->conjugate_y,
        (int)tested->block_m, (int)tested->block_n, tested->is_prepared, tested->has_scratch);
    for (int i = 0; i < OPERAND_COUNT; i++) {
        const struct operand_layout *layout = &tested->layout[i];
        length +=
            snprintf(text + length, sizeof text - (size_t)length, "; %s %s, items %s, guard %s, shift %d",
                     (const char *const[]){"x", "y", "out"}[i], matrix_names[layout->matrix], item_names[layout->items],
                     layout->side == GUARD_BEFORE ? "before" : "behind", layout->shift);
    }
    return text;
}

const char *kernel_family(const struct kernel *kernel) {
    return kernel->form == PLAIN ? "plain" : strrchr(kernel->name, '_') + 1;
}

/* ---- A test for every kernel ------------------------------------------------------------------------------------ */

static int make_arenas(void **state) {
    (void)state;
    for (int i = 0; i < OPERAND_COUNT; i++)
        arenas[i] = guarded_buffer_make(ARENA_SIZE, GUARD_BEHIND);
    scratch_arena = guarded_buffer_make(SCRATCH_ARENA_SIZE, GUARD_BEHIND);
    return 0;
}

int kernel_run_tests(const char *group, void (*test)(void **state), int (*teardown)(void **state)) {
    enum { MAX_TESTS = 400 };
    static struct CMUnitTest tests[MAX_TESTS];
    int kernel_count;
    size_t test_count = 0;
    const struct kernel *kernels = bd_kernels(&kernel_count);
    if (kernel_count > MAX_TESTS) {
        print_error("there are %d kernels, more than there is room for\n", kernel_count);
        return 1;
    }
    for (int i = 0; i < kernel_count; i++) {
        if (kernels[i].isa <= bd_isa())
            tests[test_count++] = (struct CMUnitTest){kernels[i].name, test, NULL, NULL, (void *)&kernels[i]};
    }
    cmocka_set_test_filter(getenv("BATCHDOT_TEST_KERNELS"));
    return _cmocka_run_group_tests(group, tests, test_count, make_arenas, teardown);
}
