/* The list of contestants. */
#ifndef BATCHDOT_BENCH_CONTESTANTS_H
#define BATCHDOT_BENCH_CONTESTANTS_H

#include "contestant.h"

enum { MAX_CONTESTANTS = 40 };

struct contestant_list {
    struct contestant entries[MAX_CONTESTANTS];
    int count;
};

/* Every contestant that the bench knows; library is the file of this library. */
void contestant_list_all(struct contestant_list *list, const char *library);

/* NULL if there is none. */
struct contestant *contestant_list_find(struct contestant_list *list, const char *name);

/* Appends one. False if the list is full, its name is taken, or too long. */
bool contestant_list_add(struct contestant_list *list, const char *name, const struct contestant *contestant);

/* Adds the loops over a CBLAS that the user names, and NAME-copied, which makes copies for them where they are needed.
 */
bool contestant_list_add_cblas(struct contestant_list *list, const char *name, const char *file);

extern const struct contestant_kind contestant_batchdot_kind;
extern const struct contestant_kind contestant_batchdot_one_thread_kind;
extern const struct contestant_kind contestant_cblas_gemm_kind;
extern const struct contestant_kind contestant_cblas_vector_kind;
extern const struct contestant_kind contestant_cblas_batch_kind;
extern const struct contestant_kind contestant_cblas_copied_kind;
extern const struct contestant_kind contestant_blis_kind;
extern const struct contestant_kind contestant_libxsmm_kind;
extern const struct contestant_kind contestant_onednn_kind;
extern const struct contestant_kind contestant_mkl_jit_kind;
extern const struct contestant_kind contestant_touch_kind;
extern const struct contestant_kind contestant_fma_kind;

#endif
