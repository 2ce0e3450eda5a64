/* Every complex kernel of an instruction set and a dtype. Include after defining NAME, such as avx512_c64, and what
 * vector_complex.h needs. */
#include "kernels/vector_complex.h"

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
