/* batchdot X.npy Y.npy: computes, and writes, summarises or compares the result. */
#include "cli/commands.h"
#include "cli/element.h"
#include "cli/npy_file.h"
#include "cli/npy_output.h"
#include "cli/product_plan.h"
#include "cli/report.h"
#include "cli/result.h"
#include "cli/shape_text.h"

#include <stdlib.h>

typedef struct product {
    npy_array x, y, beta, expected; /* beta's and expected's only if they are given */
    batchdot_plan *plan;
    npy_output output; /* with -o */
    void *memory;      /* without */
    result computed;
} product;

/* Without a path there is none to open. */
static bool open_array(npy_array *array, const char *path) {
    message why;
    if (!path || npy_array_open(array, path, &why))
        return true;
    report_error("%s %s", path, why.text);
    return false;
}

static bool make_plan(product *work, const arguments *given) {
    const batchdot_tensor x = npy_array_tensor(&work->x);
    const batchdot_tensor y = npy_array_tensor(&work->y);
    return product_plan_create(&work->plan, &work->computed, given, &x, &y) &&
           (!given->beta_path || result_accepts_beta(&work->computed, &work->beta.header, given->beta_path));
}

/* Room for the result: the output file itself, or memory. */
static void *make_room(product *work, const char *output_path) {
    result *const computed = &work->computed;
    const size_t element_size = element_type_of(computed->dtype)->size;
    message why;
    if (output_path) {
        if (npy_output_create(&work->output, output_path, computed->dtype, computed->ndim, computed->shape, &why)) {
            computed->count = work->output.count;
            return work->output.data;
        }
        report_error("%s %s", output_path, why.text);
        return NULL;
    }
    if (shape_count(computed->ndim, computed->shape, &computed->count) &&
        (uint64_t)computed->count < SIZE_MAX / element_size)
        work->memory = malloc((size_t)computed->count * element_size + 1);
    if (!work->memory)
        report_error("out of memory for a result of %lld elements", (long long)computed->count);
    return work->memory;
}

static bool compute(product *work, const arguments *given) {
    void *const room = make_room(work, given->output_path);
    if (!room)
        return false;
    if (given->beta_path)
        npy_array_copy(&work->beta, room);
    if (batchdot_plan_execute(work->plan, work->x.data, work->y.data, room) != BATCHDOT_OK) {
        report_error("%s and %s: %s", given->operands[0], given->operands[1], batchdot_last_error());
        return false;
    }
    work->computed.data = room;
    return true;
}

static bool deliver(product *work, const arguments *given) {
    message why;
    /* Before the comparison: a result that is not what was expected is complete, and somebody will want to see it. */
    if (given->output_path && !npy_output_commit(&work->output, &why)) {
        report_error("%s %s", given->output_path, why.text);
        return false;
    }
    if (given->expected_path) {
        const comparison compared = compare(&work->computed, &work->expected);
        return comparison_print(&compared, &work->computed, &work->expected, given->expected_path);
    }
    if (!given->output_path)
        summary_print(&work->computed);
    return true;
}

int command_product(const arguments *given) {
    product work = {.plan = NULL};
    const bool done = open_array(&work.x, given->operands[0]) && open_array(&work.y, given->operands[1]) &&
                      open_array(&work.beta, given->beta_path) && open_array(&work.expected, given->expected_path) &&
                      make_plan(&work, given) && compute(&work, given) && deliver(&work, given);
    npy_output_close(&work.output);
    free(work.memory);
    batchdot_plan_destroy(work.plan);
    npy_array_close(&work.expected);
    npy_array_close(&work.beta);
    npy_array_close(&work.y);
    npy_array_close(&work.x);
    return done ? EXIT_STATUS_OK : EXIT_STATUS_FAILED;
}
