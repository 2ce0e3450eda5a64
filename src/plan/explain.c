#include "base/dtype.h"
#include "base/status.h"
#include "plan/plan.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

/* Text that counts as snprintf does: what does not fit is counted all the same. */
struct report {
    char *text;
    size_t size, length;
};

static void __attribute__((format(printf, 2, 3))) print(struct report *report, const char *format, ...) {
    const size_t room = report->length < report->size ? report->size - report->length : 0;
    va_list arguments;
    va_start(arguments, format);
    const int added = vsnprintf(room ? report->text + report->length : NULL, room, format, arguments);
    va_end(arguments);
    if (added > 0)
        report->length += (size_t)added;
}

static void print_list(struct report *report, const char *name, const struct axis_list *list) {
    for (int i = 0; i < list->count; i++) {
        const struct axis *axis = &list->axes[i];
        print(report, "  %-5s  %12" PRId64 "  %10" PRId64 "  %10" PRId64 "  %10" PRId64 "\n", name, axis->extent,
              axis->stride[OPERAND_X], axis->stride[OPERAND_Y], axis->stride[OPERAND_OUT]);
    }
}

static void print_tensors(struct report *report, const struct batchdot_plan *plan) {
    for (int operand = 0; operand < OPERAND_COUNT; operand++) {
        char text[BD_SHAPE_TEXT_SIZE];
        print(report, "%s%s %s", operand ? ", " : "shapes: ", plan->tensor[operand].name,
              bd_shape_text(plan->tensor[operand].ndim, plan->tensor[operand].shape, text));
    }
    print(report, "\n");
}

static void print_contraction(struct report *report, const struct contraction *contraction) {
    print(report, "product: %" PRId64 " item(s) of m %" PRId64 ", n %" PRId64 ", k %" PRId64 "; x %s, y %s, out %s\n",
          bd_list_extent(&contraction->batch), bd_list_extent(&contraction->m), bd_list_extent(&contraction->n),
          bd_list_extent(&contraction->k), bd_dtype_info(contraction->dtype[OPERAND_X])->name,
          bd_dtype_info(contraction->dtype[OPERAND_Y])->name, bd_dtype_info(contraction->dtype[OPERAND_OUT])->name);
    if (contraction->is_swapped)
        print(report, "swapped: x below is the caller's y, so that the output's smallest stride lies along n\n");
    print(report, "folded:       extent    x stride    y stride  out stride\n");
    print_list(report, "batch", &contraction->batch);
    print_list(report, "m", &contraction->m);
    print_list(report, "n", &contraction->n);
    print_list(report, "k", &contraction->k);
    if (contraction->is_normalized)
        print(report, "normalized: each sum over k is divided by the norms of its two vectors, which are at least %g\n",
              sqrt(contraction->normalize_epsilon));
    if (contraction->k.count > 1)
        print(report,
              "passes: the axes of k do not merge; the last is summed over again and again, the sums staying in "
              "the cache\n");
}

size_t bd_plan_explain(const struct batchdot_plan *plan, char *text, size_t size) {
    struct report report = {text, text ? size : 0, 0};
    if (report.size)
        text[0] = '\0';
    print_tensors(&report, plan);
    if (plan->tensor[OPERAND_OUT].is_empty) {
        print(&report, "product: empty, nothing is to be done\n");
        return report.length;
    }
    print_contraction(&report, &plan->contraction);
    const char *why_routine;
    const char *const routine = plan->engine->routine(&plan->contraction, &plan->preparation, &why_routine);
    print(&report, "engine: %s (%s)\n", plan->engine->name, routine);
    print(&report, "why: %s%s%s\n", bd_plan_reason(plan), why_routine ? "; " : "", why_routine ? why_routine : "");
    if (plan->engine == &bd_blas_engine)
        print(&report, "threads: as the BLAS is set; num_threads does not reach it\n");
    else
        print(&report, "threads: %d\n", bd_native_thread_count(&plan->preparation, plan->num_threads));
    return report.length;
}
