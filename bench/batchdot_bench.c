/* Times the two engines against each other, item by item size: where AUTO should change from one to the other.
 *
 *     batchdot-bench [ROUNDS]
 *
 * In every round each engine runs each product once, in turn; what is printed are medians over the rounds, and the
 * median and quartiles of the ratio within a round, which a change of the machine's speed does not touch. One thread:
 * set OPENBLAS_NUM_THREADS=1 (or what the BLAS in use listens to). */
#include <batchdot/batchdot.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_ROUNDS = 1000, DEFAULT_ROUNDS = 15 };

static const struct {
    int64_t m, n, k;
} products[] = {
    {1, 1, 8},     {1, 1, 64},   {1, 1, 512},   {1, 1, 4096},    {1, 8, 8},   {1, 30, 20},     {1, 64, 64},
    {1, 128, 512}, {2, 2, 2},    {4, 4, 4},     {6, 6, 6},       {8, 8, 8},   {10, 10, 10},    {12, 12, 12},
    {16, 16, 16},  {24, 24, 24}, {32, 32, 32},  {64, 64, 64},    {64, 64, 1}, {128, 128, 128}, {8, 8, 100},
    {3, 100, 5},   {100, 3, 5},  {27, 27, 128}, {256, 256, 256},
};

enum { PRODUCT_COUNT = sizeof products / sizeof products[0] };

static const struct {
    batchdot_dtype dtype;
    const char *name;
    size_t size;
} dtypes[] = {
    {BATCHDOT_F32, "f32", 4}, {BATCHDOT_F64, "f64", 8}, {BATCHDOT_C64, "c64", 8}, {BATCHDOT_C128, "c128", 16}};

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int compare_doubles(const void *a, const void *b) {
    const double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* The value below which this part of the count values lies. Sorts them. */
static double quantile(double *values, int count, double part) {
    qsort(values, (size_t)count, sizeof values[0], compare_doubles);
    return values[(int)(part * (count - 1) + 0.5)];
}

/* An engine's plan for one product, with y's rows along n, or along k if y_is_transposed. */
static batchdot_plan *make_plan(batchdot_engine engine, batchdot_dtype dtype, int64_t batch, int64_t m, int64_t n,
                                int64_t k, int y_is_transposed) {
    const int64_t x_shape[] = {batch, m, k}, y_shape[] = {batch, y_is_transposed ? n : k, y_is_transposed ? k : n};
    const batchdot_tensor x = {NULL, dtype, 3, x_shape, NULL}, y = {NULL, dtype, 3, y_shape, NULL};
    const batchdot_axes axes = {2, y_is_transposed ? 2 : 1};
    batchdot_options options = BATCHDOT_OPTIONS_INIT;
    options.engine = engine;
    options.num_threads = 1;
    batchdot_plan *plan;
    if (batchdot_plan_create(&plan, &x, &y, &axes, NULL, &options)) {
        fprintf(stderr, "batchdot-bench: %s\n", batchdot_last_error());
        exit(1);
    }
    return plan;
}

static void *make_data(size_t size) {
    unsigned char *data = malloc(size);
    if (!data) {
        fprintf(stderr, "batchdot-bench: out of memory\n");
        exit(1);
    }
    memset(data, 0x3f, size); /* about 0.75 in f32, and 0.0005 in f64 */
    return data;
}

static double time_plan(const batchdot_plan *plan, const void *x, const void *y, void *out, int repetitions) {
    const double start = seconds_now();
    for (int i = 0; i < repetitions; i++)
        batchdot_plan_execute(plan, x, y, out);
    return (seconds_now() - start) / repetitions;
}

static void bench_product(int dtype, int index, int y_is_transposed, int rounds) {
    const int64_t m = products[index].m, n = products[index].n, k = products[index].k;
    const int64_t elements = m * k + k * n + m * n;
    const int64_t batch = elements > 16384 ? 1 : 16384 / elements; /* the batch stays within a second-level cache */
    const size_t size = dtypes[dtype].size * (size_t)batch;
    void *x = make_data(size * (size_t)(m * k)), *y = make_data(size * (size_t)(k * n));
    void *out = make_data(size * (size_t)(m * n));
    batchdot_plan *plans[] = {make_plan(BATCHDOT_ENGINE_NATIVE, dtypes[dtype].dtype, batch, m, n, k, y_is_transposed),
                              make_plan(BATCHDOT_ENGINE_BLAS, dtypes[dtype].dtype, batch, m, n, k, y_is_transposed)};
    double times[2][MAX_ROUNDS], ratios[MAX_ROUNDS];
    const int repetitions = 1 + (int)(2e-4 / time_plan(plans[0], x, y, out, 1));
    for (int round = 0; round < rounds; round++) {
        for (int turn = 0; turn < 2; turn++) {
            const int engine = (turn + round) % 2;
            times[engine][round] = time_plan(plans[engine], x, y, out, repetitions);
        }
        ratios[round] = times[1][round] / times[0][round];
    }
    const double operations = 2e-9 * (double)(batch * m * n * k);
    printf("%-5s %5" PRId64 " %5" PRId64 " %5" PRId64 "  %c  %9.2f  %9.2f  %8.2f  (%.2f to %.2f)\n", dtypes[dtype].name,
           m, n, k, y_is_transposed ? 'T' : 'N', operations / quantile(times[0], rounds, 0.5),
           operations / quantile(times[1], rounds, 0.5), quantile(ratios, rounds, 0.5), quantile(ratios, rounds, 0.25),
           quantile(ratios, rounds, 0.75));
    batchdot_plan_destroy(plans[0]);
    batchdot_plan_destroy(plans[1]);
    free(x);
    free(y);
    free(out);
}

int main(int argc, char **argv) {
    const int rounds = argc > 1 ? atoi(argv[1]) : DEFAULT_ROUNDS;
    if (argc > 2 || rounds < 1 || rounds > MAX_ROUNDS) {
        fprintf(stderr, "usage: batchdot-bench [ROUNDS]   (1 to %d)\n", MAX_ROUNDS);
        return 2;
    }
    printf("dtype     m     n     k  y   native      blas       native is faster by\n");
    printf("                            GFLOP/s    GFLOP/s    median   (quartiles)\n");
    for (int dtype = 0; dtype < 4; dtype++)
        for (int index = 0; index < PRODUCT_COUNT; index++)
            for (int y_is_transposed = 0; y_is_transposed < 2; y_is_transposed++)
                bench_product(dtype, index, y_is_transposed, rounds);
    return 0;
}
