/* What makes a family of templates a kernel of the list. Include after defining NAME, such as avx512_f32. */
#include "kernels/kernel_prototypes.h"

#define PASTE_NAMES(a, b, c) a##b##c
#define PASTE(a, b, c) PASTE_NAMES(a, b, c)

/* No family sums over no element. */
#define DEFINE_KERNEL(family)                                                                                          \
    void PASTE(bd_, NAME, _##family)(const struct product *product, const void *x, const void *y, void *out) {         \
        family##_product(product, x, y, out);                                                                          \
    }                                                                                                                  \
    bool PASTE(bd_, NAME, _##family##_accepts)(const struct product *product) {                                        \
        return product->k > 0 && family##_accepts(product);                                                            \
    }

/* For a family with a struct family_plan, which family_prepare fills in. */
#define DEFINE_PREPARED_KERNEL(family)                                                                                 \
    DEFINE_KERNEL(family)                                                                                              \
    size_t PASTE(bd_, NAME, _##family##_prepare)(const struct product *product, void *prepared) {                      \
        if (prepared)                                                                                                  \
            family##_prepare(product, prepared);                                                                       \
        return sizeof(struct family##_plan);                                                                           \
    }
