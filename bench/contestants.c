#include "contestants.h"

#include <stdio.h>
#include <string.h>

/* Where CMake found the peers' libraries; "" where it did not. */
#include "peer_files.h"

/* Needs a header to be compiled at all. */
#if PEER_HAS_ONEDNN
#define ONEDNN_KIND &contestant_onednn_kind
#else
#define ONEDNN_KIND NULL
#endif

struct contestant *contestant_list_find(struct contestant_list *list, const char *name) {
    for (int i = 0; i < list->count; i++)
        if (!strcmp(list->entries[i].name, name))
            return &list->entries[i];
    return NULL;
}

bool contestant_list_add(struct contestant_list *list, const char *name, const struct contestant *contestant) {
    if (list->count == MAX_CONTESTANTS || contestant_list_find(list, name) ||
        strlen(name) >= sizeof list->entries[0].name)
        return false;
    struct contestant *const added = &list->entries[list->count++];
    *added = *contestant;
    memcpy(added->name, name, strlen(name) + 1);
    return true;
}

bool contestant_list_add_cblas(struct contestant_list *list, const char *name, const char *file) {
    struct contestant contestant = {
        .role = ROLE_PEER, .kind = &contestant_cblas_gemm_kind, .library_file = file, .symbol_prefix = ""};
    char copied_name[sizeof contestant.name];
    if (snprintf(copied_name, sizeof copied_name, "%s-copied", name) >= (int)sizeof copied_name ||
        !contestant_list_add(list, name, &contestant))
        return false;
    contestant.kind = &contestant_cblas_copied_kind;
    return contestant_list_add(list, copied_name, &contestant);
}

/* The table that a new peer joins: one line here, and its kind in a file of its own. */
static const struct contestant all_contestants[] = {
    {"batchdot", ROLE_OURS, &contestant_batchdot_kind, NULL, "", BATCHDOT_ENGINE_AUTO, NULL, ""},
    {"batchdot-native", ROLE_VARIANT, &contestant_batchdot_kind, NULL, "", BATCHDOT_ENGINE_NATIVE, NULL, ""},
    {"batchdot-one-thread", ROLE_VARIANT, &contestant_batchdot_one_thread_kind, NULL, "", BATCHDOT_ENGINE_AUTO, NULL,
     ""},
    {"batchdot-blas", ROLE_VARIANT, &contestant_batchdot_kind, NULL, "", BATCHDOT_ENGINE_BLAS, NULL, ""},
    {"openblas", ROLE_PEER, &contestant_cblas_gemm_kind, PEER_OPENBLAS, "", 0, NULL, ""},
    {"openblas-vector", ROLE_PEER, &contestant_cblas_vector_kind, PEER_OPENBLAS, "", 0, NULL, ""},
    {"openblas-batch", ROLE_PEER, &contestant_cblas_batch_kind, PEER_OPENBLAS, "", 0, NULL, ""},
    {"openblas-copied", ROLE_PEER, &contestant_cblas_copied_kind, PEER_OPENBLAS, "", 0, NULL, ""},
    {"openblas-new", ROLE_PEER, &contestant_cblas_gemm_kind, PEER_SCIPY_OPENBLAS, "scipy_", 0, NULL, ""},
    {"openblas-new-vector", ROLE_PEER, &contestant_cblas_vector_kind, PEER_SCIPY_OPENBLAS, "scipy_", 0, NULL, ""},
    {"openblas-new-batch", ROLE_PEER, &contestant_cblas_batch_kind, PEER_SCIPY_OPENBLAS, "scipy_", 0, NULL, ""},
    {"openblas-new-copied", ROLE_PEER, &contestant_cblas_copied_kind, PEER_SCIPY_OPENBLAS, "scipy_", 0, NULL, ""},
    {"blis", ROLE_PEER, &contestant_blis_kind, PEER_BLIS, "", 0, NULL, ""},
    {"libxsmm", ROLE_PEER, &contestant_libxsmm_kind, PEER_LIBXSMM, "", 0, NULL, ""},
    {"onednn", ROLE_PEER, ONEDNN_KIND, PEER_ONEDNN, "", 0, NULL, ""},
    {"mkl", ROLE_PEER, &contestant_cblas_gemm_kind, PEER_MKL, "", 0, NULL, ""},
    {"mkl-vector", ROLE_PEER, &contestant_cblas_vector_kind, PEER_MKL, "", 0, NULL, ""},
    {"mkl-batch", ROLE_PEER, &contestant_cblas_batch_kind, PEER_MKL, "", 0, NULL, ""},
    {"mkl-copied", ROLE_PEER, &contestant_cblas_copied_kind, PEER_MKL, "", 0, NULL, ""},
    {"mkl-jit", ROLE_PEER, &contestant_mkl_jit_kind, PEER_MKL, "", 0, NULL, ""},
    {"touch", ROLE_BOUND, &contestant_touch_kind, "", "", 0, NULL, ""},
    {"fma", ROLE_BOUND, &contestant_fma_kind, "", "", 0, NULL, ""},
};

void contestant_list_all(struct contestant_list *list, const char *library) {
    list->count = 0;
    for (size_t i = 0; i < sizeof all_contestants / sizeof all_contestants[0]; i++) {
        contestant_list_add(list, all_contestants[i].name, &all_contestants[i]);
        struct contestant *const added = &list->entries[list->count - 1];
        if (!added->library_file)
            added->library_file = library;
    }
}
