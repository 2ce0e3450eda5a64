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

/* A step along k: what flipping x's bits adds is summed apart. */
static inline __attribute__((always_inline)) void small_step(vec *sum, vec *flipped_zero, vec x, vec y, bool has_flip,
                                                             vec flip) {
    if (has_flip) {
        x = vec_of(differing(words_of(x), words_of(flip)));
        *flipped_zero = accumulate(flip, y, *flipped_zero);
    }
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
            small_step(&sums[i], &flipped_zero, small_vector(x, ELEMENTS_A_VECTOR, x_kind),
                       small_vector(y, ELEMENTS_A_VECTOR, y_kind), has_flip, flip);
    }
#pragma GCC unroll 4
    for (int i = 0; i < CHAINS; i++, x += x_step, y += y_step, k -= ELEMENTS_A_VECTOR) {
        if (k <= 0)
            break;
        const int64_t count = k < ELEMENTS_A_VECTOR ? k : ELEMENTS_A_VECTOR;
        small_step(&sums[i], &flipped_zero, small_vector(x, count, x_kind), small_vector(y, count, y_kind), has_flip,
                   flip);
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

static inline __attribute__((always_inline)) void
small_dots(const struct product *product, const struct small_rows *rows, const char *x, const char *y, char *out,
           enum small_kind x_kind, enum small_kind y_kind, bool has_flip, enum out_kind out_kind) {
    const struct scaling scaling = scaling_of(product);
    for (int64_t row = 0; row < rows->count; row += LANES) {
        const int64_t count = rows->count - row < LANES ? rows->count - row : LANES;
        vec sums[LANES];
        for (int i = 0; i < LANES; i++) {
            sums[sum_slot(i)] = i < count ? small_row(rows, x, y, x_kind, y_kind, has_flip) : zero();
            x += i < count ? rows->x_step : 0;
            y += i < count ? rows->y_step : 0;
        }
        finish_small_rows(scaling, rows, sum_rows(sums), count, out, out_kind);
        out += LANES * rows->out_step;
    }
}

/* The kinds and x_flip are constants. */
static inline __attribute__((always_inline)) void small_dot_product(const struct product *product,
                                                                    enum small_kind x_kind, uint32_t x_flip,
                                                                    enum small_kind y_kind, enum out_kind out_kind,
                                                                    const char *x, const char *y, char *out) {
    const int64_t x_size = small_size(x_kind), y_size = small_size(y_kind), size = out_size(out_kind);
    struct small_rows rows = {product->n, product->k, 0, product->y_n * y_size, size, x_flip};
    int64_t items = product->items;
    if (product->n == 1) {
        rows.count = items;
        rows.x_step = product->x_item * x_size;
        rows.y_step = product->y_item * y_size;
        rows.out_step = product->out_item * size;
        items = 1;
    }
    for (; items > 0; items--) {
        small_dots(product, &rows, x, y, out, x_kind, y_kind, x_flip != 0, out_kind);
        x += product->x_item * x_size;
        y += product->y_item * y_size;
        out += product->out_item * size;
    }
}

static bool small_dot_accepts(const struct product *product) {
    return product->m == 1 && product->x_k == 1 && product->y_k == 1 && product->out_n == 1;
}
