#include "case_table.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMN_COUNT = 6, FLAGS_COLUMN = COLUMN_COUNT }; /* the last may be missing */

static const struct bench_dtype dtypes[] = {
    {"f32", BATCHDOT_F32, BATCHDOT_F32, BATCHDOT_F32, 4, 4, 4, 1},
    {"f64", BATCHDOT_F64, BATCHDOT_F64, BATCHDOT_F64, 8, 8, 8, 1},
    {"c64", BATCHDOT_C64, BATCHDOT_C64, BATCHDOT_C64, 8, 8, 8, 2},
    {"c128", BATCHDOT_C128, BATCHDOT_C128, BATCHDOT_C128, 16, 16, 16, 2},
    {"f16", BATCHDOT_F16, BATCHDOT_F16, BATCHDOT_F16, 2, 2, 2, 1},
    {"f16-f32", BATCHDOT_F16, BATCHDOT_F16, BATCHDOT_F32, 2, 2, 4, 1},
    {"bf16", BATCHDOT_BF16, BATCHDOT_BF16, BATCHDOT_BF16, 2, 2, 2, 1},
    {"bf16-f32", BATCHDOT_BF16, BATCHDOT_BF16, BATCHDOT_F32, 2, 2, 4, 1},
    {"i8", BATCHDOT_I8, BATCHDOT_I8, BATCHDOT_I32, 1, 1, 4, 1},
    {"u8", BATCHDOT_U8, BATCHDOT_U8, BATCHDOT_I32, 1, 1, 4, 1},
    {"u8-i8", BATCHDOT_U8, BATCHDOT_I8, BATCHDOT_I32, 1, 1, 4, 1},
    {"i32", BATCHDOT_I32, BATCHDOT_I32, BATCHDOT_I32, 4, 4, 4, 1},
    {"i64", BATCHDOT_I64, BATCHDOT_I64, BATCHDOT_I64, 8, 8, 8, 1},
};

const struct bench_dtype *bench_dtype_find(const char *name) {
    for (size_t i = 0; i < sizeof dtypes / sizeof dtypes[0]; i++)
        if (!strcmp(dtypes[i].name, name))
            return &dtypes[i];
    return NULL;
}

bool bench_case_is_in_suite(const struct bench_case *bench_case, const char *suite) {
    for (int i = 0; i < bench_case->suite_count; i++)
        if (!strcmp(bench_case->suites[i], suite))
            return true;
    return false;
}

/* Integers separated by commas. How many there are, or -1. */
static int read_integers(const char *text, int64_t *values, int capacity) {
    for (int count = 0; count < capacity; text++) {
        char *end;
        errno = 0;
        const long long value = strtoll(text, &end, 10);
        if (end == text || errno || value < 1 || value > INT32_MAX || (*end && *end != ','))
            return -1;
        values[count++] = value;
        if (!*end)
            return count;
        text = end;
    }
    return -1;
}

