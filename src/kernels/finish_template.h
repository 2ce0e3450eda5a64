/* Sums that become elements of an output. Include after defining
 *
 *     NAME           such as f32
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

/* Inlined with a constant out_n where that is 1. */
static inline __attribute__((always_inline)) void PASTE(NAME, _finish_row)(const struct product *product,
                                                                           const SUM *sums, const REAL *m_factor,
                                                                           const REAL *n_factors, OUT_ELEMENT *out,
                                                                           int64_t out_n) {
    const bool reads_out = product->beta[0] != 0 || product->beta[1] != 0;
    for (int64_t j = 0; j < product->n; j++) {
        SUM sum = sums[j];
        if (m_factor)
            sum = TIMES(TIMES(sum, *m_factor), n_factors[j]);
        sum = SCALE(sum, product->alpha);
        if (reads_out)
            sum = ADD(sum, SCALE(WIDEN_OUT(out[j * out_n]), product->beta));
        out[j * out_n] = NARROW(sum);
    }
}

static void PASTE(NAME, _finish)(const struct product *product, const SUM *sums, const REAL *m_factors,
                                 const REAL *n_factors, OUT_ELEMENT *out_data) {
    for (int64_t item = 0; item < product->items; item++) {
        for (int64_t i = 0; i < product->m; i++) {
            OUT_ELEMENT *const out = out_data + item * product->out_item + i * product->out_m;
            if (product->out_n == 1)
                PASTE(NAME, _finish_row)(product, sums, m_factors, n_factors, out, 1);
            else
                PASTE(NAME, _finish_row)(product, sums, m_factors, n_factors, out, product->out_n);
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
