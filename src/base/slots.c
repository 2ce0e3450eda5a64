#include "base/slots.h"

#include "base/aligned.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct slots {
    int count;
    size_t bytes; /* of each, a multiple of the alignment */
    unsigned char *memory;
    atomic_bool is_taken[];
};

/* One piece of memory, in which the slots follow the list. */
struct slots *bd_slots_make(int count, int64_t bytes) {
    const size_t list = bd_align(sizeof(struct slots) + (size_t)count * sizeof(atomic_bool));
    const size_t slot = bd_align((size_t)bytes);
    if ((size_t)count > (SIZE_MAX - list) / slot)
        return NULL;
    struct slots *const slots = bd_aligned_alloc(list + (size_t)count * slot);
    if (!slots)
        return NULL;
    slots->count = count;
    slots->bytes = slot;
    slots->memory = (unsigned char *)slots + list;
    for (int i = 0; i < count; i++)
        atomic_init(&slots->is_taken[i], false);
    return slots;
}

void *bd_slots_take(struct slots *slots) {
    for (int i = 0; slots && i < slots->count; i++) {
        if (!atomic_exchange_explicit(&slots->is_taken[i], true, memory_order_acquire))
            return slots->memory + (size_t)i * slots->bytes;
    }
    return NULL;
}

void bd_slots_give_back(struct slots *slots, void *slot) {
    if (!slot)
        return;
    const size_t index = (size_t)((unsigned char *)slot - slots->memory) / slots->bytes;
    atomic_store_explicit(&slots->is_taken[index], false, memory_order_release);
}

void bd_slots_free(struct slots *slots) {
    free(slots);
}
