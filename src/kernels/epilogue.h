/* out = alpha * sum + beta * out: how every real kernel ends. Needs a vector_*.h. */
#ifndef BATCHDOT_KERNELS_EPILOGUE_H
#define BATCHDOT_KERNELS_EPILOGUE_H

#include "base/parts.h"
#include "kernels/kernel.h"

static inline bool is_plain(const struct product *product) {
    return product->alpha[0] == 1 && product->beta[0] == 0;
}

static inline void finish_part(const struct product *product, element *out, vec sum, part written) {
    if (!is_plain(product)) {
        sum = multiply(sum, broadcast((element)product->alpha[0]));
        if (product->beta[0] != 0)
            sum = add(sum, multiply(load_part(out, written), broadcast((element)product->beta[0])));
    }
    store_part(out, sum, written);
}

static inline void finish(const struct product *product, element *out, vec sum) {
    if (!is_plain(product)) {
        sum = multiply(sum, broadcast((element)product->alpha[0]));
        if (product->beta[0] != 0)
            sum = add(sum, multiply(load(out), broadcast((element)product->beta[0])));
    }
    store(out, sum);
}

static inline void finish_element(const struct product *product, element *out, element sum) {
    if (product->alpha[0] != 1)
        sum *= (element)product->alpha[0];
    if (product->beta[0] != 0)
        sum += (element)product->beta[0] * *out;
    *out = sum;
}

#endif
