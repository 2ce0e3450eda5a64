/* When vectors of half as many lanes, which other kernels of the instruction set have, are the better ones. Needs a
 * vector_*.h and vector_real.h or vector_complex.h. */
#ifndef BATCHDOT_KERNELS_HALF_VECTORS_H
#define BATCHDOT_KERNELS_HALF_VECTORS_H

#include "base/isa.h"
#include "base/parts.h"
#include "kernels/kernel.h"

/* Longer rows than so many halves lose too few lanes; where y is not packed, longer ones than so many in a column. */
enum { MOST_HALVES = 7, HALVES_OF_A_COLUMN = 3 };

/* Whether a processor takes vectors by halves, and there are such of half the length for it. */
static inline bool halves_are_taken(void) {
    return HAS_HALF_VECTORS && bd_halves_vectors();
}

/* Whether a processor takes vectors of 64 bytes whole, as all but Zen 4 are taken to do. What depends on it was
 * measured on one with a second-level cache of 2 MiB and a first-level one of 12 ways. */
static inline bool wholes_are_taken(void) {
    return HAS_HALF_VECTORS && !bd_halves_vectors();
}

/* Rows so long leave fewer lanes of them idle. Nothing is lost where one is enough; up to so many win by it where a
 * processor takes the longer ones by halves. */
static inline bool halves_fit_rows(int64_t extent, int64_t most_halves) {
    if (!HAS_HALF_VECTORS)
        return false;
    const int64_t halves = bd_divide_up(extent, LANES / 2);
    return halves % 2 == 1 && (halves == 1 || (halves <= most_halves && halves_are_taken()));
}

/* How many halves such rows take, in the better ones of both vectors. */
static inline int64_t halves_of_rows(int64_t extent, int64_t most_halves) {
    return halves_fit_rows(extent, most_halves) ? bd_divide_up(extent, LANES / 2) : 2 * bd_divide_up(extent, LANES);
}

/* The same for dot products, where the sums across the lanes of long vectors take longer as well: short rows are summed
 * by halves, complex ones where a processor halves vectors. Long rows that are read once come from the last-level cache
 * and from memory up to 1.1 times as fast in halves, where a processor takes vectors by halves. One that takes them
 * whole is up to half faster by few halves, of which whole vectors would leave the last one's half idle; complex
 * elements, whose sums are of two vectors, by fewer. */
static inline bool halves_fit_dots(const struct product *product) {
    enum {
        SHORT = 2 * LANES,
        LONG = 256 / ACCUMULATOR_VECTORS,
        MOST_BESIDE_WHOLES = ACCUMULATOR_VECTORS == 1 ? MOST_HALVES : 5
    };
    if (!HAS_HALF_VECTORS)
        return false;
    if (wholes_are_taken()) {
        const int64_t halves = bd_divide_up(product->k, LANES / 2);
        return (ACCUMULATOR_VECTORS == 1 && product->k <= SHORT) || (halves % 2 == 1 && halves <= MOST_BESIDE_WHOLES);
    }
    return product->k <= SHORT || halves_fit_rows(product->k, MOST_HALVES) || (product->n == 1 && product->k >= LONG);
}

/* For those who compute row by row, and leave dot products to others. */
static inline bool halves_fit_product(const struct product *product, int64_t most_halves) {
    const bool is_of_dots = product->m == 1 && product->x_k == 1 && product->y_k == 1;
    return is_of_dots ? halves_fit_dots(product) : halves_fit_rows(product->n, most_halves);
}

#endif
