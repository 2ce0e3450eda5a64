#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/report.h"
#include "cli/signals.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char help[] =
    "Usage: batchdot X.npy Y.npy [OPTION...]\n"
    "       batchdot shape X Y [--axes AXES | --einsum EXPRESSION]\n"
    "       batchdot explain X Y [OPTION...]\n"
    "\n"
    "The first form contracts one axis of x with one axis of y for every item of the batch, which is\n"
    "axis 0 of both, as Keras's batch_dot does, or any axes with --einsum. It reads NumPy files, and prints\n"
    "a summary of the result unless -o or --compare is given. 'shape' prints only the shape of the result,\n"
    "'explain' what would be done and why. Their X and Y are shapes such as 32x20x1; those of 'explain' may\n"
    "also be NumPy files.\n"
    "\n"
    "  --axes A         contract axis A of both; a negative axis counts from the end\n"
    "  --axes A,B       contract axis A of x with axis B of y\n"
    "  --axes none      the last axis of x with the last but one of y, or the last if y has rank 2: the default\n"
    "  --einsum E       instead of --axes: the axes by letters, as NumPy's einsum has them: 'bik,bkj->bij'\n"
    "  --normalize      divide x and y by their L2 norms along the contracted axes: cosine similarity\n"
    "  --epsilon N      the least squared norm that --normalize divides by; the default is 1e-12\n"
    "  --alpha A        multiply the product by A, a real number, or a complex one as RE,IM\n"
    "  --beta [B,]F     add B times the array in the NumPy file F, which has the shape and dtype of the result; B is\n"
    "                   a number as A is, the default 1. F may be the file of -o. If its name begins with a number\n"
    "                   and a comma, write ./F\n"
    "  --conj-x         conjugate x\n"
    "  --conj-y         conjugate y\n"
    "  -o, --output F   write the result to the NumPy file F, which appears when it is complete\n"
    "  --compare F      print how far the result is from that in the NumPy file F; fail if they differ by more\n"
    "                   than rounding explains, 8 * epsilon * (contracted extent + 1) * (1 + |expected|), where\n"
    "                   the contracted extent is the product of all that are summed over\n"
    "  --threads N      use at most N threads of the library's own; 0, the default, leaves it to OpenMP. A BLAS keeps\n"
    "                   to its own setting, such as OPENBLAS_NUM_THREADS\n"
    "  --engine E       auto (the default), native or blas\n"
    "  --dtype T        the dtype of shapes in 'explain': f32, f64, c64, c128, f16, bf16, i8, u8, i32 or i64; if not\n"
    "                   given, that of the other operand if it is a file, else f32\n"
    "  -h, --help       print this text\n"
    "  --version        print the version\n"
    "  --               what follows is not an option\n"
    "\n"
    "Exit status: 0 if all went well, 1 if something failed, 2 for a mistake on the command line.\n"
    "A file named 'shape' or 'explain' is reached as ./shape or ./explain.\n";

static int run(const arguments *given) {
    switch (given->command) {
    case COMMAND_HELP:
        fputs(help, stdout);
        return EXIT_STATUS_OK;
    case COMMAND_VERSION:
        printf("batchdot %s\n", batchdot_version());
        return EXIT_STATUS_OK;
    case COMMAND_SHAPE:
        return command_shape(given);
    case COMMAND_EXPLAIN:
        return command_explain(given);
    case COMMAND_PRODUCT:
        break;
    }
    return command_product(given);
}

int main(int argc, char **argv) {
    arguments given;
    signals_handle();
    if (!arguments_parse(&given, argc, argv))
        return EXIT_STATUS_USAGE;
    const int status = run(&given);
    errno = 0;
    const bool printed = fflush(stdout) == 0 && !ferror(stdout);
    if (!printed && status == EXIT_STATUS_OK) {
        report_error("standard output cannot be written%s%s", errno ? ": " : "", errno ? strerror(errno) : "");
        return EXIT_STATUS_FAILED;
    }
    return status;
}
