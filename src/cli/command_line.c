#include "cli/command_line.h"

#include "cli/element.h"
#include "cli/report.h"

#include <getopt.h>
#include <limits.h>
#include <string.h>

/* The letters by which this file knows the options; only -h and -o are short options for the user too. */
static const struct option long_options[] = {
    {"axes", required_argument, NULL, 'a'},
    {"compare", required_argument, NULL, 'c'},
    {"dtype", required_argument, NULL, 'd'},
    {"engine", required_argument, NULL, 'e'},
    {"help", no_argument, NULL, 'h'},
    {"output", required_argument, NULL, 'o'},
    {"threads", required_argument, NULL, 't'},
    {"version", no_argument, NULL, 'v'},
    {NULL, 0, NULL, 0},
};

/* The options that each command takes. */
static const char *const options_of[] = {
    [COMMAND_PRODUCT] = "aceot",
    [COMMAND_SHAPE] = "a",
    [COMMAND_EXPLAIN] = "adet",
};

enum { MAX_OPERANDS = 3 };

typedef struct operand_list {
    const char *operands[MAX_OPERANDS]; /* a command's name and its two operands, at most */
    int count;
    const char *first_too_many;
} operand_list;

static void add_operand(operand_list *list, const char *operand) {
    if (list->count < MAX_OPERANDS)
        list->operands[list->count] = operand;
    else if (list->count == MAX_OPERANDS)
        list->first_too_many = operand;
    list->count++;
}

/* A decimal int at *text, which is moved behind it. */
static bool take_int(const char **text, int *value) {
    const char *at = *text;
    const bool negative = *at == '-';
    if (negative)
        at++;
    const char *const digits = at;
    long long number = 0;
    for (; *at >= '0' && *at <= '9'; at++) {
        number = number * 10 + (*at - '0');
        if (number > (long long)INT_MAX + 1)
            return false;
    }
    if (negative)
        number = -number;
    if (at == digits || number > INT_MAX || number < INT_MIN)
        return false;
    *value = (int)number;
    *text = at;
    return true;
}

static bool parse_axes(arguments *parsed, const char *text) {
    const char *at = text;
    batchdot_axes axes;
    parsed->has_axes = strcmp(text, "none") != 0;
    if (!parsed->has_axes)
        return true;
    if (take_int(&at, &axes.x)) {
        axes.y = axes.x;
        if (*at == '\0' || (*at++ == ',' && take_int(&at, &axes.y) && *at == '\0')) {
            parsed->axes = axes;
            return true;
        }
    }
    report_usage_error("--axes takes an integer, two integers with a comma between them, or none, not '%s'", text);
    return false;
}

static bool parse_threads(arguments *parsed, const char *text) {
    const char *at = text;
    if (take_int(&at, &parsed->num_threads) && *at == '\0' && parsed->num_threads >= 0)
        return true;
    report_usage_error("--threads takes a number of threads, or 0 for the default, not '%s'", text);
    return false;
}

static bool parse_engine(arguments *parsed, const char *text) {
    if (strcmp(text, "auto") == 0)
        parsed->engine = BATCHDOT_ENGINE_AUTO;
    else if (strcmp(text, "native") == 0)
        parsed->engine = BATCHDOT_ENGINE_NATIVE;
    else if (strcmp(text, "blas") == 0)
        parsed->engine = BATCHDOT_ENGINE_BLAS;
    else {
        report_usage_error("--engine takes auto, native or blas, not '%s'", text);
        return false;
    }
    return true;
}

static bool parse_dtype(arguments *parsed, const char *text) {
    parsed->has_dtype = element_type_named(text, &parsed->dtype);
    if (!parsed->has_dtype)
        report_usage_error("--dtype takes f32, f64, c64, c128, f16, bf16, i8, u8, i32 or i64, not '%s'", text);
    return parsed->has_dtype;
}

