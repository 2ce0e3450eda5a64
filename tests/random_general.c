#include "random_general.h"

#include "random_options.h"
#include <string.h>

/* What a label is to the product. */
enum { BATCH, X_FREE, Y_FREE, CONTRACTED, X_SUMMED, Y_SUMMED, GROUP_COUNT };

enum { LABEL_MOST = GROUP_COUNT * RANDOM_GENERAL_GROUP_MOST, LETTER_COUNT = 52 };

/* The labels of each group follow those of the group before. */
typedef struct sketch {
    int count[GROUP_COUNT], first[GROUP_COUNT], label_count;
    int64_t extent[LABEL_MOST];
} sketch;

/* ---- Labels and extents ----------------------------------------------------------------------------------------- */

static int draw_group_count(random_source *source, bool is_plain) {
    const int64_t roll = random_below(source, 100);

    if (is_plain)
        return roll < 85;
    return roll < 96 ? (int)random_below(source, 4) : (int)random_between(source, 4, RANDOM_GENERAL_GROUP_MOST);
}

static void draw_groups(random_source *source, sketch *drawn, bool is_einsum, random_general_kind kind) {
    const bool is_plain = random_chance(source, 35);

    for (int group = BATCH; group <= CONTRACTED; group++)
        drawn->count[group] = draw_group_count(source, is_plain);
    if (kind == RANDOM_GENERAL_BATCHES && drawn->count[BATCH] == 0)
        drawn->count[BATCH] = 1;
    if (is_einsum && random_chance(source, 25)) {
        drawn->count[X_SUMMED] = (int)random_below(source, 3);
        drawn->count[Y_SUMMED] = (int)random_below(source, 2);
    }
    for (int group = 0; group < GROUP_COUNT; group++) {
        drawn->first[group] = drawn->label_count;
        drawn->label_count += drawn->count[group];
    }
}

/* Multiply-adds that a case may cost: mostly few, now and then enough for tiles and panels. */
static int64_t draw_budget(random_source *source) {
    const int64_t roll = random_below(source, 1000);

    if (roll < 700)
        return 500;
    if (roll < 950)
        return 2000;
    return roll < 997 ? 10000 : 60000;
}

/* An extent of 0 counts as 1: the others may make large inputs nonetheless. */
static int64_t cost_of(const sketch *drawn) {
    int64_t cost = 1;

    for (int label = 0; label < drawn->label_count; label++)
        cost *= drawn->extent[label] > 0 ? drawn->extent[label] : 1;
    return cost;
}

static void draw_extents(random_source *source, sketch *drawn) {
    const int64_t budget = draw_budget(source);
    const int large = random_chance(source, 20) + (budget > 2000);

    if (drawn->label_count == 0)
        return;
    for (int label = 0; label < drawn->label_count; label++)
        drawn->extent[label] = random_between(source, 1, random_chance(source, 20) ? 7 : 3);
    for (int i = 0; i < large; i++)
        drawn->extent[random_below(source, drawn->label_count)] = random_between(source, 8, 40);
    if (random_chance(source, 6))
        drawn->extent[random_below(source, drawn->label_count)] = 0;
    while (cost_of(drawn) > budget) {
        int64_t *extent = &drawn->extent[random_below(source, drawn->label_count)];

        *extent = (*extent + 1) / 2;
    }
}

/* Few items of a size that threads share, that blocked kernels get, or that are computed in blocks for other reasons.
 */
static void draw_large_items(random_source *source, sketch *drawn) {
    static const int64_t items[][3] = {{64, 64, 64}, {1, 1, 300},   {1, 300, 40}, {200, 5, 3},  {3, 200, 5},
                                       {33, 65, 70}, {17, 20, 600}, {300, 1, 40}, {150, 70, 3}, {100, 250, 2}};
    const int64_t *item = items[random_below(source, (int64_t)(sizeof items / sizeof items[0]))];

    for (int label = 0; label < drawn->label_count; label++)
        drawn->extent[label] = random_chance(source, 20) ? 2 : 1;
    if (drawn->count[BATCH] > 0)
        drawn->extent[0] = random_between(source, 1, 5);
    for (int i = 0; i < 3; i++) {
        if (drawn->count[X_FREE + i] > 0)
            drawn->extent[drawn->first[X_FREE + i]] = item[i];
    }
}

/* ---- Tensors' axes ---------------------------------------------------------------------------------------------- */

static int append_group(int *labels, int count, const sketch *of, int group) {
    for (int i = 0; i < of->count[group]; i++)
        labels[count++] = of->first[group] + i;
    return count;
}

/* A tensor with the labels of these groups, in this order or in none. */
static void draw_axes(random_source *source, const sketch *from, const int groups[4], random_tensor *made,
                      int *labels) {
    int count = 0;

    for (int i = 0; i < 4; i++)
        count = append_group(labels, count, from, groups[i]);
    if (random_chance(source, 60))
        random_shuffle(source, labels, count);
    made->tensor.ndim = count;
    for (int axis = 0; axis < count; axis++)
        made->shape[axis] = from->extent[labels[axis]];
}

