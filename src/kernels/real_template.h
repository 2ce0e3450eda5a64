/* Every real kernel of an instruction set and a dtype. Include after a vector_*.h and after defining NAME, such as
 * avx512_f32; the kernels are then bd_avx512_f32_tile and so on. */
#include "kernels/vector_real.h"

#include "kernels/deep_template.h"
#include "kernels/dot_template.h"
#include "kernels/held_template.h"
#include "kernels/outer_template.h"
#include "kernels/tile_template.h"
#ifdef HAS_PERMUTE
#include "kernels/cluster_template.h"
#include "kernels/narrow_template.h"
#endif
#include "kernels/panel_template.h"
#include "kernels/turned_template.h"

#include "kernels/define_kernels.h"

DEFINE_KERNEL(dot)
#ifdef HAS_PERMUTE
DEFINE_PREPARED_KERNEL(cluster)
DEFINE_KERNEL(narrow)
#endif
DEFINE_KERNEL(held)
DEFINE_KERNEL(outer)
DEFINE_KERNEL(deep)
DEFINE_KERNEL(turned)
DEFINE_PREPARED_KERNEL(tile)
DEFINE_KERNEL(panel)

int64_t PASTE(bd_, NAME, _panel_scratch)(const struct product *product) {
    return panel_scratch(product);
}
