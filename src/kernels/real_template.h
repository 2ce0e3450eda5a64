/* Every real kernel of an instruction set and a dtype. Include after a vector_*.h and after defining NAME, such as
 * avx512_f32; the kernels are then bd_avx512_f32_tile and so on. */
#include "kernels/vector_real.h"

#include "kernels/common_families.h"

#include "kernels/deep_template.h"
#include "kernels/turned_template.h"

#ifdef HAS_PERMUTE
#include "kernels/permuting_families.h"
#endif
DEFINE_KERNEL(deep)
DEFINE_KERNEL(turned)
