/* The bounds with what every processor of this architecture has: 16 bytes wide. */
#define VECTOR_BYTES 16
#define ACCUMULATORS 12
#include "bounds_template.h"

static int is_supported(void) {
    return 1;
}

const struct bounds bounds_portable = {"baseline", is_supported, touch, fma_f32, fma_f64};
