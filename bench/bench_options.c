#include "bench_options.h"

#include "peer_files.h"
#include "rounds.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: batchdot-bench [OPTION...]\n"
    "\n"
    "Times this library, its peers and the machine's bounds against each other.\n"
    "\n"
    "  --suite LIST        only these suites, separated by commas (\"quick\" is a short tour of all)\n"
    "  --case LIST         only these cases\n"
    "  --dtype LIST        only these dtypes\n"
    "  --peer LIST         only these peers, or \"none\". Also batchdot-native and batchdot-blas: one engine\n"
    "                      each; and batchdot-one-thread, for what --threads gains\n"
    "  --cblas NAME=FILE   one more peer: a loop over the cblas_?gemm of any shared library\n"
    "  --rounds N          how often each contestant has its turn (25)\n"
    "  --threads N         threads for each contestant (1)\n"
    "  --cold              flush the operands from the caches before each execution\n"
    "  --seed N            for the inputs and the order of turns (1)\n"
    "  --check-seconds N   a peer that computes longer than this when checked hangs (60)\n"
    "  --json FILE         also write all that was measured; - for the standard output\n"
    "  --compare OLD.so    this library against another build of it, instead of peers; ends with status 1 if a case "
    "lost\n"
    "                      more than 5 % beyond the noise\n"
    "  --library FILE      the libbatchdot to measure, instead of the one built with the bench\n"
    "  --cases FILE        the table of cases, instead of bench/cases.tsv\n"
    "  --list              print the cases and contestants, and end\n"
    "  --help              print this, and end\n"
    "\n"
    "Ends with status 1 if this library was not right in every case.\n";

enum option_code {
    OPTION_SUITE = 1,
    OPTION_CASE,
    OPTION_DTYPE,
    OPTION_PEER,
    OPTION_CBLAS,
    OPTION_ROUNDS,
    OPTION_THREADS,
    OPTION_COLD,
    OPTION_SEED,
    OPTION_CHECK_SECONDS,
    OPTION_JSON,
    OPTION_COMPARE,
    OPTION_LIBRARY,
    OPTION_CASES,
    OPTION_LIST,
    OPTION_HELP
};

static const struct option long_options[] = {{"suite", required_argument, NULL, OPTION_SUITE},
                                             {"case", required_argument, NULL, OPTION_CASE},
                                             {"dtype", required_argument, NULL, OPTION_DTYPE},
                                             {"peer", required_argument, NULL, OPTION_PEER},
                                             {"cblas", required_argument, NULL, OPTION_CBLAS},
                                             {"rounds", required_argument, NULL, OPTION_ROUNDS},
                                             {"threads", required_argument, NULL, OPTION_THREADS},
                                             {"cold", no_argument, NULL, OPTION_COLD},
                                             {"seed", required_argument, NULL, OPTION_SEED},
                                             {"check-seconds", required_argument, NULL, OPTION_CHECK_SECONDS},
                                             {"json", required_argument, NULL, OPTION_JSON},
                                             {"compare", required_argument, NULL, OPTION_COMPARE},
                                             {"library", required_argument, NULL, OPTION_LIBRARY},
                                             {"cases", required_argument, NULL, OPTION_CASES},
                                             {"list", no_argument, NULL, OPTION_LIST},
                                             {"help", no_argument, NULL, OPTION_HELP},
                                             {NULL, 0, NULL, 0}};

static int fail(const char *option, const char *problem) {
    fprintf(stderr, "batchdot-bench: %s %s; --help lists the options\n", option, problem);
    return 2;
}

static int read_number(const char *option, const char *text, int least, int most, int *number) {
    char *end;
    errno = 0;
    const long value = strtol(text, &end, 10);
    if (end == text || *end || errno || value < least || value > most) {
        char problem[80];
        snprintf(problem, sizeof problem, "takes a number from %d to %d", least, most);
        return fail(option, problem);
    }
    *number = (int)value;
    return -1;
}

static int read_cblas(char *text, struct bench_options *options) {
    char *const equals = strchr(text, '=');
    if (!equals || equals == text || !equals[1])
        return fail("--cblas", "takes NAME=FILE");
    if (options->cblas_count == MAX_NAMED_CBLAS)
        return fail("--cblas", "was given too often");
    *equals = '\0';
    options->cblas[options->cblas_count].name = text;
    options->cblas[options->cblas_count++].file = equals + 1;
    return -1;
}

static int read_option(int code, char *argument, struct bench_options *options) {
    const char **texts[] = {[OPTION_SUITE] = &options->suites,    [OPTION_CASE] = &options->names,
                            [OPTION_DTYPE] = &options->dtypes,    [OPTION_PEER] = &options->peers,
                            [OPTION_JSON] = &options->json_file,  [OPTION_COMPARE] = &options->compare,
                            [OPTION_LIBRARY] = &options->library, [OPTION_CASES] = &options->cases_file};
    int seed;
    switch (code) {
    case OPTION_CBLAS:
        return read_cblas(argument, options);
    case OPTION_ROUNDS:
        return read_number("--rounds", argument, 1, MAX_ROUNDS, &options->rounds);
    case OPTION_THREADS:
        return read_number("--threads", argument, 1, 1024, &options->threads);
    case OPTION_CHECK_SECONDS:
        return read_number("--check-seconds", argument, 1, 86400, &options->check_seconds);
    case OPTION_SEED:
        seed = 0;
        if (read_number("--seed", argument, 0, 1 << 30, &seed) >= 0)
            return 2;
        options->seed = (unsigned)seed;
        return -1;
    case OPTION_COLD:
        options->cold = true;
        return -1;
    case OPTION_LIST:
        options->only_list = true;
        return -1;
    default:
        *texts[code] = argument;
        return -1;
    }
}

int bench_options_read(int argc, char **argv, struct bench_options *options) {
    *options = (struct bench_options){
        .cases_file = CASES_FILE, .library = LIBRARY_FILE, .rounds = 25, .threads = 1, .check_seconds = 60, .seed = 1};
    for (;;) {
        const int code = getopt_long(argc, argv, "", long_options, NULL);
        if (code == -1)
            break;
        if (code == OPTION_HELP) {
            fputs(usage, stdout);
            return 0;
        }
        if (code == '?')
            return 2;
        const int status = read_option(code, optarg, options);
        if (status >= 0)
            return status;
    }
    if (optind < argc)
        return fail(argv[optind], "is not an option");
    if (options->compare && (options->peers || options->cblas_count))
        return fail("--compare", "takes no peers");
    return -1;
}

bool bench_list_has(const char *list, const char *name) {
    if (!list)
        return true;
    const size_t length = strlen(name);
    for (const char *part = list; part; part = strchr(part, ',') ? strchr(part, ',') + 1 : NULL)
        if (!strncmp(part, name, length) && (part[length] == ',' || !part[length]))
            return true;
    return false;
}
