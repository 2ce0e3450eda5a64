/* Which shapes, layouts and batches the kernels are given. */
#include "kernel_case.h"

struct extents {
    int64_t values[25]; /* up to a 0 */
};

/* Every m with every n and every k. */
struct shape_set {
    struct extents m, n, k;
};

static const struct shape_set shape_sets[] = {
    {{{1, 2, 3, 4, 5, 6, 7, 8}}, {{1, 2, 3, 4, 5, 6, 7, 8}}, {{1, 2, 3, 4, 5, 6, 7, 8}}},
    {{{5, 13, 33}}, {{7, 6, 17}}, {{6, 5, 9}}},
    {{{8, 16, 32}}, {{8, 9, 16, 32}}, {{16, 32}}},
    {{{9, 16, 19, 31, 35}}, {{1, 2, 3, 4, 5, 7, 8}}, {{1, 2, 3, 4, 5, 7, 8}}},
    {{{1, 2, 3, 4, 5, 9, 17}}, {{1, 2, 3, 4, 5, 9, 17, 30}}, {{1,  2,  9,  12, 15, 16,  17,  24,  31,  32,
                                                               33, 48, 63, 64, 65, 127, 255, 256, 257, 600}}},
    {{{1, 2, 6, 7, 9, 13, 14, 15, 16, 17, 27, 40}},
     {{1, 5, 8, 9, 12, 15, 16, 17, 23, 31, 32, 33, 40, 47, 48, 49, 56, 64, 65, 72, 79, 80, 100, 130}},
     {{1, 3, 10}}},
    {{{1, 6, 40, 50}}, {{33, 64, 130}}, {{128, 129, 256, 257, 600}}},
    {{{1, 3, 6}}, {{1, 7, 20}}, {{1000, 2048, 2049, 5000}}},
    {{{64, 70}}, {{384, 389, 577}}, {{65, 260, 600}}},
    {{{1025}}, {{385}}, {{64}}},
};

/* A walk over all shapes and layouts: every step-th of them is tried, and of those that the kernel accepts a share is
 * visited, a share of 1 being SHARE_ONE. */
struct visit {
    int step, accepted, visited;
    uint64_t number, share;
    struct kernel_scope scope;
    kernel_visitor *visitor;
    void *context;
};

enum { SHARE_ONE = 1 << 20 };

/* splitmix64 */
uint64_t kernel_chance(uint64_t number) {
    number = (number + 1) * 0x9e3779b97f4a7c15u;
    number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9u;
    number = (number ^ number >> 27) * 0x94d049bb133111ebu;
    return number ^ number >> 31;
}

/* Takes a number below count from what is left of a chance. */
static int take(uint64_t *chance, int count) {
    const int taken = (int)(*chance % (uint64_t)count);
    *chance /= (uint64_t)count;
    return taken;
}

static bool is_integer(const struct kernel *kernel) {
    return kernel->out == BATCHDOT_I32 || kernel->out == BATCHDOT_I64;
}

static void draw_scaling(struct kernel_case *tested, uint64_t *chance) {
    static const double reals[][2] = {{1, 0}, {1, 0}, {-0.5, 0}, {1, 1}, {1, 2}, {-0.5, 2}};
    const bool is_complex = tested->kernel->out == BATCHDOT_C64 || tested->kernel->out == BATCHDOT_C128;
    const int choice = take(chance, 6);
    tested->alpha[0] = is_integer(tested->kernel) ? 1 : reals[choice][0];
    tested->beta[0] = is_integer(tested->kernel) ? choice % 2 : reals[choice][1];
    if (is_complex) {
        tested->alpha[1] = choice > 3 ? 0.25 : 0;
        tested->beta[1] = choice > 3 ? -1 : 0;
        tested->conjugate_x = take(chance, 2);
        tested->conjugate_y = take(chance, 2);
    }
}

static int64_t largest_operand(const struct kernel_case *tested) {
    const int64_t m = tested->m, n = tested->n, k = tested->k;
    const int64_t x = m * k, y = k * n, out = m * n, inputs = x > y ? x : y;
    return inputs > out ? inputs : out;
}

