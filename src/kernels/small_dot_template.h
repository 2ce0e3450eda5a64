/* Dot products and matrix-vector products along contiguous k for elements smaller than a lane: each row of y times a
 * row of x, a vector of each holding GROUP elements a lane. LANES rows are summed across their lanes at once. The order
 * of summation depends on k alone: vector i is added to accumulator i modulo CHAINS. Needs what grouped_template.h
 * needs, and that. */

enum { CHAINS = 4 };

/* Rows of x step along with those of y, or stay. */
struct small_rows {
    int64_t count, k, x_step, y_step, out_step; /* in bytes */
    uint32_t x_flip;
};

/* A vector of x, whose bits may be flipped. */
static inline __attribute__((always_inline)) vec small_x_vector(const char *x, int64_t count, enum small_kind kind,
                                                                bool has_flip, vec flip) {
    return has_flip ? flipped_vector(x, count, kind, words_of(flip)) : small_vector(x, count, kind);
}

/* A step along k: what flipping x's bits adds is summed apart. */
static inline __attribute__((always_inline)) void small_step(vec *sum, vec *flipped_zero, vec x, vec y, bool has_flip,
                                                             vec flip) {
    if (has_flip)
        *flipped_zero = accumulate(flip, y, *flipped_zero);
    *sum = accumulate(x, y, *sum);
}

/* One row's sum, by lanes. The kinds and has_flip are constants. */
static inline __attribute__((always_inline)) vec small_row(const struct small_rows *rows, const char *x, const char *y,
                                                           enum small_kind x_kind, enum small_kind y_kind,
                                                           bool has_flip) {
    const int64_t x_step = ELEMENTS_A_VECTOR * small_size(x_kind), y_step = ELEMENTS_A_VECTOR * small_size(y_kind);
    const vec flip = vec_of(same_words(rows->x_flip));
    vec sums[CHAINS], flipped_zero = zero();
#pragma GCC unroll 4
    for (int i = 0; i < CHAINS; i++)
        sums[i] = zero();
    int64_t k = rows->k;
    for (; k >= CHAINS * ELEMENTS_A_VECTOR; k -= CHAINS * ELEMENTS_A_VECTOR) {
#pragma GCC unroll 4
        for (int i = 0; i < CHAINS; i++, x += x_step, y += y_step)
            small_step(&sums[i], &flipped_zero, small_x_vector(x, ELEMENTS_A_VECTOR, x_kind, has_flip, flip),
                       small_vector(y, ELEMENTS_A_VECTOR, y_kind), has_flip, flip);
    }
#pragma GCC unroll 4
    for (int i = 0; i < CHAINS; i++, x += x_step, y += y_step, k -= ELEMENTS_A_VECTOR) {
        if (k <= 0)
            break;
        const int64_t count = k < ELEMENTS_A_VECTOR ? k : ELEMENTS_A_VECTOR;
        small_step(&sums[i], &flipped_zero, small_x_vector(x, count, x_kind, has_flip, flip),
                   small_vector(y, count, y_kind), has_flip, flip);
    }
    const vec sum = add(add(sums[0], sums[1]), add(sums[2], sums[3]));
    return has_flip ? vec_of(subtract_words(words_of(sum), words_of(flipped_zero))) : sum;
}

static inline __attribute__((always_inline)) void finish_small_rows(struct scaling scaling,
                                                                    const struct small_rows *rows, vec results,
                                                                    int64_t count, char *out, enum out_kind kind) {
    const bool is_dense = rows->out_step == out_size(kind);
    for (int64_t row = 0; row < count; row += is_dense ? count : 1, out += rows->out_step) {
        const int64_t written = is_dense ? count : 1;
        vec result = results;
        if (!is_dense) {
            element apart[LANES];
            store(apart, results);
            result = broadcast(apart[row]);
        }
        finish_small(scaling, out, result, written, kind);
    }
}

/* A row of x of up to CHAINS vectors, of which the last one has so many elements. */
struct small_x {
    vec vectors[CHAINS];
};

/* vectors, the kind and has_flip are constants, here and below. */
static inline __attribute__((always_inline)) struct small_x small_x_of(const struct small_rows *rows, const char *x,
                                                                       int vectors, int64_t last, enum small_kind kind,
                                                                       bool has_flip) {
    const vec flip = vec_of(same_words(rows->x_flip));
    struct small_x row;
#pragma GCC unroll 4
    for (int i = 0; i < vectors; i++)
        row.vectors[i] = small_x_vector(x + i * ELEMENTS_A_VECTOR * small_size(kind),
                                        i + 1 < vectors ? ELEMENTS_A_VECTOR : last, kind, has_flip, flip);
    return row;
}

/* As small_row, to the bit: the chains that are left out are sums of nothing. */
static inline __attribute__((always_inline)) vec small_short_row(const struct small_rows *rows, struct small_x x,
                                                                 const char *y, int vectors, int64_t last,
                                                                 enum small_kind y_kind, bool has_flip) {
    const vec flip = vec_of(same_words(rows->x_flip));
    vec sums[CHAINS], flipped_zero = zero();
#pragma GCC unroll 4
    for (int i = 0; i < vectors; i++) {
        const vec y_vector = small_vector(y + i * ELEMENTS_A_VECTOR * small_size(y_kind),
                                          i + 1 < vectors ? ELEMENTS_A_VECTOR : last, y_kind);
        sums[i] = zero();
        small_step(&sums[i], &flipped_zero, x.vectors[i], y_vector, has_flip, flip);
    }
    vec sum = sums[0];
    if (vectors > 1)
        sum = add(sum, sums[1]);
    if (vectors > 2)
        sum = add(sum, vectors > 3 ? add(sums[2], sums[3]) : sums[2]);
    return has_flip ? vec_of(subtract_words(words_of(sum), words_of(flipped_zero))) : sum;
}

