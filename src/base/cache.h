/* The processor's caches. */
#ifndef BATCHDOT_BASE_CACHE_H
#define BATCHDOT_BASE_CACHE_H

#include <stdint.h>

/* The bytes of the largest cache that a core reaches, or 0 where that is not known. Found out on the first call. */
int64_t bd_last_level_cache(void);

#endif