static void draw_batch(struct kernel_case *tested, int64_t most_work, uint64_t *chance) {
    static const int64_t items[] = {1, 2, 3, 5, 14, 33};
    int choice = take(chance, 6);
    while (choice > 0 && (items[choice] * tested->m * tested->n * tested->k > most_work ||
                          items[choice] * largest_operand(tested) > KERNEL_MAX_ELEMENTS))
        choice--;
    tested->items = items[choice];
    for (int i = 0; i < OPERAND_COUNT; i++) {
        struct operand_layout *layout = &tested->layout[i];
        layout->side = take(chance, 2) ? GUARD_BEFORE : GUARD_BEHIND;
        layout->items = (enum item_kind)take(chance, i == OPERAND_OUT ? OUT_ITEM_KIND_COUNT : ITEM_KIND_COUNT);
    }
    tested->says_1 = take(chance, 4) > 0;
    tested->has_scratch = take(chance, 4) > 0;
    tested->is_prepared = take(chance, 2);
    tested->is_of_many = take(chance, 2);
}

static void draw_and_visit(struct kernel_case tested, struct visit *visit) {
    uint64_t chance = kernel_chance(visit->number);
    draw_batch(&tested, visit->scope.most_work, &chance);
    draw_scaling(&tested, &chance);
    if (tested.items * tested.m * tested.n * tested.k < visit->scope.least_work || !kernel_case_accepted(&tested))
        return;
    visit->accepted++;
    if (visit->visitor && kernel_chance(~visit->number) % SHARE_ONE < visit->share) {
        visit->visited++;
        visit->visitor(&tested, visit->context);
    }
}

static void visit_layouts(struct kernel_case tested, struct visit *visit) {
    enum { LAYOUTS = MATRIX_KIND_COUNT * MATRIX_KIND_COUNT * OUT_MATRIX_KIND_COUNT };
    const uint64_t before = visit->number;
    const int skipped = visit->step - 1 - (int)(before % (uint64_t)visit->step);
    for (int layout = skipped; layout < LAYOUTS; layout += visit->step) {
        visit->number = before + (uint64_t)layout + 1;
        tested.layout[OPERAND_X].matrix = (enum matrix_kind)(layout % MATRIX_KIND_COUNT);
        tested.layout[OPERAND_Y].matrix = (enum matrix_kind)(layout / MATRIX_KIND_COUNT % MATRIX_KIND_COUNT);
        tested.layout[OPERAND_OUT].matrix = (enum matrix_kind)(layout / MATRIX_KIND_COUNT / MATRIX_KIND_COUNT);
        draw_and_visit(tested, visit);
    }
    visit->number = before + LAYOUTS;
}

static void visit_shapes(struct kernel_case tested, struct visit *visit) {
    for (size_t i = 0; i < sizeof shape_sets / sizeof shape_sets[0]; i++) {
        const struct shape_set *set = &shape_sets[i];
        for (const int64_t *m = set->m.values; *m; m++) {
            for (const int64_t *n = set->n.values; *n; n++) {
                for (const int64_t *k = set->k.values; *k; k++) {
                    tested.m = *m, tested.n = *n, tested.k = *k;
                    if (*n >= visit->scope.least_n && *k >= visit->scope.least_k)
                        visit_layouts(tested, visit);
                }
            }
        }
    }
}

int kernel_visit_cases(const struct kernel *kernel, struct kernel_scope scope, kernel_visitor *visitor, void *context) {
    enum { ESTIMATING_STEP = 13 };
    const struct kernel_case tested = {.kernel = kernel};
    struct visit estimate = {.step = ESTIMATING_STEP, .scope = scope},
                 visit = {.step = 1, .scope = scope, .visitor = visitor, .context = context};
    visit_shapes(tested, &estimate);
    const int64_t accepted = (int64_t)estimate.accepted * ESTIMATING_STEP + 1;
    while ((visit.step + 2) * (int64_t)scope.wanted <= accepted)
        visit.step += 2;
    visit.share = (uint64_t)visit.step * (uint64_t)scope.wanted * SHARE_ONE / (uint64_t)accepted;
    visit_shapes(tested, &visit);
    return visit.visited;
}
