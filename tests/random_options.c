#include "random_options.h"

#include "oracle_element.h"

void random_dtypes_draw(random_source *source, batchdot_dtype dtype, batchdot_tensor *x, batchdot_tensor *y,
                        batchdot_tensor *out) {
    const bool is_byte = dtype == BATCHDOT_I8 || dtype == BATCHDOT_U8;

    x->dtype = y->dtype = out->dtype = dtype;
    if (is_byte) {
        y->dtype = random_chance(source, 50) ? BATCHDOT_I8 : BATCHDOT_U8;
        out->dtype = BATCHDOT_I32;
    } else if (oracle_is_half(dtype) && random_chance(source, 40)) {
        out->dtype = BATCHDOT_F32;
    }
}

static void draw_factor(random_source *source, batchdot_dtype dtype, int plain_percent, double factor[2]) {
    static const double factors[] = {0, 1, -1, 0.5, 2, 0.7, -0.0};
    const int64_t count = (int64_t)(sizeof factors / sizeof factors[0]);

    if (random_chance(source, plain_percent))
        return;
    factor[0] = factors[random_below(source, count)];
    if (oracle_is_complex(dtype) && random_chance(source, 60))
        factor[1] = factors[random_below(source, count)];
}

void random_options_draw(random_source *source, batchdot_dtype dtype, bool may_use_blas, batchdot_options *options) {
    const batchdot_engine engines[] = {BATCHDOT_ENGINE_AUTO, BATCHDOT_ENGINE_NATIVE, BATCHDOT_ENGINE_BLAS};

    options->engine = engines[random_below(source, may_use_blas ? 3 : 2)];
    options->num_threads = (int)random_below(source, 4);
    options->conj_x = random_chance(source, 30);
    options->conj_y = random_chance(source, 30);
    if (oracle_is_integer(dtype)) {
        options->beta[0] = (double)random_below(source, 2);
    } else {
        draw_factor(source, dtype, 40, options->alpha);
        draw_factor(source, dtype, 50, options->beta);
    }
}

void random_options_describe(const batchdot_options *described, bool are_defaults, text_line *to) {
    static const char *const engines[] = {"auto", "native", "blas"};

    text_line_append(to, ", engine %s, threads %d, alpha %g%+gi, beta %g%+gi, conj %d %d", engines[described->engine],
                     described->num_threads, described->alpha[0], described->alpha[1], described->beta[0],
                     described->beta[1], described->conj_x, described->conj_y);
    if (described->normalize != 0)
        text_line_append(to, ", normalize with epsilon %g", described->normalize_epsilon);
    if (are_defaults)
        text_line_append(to, " (defaults)");
}
