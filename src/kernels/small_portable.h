/* The words of small_avx512.h in the vectors of GNU C, for processors whose bytes begin at the low end;
 * multiply_add_pairs is for products that fit 16 bits. Needs vector_portable.h, of ELEMENT_BITS 32. */
#include "base/half.h"
#include "kernels/load_pieces.h"

#include <stdint.h>
#include <string.h>

typedef uint32_t words __attribute__((vector_size(16)));
typedef int32_t signed_words __attribute__((vector_size(16)));
typedef uint16_t half_lanes __attribute__((vector_size(16)));
typedef int16_t signed_half_lanes __attribute__((vector_size(16)));
typedef uint8_t byte_lanes __attribute__((vector_size(16)));
typedef float float_lanes __attribute__((vector_size(16))); /* as vec is, but where elements are integers */

typedef half_lanes packed_16; /* in its lower half */
typedef byte_lanes packed_8;  /* in the lower half of that */

static inline words words_of(vec a) {
    return (words)a;
}

static inline vec vec_of(words a) {
    return (vec)a;
}

static inline words same_words(uint32_t a) {
    return (words){a, a, a, a};
}

static inline words either(words a, words b) {
    return a | b;
}

static inline words both(words a, words b) {
    return a & b;
}

static inline words differing(words a, words b) {
    return a ^ b;
}

static inline words add_words(words a, words b) {
    return a + b;
}

static inline words subtract_words(words a, words b) {
    return a - b;
}

static inline words shift_left(words a, int bits) {
    return a << bits;
}

static inline words shift_right(words a, int bits) {
    return a >> bits;
}

/* All bits of a lane or none. */
static inline words are_greater(words x, words y) {
    return (words)((signed_words)x > (signed_words)y);
}

static inline words select_greater(words x, words y, words a, words b) {
    const words is_greater = are_greater(x, y);
    return (a & is_greater) | (b & ~is_greater);
}

/* Each of the first elements twice. */
#if defined __has_builtin
#if __has_builtin(__builtin_shufflevector)
#define SHUFFLED(a, type, ...) __builtin_shufflevector(a, a, __VA_ARGS__)
#endif
#endif
#ifndef SHUFFLED
#define SHUFFLED(a, type, ...) __builtin_shuffle(a, (type){__VA_ARGS__})
#endif

static inline half_lanes doubled_halves(half_lanes a) {
    return SHUFFLED(a, half_lanes, 0, 0, 1, 1, 2, 2, 3, 3);
}

static inline byte_lanes doubled_bytes(byte_lanes a) {
    return SHUFFLED(a, byte_lanes, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
}

static inline words load_up_to_8_bytes(const void *from, int64_t count) {
    typedef uint64_t long_words __attribute__((vector_size(16)));
    uint64_t loaded;
    if (count < 8)
        loaded = load_below_8_bytes(from, count);
    else
        memcpy(&loaded, from, sizeof loaded);
    return (words)(long_words){loaded, 0};
}

static inline packed_16 load_16(const void *from, int64_t count) {
    return (packed_16)load_up_to_8_bytes(from, 2 * count);
}

static inline packed_8 load_8(const void *from, int64_t count) {
    if (count < LANES)
        return (packed_8)load_up_to_8_bytes(from, count);
    uint32_t loaded;
    memcpy(&loaded, from, sizeof loaded);
    return (packed_8)(words){loaded};
}

static inline packed_16 load_bytes_of_half(const void *from, int64_t count) {
    return (packed_16)load_up_to_8_bytes(from, count);
}

static inline words load_bytes(const void *from, int64_t count) {
    words loaded = {0};
    memcpy(&loaded, from, (size_t)count);
    return loaded;
}

static inline void store_16(void *to, packed_16 a, int64_t count) {
    if (count == LANES) {
        memcpy(to, &a, LANES * sizeof a[0]);
        return;
    }
    for (int i = 0; i < count; i++) {
        const uint16_t half = a[i];
        memcpy((char *)to + i * (int)sizeof half, &half, sizeof half);
    }
}

static inline packed_16 low_halves(words a) {
    return (packed_16){(uint16_t)a[0], (uint16_t)a[1], (uint16_t)a[2], (uint16_t)a[3]};
}

static inline words words_of_u16(packed_16 a) {
    return (words)doubled_halves(a) >> 16;
}

static inline words words_of_u8(packed_8 a) {
    return (words)doubled_halves((half_lanes)doubled_bytes(a)) >> 24;
}

static inline words words_of_i8(packed_8 a) {
    return (words)((signed_words)doubled_halves((half_lanes)doubled_bytes(a)) >> 24);
}

static inline words halves_of_i8(packed_16 packed) {
    return (words)((signed_half_lanes)doubled_bytes((byte_lanes)packed) >> 8);
}

static inline words halves_of_u8(packed_16 packed) {
    return (words)((half_lanes)doubled_bytes((byte_lanes)packed) >> 8);
}

/* As bd_float_from_f16. A subnormal is given the exponent of the least normal number, which is then subtracted; that
 * makes a NaN quiet, too. */
static inline vec widen_f16(packed_16 a) {
    const words doubled = (words)doubled_halves(a), magnitude = doubled >> 3 & 0x7fffu << 13;
    const words is_subnormal = are_greater(same_words(1u << 23), magnitude);
    const words is_special = are_greater(magnitude, same_words((31u << 23) - 1));
    const words moved = magnitude + (112u << 23) + (is_subnormal & 1u << 23);
    const float_lanes widened =
        (float_lanes)(moved | (is_special & 0xffu << 23)) - (float_lanes)(is_subnormal & 113u << 23);
    return vec_of((words)widened | (doubled & 1u << 31));
}

/* As bd_f16_from_float. */
static inline packed_16 narrow_f16(vec a) {
    const words bits = words_of(a), magnitude = bits & 0x7fffffffu;
    const words rounded = (magnitude + 0xfffu + (magnitude >> 13 & 1u)) >> 13;
    const words small = (words)((float_lanes)magnitude + 0.5f) - bd_float_bits(0.5f);
    const words finite = select_greater(same_words(0x38800000u), magnitude, small, rounded - (112u << 10));
    const words nan = (magnitude >> 13 & 0x3ffu) | 0x7e00u;
    const words special = select_greater(magnitude, same_words(0x7f800000u), nan, same_words(0x7c00u));
    return low_halves((bits >> 16 & 0x8000u) | select_greater(magnitude, same_words(0x477fffffu), special, finite));
}

/* Only the lower halves of 16-bit products are worked out. */
static inline vec multiply_add_pairs(vec x, vec y, vec sum) {
    const words products = (words)((half_lanes)x * (half_lanes)y);
    const signed_words lower = (signed_words)(products << 16) >> 16, upper = (signed_words)products >> 16;
    return vec_of(words_of(sum) + (words)lower + (words)upper);
}
