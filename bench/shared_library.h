/* Libraries that share symbol names in one process: each is opened with a scope of its own. */
#ifndef BATCHDOT_BENCH_SHARED_LIBRARY_H
#define BATCHDOT_BENCH_SHARED_LIBRARY_H

/* NULL if it cannot be opened; *reason then says why, and holds until the next call. */
void *shared_library_open(const char *file, const char **reason);

/* A function named prefix and name; NULL if the library has none. Cast it to its own type. */
typedef void (*any_function)(void);
any_function shared_library_function(void *library, const char *prefix, const char *name);

#endif
