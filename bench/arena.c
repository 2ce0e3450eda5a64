#include "arena.h"

#include "exact_product.h"
#include "exact_values.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The operands begin at different places within a page: loads that follow a store to the same place of another page
 * wait for it, which no allocator would bring about for all three at once. Their first elements are aligned to a
 * vector. */
enum { X_PLACE = 0, Y_PLACE = 1088, OUT_PLACE = 2240, MARGIN = 256, MARGIN_BYTE = 0xa5 };

static size_t whole_pages(size_t size) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (size + page - 1) / page * page;
}

/* Where each part begins, from the start of the memory. */
struct layout {
    size_t x, y, reference, out, size;
};

static struct layout lay_out(const struct item_product *product) {
    const struct bench_dtype *const dtype = product->dtype;
    struct layout layout;
    layout.x = X_PLACE;
    layout.y = whole_pages(layout.x + (size_t)product->x_count * dtype->x_size) + Y_PLACE;
    layout.reference = whole_pages(layout.y + (size_t)product->y_count * dtype->y_size);
    layout.out =
        whole_pages(layout.reference + (size_t)(product->out_count * dtype->parts) * sizeof(float)) + OUT_PLACE;
    layout.size = whole_pages(layout.out + (size_t)product->out_count * dtype->out_size + MARGIN);
    return layout;
}

bool arena_make(struct arena *arena, const struct case_table *cases, bool is_shared) {
    *arena = (struct arena){.size = 0};
    for (int i = 0; i < cases->count; i++) {
        struct item_product product;
        item_product_make(&cases->cases[i], &product);
        const size_t size = lay_out(&product).size;
        if (size > arena->size)
            arena->size = size;
    }
    if (!arena->size)
        return true;
    void *const memory =
        mmap(NULL, arena->size, PROT_READ | PROT_WRITE, (is_shared ? MAP_SHARED : MAP_PRIVATE) | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return false;
    arena->memory = memory;
    return true;
}

void arena_free(struct arena *arena) {
    if (arena->memory)
        munmap(arena->memory, arena->size);
    *arena = (struct arena){.size = 0};
}

void arena_fill(struct arena *arena, const struct item_product *product, uint32_t seed) {
    const struct layout layout = lay_out(product);
    arena->x = arena->memory + layout.x;
    arena->y = arena->memory + layout.y;
    arena->reference = (float *)(void *)(arena->memory + layout.reference);
    arena->out = arena->memory + layout.out;
    arena->input_size = whole_pages(layout.out - OUT_PLACE);
    exact_product_fill(product->bench_case, arena->x, arena->y, seed);
}

void arena_spoil_output(const struct arena *arena, const struct item_product *product) {
    char *const out = arena->out;
    exact_values_spoil(arena->out, product->dtype, product->out_count);
    memset(out - MARGIN, MARGIN_BYTE, MARGIN);
    memset(out + (size_t)product->out_count * product->dtype->out_size, MARGIN_BYTE, MARGIN);
}

bool arena_margins_are_intact(const struct arena *arena, const struct item_product *product) {
    const unsigned char *const before = (const unsigned char *)arena->out - MARGIN;
    const unsigned char *const behind =
        (const unsigned char *)arena->out + (size_t)product->out_count * product->dtype->out_size;
    for (int i = 0; i < MARGIN; i++)
        if (before[i] != MARGIN_BYTE || behind[i] != MARGIN_BYTE)
            return false;
    return true;
}

void arena_protect_inputs(const struct arena *arena) {
    mprotect(arena->memory, arena->size, PROT_READ | PROT_WRITE);
    mprotect(arena->memory, arena->input_size, PROT_READ);
}
