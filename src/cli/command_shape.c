/* batchdot shape 32x20x1 32x30x20: infers the result's shape. */
#include "cli/commands.h"
#include "cli/product_plan.h"
#include "cli/report.h"
#include "cli/shape_text.h"

#include <stdio.h>

int command_shape(const arguments *given) {
    int ndim[2], out_ndim;
    int64_t shape[2][BATCHDOT_MAX_NDIM], out_shape[BATCHDOT_MAX_NDIM];
    for (int i = 0; i < 2; i++) {
        const char *const why = shape_parse(given->operands[i], &ndim[i], shape[i]);
        if (why) {
            report_usage_error("'%s' is not a shape such as 32x20x1%s", given->operands[i], why);
            return EXIT_STATUS_USAGE;
        }
    }
    const batchdot_tensor x = {.ndim = ndim[0], .shape = shape[0]};
    const batchdot_tensor y = {.ndim = ndim[1], .shape = shape[1]};
    if (product_infer_shape(given, &x, &y, &out_ndim, out_shape) != BATCHDOT_OK) {
        report_error("%s", batchdot_last_error());
        return EXIT_STATUS_FAILED;
    }
    char text[SHAPE_TEXT_SIZE];
    shape_format(text, out_ndim, out_shape);
    puts(text);
    return EXIT_STATUS_OK;
}
