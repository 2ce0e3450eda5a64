/* The words of small_avx512.h for NEON on 64-bit ARM. Needs vector_neon.h, of ELEMENT_BITS 32. */
#include "kernels/load_pieces.h"

#include <stdint.h>
#include <string.h>

typedef uint32x4_t words;
typedef uint16x4_t packed_16;
typedef uint8x8_t packed_8; /* in its lower half */

static inline words words_of(vec a) {
    return vreinterpretq_u32_f32(a);
}

static inline vec vec_of(words a) {
    return vreinterpretq_f32_u32(a);
}

static inline words same_words(uint32_t a) {
    return vdupq_n_u32(a);
}

static inline words either(words a, words b) {
    return vorrq_u32(a, b);
}

static inline words both(words a, words b) {
    return vandq_u32(a, b);
}

static inline words differing(words a, words b) {
    return veorq_u32(a, b);
}

static inline words add_words(words a, words b) {
    return vaddq_u32(a, b);
}

static inline words subtract_words(words a, words b) {
    return vsubq_u32(a, b);
}

static inline words shift_left(words a, int bits) {
    return a << bits;
}

static inline words shift_right(words a, int bits) {
    return a >> bits;
}

static inline words select_greater(words x, words y, words a, words b) {
    return vbslq_u32(vcgtq_s32(vreinterpretq_s32_u32(x), vreinterpretq_s32_u32(y)), a, b);
}

static inline packed_16 load_16(const void *from, int64_t count) {
    return count == LANES ? vld1_u16(from) : vcreate_u16(load_below_8_bytes(from, 2 * count));
}

static inline packed_8 load_8(const void *from, int64_t count) {
    if (count < LANES)
        return vcreate_u8(load_below_8_bytes(from, count));
    uint32_t bytes;
    memcpy(&bytes, from, sizeof bytes);
    return vcreate_u8(bytes);
}

static inline packed_16 load_bytes_of_half(const void *from, int64_t count) {
    return count == 2 * LANES ? vld1_u16(from) : vcreate_u16(load_below_8_bytes(from, count));
}

static inline words load_bytes(const void *from, int64_t count) {
    const char *const bytes = from;
    if (count >= 16)
        return vreinterpretq_u32_u8(vld1q_u8(from));
    if (count < 8)
        return vreinterpretq_u32_u64(vcombine_u64(vcreate_u64(load_below_8_bytes(bytes, count)), vcreate_u64(0)));
    return vreinterpretq_u32_u16(vcombine_u16(vld1_u16(from), vcreate_u16(load_below_8_bytes(bytes + 8, count - 8))));
}

static inline void store_16(void *to, packed_16 a, int64_t count) {
    char *bytes = to;
    if (count == LANES) {
        vst1_u16(to, a);
        return;
    }
    if (count & 2) {
        const uint32_t piece = vget_lane_u32(vreinterpret_u32_u16(a), 0);
        memcpy(bytes, &piece, sizeof piece);
        a = vext_u16(a, a, 2);
        bytes += sizeof piece;
    }
    if (count & 1) {
        const uint16_t piece = vget_lane_u16(a, 0);
        memcpy(bytes, &piece, sizeof piece);
    }
}

static inline packed_16 low_halves(words a) {
    return vmovn_u32(a);
}

static inline words words_of_u16(packed_16 a) {
    return vmovl_u16(a);
}

static inline words words_of_u8(packed_8 a) {
    return vmovl_u16(vget_low_u16(vmovl_u8(a)));
}

static inline words words_of_i8(packed_8 a) {
    return vreinterpretq_u32_s32(vmovl_s16(vget_low_s16(vmovl_s8(vreinterpret_s8_u8(a)))));
}

static inline words halves_of_i8(packed_16 bytes) {
    return vreinterpretq_u32_s16(vmovl_s8(vreinterpret_s8_u16(bytes)));
}

static inline words halves_of_u8(packed_16 bytes) {
    return vreinterpretq_u32_u16(vmovl_u8(vreinterpret_u8_u16(bytes)));
}

static inline vec widen_f16(packed_16 a) {
    return vcvt_f32_f16(vreinterpret_f16_u16(a));
}

static inline packed_16 narrow_f16(vec a) {
    return vreinterpret_u16_f16(vcvt_f16_f32(a));
}

static inline vec multiply_add_pairs(vec x, vec y, vec sum) {
    const int16x8_t x_halves = vreinterpretq_s16_f32(x), y_halves = vreinterpretq_s16_f32(y);
    const int32x4_t low = vmull_s16(vget_low_s16(x_halves), vget_low_s16(y_halves));
    const int32x4_t high = vmull_high_s16(x_halves, y_halves);
    return vec_of(vaddq_u32(words_of(sum), vreinterpretq_u32_s32(vpaddq_s32(low, high))));
}
