#include "machine.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

static void read_processor(char *text, size_t size) {
    snprintf(text, size, "unknown processor");
    FILE *const stream = fopen("/proc/cpuinfo", "r");
    char line[512];
    while (stream && fgets(line, sizeof line, stream)) {
        const char *const colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) != 0 || !colon)
            continue;
        line[strcspn(line, "\n")] = '\0';
        snprintf(text, size, "%s", colon + 1 + strspn(colon + 1, " "));
        break;
    }
    if (stream)
        fclose(stream);
}

/* A file of one line below a cache's directory in Linux's sysfs. */
static bool read_cache_file(int index, const char *name, char *line, int size) {
    char path[128];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/%s", index, name);
    FILE *const stream = fopen(path, "r");
    const bool is_read = stream && fgets(line, size, stream);
    if (stream)
        fclose(stream);
    return is_read;
}

/* The C library's sysconf knows sizes, too, but counts the last level once for every core on some processors. */
static void read_caches(struct machine *machine) {
    char level[16], type[32], size[32];
    for (int index = 0; read_cache_file(index, "level", level, sizeof level); index++) {
        if (!read_cache_file(index, "type", type, sizeof type) || !read_cache_file(index, "size", size, sizeof size) ||
            !strncmp(type, "Instruction", 11))
            continue;
        const long bytes = strtol(size, NULL, 10) * 1024; /* the kernel always writes a K behind it */
        if (*level == '1')
            machine->l1d_bytes = bytes;
        else if (*level == '2')
            machine->l2_bytes = bytes;
        else if (*level == '3')
            machine->l3_bytes = bytes;
    }
}

/* Variables that make a library another one than its version says. Not those that the bench sets itself. */
static bool is_worth_telling(const char *variable) {
    static const char *const prefixes[] = {"OPENBLAS_", "MKL_", "BLIS_", "LIBXSMM_",    "ONEDNN_",
                                           "DNNL_",     "OMP_", "GOMP_", "BATCHDOT_ISA"};
    const char *const equals = strchr(variable, '=');
    if (!equals || strstr(variable, "_NUM_THREADS=") || strstr(variable, "_LAYER="))
        return false;
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (!strncmp(variable, prefixes[i], strlen(prefixes[i])))
            return true;
    return false;
}

static void read_environment(char *text, size_t size) {
    size_t length = 0;
    *text = '\0';
    for (char *const *variable = environ; *variable; variable++) {
        if (!is_worth_telling(*variable))
            continue;
        const int added = snprintf(text + length, size - length, "%s%s", length ? " " : "", *variable);
        if (added < 0 || (size_t)added >= size - length)
            break;
        length += (size_t)added;
    }
}

void machine_describe(struct machine *machine) {
    *machine = (struct machine){.cores = sysconf(_SC_NPROCESSORS_ONLN)};
    read_processor(machine->processor, sizeof machine->processor);
    struct utsname system;
    if (uname(&system) == 0)
        snprintf(machine->system, sizeof machine->system, "%.40s %.40s %.40s", system.sysname, system.release,
                 system.machine);
    snprintf(machine->compiler, sizeof machine->compiler, "%s", COMPILER);
    const time_t now = time(NULL);
    struct tm date;
    if (gmtime_r(&now, &date))
        strftime(machine->date, sizeof machine->date, "%Y-%m-%d", &date);
    read_caches(machine);
    read_environment(machine->environment, sizeof machine->environment);
}
