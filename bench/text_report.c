#include "text_report.h"

#include "evaluation.h"

#include <string.h>

enum {
    CASE_WIDTH = 24,
    DTYPE_WIDTH = 8,
    FIRST_WIDTH = CASE_WIDTH + 1 + DTYPE_WIDTH,
    COLUMN_WIDTH = 8,
    HEADING_LINES = 3,
    WORST_COUNT = 5
};

static const char *const verdict_words[] = {[VERDICT_RIGHT] = "",
                                            [VERDICT_CANNOT] = "-",
                                            [VERDICT_WRONG] = "WRONG",
                                            [VERDICT_CRASHED] = "CRASH",
                                            [VERDICT_HUNG] = "HUNG"};

static void print_cache(FILE *stream, const char *level, long bytes) {
    if (bytes)
        fprintf(stream, ", %s %ld KiB", level, bytes >> 10);
}

void text_report_head(FILE *stream, const struct results *results, const struct machine *machine,
                      const struct bench_options *options) {
    fprintf(stream, "%s, %ld cores", machine->processor, machine->cores);
    print_cache(stream, "L1d", machine->l1d_bytes);
    print_cache(stream, "L2", machine->l2_bytes);
    print_cache(stream, "L3", machine->l3_bytes);
    fprintf(stream, "; %s; %s; %s\n", machine->system, machine->compiler, machine->date);
    fprintf(stream, "%d thread%s, %d rounds, %s caches\n", options->threads, options->threads == 1 ? "" : "s",
            options->rounds, options->cold ? "cold" : "warm");
    if (*machine->environment)
        fprintf(stream, "in the environment: %s\n", machine->environment);
    fputc('\n', stream);
    for (int i = 0; i < results->contestants.count; i++)
        fprintf(stream, "%-20s %s\n", results->contestants.entries[i].name, results->contestants.entries[i].version);
    for (int i = 0; i < results->skipped_count; i++)
        fprintf(stream, "%-20s skipped: %s\n", results->skipped[i].name, results->skipped[i].reason);
    fputc('\n', stream);
}

/* The part of a name between its hyphens; an empty one where there are fewer. */
static void print_name_part(FILE *stream, const char *name, int part) {
    for (; part > 0 && name; part--) {
        name = strchr(name, '-');
        name = name ? name + 1 : NULL;
    }
    const int length = name ? (int)strcspn(name, "-") : 0;
    fprintf(stream, " %*.*s", COLUMN_WIDTH, length, name ? name : "");
}

/* Names are broken at their hyphens, so that columns can be narrow. */
static void print_heading(FILE *stream, const struct contestant_list *contestants) {
    for (int line = 0; line < HEADING_LINES; line++) {
        fprintf(stream, "%-*s", FIRST_WIDTH, line == 0 ? "GFLOP/s" : "");
        for (int i = 0; i < contestants->count; i++)
            print_name_part(stream, contestants->entries[i].name, line);
        fputs(line == 0   ? "   ours / best peer     of the\n"
              : line == 1 ? "   (quartiles)          bound\n"
                          : "\n",
              stream);
    }
}

static void print_ratio(FILE *stream, const struct case_result *result) {
    if (result->ours < 0 || result->best_peer < 0)
        fprintf(stream, "   %-20s", "-");
    else
        fprintf(stream, "   %5.2f (%.2f to %.2f)%*s", result->ratio.median, result->ratio.lower, result->ratio.upper,
                result->ratio.upper < 10 && result->ratio.lower < 10 ? 1 : 0, "");
}

static void print_case(FILE *stream, const struct results *results, const struct case_result *result) {
    const struct bench_case *const bench_case = result->product.bench_case;
    fprintf(stream, "%-*s %-*s", CASE_WIDTH, bench_case->name, DTYPE_WIDTH, bench_case->dtype->name);
    for (int i = 0; i < results->contestants.count; i++) {
        const enum verdict_status status = result->contestants[i].verdict.status;
        if (status == VERDICT_RIGHT)
            fprintf(stream, " %*.*f", COLUMN_WIDTH, case_gflops(result, i) < 9.995 ? 2 : 1, case_gflops(result, i));
        else
            fprintf(stream, " %*s", COLUMN_WIDTH, verdict_words[status]);
    }
    print_ratio(stream, result);
    if (result->ours >= 0 && result->bound >= 0)
        fprintf(stream, " %4.0f %% %s", 100 * result->bound_fraction, results->contestants.entries[result->bound].name);
    fputc('\n', stream);
}

