#include "json_report.h"

#include "evaluation.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static void print_text(FILE *stream, const char *text) {
    fputc('"', stream);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', stream);
        if ((unsigned char)*text < ' ')
            fprintf(stream, "\\u%04x", *text);
        else
            fputc(*text, stream);
    }
    fputc('"', stream);
}

static void print_number(FILE *stream, double number) {
    if (isfinite(number))
        fprintf(stream, "%.6g", number);
    else
        fputs("null", stream);
}

static void print_quartiles(FILE *stream, const struct quartiles *quartiles) {
    fputs("{\"median\": ", stream);
    print_number(stream, quartiles->median);
    fputs(", \"lower\": ", stream);
    print_number(stream, quartiles->lower);
    fputs(", \"upper\": ", stream);
    print_number(stream, quartiles->upper);
    fputc('}', stream);
}

static void print_library(FILE *stream, const struct results *results, const struct bench_options *options) {
    fputs(" \"library\": {\"file\": ", stream);
    print_text(stream, options->library);
    fputs(", \"version\": ", stream);
    print_text(stream, results->contestants.count ? results->contestants.entries[0].version : "");
    fputs("},\n", stream);
}

static void print_machine(FILE *stream, const struct machine *machine) {
    fputs(" \"machine\": {\"processor\": ", stream);
    print_text(stream, machine->processor);
    fprintf(stream,
            ", \"cores\": %ld, \"l1d_bytes\": %ld, \"l2_bytes\": %ld, \"l3_bytes\": %ld, \"system\": ", machine->cores,
            machine->l1d_bytes, machine->l2_bytes, machine->l3_bytes);
    print_text(stream, machine->system);
    fputs(", \"compiler\": ", stream);
    print_text(stream, machine->compiler);
    fputs("},\n", stream);
}

static void print_settings(FILE *stream, const struct machine *machine, const struct bench_options *options) {
    fprintf(stream,
            " \"settings\": {\"threads\": %d, \"rounds\": %d, \"cold\": %s, \"seed\": %u, \"date\": ", options->threads,
            options->rounds, options->cold ? "true" : "false", options->seed);
    print_text(stream, machine->date);
    fputs(", \"environment\": ", stream);
    print_text(stream, machine->environment);
    fputs("},\n", stream);
}

static void print_contestants(FILE *stream, const struct results *results) {
    static const char *const roles[] = {[ROLE_OURS] = "ours",
                                        [ROLE_PEER] = "peer",
                                        [ROLE_AGAIN] = "again",
                                        [ROLE_VARIANT] = "peer",
                                        [ROLE_BOUND] = "bound"};
    fputs(" \"contestants\": [", stream);
    for (int i = 0; i < results->contestants.count; i++) {
        const struct contestant *const contestant = &results->contestants.entries[i];
        fputs(i ? ",\n  {\"name\": " : "\n  {\"name\": ", stream);
        print_text(stream, contestant->name);
        fprintf(stream, ", \"role\": \"%s\", \"version\": ", roles[contestant->role]);
        print_text(stream, contestant->version);
        fputc('}', stream);
    }
    fputs("],\n \"skipped\": [", stream);
    for (int i = 0; i < results->skipped_count; i++) {
        fputs(i ? ",\n  {\"name\": " : "\n  {\"name\": ", stream);
        print_text(stream, results->skipped[i].name);
        fputs(", \"reason\": ", stream);
        print_text(stream, results->skipped[i].reason);
        fputc('}', stream);
    }
    fputs("],\n", stream);
}

static void print_result(FILE *stream, const struct results *results, const struct case_result *result, int index) {
    static const char *const statuses[] = {[VERDICT_RIGHT] = "timed",
                                           [VERDICT_CANNOT] = "cannot",
                                           [VERDICT_WRONG] = "wrong",
                                           [VERDICT_CRASHED] = "crashed",
                                           [VERDICT_HUNG] = "hung"};
    const struct contestant_result *const one = &result->contestants[index];
    fputs("{\"name\": ", stream);
    print_text(stream, results->contestants.entries[index].name);
    fprintf(stream, ", \"status\": \"%s\"", statuses[one->verdict.status]);
    if (one->verdict.status == VERDICT_RIGHT) {
        fputs(", \"seconds\": ", stream);
        print_quartiles(stream, &one->seconds);
        fputs(", \"gflops\": ", stream);
        print_number(stream, case_gflops(result, index));
    } else {
        fputs(", \"reason\": ", stream);
        print_text(stream, one->verdict.reason);
    }
    fputc('}', stream);
}

static void print_shape(FILE *stream, const char *name, int ndim, const int64_t *shape) {
    fprintf(stream, ", \"%s\": [", name);
    for (int i = 0; i < ndim; i++)
        fprintf(stream, "%s%" PRId64, i ? ", " : "", shape[i]);
    fputc(']', stream);
}

static void print_product(FILE *stream, const struct item_product *product) {
    const struct bench_case *const c = product->bench_case;
    fputs("{\"name\": ", stream);
    print_text(stream, c->name);
    fputs(", \"suites\": [", stream);
    for (int i = 0; i < c->suite_count; i++) {
        fputs(i ? ", " : "", stream);
        print_text(stream, c->suites[i]);
    }
    fprintf(stream, "], \"dtype\": \"%s\"", c->dtype->name);
    print_shape(stream, "x_shape", c->x_ndim, c->x_shape);
    print_shape(stream, "y_shape", c->y_ndim, c->y_shape);
    if (*c->expression)
        fprintf(stream, ", \"axes\": null, \"expression\": \"%s\"", c->expression);
    else
        fprintf(stream, ", \"axes\": [%d, %d], \"expression\": null", c->axes.x, c->axes.y);
    fprintf(stream, ", \"normalize\": %s, \"shared_y\": %s", c->normalizes ? "true" : "false",
            c->shares_y ? "true" : "false");
    fprintf(stream, ", \"m\": %" PRId64 ", \"n\": %" PRId64 ", \"k\": %" PRId64, product->m, product->n, product->k);
    fprintf(stream, ", \"items\": %" PRId64 ", \"flops\": %.0f, \"bytes\": %" PRId64, item_product_item_count(product),
            item_product_flops(product),
            product->x_count * (int64_t)product->dtype->x_size + product->y_count * (int64_t)product->dtype->y_size +
                product->out_count * (int64_t)product->dtype->out_size);
}

