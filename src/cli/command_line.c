#include "cli/command_line.h"

#include "cli/element.h"
#include "cli/number_text.h"
#include "cli/report.h"

#include <getopt.h>
#include <math.h>
#include <string.h>

/* The letters by which this file knows the options; only -h and -o are short options for the user too. */
static const struct option long_options[] = {
    {"alpha", required_argument, NULL, 'f'},  {"axes", required_argument, NULL, 'a'},
    {"beta", required_argument, NULL, 'b'},   {"compare", required_argument, NULL, 'c'},
    {"conj-x", no_argument, NULL, 'x'},       {"conj-y", no_argument, NULL, 'y'},
    {"dtype", required_argument, NULL, 'd'},  {"einsum", required_argument, NULL, 's'},
    {"engine", required_argument, NULL, 'e'}, {"epsilon", required_argument, NULL, 'p'},
    {"help", no_argument, NULL, 'h'},         {"normalize", no_argument, NULL, 'n'},
    {"output", required_argument, NULL, 'o'}, {"threads", required_argument, NULL, 't'},
    {"version", no_argument, NULL, 'v'},      {NULL, 0, NULL, 0},
};

/* The options that each command takes. */
static const char *const options_of[] = {
    [COMMAND_PRODUCT] = "abcefnopstxy",
    [COMMAND_SHAPE] = "as",
    [COMMAND_EXPLAIN] = "abdefnpstxy",
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

static bool parse_axes(arguments *parsed, const char *text) {
    const char *at = text;
    batchdot_axes axes;
    parsed->has_axes = strcmp(text, "none") != 0;
    if (!parsed->has_axes)
        return true;
    if (number_take_int(&at, &axes.x)) {
        axes.y = axes.x;
        if (*at == '\0' || (*at++ == ',' && number_take_int(&at, &axes.y) && *at == '\0')) {
            parsed->axes = axes;
            return true;
        }
    }
    report_usage_error("--axes takes an integer, two integers with a comma between them, or none, not '%s'", text);
    return false;
}

static bool parse_threads(arguments *parsed, const char *text) {
    const char *at = text;
    if (number_take_int(&at, &parsed->options.num_threads) && *at == '\0' && parsed->options.num_threads >= 0)
        return true;
    report_usage_error("--threads takes a number of threads, or 0 for the default, not '%s'", text);
    return false;
}

static bool parse_engine(arguments *parsed, const char *text) {
    if (strcmp(text, "auto") == 0)
        parsed->options.engine = BATCHDOT_ENGINE_AUTO;
    else if (strcmp(text, "native") == 0)
        parsed->options.engine = BATCHDOT_ENGINE_NATIVE;
    else if (strcmp(text, "blas") == 0)
        parsed->options.engine = BATCHDOT_ENGINE_BLAS;
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

static bool parse_alpha(arguments *parsed, const char *text) {
    const char *at = text;
    double *const alpha = parsed->options.alpha;
    alpha[1] = 0;
    if (number_take_real(&at, &alpha[0]) &&
        (*at == '\0' || (*at++ == ',' && number_take_real(&at, &alpha[1]) && *at == '\0')))
        return true;
    report_usage_error("--alpha takes a number, or two with a comma between them, not '%s'", text);
    return false;
}

/* A number or two at the start, each with a comma behind it, are beta; the rest is the file's name. */
static bool parse_beta(arguments *parsed, const char *text) {
    double beta[2] = {1, 0};
    const char *path = text;
    for (int part = 0; part < 2; part++) {
        const char *at = path;
        double number;
        if (!number_take_real(&at, &number) || *at != ',')
            break;
        beta[part] = number;
        path = at + 1;
    }
    memcpy(parsed->options.beta, beta, sizeof beta);
    return parse_path(&parsed->beta_path, "--beta", path);
}

static bool parse_epsilon(arguments *parsed, const char *text) {
    const char *at = text;
    double *const epsilon = &parsed->options.normalize_epsilon;
    if (number_take_real(&at, epsilon) && *at == '\0' && *epsilon >= 0 && isfinite(*epsilon))
        return true;
    report_usage_error("--epsilon takes a number that is 0 or more, and finite, not '%s'", text);
    return false;
}

/* The value is NULL if the option takes none. */
static bool parse_option(arguments *parsed, int letter, const char *value) {
    switch (letter) {
    case 'a':
        return parse_axes(parsed, value);
    case 'b':
        return parse_beta(parsed, value);
    case 'c':
        return parse_path(&parsed->expected_path, "--compare", value);
    case 'd':
        return parse_dtype(parsed, value);
    case 'e':
        return parse_engine(parsed, value);
    case 'f':
        return parse_alpha(parsed, value);
    case 'n':
        parsed->options.normalize = 1;
        return true;
    case 'o':
        return parse_path(&parsed->output_path, "-o", value);
    case 'p':
        return parse_epsilon(parsed, value);
    case 's':
        parsed->einsum = value;
        return true;
    case 'x':
        parsed->options.conj_x = 1;
        return true;
    case 'y':
        parsed->options.conj_y = 1;
        return true;
    default:
        return parse_threads(parsed, value);
    }
}

static const char *long_name(int letter) {
    const struct option *option = long_options;
    while (option->name && option->val != letter)
        option++;
    return option->name;
}

/* True for --NAME=VALUE, with the name of that option or the beginning of it. getopt_long tells of a value that the
 * option does not take by the same letter as it does of an unknown short option. */
static bool is_long_with_value(const char *argument, int letter) {
    const char *const name = long_name(letter);
    if (!name || strncmp(argument, "--", 2) != 0)
        return false;
    const size_t length = strcspn(argument + 2, "=");
    return argument[2 + length] == '=' && strncmp(argument + 2, name, length) == 0;
}

/* Says what getopt_long does not like. */
static void report_bad_option(int result, char **argv) {
    const char *const last = argv[optind - 1];
    if (result == ':')
        report_usage_error("%s needs a value", last);
    else if (optopt == 0)
        report_usage_error("unknown or ambiguous option %s", last);
    else if (is_long_with_value(last, optopt))
        report_usage_error("%s: this option takes no value", last);
    else
        report_usage_error("unknown option -%c", optopt);
}

static bool check_combination(const bool given[]) {
    if (given['a'] && given['s'])
        report_usage_error("--axes and --einsum cannot go together");
    else if (given['p'] && !given['n'])
        report_usage_error("--epsilon has no meaning without --normalize");
    else
        return true;
    return false;
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
    return check_combination(given);
}

bool arguments_parse(arguments *parsed, int argc, char **argv) {
    operand_list list = {.count = 0};
    bool given['z' + 1] = {false};
    *parsed = (arguments){.options = BATCHDOT_OPTIONS_INIT};
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
