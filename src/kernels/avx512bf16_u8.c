/* Bytes by vpdpbusd, which multiplies four of one operand, unsigned, with four of the other, signed, in each lane. Here
 * y's are unsigned; x's become what the instruction then wants by inverting their uppermost bits where they are
 * unsigned too. */
#define ELEMENT_BITS 32
#define INTEGER_ELEMENTS
#define NAME avx512bf16
#include "kernels/vector_avx512.h"

#include "kernels/small_avx512.h"

static inline vec multiply_add_bytes(vec x, vec y, vec sum) {
    return vec_of(_mm512_dpbusd_epi32(words_of(sum), words_of(y), words_of(x)));
}

#define GROUP 4
#define MULTIPLY_ADD multiply_add_bytes
#define SMALL_KINDS PACK_KIND(BYTE_BITS)
#include "kernels/small_families.h"

enum { UPPERMOST_BITS = 0x7f7f7f7f ^ -1 };

DEFINE_SMALL_KERNELS(u8, BYTE_BITS, (uint32_t)UPPERMOST_BITS, BYTE_BITS, OUT_LANES)
DEFINE_SMALL_KERNELS(i8_u8, BYTE_BITS, 0, BYTE_BITS, OUT_LANES)
