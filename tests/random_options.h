/* Random dtypes of a product, and random options. */
#ifndef BATCHDOT_TESTS_RANDOM_OPTIONS_H
#define BATCHDOT_TESTS_RANDOM_OPTIONS_H

#include "random_tensor.h"

/* x's dtype is given; y's and the output's are among those that go with it. */
void random_dtypes_draw(random_source *source, batchdot_dtype dtype, batchdot_tensor *x, batchdot_tensor *y,
                        batchdot_tensor *out);

/* Everything but normalize. */
void random_options_draw(random_source *source, batchdot_dtype dtype, bool may_use_blas, batchdot_options *options);

void random_options_describe(const batchdot_options *described, bool are_defaults, text_line *to);

#endif
