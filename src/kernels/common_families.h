/* The families that every kind of element has, of an instruction set and a dtype. Include after the words of both,
 * vector_real.h's or vector_complex.h's among them, and after defining NAME, such as avx512_c64. */
#include "kernels/dot_template.h"
#include "kernels/held_template.h"
#include "kernels/outer_template.h"
#include "kernels/tile_template.h"

#include "kernels/panel_template.h"

#include "kernels/define_kernels.h"

DEFINE_KERNEL(dot)
DEFINE_KERNEL(held)
DEFINE_KERNEL(outer)
DEFINE_PREPARED_KERNEL(tile)
DEFINE_KERNEL(panel)

int64_t PASTE(bd_, NAME, _panel_scratch)(const struct product *product) {
    return panel_scratch(product);
}
