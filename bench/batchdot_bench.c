/* batchdot-bench: this library, what a user would pick instead, and what the machine allows, timed in one process and
 * in turn.
 *
 * First every contestant computes every case in a process of its own and is checked against plain loops; then this
 * process loads the libraries and times those that were right. */
#include "evaluation.h"
#include "exact_product.h"
#include "json_report.h"
#include "memory_use.h"
#include "rounds.h"
#include "selection.h"
#include "text_report.h"

#include <errno.h>
#include <omp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A case takes no longer than this, if it can be done with MIN_ROUNDS. */
static const double case_seconds = 20;

static void show_progress(const char *what, int index, int count, const struct bench_case *bench_case) {
    if (!isatty(STDERR_FILENO))
        return;
    if (index < count)
        fprintf(stderr, "\r\033[K%s %d of %d: %s %s", what, index + 1, count, bench_case->name,
                bench_case->dtype->name);
    else
        fputs("\r\033[K", stderr);
}

/* What the libraries read when they are loaded; the option decides, not what happens to be in the environment. */
static void set_environment(int threads) {
    static const char *const variables[] = {"OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS",
                                            "OMP_NUM_THREADS"};
    char number[16];
    snprintf(number, sizeof number, "%d", threads);
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++)
        setenv(variables[i], number, 1);
    setenv("MKL_INTERFACE_LAYER", "LP64", 1);
    setenv("MKL_THREADING_LAYER", threads == 1 ? "SEQUENTIAL" : "GNU", 1);
    omp_set_num_threads(threads);
}

static void skip(struct results *results, const char *name, const char *reason) {
    snprintf(results->skipped[results->skipped_count].name, sizeof results->skipped[0].name, "%s", name);
    snprintf(results->skipped[results->skipped_count++].reason, sizeof results->skipped[0].reason, "%s", reason);
}

/* Starts a checker for each contestant, and drops those whose library cannot be loaded. */
static void start_checkers(struct results *results, const struct bench_options *options, struct checker *checkers) {
    struct contestant_list *const list = &results->contestants;
    int kept = 0;
    for (int i = 0; i < list->count; i++) {
        checker_start(&checkers[kept], &list->entries[i], options->threads, options->check_seconds);
        if (!checkers[kept].is_usable) {
            skip(results, list->entries[i].name, checkers[kept].reason);
            continue;
        }
        if (kept != i)
            list->entries[kept] = list->entries[i];
        memcpy(list->entries[kept].version, checkers[kept].version, sizeof checkers[kept].version);
        checkers[kept].contestant = &list->entries[kept];
        kept++;
    }
    list->count = kept;
}

static const struct contestant *find_ours(const struct contestant_list *contestants) {
    for (int i = 0; i < contestants->count; i++)
        if (contestants->entries[i].role == ROLE_OURS)
            return &contestants->entries[i];
    return NULL;
}

static bool check_case(struct results *results, const struct bench_options *options, struct checker *checkers,
                       struct arena *arena, struct case_result *result) {
    const struct bench_case *const bench_case = result->product.bench_case;
    arena_fill(arena, &result->product, options->seed);
    if (!exact_product_compute(bench_case, arena->x, arena->y, arena->reference))
        return false;
    for (int i = 0; i < results->contestants.count; i++)
        result->contestants[i].verdict = checker_judge(&checkers[i], arena, bench_case);
    const struct contestant *const ours = find_ours(&results->contestants);
    result->memory_bytes = ours ? memory_use_measure(ours, &result->product, arena, options->threads) : -1;
    return true;
}

static bool check_all(struct results *results, const struct bench_options *options, const struct case_table *cases) {
    struct checker checkers[MAX_CONTESTANTS];
    struct arena arena;
    if (!arena_make(&arena, cases, true))
        return false;
    start_checkers(results, options, checkers);
    bool has_memory = true;
    for (int i = 0; has_memory && i < results->case_count; i++) {
        show_progress("checking", i, results->case_count, &cases->cases[i]);
        has_memory = check_case(results, options, checkers, &arena, &results->cases[i]);
    }
    for (int i = 0; i < results->contestants.count; i++)
        checker_stop(&checkers[i]);
    show_progress("", 0, 0, NULL);
    arena_free(&arena);
    return has_memory;
}

/* What was loaded in another process should load here, too. */
static void load_all(struct results *results, const struct bench_options *options) {
    for (int i = 0; i < results->contestants.count; i++) {
        struct contestant *const contestant = &results->contestants.entries[i];
        const char *const reason = contestant->kind->load(contestant, options->threads);
        for (int j = 0; reason && j < results->case_count; j++) {
            struct verdict *const verdict = &results->cases[j].contestants[i].verdict;
            verdict->status = VERDICT_CANNOT;
            snprintf(verdict->reason, sizeof verdict->reason, "%s", reason);
        }
    }
}

static int prepare_entrants(const struct results *results, const struct bench_options *options,
                            struct case_result *result, struct entrant *entrants, int *contestant_of) {
    int count = 0;
    for (int i = 0; i < results->contestants.count; i++) {
        struct verdict *const verdict = &result->contestants[i].verdict;
        if (verdict->status != VERDICT_RIGHT)
            continue;
        const char *const reason =
            entrant_prepare(&entrants[count], &results->contestants.entries[i], &result->product, options->threads);
        if (reason) {
            verdict->status = VERDICT_CANNOT;
            snprintf(verdict->reason, sizeof verdict->reason, "%s", reason);
        } else {
            contestant_of[count++] = i;
        }
    }
    return count;
}

