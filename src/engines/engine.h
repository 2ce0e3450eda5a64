/* A way to compute a contraction. plan.c chooses one. */
#ifndef BATCHDOT_ENGINES_ENGINE_H
#define BATCHDOT_ENGINES_ENGINE_H

#include "base/slots.h"
#include "kernels/kernel.h"

/* What the native engine works out once, when a plan is made. */
struct preparation {
    const struct kernel *kernel;
    struct product product; /* a run of items along the innermost batch axis */
    int outer_k_count;      /* contracted axes around the product's: a pass of the kernel for each of their tuples */
    int most_threads;       /* that the work is worth */
    bool is_staged;         /* see staged.h */
    bool is_abreast;        /* items lie side by side, and are multiplied together (kernels/stage.h) */
    const struct kernel *x_squares, *y_squares; /* if normalized: sum their squares along k; NULL: the stage does */
    struct slots *slots;                        /* scratch for the kernel, or NULL */
};

struct engine {
    const char *name;
    /* Why this engine cannot compute the contraction; NULL if it can. Depends on one item's extents and strides, the
     * dtypes and the options, never on the number of items. */
    const char *(*refusal)(const struct contraction *contraction);
    /* What it will run, such as a kernel's name, and why that; why may be NULL. */
    const char *(*routine)(const struct contraction *contraction, const struct preparation *preparation,
                           const char **why);
    /* x, y and out point to the elements at contraction->origin. num_threads is the caller's option. */
    void (*execute)(const struct contraction *contraction, const struct preparation *preparation, int num_threads,
                    const void *x, const void *y, void *out);
};

/* This library's own kernels. Accepts everything. */
extern const struct engine bd_native_engine;

/* The CBLAS that the library was linked with; refuses everything if there is none. */
extern const struct engine bd_blas_engine;

/* Whether the library was built with a CBLAS. */
bool bd_blas_is_built_in(void);

/* Whether the BLAS, as far as it says what it is, has kernels with vectors as wide as those of the instruction set. */
bool bd_blas_has_vectors_of(enum isa isa);

/* Needed before bd_native_engine says its routine or executes. Never fails: there is a kernel for everything. */
void bd_native_prepare(const struct contraction *contraction, struct preparation *preparation);

/* Makes one large item of items that share y, if that is sure to change no bit of them, and prepares it. */
void bd_native_join_items(struct contraction *contraction, struct preparation *preparation);

/* Gives a preparation what makes it faster, where its kernel has use for it and there is memory: what the kernel can
 * work out beforehand, and scratch, a slot for each thread that an execute would use. Threads that execute at once
 * share the slots, and whoever finds none free does without. */
void bd_native_keep(struct preparation *preparation, int num_threads);

/* Frees that. */
void bd_native_forget(struct preparation *preparation);

/* How many threads the native engine would use. */
int bd_native_thread_count(const struct preparation *preparation, int num_threads);

#endif
