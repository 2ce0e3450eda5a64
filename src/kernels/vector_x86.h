/* The words of vector_avx512.h that are alike for vectors of 256 and of 512 bits, whose header includes this after
 * defining, beside vec and OF_TYPE,
 *
 *     OF_INTEGERS(operation), TO_INTEGERS, FROM_INTEGERS   as vector_avx512.h has them
 *     OF_BITS(operation)       _mm512_operation, whatever the type
 *     LOWEST_QUARTER           from integers to the lowest 128 bits
 *     BROADCAST_64             of an integer
 *     MULTIPLY_INTEGERS        wrapping around
 */

static inline vec zero(void) {
    return OF_TYPE(setzero)();
}

static inline vec load(const element *data) {
    return OF_TYPE(loadu)((const void *)data);
}

static inline void store(element *data, vec a) {
    OF_TYPE(storeu)((void *)data, a);
}

/* Stores to a multiple of the vector's size without reading the line into the cache first. Other threads may see such
 * stores late: fence comes before telling them. */
static inline void store_past_cache(element *data, vec a) {
    OF_TYPE(stream)((void *)data, a);
}

static inline void fence(void) {
    _mm_sfence();
}

#ifdef INTEGER_ELEMENTS

static inline vec broadcast(element a) {
#if ELEMENT_BITS == 32
    return FROM_INTEGERS(OF_INTEGERS(set1)((int)a));
#else
    return FROM_INTEGERS(BROADCAST_64((long long)a));
#endif
}

static inline element first_lane(vec a) {
    const __m128i lowest = LOWEST_QUARTER(TO_INTEGERS(a));
    return ELEMENT_BITS == 32 ? (element)_mm_cvtsi128_si32(lowest) : (element)_mm_cvtsi128_si64(lowest);
}

static inline vec add(vec a, vec b) {
    return FROM_INTEGERS(OF_INTEGERS(add)(TO_INTEGERS(a), TO_INTEGERS(b)));
}

static inline vec multiply(vec a, vec b) {
    return FROM_INTEGERS(MULTIPLY_INTEGERS(TO_INTEGERS(a), TO_INTEGERS(b)));
}

static inline vec multiply_add(vec a, vec b, vec sum) {
    return add(multiply(a, b), sum);
}

#else

static inline vec broadcast(element a) {
    return OF_TYPE(set1)(a);
}

static inline element first_lane(vec a) {
#if ELEMENT_BITS == 32
    return OF_BITS(cvtss_f32)(a);
#else
    return OF_BITS(cvtsd_f64)(a);
#endif
}

static inline vec add(vec a, vec b) {
    return OF_TYPE(add)(a, b);
}

static inline vec multiply(vec a, vec b) {
    return OF_TYPE(mul)(a, b);
}

/* a * b + sum, rounded once. */
static inline vec multiply_add(vec a, vec b, vec sum) {
    return OF_TYPE(fmadd)(a, b, sum);
}

#endif

#undef OF_BITS
#undef LOWEST_QUARTER
#undef BROADCAST_64
#undef MULTIPLY_INTEGERS
