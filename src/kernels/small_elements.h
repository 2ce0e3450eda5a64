/* Elements smaller than a lane of 32 bits: from memory to lanes and back. Needs vector_real.h, a small_*.h and GROUP.
 */
#ifndef BATCHDOT_KERNELS_SMALL_ELEMENTS_H
#define BATCHDOT_KERNELS_SMALL_ELEMENTS_H

#include "base/half.h"
#include "kernels/epilogue.h"

#include <stdbool.h>
#include <string.h>

/* What lies in memory, and what its lane shall hold: a float that it is widened to, or the element's own bits, or an
 * integer of the same value, of 16 bits or of all of the lane's. */
enum small_kind {
    F16_AS_FLOAT,
    BF16_AS_FLOAT,
    BF16_BITS,
    I8_AS_16_BITS,
    U8_AS_16_BITS,
    I8_AS_LANES,
    U8_AS_LANES,
    BYTE_BITS
};

static inline int64_t small_size(enum small_kind kind) {
    return kind <= BF16_BITS ? 2 : 1;
}

/* count elements, 1 to LANES, one a lane, the bits above those wanted being 0. kind is a constant. */
static inline __attribute__((always_inline)) words small_lanes(const char *from, int64_t count, enum small_kind kind) {
    switch (kind) {
    case F16_AS_FLOAT:
        return words_of(widen_f16(load_16(from, count)));
    case BF16_AS_FLOAT:
        return shift_left(words_of_u16(load_16(from, count)), 16);
    case BF16_BITS:
        return words_of_u16(load_16(from, count));
    case I8_AS_16_BITS:
        return both(words_of_i8(load_8(from, count)), same_words(0xffff));
    case I8_AS_LANES:
        return words_of_i8(load_8(from, count));
    default:
        return words_of_u8(load_8(from, count));
    }
}

/* As many as a vector holds with GROUP elements a lane. */
enum { ELEMENTS_A_VECTOR = LANES * GROUP };

/* count elements, 1 to ELEMENTS_A_VECTOR, that lie side by side, GROUP to a lane, the others 0. kind is a constant. */
static inline __attribute__((always_inline)) vec small_vector(const char *from, int64_t count, enum small_kind kind) {
    switch (kind) {
    case I8_AS_16_BITS:
        return vec_of(halves_of_i8(load_bytes_of_half(from, count)));
    case U8_AS_16_BITS:
        return vec_of(halves_of_u8(load_bytes_of_half(from, count)));
    case BF16_BITS:
    case BYTE_BITS:
        return vec_of(load_bytes(from, count * small_size(kind)));
    default:
        return vec_of(small_lanes(from, count, kind));
    }
}

/* The same with these bits of each lane inverted. */
static inline __attribute__((always_inline)) vec flipped_vector(const char *from, int64_t count, enum small_kind kind,
                                                                words flip) {
    return vec_of(differing(words_of(small_vector(from, count, kind)), flip));
}

/* The bits that small_lanes gives of one element. */
static inline uint32_t small_bits(const char *from, enum small_kind kind) {
    uint16_t half = 0;
    memcpy(&half, from, (size_t)small_size(kind));
    switch (kind) {
    case F16_AS_FLOAT:
        return bd_float_bits(bd_float_from_f16(half));
    case BF16_AS_FLOAT:
        return (uint32_t)half << 16;
    case I8_AS_16_BITS:
        return (uint16_t)(int8_t)*from;
    case I8_AS_LANES:
        return (uint32_t)(int8_t)*from;
    default:
        return half;
    }
}

/* As bd_bf16_from_float: the nearest, ties to even; a NaN stays one, quiet. */
static inline packed_16 narrow_bf16(vec a) {
    const words bits = words_of(a), magnitude = both(bits, same_words(0x7fffffffu));
    const words odd = both(shift_right(bits, 16), same_words(1));
    const words rounded = add_words(add_words(bits, same_words(0x7fff)), odd);
    const words quiet = either(bits, same_words(0x00400000u));
    return low_halves(shift_right(select_greater(magnitude, same_words(0x7f800000u), quiet, rounded), 16));
}

/* A processor's own conversion may do instead. */
#ifndef NARROW_BF16
#define NARROW_BF16 narrow_bf16
#endif

/* An output's elements: of 16 bits, or as wide as a lane. */
enum out_kind { OUT_F16, OUT_BF16, OUT_LANES };

static inline __attribute__((always_inline)) vec load_out(const char *out, int64_t count, enum out_kind kind) {
    if (kind == OUT_F16)
        return widen_f16(load_16(out, count));
    if (kind == OUT_BF16)
        return vec_of(shift_left(words_of_u16(load_16(out, count)), 16));
    return load_part((const element *)(const void *)out, first_lanes(count));
}

static inline __attribute__((always_inline)) void store_out(char *out, vec result, int64_t count, enum out_kind kind) {
    if (kind == OUT_F16)
        store_16(out, narrow_f16(result), count);
    else if (kind == OUT_BF16)
        store_16(out, NARROW_BF16(result), count);
    else
        store_part((element *)(void *)out, result, first_lanes(count));
}

static inline int64_t out_size(enum out_kind kind) {
    return kind == OUT_LANES ? (int64_t)sizeof(element) : 2;
}

/* As finish_part, for count elements. */
static inline __attribute__((always_inline)) void finish_small(struct scaling scaling, char *out, vec result,
                                                               int64_t count, enum out_kind kind) {
    if (!scaling.is_plain) {
        result = scaled(result, scaling.alpha);
        if (scaling.reads_out)
            result = add(result, scaled(load_out(out, count, kind), scaling.beta));
    }
    store_out(out, result, count, kind);
}

/* Rows of n results, so far apart, to rows that lie so many bytes apart. */
static inline __attribute__((always_inline)) void finish_small_rows_of(struct scaling scaling, const element *results,
                                                                       int64_t results_step, int64_t rows, int64_t n,
                                                                       char *out, int64_t out_step,
                                                                       enum out_kind kind) {
    for (int64_t i = 0; i < rows; i++, results += results_step, out += out_step) {
        int64_t j = 0;
        for (; j + LANES <= n; j += LANES)
            finish_small(scaling, out + j * out_size(kind), load(results + j), LANES, kind);
        if (j < n)
            finish_small(scaling, out + j * out_size(kind), load(results + j), n - j, kind);
    }
}

#endif
