#include "memory_use.h"

#include "entrant.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

struct resident {
    long long peak, now, files; /* KiB; -1 where the system does not say */
};

static struct resident read_resident(void) {
    struct resident resident = {-1, -1, -1};
    FILE *const stream = fopen("/proc/self/status", "r");
    char line[256];
    while (stream && fgets(line, sizeof line, stream)) {
        if (!strncmp(line, "VmHWM:", 6))
            resident.peak = strtoll(line + 6, NULL, 10);
        else if (!strncmp(line, "VmRSS:", 6))
            resident.now = strtoll(line + 6, NULL, 10);
        else if (!strncmp(line, "RssFile:", 8))
            resident.files = strtoll(line + 8, NULL, 10);
    }
    if (stream)
        fclose(stream);
    return resident;
}

/* Makes the peak what is resident now. */
static bool forget_peak(void) {
    FILE *const stream = fopen("/proc/self/clear_refs", "w");
    if (!stream)
        return false;
    const bool is_written = fputs("5", stream) >= 0;
    return fclose(stream) == 0 && is_written;
}

/* A page that this process has not used yet would count as the contestant's. */
static void use_every_page(const struct arena *arena) {
    volatile char *const memory = arena->memory;
    for (size_t i = 0; i < arena->size; i += 512)
        memory[i] = memory[i];
}

static bool execute_once(const struct contestant *contestant, const struct item_product *product,
                         const struct arena *arena, int threads) {
    struct entrant entrant;
    if (entrant_prepare(&entrant, contestant, product, threads))
        return false;
    entrant_begin(&entrant);
    entrant_execute(&entrant, arena);
    entrant_release(&entrant);
    return true;
}

/* The smallest product there is, which has the process load what it always needs. */
static bool warm_up(const struct contestant *contestant, const struct item_product *product, const struct arena *arena,
                    int threads) {
    const struct bench_case smallest = {
        .dtype = product->dtype, .x_ndim = 2, .y_ndim = 2, .x_shape = {1, 1}, .y_shape = {1, 1}, .axes = {1, 1}};
    struct item_product one;
    item_product_make(&smallest, &one);
    return execute_once(contestant, &one, arena, threads);
}

static int64_t measure(struct contestant contestant, const struct item_product *product, const struct arena *arena,
                       int threads) {
    if (contestant.kind->load(&contestant, threads) || !warm_up(&contestant, product, arena, threads))
        return -1;
    use_every_page(arena);
    if (!forget_peak())
        return -1;
    const struct resident before = read_resident();
    if (before.now < 0 || !execute_once(&contestant, product, arena, threads))
        return -1;
    const struct resident after = read_resident();
    const long long growth = (after.peak - before.now) - (after.files - before.files);
    return growth > 0 ? growth * 1024 : 0;
}

int64_t memory_use_measure(const struct contestant *contestant, const struct item_product *product,
                           const struct arena *arena, int threads) {
    int answer[2];
    if (pipe(answer))
        return -1;
    fflush(NULL);
    const pid_t process = fork();
    if (process == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        const int64_t bytes = measure(*contestant, product, arena, threads);
        _exit(write(answer[1], &bytes, sizeof bytes) == (ssize_t)sizeof bytes ? 0 : 1);
    }
    close(answer[1]);
    int64_t bytes = -1;
    if (process < 0 || read(answer[0], &bytes, sizeof bytes) != (ssize_t)sizeof bytes)
        bytes = -1;
    close(answer[0]);
    if (process > 0)
        waitpid(process, NULL, 0);
    return bytes;
}