static void draw_inputs(random_source *source, const sketch *from, random_general *made) {
    static const int x_orders[][4] = {{BATCH, X_FREE, CONTRACTED, X_SUMMED}, {BATCH, CONTRACTED, X_FREE, X_SUMMED}};
    static const int y_orders[][4] = {{BATCH, CONTRACTED, Y_FREE, Y_SUMMED}, {BATCH, Y_FREE, CONTRACTED, Y_SUMMED}};

    draw_axes(source, from, x_orders[random_below(source, 2)], &made->x, made->labels.x);
    draw_axes(source, from, y_orders[random_below(source, 2)], &made->y, made->labels.y);
}

static int axis_of(const int *labels, int label) {
    int axis = 0;

    while (labels[axis] != label)
        axis++;
    return axis;
}

static bool is_of_group(const sketch *of, int label, int group) {
    return label >= of->first[group] && label < of->first[group] + of->count[group];
}

/* The free labels of x or y in its order. */
static int append_free(int *labels, int count, const sketch *of, int group, const int *from, int ndim) {
    for (int axis = 0; axis < ndim; axis++) {
        if (is_of_group(of, from[axis], group))
            labels[count++] = from[axis];
    }
    return count;
}

/* The order that lists of axes give: the batch in an order of its own, then what is free of x and of y. */
static void order_output(random_source *source, const sketch *from, random_general *made) {
    int *labels = made->labels.out, count = append_group(labels, 0, from, BATCH);

    if (random_chance(source, 50))
        random_shuffle(source, labels, count);
    count = append_free(labels, count, from, X_FREE, made->labels.x, made->x.tensor.ndim);
    made->out.tensor.ndim = append_free(labels, count, from, Y_FREE, made->labels.y, made->y.tensor.ndim);
}

/* ---- Asking for it ---------------------------------------------------------------------------------------------- */

/* Where the labels stand in x and in y, some counted from the end. */
static void list_axes(random_source *source, const random_general *made, const int *labels, int count, int *x_list,
                      int *y_list) {
    for (int i = 0; i < count; i++) {
        x_list[i] = axis_of(made->labels.x, labels[i]) - (random_chance(source, 40) ? made->x.tensor.ndim : 0);
        y_list[i] = axis_of(made->labels.y, labels[i]) - (random_chance(source, 40) ? made->y.tensor.ndim : 0);
    }
}

static void make_dims(random_source *source, const sketch *from, random_general *made) {
    int contracted[RANDOM_GENERAL_GROUP_MOST] = {0};
    const int count = append_group(contracted, 0, from, CONTRACTED);

    random_shuffle(source, contracted, count);
    list_axes(source, made, made->labels.out, from->count[BATCH], made->x_batch, made->y_batch);
    list_axes(source, made, contracted, count, made->x_contract, made->y_contract);
    made->dims =
        (batchdot_dims){from->count[BATCH], count, made->x_batch, made->y_batch, made->x_contract, made->y_contract};
    if (from->count[BATCH] == 0 && random_chance(source, 50))
        made->dims.x_batch = made->dims.y_batch = NULL;
    if (count == 0 && random_chance(source, 50))
        made->dims.x_contract = made->dims.y_contract = NULL;
}

typedef struct writer {
    random_source *source;
    text_line line;
    bool has_blanks;
} writer;

static void write_token(writer *to, const char *token) {
    while (to->has_blanks && random_chance(to->source, 30))
        text_line_append(&to->line, " ");
    text_line_append(&to->line, "%s", token);
}

static char letter_at(int place) {
    return (char)(place < 26 ? 'A' + place : 'a' + place - 26);
}

static void write_letters(writer *to, const int *places, const int *labels, int count) {
    for (int i = 0; i < count; i++)
        write_token(to, (const char[]){letter_at(places[labels[i]]), '\0'});
}

/* The output's labels by the place of their letters in A ... Z a ... z, which an expression without "->" gives. */
static void sort_output(random_general *made, const int *places) {
    int *labels = made->labels.out;

    for (int i = 1; i < made->out.tensor.ndim; i++) {
        for (int j = i; j > 0 && places[labels[j]] < places[labels[j - 1]]; j--) {
            const int swapped = labels[j];

            labels[j] = labels[j - 1];
            labels[j - 1] = swapped;
        }
    }
}

/* Decides on the output's order, too. */
static void make_expression(random_source *source, const sketch *from, random_general *made) {
    const bool all_stand_once = from->count[BATCH] + from->count[X_SUMMED] + from->count[Y_SUMMED] == 0;
    const bool is_implicit = all_stand_once && random_chance(source, 60);
    writer to = {source, text_line_begin(made->expression, sizeof made->expression), random_chance(source, 30)};
    int places[LETTER_COUNT];

    for (int i = 0; i < LETTER_COUNT; i++)
        places[i] = i;
    random_shuffle(source, places, LETTER_COUNT);
    if (is_implicit)
        sort_output(made, places);
    else if (random_chance(source, 60))
        random_shuffle(source, made->labels.out, made->out.tensor.ndim);
    write_letters(&to, places, made->labels.x, made->x.tensor.ndim);
    write_token(&to, ",");
    write_letters(&to, places, made->labels.y, made->y.tensor.ndim);
    if (!is_implicit) {
        write_token(&to, "->");
        write_letters(&to, places, made->labels.out, made->out.tensor.ndim);
    }
    write_token(&to, "");
}

