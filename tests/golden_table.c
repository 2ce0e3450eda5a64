#include "golden_table.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *golden_path(const char *name) {
    static char paths[8][4096];
    static unsigned next;
    char *const path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", BATCHDOT_GOLDEN_DIR, name);
    return path;
}

/* A decimal int, and the place behind it. */
static int parse_int(const char *text, const char **end) {
    char *after;
    const long value = strtol(text, &after, 10);
    if (after == text || value < INT_MIN || value > INT_MAX)
        fail_msg("'%s' does not start with an int", text);
    *end = after;
    return (int)value;
}

static void parse_axes(golden_axes *axes) {
    const char *end;
    axes->given = strcmp(axes->text, "none") != 0;
    if (!axes->given)
        return;
    axes->axes.x = axes->axes.y = parse_int(axes->text, &end);
    if (*end == ',')
        axes->axes.y = parse_int(end + 1, &end);
    assert_int_equal(*end, '\0');
}

static void parse_shape(golden_shape *shape) {
    shape->ndim = 0;
    if (strcmp(shape->text, "scalar") == 0)
        return;
    for (const char *at = shape->text; *at;) {
        char *end;
        assert_in_range(shape->ndim, 0, GOLDEN_MAX_NDIM - 1);
        shape->extents[shape->ndim++] = strtoll(at, &end, 10);
        assert_true(end > at && (*end == 'x' || *end == '\0'));
        at = *end == 'x' ? end + 1 : end;
    }
}

/* Calls parse for every line, and checks that the file has no more lines than that. */
static int read_table(const char *name, void (*parse)(const char *line, void *rows, int row), void *rows) {
    char line[512];
    int row = 0;
    size_t size, lines = 0;
    char *const content = fixture_read(golden_path(name), &size);
    for (size_t i = 0; i < size; i++)
        lines += content[i] == '\n';
    free(content);

    FILE *const file = fopen(golden_path(name), "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        assert_in_range(row, 0, GOLDEN_MAX_ROWS - 1);
        parse(line, rows, row++);
    }
    fclose(file);
    assert_true(row > 0);
    assert_int_equal(row, lines);
    return row;
}

#define FIELD "%63[^\t\n]"

static void parse_case(const char *line, void *rows, int row) {
    golden_case *const parsed = (golden_case *)rows + row;
    memset(parsed, 0, sizeof *parsed);
    if (sscanf(line, FIELD "\t" FIELD "\t" FIELD "\t" FIELD "\t" FIELD "\t" FIELD, parsed->name, parsed->dtype,
               parsed->axes.text, parsed->x, parsed->y, parsed->out) != 6)
        fail_msg("cases.tsv, row %d is not understood: %s", row + 1, line);
    parse_axes(&parsed->axes);
}

static void parse_error(const char *line, void *rows, int row) {
    golden_error *const parsed = (golden_error *)rows + row;
    memset(parsed, 0, sizeof *parsed);
    if (sscanf(line, FIELD "\t" FIELD "\t" FIELD "\t" FIELD "\t" FIELD, parsed->name, parsed->x.text, parsed->y.text,
               parsed->axes.text, parsed->status) != 5)
        fail_msg("errors.tsv, row %d is not understood: %s", row + 1, line);
    parse_axes(&parsed->axes);
    parse_shape(&parsed->x);
    parse_shape(&parsed->y);
}

int golden_read_cases(golden_case cases[GOLDEN_MAX_ROWS]) {
    return read_table("cases.tsv", parse_case, cases);
}

int golden_read_errors(golden_error errors[GOLDEN_MAX_ROWS]) {
    return read_table("errors.tsv", parse_error, errors);
}
