/* Multiply-adds of one kind. Set before, and unset here:
 *
 *   FMA_NAME                 the function's name
 *   ELEMENT, ELEMENT_VECTOR  of the sums
 *   FACTOR                   one that keeps every value where no addition is slow
 *   PRODUCTS                 that are added to a vector of sums at once
 *   FMA_ACCUMULATORS         how many vectors of sums
 *
 * and for vectors, the results depending on the sum, or a compiler might compute them but once:
 *
 *   MULTIPLY(sum, factor)     undefined where ADD multiplies as well
 *   ADD(sum, factor, addend)
 */
static void FMA_NAME(double count) {
    const int64_t steps = (int64_t)(count / (FMA_ACCUMULATORS * PRODUCTS)) + 1;
    /* Unknown to the compiler, which could do something simpler for what it knows. */
    const volatile ELEMENT any_factor = FACTOR, any_addend = 1;
    const ELEMENT_VECTOR factor = (ELEMENT_VECTOR){0} + any_factor, addend = (ELEMENT_VECTOR){0} + any_addend;
    ELEMENT_VECTOR sums[FMA_ACCUMULATORS];
    for (int i = 0; i < FMA_ACCUMULATORS; i++)
        sums[i] = addend * (ELEMENT)i;
    for (int64_t step = 0; step < steps; step++) {
        /* All are multiplied before any is added to: additions in between may take multiplications' places, which made
         * Zen 4 a quarter slower. */
#ifdef MULTIPLY
#pragma GCC unroll 32
        for (int i = 0; i < FMA_ACCUMULATORS; i++)
            sums[i] = MULTIPLY(sums[i], factor);
#endif
#pragma GCC unroll 32
        for (int i = 0; i < FMA_ACCUMULATORS; i++)
            sums[i] = ADD(sums[i], factor, addend);
    }
    ELEMENT_VECTOR total = sums[0];
    for (int i = 1; i < FMA_ACCUMULATORS; i++)
        total += sums[i];
    WANT(total);
}

#undef FMA_NAME
#undef ELEMENT
#undef ELEMENT_VECTOR
#undef FACTOR
#undef PRODUCTS
#undef FMA_ACCUMULATORS
