/* The families that elements smaller than a lane have. Include as grouped_template.h, after defining NAME, and then say
 * which kernels the file has, by DEFINE_SMALL_KERNELS. */
#include "kernels/grouped_template.h"
#include "kernels/small_dot_template.h"

#include "kernels/define_kernels.h"

/* Two kernels of the list, such as bd_avx512_f16_dot and bd_avx512_f16_grouped; x_flip as grouped_product has it. */
#define DEFINE_SMALL_KERNELS(dtypes, x_kind, x_flip, y_kind, out_kind)                                                 \
    void PASTE(bd_, NAME, _##dtypes##_dot)(const struct product *product, const void *x, const void *y, void *out) {   \
        small_dot_product(product, x_kind, x_flip, y_kind, out_kind, x, y, out);                                       \
    }                                                                                                                  \
    bool PASTE(bd_, NAME, _##dtypes##_dot_accepts)(const struct product *product) {                                    \
        return product->k > 0 && small_dot_accepts(product);                                                           \
    }                                                                                                                  \
    void PASTE(bd_, NAME, _##dtypes##_grouped)(const struct product *product, const void *x, const void *y,            \
                                               void *out) {                                                            \
        grouped_product(product, x_kind, x_flip, y_kind, out_kind, x, y, out);                                         \
    }                                                                                                                  \
    bool PASTE(bd_, NAME, _##dtypes##_grouped_accepts)(const struct product *product) {                                \
        return product->k > 0 && grouped_accepts(product);                                                             \
    }                                                                                                                  \
    int64_t PASTE(bd_, NAME, _##dtypes##_grouped_scratch)(const struct product *product) {                             \
        return grouped_scratch(product);                                                                               \
    }

/* A further one, for files that include widened_template.h and whose kinds tell a lane's value. */
#define DEFINE_WIDENED_KERNEL(dtypes, x_kind, y_kind, out_kind)                                                        \
    void PASTE(bd_, NAME, _##dtypes##_widened)(const struct product *product, const void *x, const void *y,            \
                                               void *out) {                                                            \
        widened_product(product, x_kind, y_kind, out_kind, x, y, out);                                                 \
    }                                                                                                                  \
    bool PASTE(bd_, NAME, _##dtypes##_widened_accepts)(const struct product *product) {                                \
        return product->k > 0 && is_tiny_item(product);                                                                \
    }                                                                                                                  \
    size_t PASTE(bd_, NAME, _##dtypes##_widened_prepare)(const struct product *product, void *prepared) {              \
        return widened_prepare(product, (out_kind) == OUT_LANES, prepared);                                            \
    }
