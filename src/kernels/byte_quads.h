/* Bytes by vpdpbusd, which multiplies four of one operand, unsigned, with four of the other, signed, in each lane. x's
 * become what the instruction wants beside y's by inverting their uppermost bits where both are signed or neither is.
 * Include after defining DPBUSD_OPERANDS(x, y), the unsigned operand and the signed one. */
#define ELEMENT_BITS 32
#define INTEGER_ELEMENTS
#define NAME avx512bf16
#include "kernels/vector_avx512.h"

#include "kernels/small_avx512.h"

static inline vec multiply_add_bytes(vec x, vec y, vec sum) {
    return vec_of(_mm512_dpbusd_epi32(words_of(sum), DPBUSD_OPERANDS(words_of(x), words_of(y))));
}

#define UPPERMOST_BITS UINT32_C(0x80808080)
#define GROUP 4
#define MULTIPLY_ADD multiply_add_bytes
#define SUMS_BEGIN_WITH_A_ROW
#define SMALL_KINDS SMALL_KIND(BYTE_BITS)
#include "kernels/small_families.h"
