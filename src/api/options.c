#include "api/arguments.h"
#include "base/dtype.h"
#include "base/status.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Beyond this a struct_size is garbage, and the memory is not looked at. */
enum { MAX_STRUCT_SIZE = 4096 };

/* A shorter struct is one of an older version, which ended where a later field begins today. */
static bool is_possible_size(size_t size) {
    static const size_t older[] = {offsetof(batchdot_options, alpha), offsetof(batchdot_options, beta),
                                   offsetof(batchdot_options, conj_x), offsetof(batchdot_options, normalize),
                                   offsetof(batchdot_options, normalize_epsilon)};
    for (size_t i = 0; i < sizeof older / sizeof older[0]; i++) {
        if (size == older[i])
            return true;
    }
    return size >= sizeof(batchdot_options) && size <= MAX_STRUCT_SIZE;
}

static batchdot_status copy_known_part(const batchdot_options *given, batchdot_options *options) {
    const size_t given_size = given->struct_size;
    if (!is_possible_size(given_size))
        return bd_fail(
            BATCHDOT_ERROR_OPTION,
            "options.struct_size is %zu; make batchdot_options with BATCHDOT_OPTIONS_INIT, which sets it to %zu.",
            given_size, sizeof *options);
    const unsigned char *bytes = (const unsigned char *)given;
    for (size_t i = sizeof *options; i < given_size; i++) {
        if (bytes[i] != 0)
            return bd_fail(
                BATCHDOT_ERROR_OPTION,
                "options.struct_size is %zu, and an option beyond the %zu bytes that this version %s knows is set.",
                given_size, sizeof *options, batchdot_version());
    }
    memcpy(options, given, given_size < sizeof *options ? given_size : sizeof *options);
    options->struct_size = sizeof *options;
    return BATCHDOT_OK;
}

static batchdot_status check_scale(const char *name, const double scale[2], const struct dtype_info *dtype) {
    if (!dtype->is_complex && scale[1] != 0)
        return bd_fail(BATCHDOT_ERROR_OPTION, "options.%s has the imaginary part %g, but dtype %s is real.", name,
                       scale[1], dtype->name);
    const bool is_beta = name[0] == 'b';
    if (dtype->is_integer && scale[0] != 1 && !(is_beta && scale[0] == 0))
        return bd_fail(BATCHDOT_ERROR_OPTION, "options.%s is %g, but integer dtypes such as %s take %s only.", name,
                       scale[0], dtype->name, is_beta ? "0 or 1" : "1");
    return BATCHDOT_OK;
}

/* To the precision that it is applied in, so that whoever asks whether it is 0 or 1 gets one answer everywhere. */
static batchdot_status round_scale(const char *name, double scale[2], const struct dtype_info *dtype) {
    for (int part = 0; dtype->is_scaled_in_float && part < 2; part++) {
        if (fabs(scale[part]) > FLT_MAX && !isinf(scale[part]))
            return bd_fail(BATCHDOT_ERROR_OPTION,
                           "options.%s is %g, beyond the range of a float, in which dtype %s is scaled.", name,
                           scale[part], dtype->name);
        scale[part] = (float)scale[part];
    }
    return BATCHDOT_OK;
}

batchdot_status bd_read_options(const batchdot_options *given, batchdot_dtype out_dtype, batchdot_options *options) {
    *options = (batchdot_options)BATCHDOT_OPTIONS_INIT;
    if (!given)
        return BATCHDOT_OK;
    batchdot_status status = copy_known_part(given, options);
    if (!status && options->num_threads < 0)
        status =
            bd_fail(BATCHDOT_ERROR_OPTION, "options.num_threads is %d; it must be 0 or more.", options->num_threads);
    if (!status && (unsigned)options->engine > BATCHDOT_ENGINE_BLAS)
        status =
            bd_fail(BATCHDOT_ERROR_OPTION, "options.engine is %d, which is no batchdot_engine.", (int)options->engine);
    if (!status && options->normalize && !(options->normalize_epsilon >= 0 && isfinite(options->normalize_epsilon)))
        status = bd_fail(BATCHDOT_ERROR_OPTION, "options.normalize_epsilon is %g; it must be finite, and 0 or more.",
                         options->normalize_epsilon);
    if (!status)
        status = check_scale("alpha", options->alpha, bd_dtype_info(out_dtype));
    if (!status)
        status = check_scale("beta", options->beta, bd_dtype_info(out_dtype));
    if (!status)
        status = round_scale("alpha", options->alpha, bd_dtype_info(out_dtype));
    if (!status)
        status = round_scale("beta", options->beta, bd_dtype_info(out_dtype));
    return status;
}
