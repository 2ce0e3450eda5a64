/* Tiny items of elements smaller than a lane: of a run of them x and y are widened to lanes, which a kernel for
 * elements of that size then multiplies. An item's order of summation is that kernel's. Needs what grouped_template.h
 * needs, and, defined before,
 *
 *     WIDENED_ISA     the instruction set of the kernels that may be taken
 *     WIDENED_DTYPE   the dtype of a lane */
#include "kernels/small_elements.h"

#include "kernels/tiny_items.h"

/* Elements of one operand that are widened at a time, and bytes that a kernel without a plan may prepare for. */
enum { RUN_ELEMENTS = 1024, MOST_PREPARED_BYTES = 8192 };
_Static_assert(RUN_ELEMENTS >= MOST_TINY_EXTENT * MOST_TINY_EXTENT, "an item must fit");

/* What is the same for all items is widened once, and takes no more room for more of them. */
static int64_t items_a_run(const struct product *product) {
    const int64_t x = product->x_item == 0 ? 1 : product->m * product->k;
    const int64_t y = product->y_item == 0 ? 1 : product->k * product->n, out = product->m * product->n;
    const int64_t most = x > y ? (x > out ? x : out) : (y > out ? y : out);
    return RUN_ELEMENTS / most;
}

/* The product of widened items, which lie side by side; so does their output, unless it is written where it belongs. */
static struct product widened_items(const struct product *product, bool is_in_output) {
    struct product widened = *product;
    const int64_t most = items_a_run(product);
    widened.items = widened.batch = product->items < most ? product->items : most;
    widened.x_item = product->x_item == 0 ? 0 : product->m * product->k;
    widened.y_item = product->y_item == 0 ? 0 : product->k * product->n;
    widened.prepared = widened.scratch = NULL;
    if (!is_in_output) {
        widened.out_item = product->m * product->n;
        widened.alpha[0] = 1;
        widened.beta[0] = 0;
    }
    return widened;
}

static const struct kernel *widened_kernel(const struct product *widened) {
    return bd_find_kernel(WIDENED_ISA, WIDENED_DTYPE, WIDENED_DTYPE, WIDENED_DTYPE, widened);
}

/* Followed by what the kernel prepared, if that prepares anything. */
struct widened_plan {
    _Alignas(64) const struct kernel *kernel;
};

static size_t widened_prepare(const struct product *product, bool is_in_output, void *prepared) {
    const struct product widened = widened_items(product, is_in_output);
    const struct kernel *const kernel = widened_kernel(&widened);
    const size_t own = sizeof(struct widened_plan);
    if (prepared) {
        ((struct widened_plan *)prepared)->kernel = kernel;
        if (kernel->prepare)
            kernel->prepare(&widened, (char *)prepared + own);
    }
    return own + (kernel->prepare ? kernel->prepare(&widened, NULL) : 0);
}

/* Whole vectors are written, for which there is room. kind is a constant. */
static inline __attribute__((always_inline)) void widen(element *lanes_of_elements, const char *from, int64_t count,
                                                        enum small_kind kind) {
    for (int64_t i = 0; i < count; i += LANES) {
        const int64_t present = count - i < LANES ? count - i : LANES;
        store(lanes_of_elements + i, vec_of(small_lanes(from + i * small_size(kind), present, kind)));
    }
}

/* So many items of so many elements each, which lie so far apart. */
static inline __attribute__((always_inline)) void widen_items(element *widened, int64_t items, int64_t elements,
                                                              int64_t item_step, const char *from,
                                                              enum small_kind kind) {
    if (item_step == elements) {
        widen(widened, from, items * elements, kind);
        return;
    }
    for (int64_t item = 0; item < items; item++)
        widen(widened + item * elements, from + item * item_step * small_size(kind), elements, kind);
}

/* Results that lie side by side, where they belong. kind is a constant. */
static inline __attribute__((always_inline)) void
narrow_results(const struct product *product, int64_t items, const element *results, char *out, enum out_kind kind) {
    const int64_t elements = product->m * product->n, step = product->out_item;
    const bool is_dense = step == elements;
    finish_small_rows_of(scaling_of(product), results, elements, is_dense ? 1 : items,
                         is_dense ? items * elements : elements, out, step * out_size(kind), kind);
}

/* The kinds are constants. */
static inline __attribute__((always_inline)) void widened_product(const struct product *product, enum small_kind x_kind,
                                                                  enum small_kind y_kind, enum out_kind out_kind,
                                                                  const char *x, const char *y, char *out) {
    _Alignas(64) element x_widened[RUN_ELEMENTS + LANES], y_widened[RUN_ELEMENTS + LANES],
        results[RUN_ELEMENTS + LANES];
    _Alignas(64) char prepared[MOST_PREPARED_BYTES];
    const bool is_in_output = out_kind == OUT_LANES;
    const int64_t m = product->m, n = product->n, k = product->k;
    struct product widened = widened_items(product, is_in_output);
    const struct widened_plan *const plan = product->prepared;
    const struct kernel *const kernel = plan ? plan->kernel : widened_kernel(&widened);
    if (kernel->prepare && plan)
        widened.prepared = (char *)product->prepared + sizeof *plan;
    else if (kernel->prepare && product->items > widened.items && kernel->prepare(&widened, NULL) <= sizeof prepared) {
        kernel->prepare(&widened, prepared);
        widened.prepared = prepared;
    }
    if (product->x_item == 0)
        widen(x_widened, x, m * k, x_kind);
    if (product->y_item == 0)
        widen(y_widened, y, k * n, y_kind);
    for (int64_t rest = product->items; rest > 0; rest -= widened.items) {
        if (rest < widened.items)
            widened.items = rest;
        if (product->x_item != 0)
            widen_items(x_widened, widened.items, m * k, product->x_item, x, x_kind);
        if (product->y_item != 0)
            widen_items(y_widened, widened.items, k * n, product->y_item, y, y_kind);
        kernel->run(&widened, x_widened, y_widened, is_in_output ? (void *)out : results);
        if (!is_in_output)
            narrow_results(product, widened.items, results, out, out_kind);
        x += widened.items * product->x_item * small_size(x_kind);
        y += widened.items * product->y_item * small_size(y_kind);
        out += widened.items * product->out_item * out_size(out_kind);
    }
}
