/* Products whose sums are gathered in a stage before they become elements of the output (kernels/stage.h). */
#ifndef BATCHDOT_ENGINES_STAGED_H
#define BATCHDOT_ENGINES_STAGED_H

#include "engines/engine.h"

/* What a kernel sees of such a product: a pass over its innermost axis of k. adds: to what is there, as all passes but
 * the first do. */
struct product bd_staged_product(const struct product *product, bool adds);

/* Finds the kernels for preparation->product. */
void bd_staged_prepare(const struct contraction *contraction, struct preparation *preparation);

/* Makes a block, which is an item or a part of one, small enough for a stage, and says how many whole ones it holds. */
void bd_keep_to_stage(const struct contraction *contraction, int64_t *block_m, int64_t *block_n,
                      int64_t *items_at_once);

/* Computes a run of items, or a block, that bd_keep_to_stage allows. */
void bd_run_staged(const struct contraction *contraction, const struct preparation *preparation,
                   const struct product *product, const char *x, const char *y, char *out);

#endif
