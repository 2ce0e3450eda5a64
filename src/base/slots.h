/* Scratch memory made beforehand, in slots that threads take for as long as they need one. */
#ifndef BATCHDOT_BASE_SLOTS_H
#define BATCHDOT_BASE_SLOTS_H

#include <stdint.h>

struct slots;

/* So many slots of so many bytes; NULL if there is no memory for them. */
struct slots *bd_slots_make(int count, int64_t bytes);

/* A slot, at a multiple of 64, that nobody else has until it is given back; NULL if none is free, or slots is NULL. */
void *bd_slots_take(struct slots *slots);

/* What take gave, NULL too. */
void bd_slots_give_back(struct slots *slots, void *slot);

/* NULL is fine. */
void bd_slots_free(struct slots *slots);

#endif