static bool parse_path(const char **path, const char *option, const char *text) {
    *path = text;
    if (*text == '\0')
        report_usage_error("%s takes a file's name, not an empty one", option);
    return *text != '\0';
}

static bool parse_option(arguments *parsed, int letter, const char *value) {
    switch (letter) {
    case 'a':
        return parse_axes(parsed, value);
    case 'c':
        return parse_path(&parsed->expected_path, "--compare", value);
    case 'd':
        return parse_dtype(parsed, value);
    case 'e':
        return parse_engine(parsed, value);
    case 'o':
        return parse_path(&parsed->output_path, "-o", value);
    default:
        return parse_threads(parsed, value);
    }
}

/* Says what getopt_long does not like. */
static void report_bad_option(int result, char **argv) {
    const char *const last = argv[optind - 1];
    if (result == ':')
        report_usage_error("%s needs a value", last);
    else if (optopt == 0)
        report_usage_error("unknown or ambiguous option %s", last);
    else if (optopt == 'h' || optopt == 'v')
        report_usage_error("%s: this option takes no value", last);
    else
        report_usage_error("unknown option -%c", optopt);
}

static const char *long_name(int letter) {
    const struct option *option = long_options;
    while (option->name && option->val != letter)
        option++;
    return option->name;
}

/* Tells the commands apart, and checks that the operands and options are those of the command. */
static bool check_operands(arguments *parsed, const operand_list *list, const bool given[]) {
    int skipped = 1;
    if (list->count > 0 && strcmp(list->operands[0], "shape") == 0)
        parsed->command = COMMAND_SHAPE;
    else if (list->count > 0 && strcmp(list->operands[0], "explain") == 0)
        parsed->command = COMMAND_EXPLAIN;
    else
        skipped = 0;
    if (list->count < skipped + 2) {
        static const char *const needed[] = {[COMMAND_PRODUCT] = "two .npy files are needed",
                                             [COMMAND_SHAPE] = "two shapes are needed",
                                             [COMMAND_EXPLAIN] = "two shapes or files are needed"};
        report_usage_error("%s", needed[parsed->command]);
        return false;
    }
    if (list->count > skipped + 2) {
        report_usage_error("one operand too many: %s",
                           skipped == 0 ? list->operands[MAX_OPERANDS - 1] : list->first_too_many);
        return false;
    }
    for (int i = 0; i < 2; i++)
        parsed->operands[i] = list->operands[skipped + i];
    for (int letter = 'a'; letter <= 'z'; letter++) {
        if (given[letter] && !strchr(options_of[parsed->command], letter)) {
            report_usage_error("--%s has no meaning for this command", long_name(letter));
            return false;
        }
    }
    return true;
}

bool arguments_parse(arguments *parsed, int argc, char **argv) {
    operand_list list = {.count = 0};
    bool given['z' + 1] = {false};
    memset(parsed, 0, sizeof *parsed);
    opterr = 0;
    for (;;) {
        /* The leading - gives operands in their order, as if each were the value of an option 1. */
        const int result = getopt_long(argc, argv, "-:ho:", long_options, NULL);
        if (result == -1)
            break;
        if (result == 1) {
            add_operand(&list, optarg);
        } else if (result == 'h' || result == 'v') {
            parsed->command = result == 'h' ? COMMAND_HELP : COMMAND_VERSION;
            return true;
        } else if (result == '?' || result == ':') {
            report_bad_option(result, argv);
            return false;
        } else {
            given[result] = true;
            if (!parse_option(parsed, result, optarg))
                return false;
        }
    }
    while (optind < argc)
        add_operand(&list, argv[optind++]);
    return check_operands(parsed, &list, given);
}

const batchdot_axes *arguments_axes(const arguments *parsed) {
    return parsed->has_axes ? &parsed->axes : NULL;
}

batchdot_options arguments_options(const arguments *parsed) {
    batchdot_options options = BATCHDOT_OPTIONS_INIT;
    options.num_threads = parsed->num_threads;
    options.engine = parsed->engine;
    return options;
}
