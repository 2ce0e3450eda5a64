/* What an OpenBLAS says of itself: its get_config, such as
 * "OpenBLAS 0.3.21 DYNAMIC_ARCH NO_AFFINITY Zen MAX_THREADS=64". */
#ifndef BATCHDOT_ENGINES_OPENBLAS_CONFIG_H
#define BATCHDOT_ENGINES_OPENBLAS_CONFIG_H

#include "base/isa.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h> /* strncasecmp, of POSIX */

/* Whether it is older than 0.3.patch. One that does not begin as above counts as version 0. */
static inline bool bd_openblas_is_before(const char *config, int patch) {
    static const char name[] = "OpenBLAS ";
    long version[3] = {0, 0, 0};
    if (strncmp(config, name, sizeof name - 1) == 0) {
        const char *number = config + sizeof name - 1;
        for (int part = 0; part < 3; part++) {
            char *end;
            version[part] = strtol(number, &end, 10);
            number = *end == '.' ? end + 1 : end;
        }
    }
    return version[0] == 0 && (version[1] < 3 || (version[1] == 3 && version[2] < patch));
}

/* Whether it names a core with vectors as wide as AVX2's, if that is the instruction set: with others, either all large
 * items go to it or none. One that is older than the processor may not know it, and take kernels for a processor of
 * long ago: on a recent Xeon, 0.3.21 computed at a sixth of the speed of newer ones. */
static inline bool bd_openblas_core_has(const char *config, enum isa isa) {
    static const char *const cores[] = {"SkylakeX", "Cooperlake", "SapphireRapids", "Haswell", "Zen"};
    if (isa != ISA_AVX2)
        return true;
    for (const char *word = config; *word; word += strspn(word, " ")) {
        const size_t length = strcspn(word, " ");
        for (size_t i = 0; i < sizeof cores / sizeof cores[0]; i++) {
            if (strlen(cores[i]) == length && strncasecmp(word, cores[i], length) == 0)
                return true;
        }
        word += length;
    }
    return false;
}

#endif
