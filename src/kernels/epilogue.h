/* out = alpha * result + beta * out: how every kernel ends. Needs a vector_*.h and vector_real.h or vector_complex.h.
 */
#ifndef BATCHDOT_KERNELS_EPILOGUE_H
#define BATCHDOT_KERNELS_EPILOGUE_H

#include "base/parts.h"
#include "kernels/kernel.h"

/* A copy, which no store through an output pointer can be taken to change. */
struct scaling {
    bool is_plain, reads_out; /* alpha 1, beta 0; beta not 0 */
    element alpha, beta;
};

static inline struct scaling scaling_of(const struct product *product) {
    const bool reads_out = !is_scale(product->beta, 0);
    return (struct scaling){is_scale(product->alpha, 1) && !reads_out, reads_out, scale_of(product->alpha),
                            scale_of(product->beta)};
}

/* What a result is made of its sums by, alone, in a copy. */
static inline struct product factors_of(const struct product *product) {
    return (struct product){.alpha = {product->alpha[0], product->alpha[1]},
                            .beta = {product->beta[0], product->beta[1]},
                            .conjugate_x = product->conjugate_x,
                            .conjugate_y = product->conjugate_y};
}

static inline void finish_part(struct scaling scaling, element *out, vec result, part written) {
    if (!scaling.is_plain) {
        result = scaled(result, scaling.alpha);
        if (scaling.reads_out)
            result = add(result, scaled(load_part(out, written), scaling.beta));
    }
    store_part(out, result, written);
}

static inline void finish(struct scaling scaling, element *out, vec result) {
    if (!scaling.is_plain) {
        result = scaled(result, scaling.alpha);
        if (scaling.reads_out)
            result = add(result, scaled(load(out), scaling.beta));
    }
    store(out, result);
}

static inline void finish_element(struct scaling scaling, element *out, element result) {
    if (scaling.is_plain)
        *out = result;
    else
        finish_part(scaling, out, load_part(&result, first_lanes(1)), first_lanes(1));
}

#endif
