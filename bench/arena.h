/* One product's operands, and what is right. */
#ifndef BATCHDOT_BENCH_ARENA_H
#define BATCHDOT_BENCH_ARENA_H

#include "item_product.h"

struct arena {
    void *x, *y, *out;
    float *reference; /* the right output, part by part where elements are complex */
    char *memory;
    size_t size;
    size_t input_size; /* of x, y and the reference, which lie first; whole pages */
};

/* Room for every one of these cases, one at a time; if shared, then by this process and its children. False if there is
 * no memory. */
bool arena_make(struct arena *arena, const struct case_table *cases, bool is_shared);
void arena_free(struct arena *arena);

/* Lays a product's operands out and fills the inputs. */
void arena_fill(struct arena *arena, const struct item_product *product, uint32_t seed);

/* Spoils the output and what lies before and behind it. */
void arena_spoil_output(const struct arena *arena, const struct item_product *product);

/* Whether everything that lies before and behind the output is still as arena_spoil_output left it. */
bool arena_margins_are_intact(const struct arena *arena, const struct item_product *product);

/* From now on, and until the next call, this process cannot write the inputs and the reference of the case filled in.
 */
void arena_protect_inputs(const struct arena *arena);

#endif