static void time_case(const struct results *results, const struct bench_options *options, struct arena *arena,
                      struct case_result *result, double *seconds) {
    const struct round_settings settings = {options->rounds, options->cold, case_seconds, options->seed};
    struct entrant entrants[MAX_CONTESTANTS];
    int contestant_of[MAX_CONTESTANTS];
    arena_fill(arena, &result->product, options->seed);
    arena_spoil_output(arena, &result->product);
    const int count = prepare_entrants(results, options, result, entrants, contestant_of);
    const int rounds = rounds_run(&settings, entrants, count, arena, seconds);
    evaluate_case(&results->contestants, seconds, rounds, count, contestant_of, result);
    for (int i = 0; i < count; i++)
        entrant_release(&entrants[i]);
}

static bool time_all(struct results *results, const struct bench_options *options, const struct case_table *cases) {
    struct arena arena;
    double *const seconds = malloc((size_t)options->rounds * MAX_CONTESTANTS * sizeof *seconds);
    const bool has_memory = seconds && arena_make(&arena, cases, false);
    if (has_memory) {
        load_all(results, options);
        for (int i = 0; i < results->case_count; i++) {
            show_progress("timing", i, results->case_count, &cases->cases[i]);
            time_case(results, options, &arena, &results->cases[i], seconds);
        }
        show_progress("", 0, 0, NULL);
        const struct contestant *const ours = find_ours(&results->contestants);
        if (ours && ours->handle)
            overheads_measure(ours, options->rounds, &results->overheads);
        arena_free(&arena);
    }
    free(seconds);
    return has_memory;
}

static int print_list(const struct case_table *cases, const struct contestant_list *contestants) {
    for (int i = 0; i < cases->count; i++) {
        printf("%-24s %-8s", cases->cases[i].name, cases->cases[i].dtype->name);
        for (int j = 0; j < cases->cases[i].suite_count; j++)
            printf(" %s", cases->cases[i].suites[j]);
        putchar('\n');
    }
    for (int i = 0; i < contestants->count; i++)
        printf("%-24s %s\n", contestants->entries[i].name, contestants->entries[i].library_file);
    return 0;
}

/* Whether the libraries that this run is about took part, and this one was right wherever it was timed. Says what was
 * amiss. */
static bool is_sound(const struct results *results, const struct bench_options *options) {
    bool has_ours = false, has_other = false;
    for (int i = 0; i < results->contestants.count; i++) {
        const struct contestant *const contestant = &results->contestants.entries[i];
        has_other = has_other || contestant->role == ROLE_AGAIN;
        if (contestant->role != ROLE_OURS)
            continue;
        has_ours = true;
        for (int j = 0; j < results->case_count; j++)
            if (results->cases[j].contestants[i].verdict.status != VERDICT_RIGHT) {
                fputs("batchdot-bench: this library did not compute every case rightly\n", stderr);
                return false;
            }
    }
    if (!has_ours)
        fprintf(stderr, "batchdot-bench: %s cannot be used\n", options->library);
    else if (options->compare && !has_other)
        fprintf(stderr, "batchdot-bench: %s cannot be used\n", options->compare);
    return has_ours && (has_other || !options->compare);
}

/* Measures and prints. The program's status. */
static int run(struct results *results, const struct bench_options *options, const struct case_table *cases) {
    struct machine machine;
    machine_describe(&machine); /* before libraries add to the environment */
    set_environment(options->threads);
    signal(SIGPIPE, SIG_IGN); /* a checked library may end its process while it is written to */
    if (!check_all(results, options, cases) || !time_all(results, options, cases)) {
        fputs("batchdot-bench: out of memory\n", stderr);
        return 1;
    }
    const bool json_is_all = options->json_file && !strcmp(options->json_file, "-");
    FILE *const stream = json_is_all ? stderr : stdout;
    text_report_head(stream, results, &machine, options);
    int lost = 0;
    if (options->compare)
        lost = text_report_comparison(stream, results);
    else
        text_report_results(stream, results);
    if (options->json_file && !json_report_write(options->json_file, results, &machine, options)) {
        fprintf(stderr, "batchdot-bench: %s: %s\n", options->json_file, strerror(errno));
        return 1;
    }
    return is_sound(results, options) && !lost ? 0 : 1;
}

int main(int argc, char **argv) {
    struct bench_options options;
    struct case_table cases;
    static struct results results; /* too large for some stacks */
    char error[300];
    int status = bench_options_read(argc, argv, &options);
    if (status >= 0)
        return status;
    if (!case_table_read(&cases, options.cases_file, error, sizeof error)) {
        fprintf(stderr, "batchdot-bench: %s\n", error);
        return 2;
    }
    if (!select_cases(&options, &cases, error, sizeof error) ||
        !select_contestants(&options, &results.contestants, error, sizeof error)) {
        fprintf(stderr, "batchdot-bench: %s\n", error);
        status = 2;
    } else if (options.only_list) {
        status = print_list(&cases, &results.contestants);
    } else {
        results.case_count = cases.count;
        results.cases = calloc((size_t)cases.count, sizeof *results.cases);
        for (int i = 0; results.cases && i < cases.count; i++)
            item_product_make(&cases.cases[i], &results.cases[i].product);
        status = results.cases ? run(&results, &options, &cases) : 1;
        free(results.cases);
    }
    case_table_free(&cases);
    return status;
}
