/* Reads of fewer bytes than a register has, which touch no other byte. */
#ifndef BATCHDOT_KERNELS_LOAD_PIECES_H
#define BATCHDOT_KERNELS_LOAD_PIECES_H

#include <stdint.h>
#include <string.h>

/* The first byte is the lowest one. In pieces, from register to register: a copy through memory would hold up what
 * comes next. */
static inline uint64_t load_below_8_bytes(const char *from, int64_t count) {
    uint64_t loaded = 0;
    int place = 0;
    if (count & 4) {
        uint32_t piece;
        memcpy(&piece, from, sizeof piece);
        loaded = piece;
        place += 4;
    }
    if (count & 2) {
        uint16_t piece;
        memcpy(&piece, from + place, sizeof piece);
        loaded |= (uint64_t)piece << 8 * place;
        place += 2;
    }
    return count & 1 ? loaded | (uint64_t)(uint8_t)from[place] << 8 * place : loaded;
}

#endif
