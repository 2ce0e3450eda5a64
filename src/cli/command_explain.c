/* batchdot explain X Y: prints what the plan for these shapes, or for the arrays in these files, would do. */
#include "cli/commands.h"
#include "cli/npy_file.h"
#include "cli/product_plan.h"
#include "cli/report.h"
#include "cli/shape_text.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct operand {
    bool is_file;
    npy_header layout; /* of a shape: in row-major order */
    int64_t strides[BATCHDOT_MAX_NDIM];
} operand;

/* Returns the exit status that a bad operand leads to. The dtype of a shape is not known yet. */
static int read_operand(operand *read, const char *text) {
    message why;
    int64_t count;
    read->is_file = !shape_text_is_shape(text);
    if (!read->is_file) {
        read->layout = (npy_header){.ndim = 0};
        const char *const no_shape = shape_parse(text, &read->layout.ndim, read->layout.shape);
        if (!no_shape)
            return EXIT_STATUS_OK;
        report_usage_error("'%s' is not a shape such as 32x20x1%s", text, no_shape);
        return EXIT_STATUS_USAGE;
    }
    if (!npy_file_header(&read->layout, text, &why)) {
        report_error("%s %s", text, why.text);
        return EXIT_STATUS_FAILED;
    }
    if (!npy_header_layout(&read->layout, &count, read->strides)) {
        report_error("%s has a shape with more elements than can be addressed", text);
        return EXIT_STATUS_FAILED;
    }
    return EXIT_STATUS_OK;
}

/* A shape takes --dtype, or the dtype of the other operand if that is a file, or f32. */
static bool settle_dtypes(operand operands[2], const arguments *given) {
    if (given->has_dtype && operands[0].is_file && operands[1].is_file) {
        report_usage_error("--dtype is for shapes; these files have their own dtypes");
        return false;
    }
    for (int i = 0; i < 2; i++) {
        const operand *const other = &operands[1 - i];
        if (operands[i].is_file)
            continue;
        if (given->has_dtype)
            operands[i].layout.dtype = given->dtype;
        else
            operands[i].layout.dtype = other->is_file ? other->layout.dtype : BATCHDOT_F32;
    }
    return true;
}

static batchdot_tensor tensor_of(const operand *described) {
    const npy_header *const layout = &described->layout;
    return (batchdot_tensor){NULL, layout->dtype, layout->ndim, layout->shape,
                             described->is_file ? described->strides : NULL};
}

static int print_explanation(const batchdot_plan *plan) {
    const size_t length = batchdot_plan_explain(plan, NULL, 0);
    char *const text = malloc(length + 1);
    if (!text) {
        report_error("out of memory");
        return EXIT_STATUS_FAILED;
    }
    batchdot_plan_explain(plan, text, length + 1);
    fputs(text, stdout);
    if (length == 0 || text[length - 1] != '\n')
        putchar('\n');
    free(text);
    return EXIT_STATUS_OK;
}

/* As for the product, though of the file of --beta only the header is read. */
static bool beta_fits(const char *path, const result *planned) {
    message why;
    npy_header header;
    if (!path)
        return true;
    if (npy_file_header(&header, path, &why))
        return result_accepts_beta(planned, &header, path);
    report_error("%s %s", path, why.text);
    return false;
}

int command_explain(const arguments *given) {
    operand operands[2];
    for (int i = 0; i < 2; i++) {
        const int status = read_operand(&operands[i], given->operands[i]);
        if (status != EXIT_STATUS_OK)
            return status;
    }
    if (!settle_dtypes(operands, given))
        return EXIT_STATUS_USAGE;
    const batchdot_tensor x = tensor_of(&operands[0]);
    const batchdot_tensor y = tensor_of(&operands[1]);
    batchdot_plan *plan;
    result planned;
    if (!product_plan_create(&plan, &planned, given, &x, &y))
        return EXIT_STATUS_FAILED;
    const int status = beta_fits(given->beta_path, &planned) ? print_explanation(plan) : EXIT_STATUS_FAILED;
    batchdot_plan_destroy(plan);
    return status;
}