/* ---- Cases ------------------------------------------------------------------------------------------------------ */

static void draw_options(random_source *source, const sketch *from, random_general *made, batchdot_dtype dtype,
                         random_general_kind kind) {
    static const double epsilons[] = {0, 1e-12, 1e-3, 2};
    const bool may_normalize = !oracle_is_integer(dtype) && from->count[X_SUMMED] == 0 && from->count[Y_SUMMED] == 0;

    made->options = (batchdot_options)BATCHDOT_OPTIONS_INIT;
    made->default_options = kind == RANDOM_GENERAL_ANYTHING && random_chance(source, 30);
    if (made->default_options)
        return;
    random_options_draw(source, dtype, kind == RANDOM_GENERAL_ANYTHING, &made->options);
    if (may_normalize && random_chance(source, 35)) {
        made->options.normalize = random_chance(source, 50) ? 1 : -2;
        if (random_chance(source, 60))
            made->options.normalize_epsilon = epsilons[random_below(source, 4)];
    }
}

static void draw_tensors(random_source *source, const sketch *from, random_general *made) {
    draw_inputs(source, from, made);
    order_output(source, from, made);
    if (made->is_einsum)
        make_expression(source, from, made);
    else
        make_dims(source, from, made);
    for (int axis = 0; axis < made->out.tensor.ndim; axis++)
        made->out.shape[axis] = from->extent[made->labels.out[axis]];
    made->batch_count = from->count[BATCH];
    memcpy(made->batch_extent, from->extent, (size_t)made->batch_count * sizeof *made->batch_extent);
}

/* All items of a batch in one place, as the weights of a layer are. */
static void broadcast_batch(random_tensor *input, const int *labels, int batch_count) {
    for (int axis = 0; axis < input->tensor.ndim; axis++) {
        if (labels[axis] < batch_count)
            input->strides[axis] = 0;
    }
    input->tensor.strides = input->strides;
}

void random_general_make(random_general *made, uint64_t seed, batchdot_dtype dtype, random_general_kind kind) {
    const bool are_batches = kind == RANDOM_GENERAL_BATCHES;
    random_source source = {seed};
    const random_values values =
        (random_values)random_below(&source, are_batches ? RANDOM_NONFINITE : RANDOM_VALUES_COUNT);
    sketch drawn = {{0}, {0}, 0, {0}};
    bool has_beta;

    memset(made, 0, sizeof *made);
    random_dtypes_draw(&source, dtype, &made->x.tensor, &made->y.tensor, &made->out.tensor);
    made->is_einsum = random_chance(&source, 50);
    draw_groups(&source, &drawn, made->is_einsum, kind);
    if (random_chance(&source, are_batches ? 25 : 1))
        draw_large_items(&source, &drawn);
    else
        draw_extents(&source, &drawn);
    draw_tensors(&source, &drawn, made);
    draw_options(&source, &drawn, made, dtype, kind);
    has_beta = made->options.beta[0] != 0 || made->options.beta[1] != 0;
    random_tensor_make_input(&source, &made->x, values);
    random_tensor_make_input(&source, &made->y, values);
    if (are_batches && random_chance(&source, 30)) {
        const bool is_x = random_chance(&source, 50);

        broadcast_batch(is_x ? &made->x : &made->y, is_x ? made->labels.x : made->labels.y, made->batch_count);
    }
    random_tensor_make_output(&source, &made->out, values, has_beta);
    made->default_out = made->out.tensor.strides == NULL &&
                        (!oracle_is_half(dtype) || made->out.tensor.dtype == dtype) && random_chance(&source, 50);
}

void random_general_free(random_general *made) {
    random_tensor_free(&made->x);
    random_tensor_free(&made->y);
    random_tensor_free(&made->out);
}

static void describe_list(text_line *to, const char *name, int count, const int *axes) {
    text_line_append(to, "%s", name);
    for (int i = 0; i < count; i++)
        text_line_append(to, "%s%d", i == 0 ? "" : ",", axes[i]);
}

void random_general_describe(const random_general *described, char *text, size_t size) {
    const batchdot_dims *dims = &described->dims;
    text_line to = text_line_begin(text, size);

    random_tensor_describe(&described->x, "x ", &to);
    random_tensor_describe(&described->y, ", y ", &to);
    random_tensor_describe(&described->out, described->default_out ? ", out NULL for " : ", out ", &to);
    if (described->is_einsum) {
        text_line_append(&to, ", einsum \"%s\"", described->expression);
    } else {
        describe_list(&to, ", batch of x ", dims->batch_count, described->x_batch);
        describe_list(&to, " and y ", dims->batch_count, described->y_batch);
        describe_list(&to, ", contracted of x ", dims->contract_count, described->x_contract);
        describe_list(&to, " and y ", dims->contract_count, described->y_contract);
    }
    random_options_describe(&described->options, described->default_options, &to);
}
