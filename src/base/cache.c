#include "base/cache.h"

#include "base/checked.h"
#include "base/isa.h"

#include <stdatomic.h>

#if BATCHDOT_ISA_IS_X86

#include <cpuid.h>

/* The largest of those that CPUID lists by this leaf: AMD's (Programmer's Manual, volume 3, E.4.15) has the fields of
 * Intel's (manual, volume 2, CPUID). The C library's sysconf counts a last level once for every core on some
 * processors. */
static int64_t largest_cache(unsigned leaf) {
    enum { CACHE_TYPE = 0x1f, MOST_CACHES = 16 };
    int64_t largest = 0;
    unsigned type, shape, sets, flags;
    for (unsigned index = 0; index < MOST_CACHES; index++) {
        if (!__get_cpuid_count(leaf, index, &type, &shape, &sets, &flags) || (type & CACHE_TYPE) == 0)
            break;
        const int64_t ways = (shape >> 22) + 1, partitions = (shape >> 12 & 0x3ff) + 1, line = (shape & 0xfff) + 1;
        const int64_t bytes = bd_multiply_saturating(ways * partitions * line, (int64_t)sets + 1);
        if (bytes > largest)
            largest = bytes;
    }
    return largest;
}

static int64_t last_level_cache(void) {
    enum { INTEL_CACHES = 4 };
    const unsigned amd_caches = 0x8000001d;
    const int64_t bytes = largest_cache(INTEL_CACHES);
    return bytes > 0 ? bytes : largest_cache(amd_caches);
}

#else

static int64_t last_level_cache(void) {
    return 0;
}

#endif

int64_t bd_last_level_cache(void) {
    static _Atomic int64_t known = -1;
    int64_t bytes = atomic_load_explicit(&known, memory_order_relaxed);
    if (bytes < 0) {
        bytes = last_level_cache();
        atomic_store_explicit(&known, bytes, memory_order_relaxed);
    }
    return bytes;
}
