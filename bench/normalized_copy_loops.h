/* Normalizing copies for one type of a part, inlined where it is known how many parts an element has. Set before, and
 * unset here: PART, LEAST_SQUARE, SQUARE_ROOT, and COPY(name), which makes a function's name of it. */

/* Vectors whose parts are contiguous. LANES sums side by side are what a compiler can put into vectors. */
static inline __attribute__((always_inline)) void COPY(rows)(int64_t length, const PART *restrict from,
                                                             PART *restrict to, int64_t first, int64_t end) {
    for (int64_t row = first; row < end; row++) {
        const PART *const restrict source = from + row * length;
        PART *const restrict target = to + row * length;
        PART sums[LANES] = {0};
        int64_t i = 0;
        for (; i + LANES <= length; i += LANES)
            for (int lane = 0; lane < LANES; lane++)
                sums[lane] += source[i + lane] * source[i + lane];
        for (int lanes = LANES / 2; i && lanes; lanes /= 2)
            for (int lane = 0; lane < lanes; lane++)
                sums[lane] += sums[lane + lanes];
        PART sum = sums[0];
        for (; i < length; i++)
            sum += source[i] * source[i];
        const PART factor = 1 / SQUARE_ROOT(sum < LEAST_SQUARE ? LEAST_SQUARE : sum);
        for (i = 0; i < length; i++)
            target[i] = source[i] * factor;
    }
}

/* Vectors that lie side by side, a block of them at once. */
static inline __attribute__((always_inline)) void COPY(block)(int64_t length, int64_t row_parts, int parts,
                                                              int block_parts, const PART *restrict from,
                                                              PART *restrict to) {
    PART factors[BLOCK_PARTS] = {0};
    for (int64_t i = 0; i < length; i++)
        for (int j = 0; j < block_parts; j++)
            factors[j] += from[i * row_parts + j] * from[i * row_parts + j];
    for (int j = 0; parts == 2 && j < block_parts; j += 2)
        factors[j] = factors[j + 1] = factors[j] + factors[j + 1];
    for (int j = 0; j < block_parts; j++)
        factors[j] = 1 / SQUARE_ROOT(factors[j] < LEAST_SQUARE ? LEAST_SQUARE : factors[j]);
    for (int64_t i = 0; i < length; i++)
        for (int j = 0; j < block_parts; j++)
            to[i * row_parts + j] = from[i * row_parts + j] * factors[j];
}

/* Rows, or blocks of vectors side by side, from first to end. */
static inline __attribute__((always_inline)) void COPY(units)(const struct normalized_copy *copy, const void *from_data,
                                                              void *to_data, int64_t first, int64_t end) {
    const PART *const restrict from = from_data;
    PART *const restrict to = to_data;
    const int64_t row_parts = copy->behind * copy->parts, blocks = blocks_of(copy);
    if (copy->behind == 1) {
        COPY(rows)(copy->length * copy->parts, from, to, first, end);
        return;
    }
    for (int64_t unit = first; unit < end; unit++) {
        const int64_t begin = unit % blocks * BLOCK_PARTS, start = unit / blocks * copy->length * row_parts + begin;
        const int64_t rest = row_parts - begin;
        if (rest >= BLOCK_PARTS)
            COPY(block)(copy->length, row_parts, copy->parts, BLOCK_PARTS, from + start, to + start);
        else
            COPY(block)(copy->length, row_parts, copy->parts, (int)rest, from + start, to + start);
    }
}

#undef PART
#undef LEAST_SQUARE
#undef SQUARE_ROOT
#undef COPY