static bool read_suites(char *text, struct bench_case *row) {
    char *rest = NULL;
    for (char *name = strtok_r(text, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
        if (row->suite_count == CASE_MAX_SUITES || strlen(name) >= SUITE_NAME_SIZE)
            return false;
        memcpy(row->suites[row->suite_count++], name, strlen(name) + 1);
    }
    return row->suite_count > 0;
}

static bool is_expression(const char *axes) {
    return isalpha((unsigned char)*axes);
}

/* How many letters a text begins with that stand in it once. */
static int count_letters(const char *text) {
    int count = 0;
    while (isalpha((unsigned char)text[count]) && !memchr(text, text[count], (size_t)count))
        count++;
    return count;
}

/* Every letter belongs to two tensors or to all three: what only one has would be summed alone, or come from nowhere.
 */
static bool letters_go_together(const char *x, int x_count, const char *y, int y_count, const char *out) {
    for (int i = 0; i < x_count; i++)
        if (!memchr(y, x[i], (size_t)y_count) && !strchr(out, x[i]))
            return false;
    for (int i = 0; i < y_count; i++)
        if (!memchr(x, y[i], (size_t)x_count) && !strchr(out, y[i]))
            return false;
    for (; *out; out++)
        if (!memchr(x, *out, (size_t)x_count) && !memchr(y, *out, (size_t)y_count))
            return false;
    return true;
}

static const char *read_expression(const char *text, struct bench_case *row) {
    const char *const x = text;
    const int x_count = count_letters(x);
    const char *const y = x + x_count + 1;
    const int y_count = x[x_count] == ',' ? count_letters(y) : -1;
    if (x_count != row->x_ndim || y_count != row->y_ndim || strncmp(y + y_count, "->", 2) != 0)
        return "the expression is not a letter for each axis of x, a comma, one for each of y, and ->";
    const char *const out = y + y_count + 2;
    if (out[count_letters(out)] || !letters_go_together(x, x_count, y, y_count, out))
        return "a letter of the expression stands twice in one tensor, or in one tensor only";
    for (int i = 0; i < x_count; i++) {
        const char *const place = memchr(y, x[i], (size_t)y_count);
        if (place && row->x_shape[i] != row->y_shape[place - y])
            return "the batch or the contracted extents differ";
    }
    memcpy(row->expression, text, strlen(text) + 1);
    return NULL;
}

static const char *read_axes(const char *text, struct bench_case *row) {
    int64_t axes[2];
    if (is_expression(text))
        return read_expression(text, row);
    if (read_integers(text, axes, 2) != 2 || axes[0] >= row->x_ndim || axes[1] >= row->y_ndim)
        return "the axes are neither two axes behind the batch nor an expression";
    row->axes = (batchdot_axes){(int)axes[0], (int)axes[1]};
    if (row->x_shape[0] != row->y_shape[0] || row->x_shape[axes[0]] != row->y_shape[axes[1]])
        return "the batch or the contracted extents differ";
    return NULL;
}

/* A text of NULL has none. */
static const char *read_flags(char *text, struct bench_case *row) {
    while (text) {
        const char *const name = strsep(&text, ",");
        if (!strcmp(name, "normalize"))
            row->normalizes = true;
        else if (!strcmp(name, "shared-y"))
            row->shares_y = true;
        else
            return "a flag is neither normalize nor shared-y";
    }
    return row->shares_y && *row->expression ? "an expression has no y that is shared" : NULL;
}

/* Everything but the dtype. NULL, or what is wrong. */
static const char *read_row(char *const columns[COLUMN_COUNT + 1], struct bench_case *row) {
    if (!*columns[0] || strlen(columns[0]) >= sizeof row->name)
        return "the name is empty or too long";
    memcpy(row->name, columns[0], strlen(columns[0]) + 1);
    if (!read_suites(columns[1], row))
        return "the suites are not names separated by commas";
    row->x_ndim = read_integers(columns[3], row->x_shape, CASE_MAX_NDIM);
    row->y_ndim = read_integers(columns[4], row->y_shape, CASE_MAX_NDIM);
    const int least_ndim = is_expression(columns[5]) ? 1 : 2;
    if (row->x_ndim < least_ndim || row->y_ndim < least_ndim)
        return "a shape is not 2 to 6 positive integers separated by commas";
    const char *const fault = read_axes(columns[5], row);
    return fault ? fault : read_flags(columns[FLAGS_COLUMN], row);
}

static bool append_case(struct case_table *table, const struct bench_case *row) {
    struct bench_case *const cases = realloc(table->cases, (size_t)(table->count + 1) * sizeof *cases);
    if (!cases)
        return false;
    table->cases = cases;
    cases[table->count++] = *row;
    return true;
}

static const char *read_line(struct case_table *table, char *line) {
    char *columns[COLUMN_COUNT + 1];
    for (int i = 0; i <= COLUMN_COUNT; i++) {
        columns[i] = strsep(&line, "\t");
        if (!columns[i] && i != FLAGS_COLUMN)
            return "there are not 6 or 7 columns separated by tabs";
    }
    if (line)
        return "there are more than 7 columns";
    struct bench_case row = {.suite_count = 0};
    const char *const fault = read_row(columns, &row);
    if (fault)
        return fault;
    for (int i = 0; i < table->count; i++)
        if (!strcmp(table->cases[i].name, row.name))
            return "there is another case of that name";
    char *rest = NULL;
    for (char *name = strtok_r(columns[2], ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
        row.dtype = bench_dtype_find(name);
        if (!row.dtype)
            return "a dtype is unknown";
        if (row.normalizes && row.dtype->x >= BATCHDOT_I8)
            return "integers are not normalized";
        if (!append_case(table, &row))
            return "out of memory";
    }
    return row.dtype ? NULL : "there is no dtype";
}

bool case_table_read(struct case_table *table, const char *file, char *error, size_t error_size) {
    *table = (struct case_table){NULL, 0};
    FILE *const stream = fopen(file, "r");
    if (!stream) {
        snprintf(error, error_size, "%s: %s", file, strerror(errno));
        return false;
    }
    char *line = NULL;
    size_t line_size = 0;
    const char *fault = NULL;
    for (int number = 1; !fault && getline(&line, &line_size, stream) >= 0; number++) {
        line[strcspn(line, "\r\n")] = '\0';
        if (*line && *line != '#')
            fault = read_line(table, line);
        if (fault)
            snprintf(error, error_size, "%s, line %d: %s", file, number, fault);
    }
    free(line);
    fclose(stream);
    if (!fault)
        return true;
    case_table_free(table);
    return false;
}

void case_table_free(struct case_table *table) {
    free(table->cases);
    *table = (struct case_table){NULL, 0};
}
