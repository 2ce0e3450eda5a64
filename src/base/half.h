/* Conversions between the 16-bit floating-point formats and float, by their bits, so that every processor and compiler
 * gives the same: IEEE 754 binary16 (1 sign, 5 exponent, 10 fraction bits) and bfloat16 (the upper half of a float).
 * Narrowing rounds to nearest, ties to even; a NaN stays a NaN, quiet, with the upper bits of its payload. */
#ifndef BATCHDOT_BASE_HALF_H
#define BATCHDOT_BASE_HALF_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline uint32_t bd_float_bits(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline float bd_float_from_bits(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline float bd_float_from_bf16(uint16_t half) {
    return bd_float_from_bits((uint32_t)half << 16);
}

static inline uint16_t bd_bf16_from_float(float value) {
    const uint32_t bits = bd_float_bits(value);
    if ((bits & 0x7fffffffu) > 0x7f800000u)
        return (uint16_t)(bits >> 16 | 0x0040u);
    /* Half of the last kept place, less one unless that place is odd: a carry then means "round up". */
    return (uint16_t)((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

/* By masks and not by branches, so that loops become vectors. */
static inline uint32_t bd_select_bits(bool condition, uint32_t if_true, uint32_t if_false) {
    return if_false ^ ((if_true ^ if_false) & (0 - (uint32_t)condition));
}

static inline float bd_float_from_f16(uint16_t half) {
    const uint32_t sign = (uint32_t)(half & 0x8000u) << 16, magnitude = half & 0x7fffu;
    /* Zero and subnormals count units of 2^-24, exactly in float; Inf and NaN keep their exponent of ones, a float's
     * quiet bit being the half's, moved. */
    const uint32_t subnormal = bd_float_bits((float)(int32_t)magnitude * 0x1p-24f);
    const uint32_t normal = (magnitude << 13) + (112u << 23);
    const uint32_t special = 0x7f800000u | magnitude << 13 | bd_select_bits(magnitude > 0x7c00u, 0x00400000u, 0);
    const uint32_t finite = bd_select_bits(magnitude < 0x0400u, subnormal, normal);
    return bd_float_from_bits(sign | bd_select_bits(magnitude < 0x7c00u, finite, special));
}

static inline uint16_t bd_f16_from_float(float value) {
    const uint32_t bits = bd_float_bits(value), sign = bits >> 16 & 0x8000u, magnitude = bits & 0x7fffffffu;
    /* Below 2^-14 the result counts units of 2^-24, the last place of a float near 0.5: adding 0.5 rounds there. */
    const uint32_t subnormal = bd_float_bits(bd_float_from_bits(magnitude) + 0.5f) - bd_float_bits(0.5f);
    const uint32_t normal = ((magnitude + 0xfffu + (magnitude >> 13 & 1u)) >> 13) - (112u << 10);
    const uint32_t not_a_number = 0x7e00u | (magnitude >> 13 & 0x3ffu);
    const uint32_t finite = bd_select_bits(magnitude < 0x38800000u, subnormal, normal);
    /* From 2^16 on it is Inf; what lies between 65504 and that rounds to it, or down, as a normal number. */
    const uint32_t any = bd_select_bits(magnitude < 0x47800000u, finite, 0x7c00u);
    return (uint16_t)(sign | bd_select_bits(magnitude > 0x7f800000u, not_a_number, any));
}

#endif