static void print_suite(FILE *stream, const struct results *results, const char *suite,
                        const struct bench_dtype *dtype) {
    const struct suite_summary summary = evaluate_suite(results, suite, dtype);
    if (!summary.count)
        return;
    fprintf(stream, "%-*s %-*s %5d", CASE_WIDTH, suite ? suite : "all", DTYPE_WIDTH, dtype ? dtype->name : "all",
            summary.count);
    if (summary.ratio.count)
        fprintf(stream, " %12.2f", geometric_mean_value(&summary.ratio));
    else
        fprintf(stream, " %12s", "-");
    if (summary.bound_fraction.count)
        fprintf(stream, " %12.0f %%\n", 100 * geometric_mean_value(&summary.bound_fraction));
    else
        fprintf(stream, " %12s\n", "-");
}

/* Whether an earlier case is of the same suite, or of the same dtype. */
static bool is_known(const struct results *results, int index, bool by_suite) {
    const struct bench_case *const bench_case = results->cases[index].product.bench_case;
    for (int i = 0; i < index; i++) {
        const struct bench_case *const earlier = results->cases[i].product.bench_case;
        if (by_suite ? !strcmp(earlier->suites[0], bench_case->suites[0]) : earlier->dtype == bench_case->dtype)
            return true;
    }
    return false;
}

static void print_suite_of_each_dtype(FILE *stream, const struct results *results, const char *suite) {
    for (int i = 0; i < results->case_count; i++)
        if (!is_known(results, i, false))
            print_suite(stream, results, suite, results->cases[i].product.bench_case->dtype);
}

static void print_suites(FILE *stream, const struct results *results) {
    fprintf(stream, "\n%-*s %5s %12s %14s\n", FIRST_WIDTH, "geometric means", "cases", "ours / best", "of the bound");
    for (int i = 0; i < results->case_count; i++)
        if (!is_known(results, i, true))
            print_suite_of_each_dtype(stream, results, results->cases[i].product.bench_case->suites[0]);
    print_suite_of_each_dtype(stream, results, NULL);
    print_suite(stream, results, NULL, NULL);
}

/* The case of the least value that is above the last one printed; ties go by the order of the cases. */
static const struct case_result *next_worst(const struct results *results, const struct case_result *last,
                                            bool by_bound) {
    const struct case_result *worst = NULL;
    for (const struct case_result *one = results->cases; one < results->cases + results->case_count; one++) {
        if (one->ours < 0 || (by_bound ? one->bound : one->best_peer) < 0)
            continue;
        const double value = by_bound ? one->bound_fraction : one->ratio.median;
        const double last_value = !last ? -1 : by_bound ? last->bound_fraction : last->ratio.median;
        if (last && (value < last_value || (value == last_value && one <= last)))
            continue;
        if (!worst || value < (by_bound ? worst->bound_fraction : worst->ratio.median))
            worst = one;
    }
    return worst;
}

static void print_worst(FILE *stream, const struct results *results, bool by_bound) {
    const struct case_result *one = next_worst(results, NULL, by_bound);
    if (one)
        fprintf(stream, "\nthe worst cases %s\n", by_bound ? "beside the bound" : "beside the best peer");
    for (int i = 0; i < WORST_COUNT && one; i++, one = next_worst(results, one, by_bound)) {
        const struct bench_case *const bench_case = one->product.bench_case;
        fprintf(stream, "  %-*s %-*s", CASE_WIDTH, bench_case->name, DTYPE_WIDTH, bench_case->dtype->name);
        if (by_bound)
            fprintf(stream, " %5.0f %% of %s\n", 100 * one->bound_fraction,
                    results->contestants.entries[one->bound].name);
        else
            fprintf(stream, " %7.2f of %s\n", one->ratio.median, results->contestants.entries[one->best_peer].name);
    }
}

