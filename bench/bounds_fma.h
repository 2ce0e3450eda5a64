/* Fused multiply-adds of one element type. Set before: ELEMENT, ELEMENT_VECTOR and FMA_NAME, beside what
 * bounds_template.h wants. */
static void FMA_NAME(double count) {
    const int64_t steps = (int64_t)(count / (ACCUMULATORS * (VECTOR_BYTES / sizeof(ELEMENT)))) + 1;
    /* The factors keep every value where no addition is slow. */
    const ELEMENT_VECTOR factor = (ELEMENT_VECTOR){0} + (ELEMENT)0.5, addend = (ELEMENT_VECTOR){0} + (ELEMENT)1;
    ELEMENT_VECTOR sums[ACCUMULATORS];
    for (int i = 0; i < ACCUMULATORS; i++)
        sums[i] = addend * (ELEMENT)i;
    for (int64_t step = 0; step < steps; step++) {
#pragma GCC unroll 32
        for (int i = 0; i < ACCUMULATORS; i++)
            sums[i] = sums[i] * factor + addend;
    }
    ELEMENT_VECTOR total = sums[0];
    for (int i = 1; i < ACCUMULATORS; i++)
        total += sums[i];
    WANT(total);
}
