/* The words of vector_avx512.h in the vectors of GNU C, which a compiler turns into what the processor has; without
 * permute, for which they have no word of their own in every compiler. Include after defining ELEMENT_BITS, and
 * INTEGER_ELEMENTS if they are. */
#include "kernels/element_type.h"

#include <stdint.h>
#include <string.h>

#define REGISTERS 16

enum { LANES = 128 / ELEMENT_BITS };
typedef element vec __attribute__((vector_size(LANES * sizeof(element))));

typedef int part; /* how many lanes, the first ones; never none, which only permuting kernels have */

enum { PARTS_COST = 1, PERMUTES_COST = 1, HAS_HALF_VECTORS = 0 };

static inline vec zero(void) {
    return (vec){0};
}

static inline vec load(const element *data) {
    vec a;
    memcpy(&a, data, sizeof a);
    return a;
}

static inline vec load_by_halves(const element *data) {
    return load(data);
}

static inline vec in_register(vec a) {
    return a;
}

static inline void store(element *data, vec a) {
    memcpy(data, &a, sizeof a);
}

static inline void store_past_cache(element *data, vec a) {
    store(data, a);
}

static inline void fence(void) {
}

static inline part first_lanes(int64_t count) {
    return (part)count;
}

static inline void store_part(element *data, vec a, part lanes_written) {
    if (lanes_written == LANES) {
        store(data, a);
        return;
    }
    for (int i = 0; i < lanes_written; i++)
        data[i] = a[i];
}

static inline vec add(vec a, vec b) {
    return a + b;
}

static inline vec multiply(vec a, vec b) {
    return a * b;
}

/* Rounded twice: the C library's fma takes a hundred times as long where the processor has none. */
static inline vec multiply_add(vec a, vec b, vec sum) {
    return a * b + sum;
}

static inline int sum_slot(int row) {
    return row;
}

/* sum_rows and sum_row add lanes that are neighbours first. */
#if ELEMENT_BITS == 32

static inline vec load_part(const element *data, part lanes_read) {
    switch (lanes_read) {
    case 1:
        return (vec){data[0]};
    case 2:
        return (vec){data[0], data[1]};
    case 3:
        return (vec){data[0], data[1], data[2]};
    default:
        return load(data);
    }
}

static inline vec broadcast(element a) {
    return (vec){a, a, a, a};
}

static inline vec sum_rows(const vec rows[LANES]) {
    const vec first = {rows[0][0], rows[0][2], rows[1][0], rows[1][2]};
    const vec second = {rows[0][1], rows[0][3], rows[1][1], rows[1][3]};
    const vec third = {rows[2][0], rows[2][2], rows[3][0], rows[3][2]};
    const vec fourth = {rows[2][1], rows[2][3], rows[3][1], rows[3][3]};
    const vec low = first + second, high = third + fourth;
    return (vec){low[0], low[2], high[0], high[2]} + (vec){low[1], low[3], high[1], high[3]};
}

static inline element sum_row(vec row) {
    return (row[0] + row[1]) + (row[2] + row[3]);
}

static inline void transpose(vec rows[LANES]) {
    const vec a = rows[0], b = rows[1], c = rows[2], d = rows[3];
    const vec ab_low = {a[0], b[0], a[1], b[1]}, ab_high = {a[2], b[2], a[3], b[3]};
    const vec cd_low = {c[0], d[0], c[1], d[1]}, cd_high = {c[2], d[2], c[3], d[3]};
    rows[0] = (vec){ab_low[0], ab_low[1], cd_low[0], cd_low[1]};
    rows[1] = (vec){ab_low[2], ab_low[3], cd_low[2], cd_low[3]};
    rows[2] = (vec){ab_high[0], ab_high[1], cd_high[0], cd_high[1]};
    rows[3] = (vec){ab_high[2], ab_high[3], cd_high[2], cd_high[3]};
}

static inline vec swap_pairs(vec a) {
    return (vec){a[1], a[0], a[3], a[2]};
}

static inline vec broadcast_pair(element first, element second) {
    return (vec){first, second, first, second};
}

static inline void transpose_pairs(vec rows[LANES / 2]) {
    const vec a = rows[0], b = rows[1];
    rows[0] = (vec){a[0], a[1], b[0], b[1]};
    rows[1] = (vec){a[2], a[3], b[2], b[3]};
}

#else

static inline vec load_part(const element *data, part lanes_read) {
    return lanes_read == LANES ? load(data) : (vec){data[0]};
}

static inline vec broadcast(element a) {
    return (vec){a, a};
}

static inline vec sum_rows(const vec rows[LANES]) {
    return (vec){rows[0][0], rows[1][0]} + (vec){rows[0][1], rows[1][1]};
}

static inline element sum_row(vec row) {
    return row[0] + row[1];
}

static inline void transpose(vec rows[LANES]) {
    const vec a = rows[0], b = rows[1];
    rows[0] = (vec){a[0], b[0]};
    rows[1] = (vec){a[1], b[1]};
}

static inline vec swap_pairs(vec a) {
    return (vec){a[1], a[0]};
}

static inline vec broadcast_pair(element first, element second) {
    return (vec){first, second};
}

static inline void transpose_pairs(vec rows[LANES / 2]) {
    (void)rows; /* of one pair each */
}

#endif
