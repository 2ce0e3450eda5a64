/* Conversions between the 16-bit floating-point formats and float, by their bits, so that every processor and compiler
 * gives the same: IEEE 754 binary16 (1 sign, 5 exponent, 10 fraction bits) and bfloat16 (the upper half of a float).
 * Narrowing rounds to nearest, ties to even; a NaN stays a NaN, quiet, with the upper bits of its payload. */
#ifndef BATCHDOT_BASE_HALF_H
#define BATCHDOT_BASE_HALF_H

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

static inline float bd_float_from_f16(uint16_t half) {
    const uint32_t sign = (uint32_t)(half & 0x8000u) << 16;
    const uint32_t exponent = half >> 10 & 0x1fu;
    const uint32_t fraction = half & 0x3ffu;
    if (exponent == 0x1f) /* Inf and NaN; a float's quiet bit is the half's, moved */
        return bd_float_from_bits(sign | 0x7f800000u | fraction << 13 | (fraction ? 0x00400000u : 0));
    if (exponent == 0) /* zero and subnormals: fraction * 2^-24, exact in float */
        return bd_float_from_bits(sign | bd_float_bits((float)fraction * 0x1p-24f));
    return bd_float_from_bits(sign | (exponent + 112u) << 23 | fraction << 13);
}

static inline uint16_t bd_f16_from_float(float value) {
    const uint32_t bits = bd_float_bits(value);
    const uint16_t sign = (uint16_t)(bits >> 16 & 0x8000u);
    const uint32_t magnitude = bits & 0x7fffffffu;
    if (magnitude > 0x7f800000u)
        return (uint16_t)(sign | 0x7e00u | (magnitude >> 13 & 0x3ffu));
    if (magnitude >= 0x47800000u) /* 2^16 and more; what lies between 65504 and that rounds below */
        return (uint16_t)(sign | 0x7c00u);
    if (magnitude < 0x38800000u) {
        /* Below 2^-14 the result counts units of 2^-24, the last place of a float near 0.5: adding 0.5 rounds there. */
        const float shifted = bd_float_from_bits(magnitude) + 0.5f;
        return (uint16_t)(sign | (bd_float_bits(shifted) - bd_float_bits(0.5f)));
    }
    const uint32_t rounded = magnitude + 0xfffu + (magnitude >> 13 & 1u);
    return (uint16_t)(sign | ((rounded >> 13) - (112u << 10)));
}

#endif
