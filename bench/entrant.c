#include "entrant.h"

const char *entrant_prepare(struct entrant *entrant, const struct contestant *contestant,
                            const struct item_product *product, int threads) {
    const struct contestant_kind *const kind = contestant->kind;
    const bool is_spread = threads > 1 && kind->unit == UNIT_ITEMS && product->run.extent >= threads;
    *entrant = (struct entrant){.contestant = contestant,
                                .product = product,
                                .threads = threads,
                                .spread = is_spread ? threads : 1,
                                .library_threads = is_spread ? 1 : threads};
    if (product->refusal && kind->unit != UNIT_PRODUCT)
        return product->refusal;
    const char *const reason = kind->prepare(contestant, product, entrant->library_threads, &entrant->state);
    if (!reason && kind->library_threads)
        entrant->library_threads = kind->library_threads(entrant->state);
    return reason;
}

void entrant_begin(const struct entrant *entrant) {
    if (entrant->contestant->kind->set_threads)
        entrant->contestant->kind->set_threads(entrant->contestant, entrant->library_threads);
}

void entrant_end(const struct entrant *entrant) {
    if (entrant->contestant->kind->set_threads)
        entrant->contestant->kind->set_threads(entrant->contestant, entrant->threads);
}

/* Items first to end of the run that begins at start. */
static void execute_items(const struct entrant *entrant, const struct arena *arena, struct item_loop start,
                          int64_t first, int64_t end) {
    const struct item_product *const product = entrant->product;
    const struct item_loop run = product->run;
    const struct bench_dtype *const dtype = product->dtype;
    const char *const x = (const char *)arena->x + (start.x + first * run.x) * (int64_t)dtype->x_size;
    const char *const y = (const char *)arena->y + (start.y + first * run.y) * (int64_t)dtype->y_size;
    char *const out = (char *)arena->out + (start.out + first * run.out) * (int64_t)dtype->out_size;
    entrant->contestant->kind->execute(entrant->state, x, y, out, end - first);
}

static void spread_items(const struct entrant *entrant, const struct arena *arena, struct item_loop start) {
    const int64_t count = entrant->product->run.extent;
    const int parts = entrant->spread;
#pragma omp parallel for num_threads(parts) schedule(static)
    for (int part = 0; part < parts; part++)
        execute_items(entrant, arena, start, count * part / parts, count * (part + 1) / parts);
}

void entrant_execute(const struct entrant *entrant, const struct arena *arena) {
    const struct item_product *const product = entrant->product;
    if (entrant->contestant->kind->unit == UNIT_PRODUCT) {
        entrant->contestant->kind->execute(entrant->state, arena->x, arena->y, arena->out,
                                           item_product_item_count(product));
        return;
    }
    const int64_t runs = item_product_run_count(product);
    for (int64_t run = 0; run < runs; run++) {
        const struct item_loop start = item_product_run_start(product, run);
        if (entrant->spread > 1)
            spread_items(entrant, arena, start);
        else
            execute_items(entrant, arena, start, 0, product->run.extent);
    }
}

double entrant_products(const struct entrant *entrant) {
    const struct contestant_kind *const kind = entrant->contestant->kind;
    return kind->products_per_call ? kind->products_per_call(entrant->state) : 1;
}

void entrant_release(struct entrant *entrant) {
    if (entrant->state)
        entrant->contestant->kind->release(entrant->state);
    entrant->state = NULL;
}
