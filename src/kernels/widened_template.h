/* Tiny items of elements smaller than a lane: of a run of them x and y are widened to lanes, which a kernel for
 * elements of that size then multiplies. An item's order of summation is that kernel's. Needs what grouped_template.h
 * needs, and, defined before,
 *
 *     WIDENED_ISA     the instruction set of the kernels that may be taken
 *     WIDENED_DTYPE   the dtype of a lane */
#include "kernels/small_elements.h"

#include "kernels/tiny_items.h"

/* Elements of one operand that are widened at a time. */
enum { RUN_ELEMENTS = 1024 };

static int64_t items_a_run(const struct product *product) {
    const int64_t x = product->m * product->k, y = product->k * product->n, out = product->m * product->n;
    const int64_t most = x > y ? (x > out ? x : out) : (y > out ? y : out);
    return RUN_ELEMENTS / most;
}

/* The product of widened items, which lie side by side; so does their output, unless it is written where it belongs. */
static struct product widened_items(const struct product *product, bool is_in_output) {
    struct product widened = *product;
    const int64_t most = items_a_run(product);
    widened.items = product->items < most ? product->items : most;
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

/* So many items of so many elements each, which lie so far apart, or one and the same. */
static inline __attribute__((always_inline)) void widen_items(element *widened, int64_t items, int64_t elements,
                                                              int64_t item_step, const char *from,
                                                              enum small_kind kind) {
    if (item_step == elements || item_step == 0) {
        widen(widened, from, item_step == 0 ? elements : items * elements, kind);
        return;
    }
    for (int64_t item = 0; item < items; item++)
        widen(widened + item * elements, from + item * item_step * small_size(kind), elements, kind);
}

static inline __attribute__((always_inline)) void narrow_items_of(struct scaling scaling, int64_t items,
                                                                  int64_t elements, int64_t item_step,
                                                                  const element *results, char *out,
                                                                  enum out_kind kind) {
    if (item_step == elements) {
        elements *= items;
        items = 1;
    }
    for (int64_t item = 0; item < items; item++, results += elements, out += item_step * out_size(kind)) {
        for (int64_t i = 0; i < elements; i += LANES) {
            const int64_t count = elements - i < LANES ? elements - i : LANES;
            finish_small(scaling, out + i * out_size(kind), load(results + i), count, kind);
        }
    }
}

/* The kinds are constants. */
static inline __attribute__((always_inline)) void widened_product(const struct product *product, enum small_kind x_kind,
                                                                  enum small_kind y_kind, enum out_kind out_kind,
                                                                  const char *x, const char *y, char *out) {
    _Alignas(64) element x_widened[RUN_ELEMENTS + LANES], y_widened[RUN_ELEMENTS + LANES],
        results[RUN_ELEMENTS + LANES];
    const bool is_in_output = out_kind == OUT_LANES;
    const int64_t m = product->m, n = product->n, k = product->k;
    struct product widened = widened_items(product, is_in_output);
    const struct widened_plan *const plan = product->prepared;
    const struct kernel *const kernel = plan ? plan->kernel : widened_kernel(&widened);
    widened.prepared = plan && kernel->prepare ? (char *)product->prepared + sizeof *plan : NULL;
    for (int64_t rest = product->items; rest > 0; rest -= widened.items) {
        if (rest < widened.items)
            widened.items = rest;
        widen_items(x_widened, widened.items, m * k, product->x_item, x, x_kind);
        widen_items(y_widened, widened.items, k * n, product->y_item, y, y_kind);
        kernel->run(&widened, x_widened, y_widened, is_in_output ? (void *)out : results);
        if (!is_in_output)
            narrow_items_of(scaling_of(product), widened.items, m * n, product->out_item, results, out, out_kind);
        x += widened.items * product->x_item * small_size(x_kind);
        y += widened.items * product->y_item * small_size(y_kind);
        out += widened.items * product->out_item * out_size(out_kind);
    }
}