static void print_judgement(FILE *stream, const struct results *results, const struct case_result *result) {
    const struct contestant *const entries = results->contestants.entries;
    const bool has_ratio = result->ours >= 0 && result->best_peer >= 0;
    fputs(",\n   \"best_peer\": ", stream);
    if (result->best_peer >= 0)
        print_text(stream, entries[result->best_peer].name);
    else
        fputs("null", stream);
    fputs(", \"ratio\": ", stream);
    if (has_ratio)
        print_quartiles(stream, &result->ratio);
    else
        fputs("null", stream);
    if (result->ours >= 0 && result->bound >= 0) {
        fprintf(stream, ", \"bound\": {\"name\": \"%s\", \"seconds\": ", entries[result->bound].name);
        print_number(stream, result->contestants[result->bound].seconds.median);
        fputs(", \"fraction\": ", stream);
        print_number(stream, result->bound_fraction);
        fputc('}', stream);
    } else {
        fputs(", \"bound\": null", stream);
    }
    if (result->memory_bytes >= 0)
        fprintf(stream, ", \"memory_bytes\": %" PRId64, result->memory_bytes);
    else
        fputs(", \"memory_bytes\": null", stream);
}

static void print_cases(FILE *stream, const struct results *results) {
    fputs(" \"cases\": [", stream);
    for (int i = 0; i < results->case_count; i++) {
        const struct case_result *const result = &results->cases[i];
        fputs(i ? ",\n  " : "\n  ", stream);
        print_product(stream, &result->product);
        print_judgement(stream, results, result);
        fputs(",\n   \"results\": [", stream);
        for (int j = 0; j < results->contestants.count; j++) {
            fputs(j ? ",\n    " : "\n    ", stream);
            print_result(stream, results, result, j);
        }
        fputs("]}", stream);
    }
    fputs("],\n", stream);
}

/* Whether an earlier case is of the same suite and dtype. */
static bool is_known(const struct results *results, int index) {
    const struct bench_case *const bench_case = results->cases[index].product.bench_case;
    for (int i = 0; i < index; i++) {
        const struct bench_case *const earlier = results->cases[i].product.bench_case;
        if (!strcmp(earlier->suites[0], bench_case->suites[0]) && earlier->dtype == bench_case->dtype)
            return true;
    }
    return false;
}

static void print_suites(FILE *stream, const struct results *results) {
    fputs(" \"suites\": [", stream);
    for (int i = 0, printed = 0; i < results->case_count; i++) {
        if (is_known(results, i))
            continue;
        const struct bench_case *const bench_case = results->cases[i].product.bench_case;
        const struct suite_summary summary = evaluate_suite(results, bench_case->suites[0], bench_case->dtype);
        fputs(printed++ ? ",\n  {\"name\": " : "\n  {\"name\": ", stream);
        print_text(stream, bench_case->suites[0]);
        fprintf(stream, ", \"dtype\": \"%s\", \"cases\": %d, \"ratio\": ", bench_case->dtype->name, summary.count);
        print_number(stream, geometric_mean_value(&summary.ratio));
        fputs(", \"bound_fraction\": ", stream);
        print_number(stream, geometric_mean_value(&summary.bound_fraction));
        fputc('}', stream);
    }
    fputs("],\n", stream);
}

static void print_overheads(FILE *stream, const struct overheads *overheads) {
    fputs(" \"overheads\": [", stream);
    for (int i = 0; i < OVERHEAD_COUNT && overheads->is_measured; i++) {
        const struct overhead *const item = &overheads->items[i];
        fputs(i ? ",\n  {\"name\": " : "\n  {\"name\": ", stream);
        print_text(stream, item->name);
        const struct {
            const char *name;
            const struct quartiles *seconds;
        } ways[] = {
            {"plain", &item->plain}, {"one_shot", &item->one_shot}, {"execute", &item->execute}, {"plan", &item->plan}};
        for (size_t way = 0; way < sizeof ways / sizeof ways[0]; way++) {
            fprintf(stream, ", \"%s\": ", ways[way].name);
            print_quartiles(stream, ways[way].seconds);
        }
        fputc('}', stream);
    }
    fputs("]\n", stream);
}

bool json_report_write(const char *file, const struct results *results, const struct machine *machine,
                       const struct bench_options *options) {
    const bool is_standard_output = !strcmp(file, "-");
    FILE *const stream = is_standard_output ? stdout : fopen(file, "w");
    if (!stream)
        return false;
    fputs("{\"version\": 1,\n", stream);
    print_library(stream, results, options);
    print_machine(stream, machine);
    print_settings(stream, machine, options);
    print_contestants(stream, results);
    print_cases(stream, results);
    print_suites(stream, results);
    print_overheads(stream, &results->overheads);
    fputs("}\n", stream);
    const bool is_written = !ferror(stream);
    return (is_standard_output ? fflush(stream) : fclose(stream)) == 0 && is_written;
}