static void print_failures(FILE *stream, const struct results *results) {
    bool is_first = true;
    for (int i = 0; i < results->case_count; i++)
        for (int j = 0; j < results->contestants.count; j++) {
            const struct verdict *const verdict = &results->cases[i].contestants[j].verdict;
            const struct bench_case *const bench_case = results->cases[i].product.bench_case;
            if (verdict->status == VERDICT_RIGHT || verdict->status == VERDICT_CANNOT)
                continue;
            if (is_first)
                fputs("\nchecked, found wanting, and not timed\n", stream);
            is_first = false;
            fprintf(stream, "  %s, %s, %s: %s: %s\n", results->contestants.entries[j].name, bench_case->name,
                    bench_case->dtype->name, verdict_words[verdict->status], verdict->reason);
        }
}

static void print_overheads(FILE *stream, const struct overheads *overheads) {
    if (!overheads->is_measured)
        return;
    fprintf(stream, "\n%-*s %10s %10s %10s %10s\n", CASE_WIDTH, "one item of f32, ns", "plain loop", "batchdot()",
            "execute", "plan");
    for (int i = 0; i < OVERHEAD_COUNT; i++) {
        const struct overhead *const item = &overheads->items[i];
        fprintf(stream, "%-*s %10.1f %10.1f %10.1f %10.1f\n", CASE_WIDTH, item->name, 1e9 * item->plain.median,
                1e9 * item->one_shot.median, 1e9 * item->execute.median, 1e9 * item->plan.median);
    }
}

static void print_memory(FILE *stream, const struct results *results) {
    const struct case_result *greatest = NULL;
    for (int i = 0; i < results->case_count; i++)
        if (results->cases[i].memory_bytes >= 0 &&
            (!greatest || results->cases[i].memory_bytes > greatest->memory_bytes))
            greatest = &results->cases[i];
    if (greatest)
        fprintf(stream, "\nmemory beyond inputs and output: at most %lld KiB (%s, %s)\n",
                (long long)greatest->memory_bytes >> 10, greatest->product.bench_case->name,
                greatest->product.bench_case->dtype->name);
}

void text_report_results(FILE *stream, const struct results *results) {
    print_heading(stream, &results->contestants);
    for (int i = 0; i < results->case_count; i++)
        print_case(stream, results, &results->cases[i]);
    print_suites(stream, results);
    print_worst(stream, results, false);
    print_worst(stream, results, true);
    print_overheads(stream, &results->overheads);
    print_memory(stream, results);
    print_failures(stream, results);
}

int text_report_comparison(FILE *stream, const struct results *results) {
    int lost = 0;
    fprintf(stream, "%-*s %10s %10s   %-22s %s\n", FIRST_WIDTH, "GFLOP/s", "new", "old", "new / old (quartiles)",
            "noise: old / old (quartiles)");
    for (int i = 0; i < results->case_count; i++) {
        const struct case_result *const one = &results->cases[i];
        const struct bench_case *const bench_case = one->product.bench_case;
        fprintf(stream, "%-*s %-*s", CASE_WIDTH, bench_case->name, DTYPE_WIDTH, bench_case->dtype->name);
        if (one->ours < 0 || one->best_peer < 0) {
            fputs("  not timed\n", stream);
            continue;
        }
        const bool has_lost = case_has_lost(one);
        lost += has_lost;
        fprintf(stream, " %10.2f %10.2f   %5.2f (%.2f to %.2f)    %5.2f (%.2f to %.2f)%s\n",
                case_gflops(one, one->ours), case_gflops(one, one->best_peer), one->ratio.median, one->ratio.lower,
                one->ratio.upper, one->noise.median, one->noise.lower, one->noise.upper, has_lost ? "   LOST" : "");
    }
    print_suites(stream, results);
    print_overheads(stream, &results->overheads);
    print_failures(stream, results);
    fprintf(stream, "\n%d of %d cases lost more than 5 %% beyond the noise%s\n", lost, results->case_count,
            lost ? ":" : "");
    for (int i = 0; i < results->case_count; i++)
        if (case_has_lost(&results->cases[i]))
            fprintf(stream, "  %s, %s: %.2f of the old speed\n", results->cases[i].product.bench_case->name,
                    results->cases[i].product.bench_case->dtype->name, results->cases[i].ratio.median);
    return lost;
}
