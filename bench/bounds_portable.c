/* The bounds with what every processor of this architecture has: 16 bytes wide. */
#define VECTOR_BYTES 16
#define ACCUMULATORS 12
#define I32_ACCUMULATORS 10
#define I64_ACCUMULATORS 10

#define MULTIPLY_I64(sum, factor) ((sum) * (factor))

#if defined(__SSE2__)
#include <emmintrin.h>

#define MULTIPLY_I32(sum, factor) ((sum) * (factor))
#define MULTIPLY_PAIRS(sum, factor) _mm_madd_epi16((__m128i)(sum), (__m128i)(factor))
#endif

#include "bounds_template.h"

static int is_supported(void) {
    return 1;
}

const struct bounds bounds_portable = {"baseline", is_supported, touch, FMA_FUNCTIONS};
