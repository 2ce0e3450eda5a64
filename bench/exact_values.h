/* Elements of which every correct library multiplies and sums exactly: integers of few bits, whose sums of products a
 * float holds without rounding, in whatever order they are taken. So a result is right if it is equal, and no tolerance
 * can hide a fault. */
#ifndef BATCHDOT_BENCH_EXACT_VALUES_H
#define BATCHDOT_BENCH_EXACT_VALUES_H

#include "case_table.h"

/* Integers of at most this size: k * 16, and twice that where elements are complex, must stay within 2^24. Unsigned
 * elements are as many multiples of a power of two from 0 on; the last is 128, so that a library that takes a byte for
 * a signed one is found out: k * 128 * 128, of which a float need not hold the last 8 bits, must stay below 2^31. */
enum { EXACT_LARGEST = 4, EXACT_UNSIGNED_STEP = 16, EXACT_MAX_K = (1 << 17) - 1 };

/* A part is a real or an imaginary part, or all of a real element. */
void exact_values_fill(void *data, batchdot_dtype dtype, int64_t part_count, uint32_t seed);

/* The next of a sequence of numbers from 0 to below 1 that look random; any state begins one. */
float exact_values_random(uint32_t *state);

/* What an element nobody has written looks like. */
void exact_values_spoil(void *out, const struct bench_dtype *dtype, int64_t count);

/* The first part of out that differs from the reference, which is rounded where out is of halves; -1 if there is none.
 */
int64_t exact_values_first_difference(const void *out, const struct bench_dtype *dtype, const float *reference,
                                      int64_t count);

double exact_values_part(const void *data, batchdot_dtype dtype, int64_t index);

/* Of f16 and bf16 the nearest. */
void exact_values_set_part(void *data, batchdot_dtype dtype, int64_t index, double value);

#endif