/* LANES rows, of which so many are there: the last one stands in for the others. x_stays is a constant. */
static inline __attribute__((always_inline)) vec small_short_rows(const struct small_rows *rows, int64_t count,
                                                                  const char *x, const char *y, int vectors,
                                                                  bool x_stays, enum small_kind x_kind,
                                                                  enum small_kind y_kind, bool has_flip) {
    const int64_t last = rows->k - (vectors - 1) * ELEMENTS_A_VECTOR;
    struct small_x x_row = small_x_of(rows, x, vectors, last, x_kind, has_flip);
    vec sums[LANES];
#pragma GCC unroll 16
    for (int i = 0; i < LANES; i++) {
        const int64_t present = i < count ? i : count - 1;
        if (!x_stays && i > 0)
            x_row = small_x_of(rows, x + present * rows->x_step, vectors, last, x_kind, has_flip);
        sums[sum_slot(i)] = small_short_row(rows, x_row, y + present * rows->y_step, vectors, last, y_kind, has_flip);
    }
    return sum_rows(sums);
}

static inline __attribute__((always_inline)) vec small_long_rows(const struct small_rows *rows, int64_t count,
                                                                 const char *x, const char *y, enum small_kind x_kind,
                                                                 enum small_kind y_kind, bool has_flip) {
    vec sums[LANES];
    for (int i = 0; i < LANES; i++) {
        sums[sum_slot(i)] = i < count ? small_row(rows, x, y, x_kind, y_kind, has_flip) : zero();
        x += i < count ? rows->x_step : 0;
        y += i < count ? rows->y_step : 0;
    }
    return sum_rows(sums);
}

/* Rows of so many vectors, or 0 for longer ones. */
static inline __attribute__((always_inline)) void small_dots_of(const struct product *product,
                                                                const struct small_rows *rows, const char *x,
                                                                const char *y, char *out, int vectors, bool x_stays,
                                                                enum small_kind x_kind, enum small_kind y_kind,
                                                                bool has_flip, enum out_kind out_kind) {
    const struct scaling scaling = scaling_of(product);
    for (int64_t row = 0; row < rows->count; row += LANES) {
        const int64_t count = rows->count - row < LANES ? rows->count - row : LANES;
        const vec results = vectors == 0
                                ? small_long_rows(rows, count, x, y, x_kind, y_kind, has_flip)
                                : small_short_rows(rows, count, x, y, vectors, x_stays, x_kind, y_kind, has_flip);
        finish_small_rows(scaling, rows, results, count, out, out_kind);
        x += LANES * rows->x_step;
        y += LANES * rows->y_step;
        out += LANES * rows->out_step;
    }
}

static inline __attribute__((always_inline)) void
small_dots(const struct product *product, const struct small_rows *rows, const char *x, const char *y, char *out,
           bool x_stays, enum small_kind x_kind, enum small_kind y_kind, bool has_flip, enum out_kind out_kind) {
    switch (bd_divide_up(rows->k, ELEMENTS_A_VECTOR)) {
    case 1:
        small_dots_of(product, rows, x, y, out, 1, x_stays, x_kind, y_kind, has_flip, out_kind);
        break;
    case 2:
        small_dots_of(product, rows, x, y, out, 2, x_stays, x_kind, y_kind, has_flip, out_kind);
        break;
    case 3:
        small_dots_of(product, rows, x, y, out, 3, x_stays, x_kind, y_kind, has_flip, out_kind);
        break;
    case 4:
        small_dots_of(product, rows, x, y, out, 4, x_stays, x_kind, y_kind, has_flip, out_kind);
        break;
    default:
        small_dots_of(product, rows, x, y, out, 0, x_stays, x_kind, y_kind, has_flip, out_kind);
    }
}

/* The kinds and x_flip are constants. */
static inline __attribute__((always_inline)) void small_dot_product(const struct product *product,
                                                                    enum small_kind x_kind, uint32_t x_flip,
                                                                    enum small_kind y_kind, enum out_kind out_kind,
                                                                    const char *x, const char *y, char *out) {
    const int64_t x_size = small_size(x_kind), y_size = small_size(y_kind), size = out_size(out_kind);
    struct small_rows rows = {product->n, product->k, 0, product->y_n * y_size, size, x_flip};
    if (product->n == 1) {
        rows.count = product->items;
        rows.x_step = product->x_item * x_size;
        rows.y_step = product->y_item * y_size;
        rows.out_step = product->out_item * size;
        small_dots(product, &rows, x, y, out, false, x_kind, y_kind, x_flip != 0, out_kind);
        return;
    }
    for (int64_t item = 0; item < product->items; item++) {
        small_dots(product, &rows, x, y, out, true, x_kind, y_kind, x_flip != 0, out_kind);
        x += product->x_item * x_size;
        y += product->y_item * y_size;
        out += product->out_item * size;
    }
}

static bool small_dot_accepts(const struct product *product) {
    return product->m == 1 && product->x_k == 1 && product->y_k == 1 && product->out_n == 1;
}
