/* out = alpha * sum + beta * out: how every real kernel ends. Needs a vector_*.h. */
#ifndef BATCHDOT_KERNELS_EPILOGUE_H
#define BATCHDOT_KERNELS_EPILOGUE_H

#include "base/parts.h"
#include "kernels/kernel.h"

/* A copy, which no store through an output pointer can be taken to change. */
struct scaling {
    bool is_plain; /* alpha 1, beta 0 */
    element alpha, beta;
};

static inline struct scaling scaling_of(const struct product *product) {
    return (struct scaling){product->alpha[0] == 1 && product->beta[0] == 0, (element)product->alpha[0],
                            (element)product->beta[0]};
}

static inline void finish_part(struct scaling scaling, element *out, vec sum, part written) {
    if (!scaling.is_plain) {
        sum = multiply(sum, broadcast(scaling.alpha));
        if (scaling.beta != 0)
            sum = add(sum, multiply(load_part(out, written), broadcast(scaling.beta)));
    }
    store_part(out, sum, written);
}

static inline void finish(struct scaling scaling, element *out, vec sum) {
    if (!scaling.is_plain) {
        sum = multiply(sum, broadcast(scaling.alpha));
        if (scaling.beta != 0)
            sum = add(sum, multiply(load(out), broadcast(scaling.beta)));
    }
    store(out, sum);
}

static inline void finish_element(struct scaling scaling, element *out, element sum) {
    if (!scaling.is_plain) {
        sum *= scaling.alpha;
        if (scaling.beta != 0)
            sum += scaling.beta * *out;
    }
    *out = sum;
}

#endif
