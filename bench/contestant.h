/* Whoever can compute a product: this library, another that a user would pick instead, or a bound that no one can beat.
 * contestants.c lists them. A kind is a way to compute products, one file each; a contestant is a kind together with
 * the shared library that it calls. */
#ifndef BATCHDOT_BENCH_CONTESTANT_H
#define BATCHDOT_BENCH_CONTESTANT_H

#include "item_product.h"

enum { CONTESTANT_TEXT_SIZE = 200 };

struct contestant_kind;

enum contestant_role {
    ROLE_OURS,
    ROLE_PEER,
    ROLE_AGAIN,   /* a peer that was timed already, once more: its difference is noise */
    ROLE_VARIANT, /* this library with a setting: a peer to whoever asks for it */
    ROLE_BOUND
};

struct contestant {
    char name[32]; /* as --peer takes it, and the table's column */
    enum contestant_role role;
    const struct contestant_kind *kind;
    const char *library_file;  /* what load opens; "" if it was not found when the bench was configured */
    const char *symbol_prefix; /* before each of the library's symbols, such as "scipy_"; "" usually */
    int setting;               /* the kind's own, such as an engine */
    void *handle;              /* what load made of the library; NULL if it is not loaded */
    char version[CONTESTANT_TEXT_SIZE];
};

/* What a kind's execute computes in one call. */
enum execute_unit {
    UNIT_ITEMS,  /* any number of items of one run; the bench may spread a run's items over threads */
    UNIT_RUN,    /* exactly one run, with the library's own threads */
    UNIT_PRODUCT /* everything, with threads of its own; and of any case, loop over matrix products or not */
};

struct contestant_kind {
    enum execute_unit unit;
    /* Loads the library for so many threads and fills in handle and version. NULL, or in a few words why it cannot be
     * used: a static text. */
    const char *(*load)(struct contestant *contestant, int threads);
    /* Makes *state, all that execute wants to know (kernels, descriptors, plans); this is not timed. NULL, or why the
     * product cannot be computed: a static text. */
    const char *(*prepare)(const struct contestant *contestant, const struct item_product *product, int threads,
                           void **state);
    /* Computes count items, of which x, y and out are the first elements. */
    void (*execute)(void *state, const void *x, const void *y, void *out, int64_t count);
    void (*release)(void *state);
    /* How many products one call of execute stands for, where one alone is too short to be measured; NULL: one. */
    double (*products_per_call)(const void *state);
    /* How many threads the library itself is to use, where the kind spreads items over threads by itself; NULL: as many
     * as prepare was given. */
    int (*library_threads)(const void *state);
    /* Sets the number of threads that the library itself uses from now on; NULL if it has none, or none that matter. */
    void (*set_threads)(const struct contestant *contestant, int threads);
};

#endif
