/* Sums that become elements of an output. Include after defining
 *
 *     NAME           such as finish_f32
 *     OUT_ELEMENT    what lies in memory
 *     SUM, REAL      what is summed in, and its real type
 *
 * and, where plain C operators do not do,
 *
 *     WIDEN_OUT(element), NARROW(sum)   from memory to SUM and back
 *     ADD(a, b), SCALE(sum, scale)      scale being a double[2], as alpha and beta are
 *     TIMES(sum, factor)                factor being REAL */

#ifndef WIDEN_OUT
#define WIDEN_OUT(element) ((SUM)(element))
#endif
#ifndef NARROW
#define NARROW(sum) ((OUT_ELEMENT)(sum))
#endif
#ifndef ADD
#define ADD(a, b) ((a) + (b))
#endif
#ifndef SCALE
#define SCALE(sum, scale) ((SUM)(scale)[0] * (sum))
#endif
#ifndef TIMES
#define TIMES(sum, factor) ((SUM)((sum) * (factor)))
#endif

/* Inlined with a constant out_n where that is 1. Each loop does one thing, so that it becomes vectors whatever the
 * dtype.
 */
static inline __attribute__((always_inline)) void PASTE(NAME, _row)(const struct product *product, SUM *restrict sums,
                                                                    const REAL *m_factor,
                                                                    const REAL *restrict n_factors,
                                                                    OUT_ELEMENT *restrict out, int64_t out_n) {
    const double alpha[2] = {product->alpha[0], product->alpha[1]}, beta[2] = {product->beta[0], product->beta[1]};
    const int64_t n = product->n;
    if (m_factor) {
        const REAL factor = *m_factor;
        for (int64_t j = 0; j < n; j++)
            sums[j] = TIMES(TIMES(sums[j], factor), n_factors[j]);
    }
    if (beta[0] != 0 || beta[1] != 0) {
        for (int64_t j = 0; j < n; j++)
            out[j * out_n] = NARROW(ADD(SCALE(sums[j], alpha), SCALE(WIDEN_OUT(out[j * out_n]), beta)));
    } else {
        for (int64_t j = 0; j < n; j++)
            out[j * out_n] = NARROW(SCALE(sums[j], alpha));
    }
}

static void NAME(const struct product *product, SUM *sums, const REAL *m_factors, const REAL *n_factors,
                 OUT_ELEMENT *out_data) {
    for (int64_t item = 0; item < product->items; item++) {
        for (int64_t i = 0; i < product->m; i++) {
            OUT_ELEMENT *const out = out_data + item * product->out_item + i * product->out_m;
            if (product->out_n == 1)
                PASTE(NAME, _row)(product, sums, m_factors, n_factors, out, 1);
            else
                PASTE(NAME, _row)(product, sums, m_factors, n_factors, out, product->out_n);
            sums += product->n;
            if (m_factors)
                m_factors++;
        }
        if (n_factors)
            n_factors += product->n;
    }
}

#undef NAME
#undef OUT_ELEMENT
#undef SUM
#undef REAL
#undef WIDEN_OUT
#undef NARROW
#undef ADD
#undef SCALE
#undef TIMES
