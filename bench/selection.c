#include "selection.h"

#include <stdio.h>
#include <string.h>

typedef bool has_name(const void *what, const char *name);

static bool cases_have_name(const void *what, const char *name) {
    const struct case_table *const cases = what;
    for (int i = 0; i < cases->count; i++)
        if (!strcmp(cases->cases[i].name, name))
            return true;
    return false;
}

static bool cases_have_suite(const void *what, const char *name) {
    const struct case_table *const cases = what;
    for (int i = 0; i < cases->count; i++)
        if (bench_case_is_in_suite(&cases->cases[i], name))
            return true;
    return false;
}

static bool cases_have_dtype(const void *what, const char *name) {
    const struct case_table *const cases = what;
    for (int i = 0; i < cases->count; i++)
        if (!strcmp(cases->cases[i].dtype->name, name))
            return true;
    return false;
}

static bool contestants_have_peer(const void *what, const char *name) {
    const struct contestant_list *const all = what;
    for (int i = 0; i < all->count; i++)
        if (!strcmp(all->entries[i].name, name))
            return all->entries[i].role == ROLE_PEER || all->entries[i].role == ROLE_VARIANT;
    return !strcmp(name, "none");
}

/* Whether every name in a list separated by commas is known. */
static bool know_all(const char *list, const char *noun, has_name *has, const void *what, char *error,
                     size_t error_size) {
    char name[128];
    while (list) {
        const size_t length = strcspn(list, ",");
        snprintf(name, sizeof name, "%.*s", (int)length, list);
        if (!has(what, name)) {
            snprintf(error, error_size, "there is no %s %s", noun, name);
            return false;
        }
        list = list[length] ? list + length + 1 : NULL;
    }
    return true;
}

static bool is_asked_for(const struct bench_options *options, const struct bench_case *one) {
    bool is_in_suite = false;
    for (int i = 0; i < one->suite_count; i++)
        is_in_suite = is_in_suite || bench_list_has(options->suites, one->suites[i]);
    return is_in_suite && bench_list_has(options->names, one->name) &&
           bench_list_has(options->dtypes, one->dtype->name);
}

bool select_cases(const struct bench_options *options, struct case_table *cases, char *error, size_t error_size) {
    if (!know_all(options->suites, "suite", cases_have_suite, cases, error, error_size) ||
        !know_all(options->names, "case", cases_have_name, cases, error, error_size) ||
        !know_all(options->dtypes, "case of dtype", cases_have_dtype, cases, error, error_size))
        return false;
    int kept = 0;
    for (int i = 0; i < cases->count; i++)
        if (is_asked_for(options, &cases->cases[i]))
            cases->cases[kept++] = cases->cases[i];
    cases->count = kept;
    if (!kept)
        snprintf(error, error_size, "no case is in all that was asked for");
    return kept > 0;
}

static bool takes_part(const struct bench_options *options, const struct contestant *contestant) {
    switch (contestant->role) {
    case ROLE_PEER:
        return !options->compare && bench_list_has(options->peers, contestant->name);
    case ROLE_VARIANT:
        return options->peers && bench_list_has(options->peers, contestant->name);
    default:
        return true;
    }
}

static bool add_other_build(const struct bench_options *options, struct contestant_list *selected) {
    struct contestant other = *contestant_list_find(selected, "batchdot");
    other.library_file = options->compare;
    other.role = ROLE_PEER;
    if (!contestant_list_add(selected, "old", &other))
        return false;
    other.role = ROLE_AGAIN;
    return contestant_list_add(selected, "old-again", &other);
}

bool select_contestants(const struct bench_options *options, struct contestant_list *selected, char *error,
                        size_t error_size) {
    struct contestant_list all;
    contestant_list_all(&all, options->library);
    const int known_count = all.count;
    for (int i = 0; i < options->cblas_count; i++)
        if (!contestant_list_add_cblas(&all, options->cblas[i].name, options->cblas[i].file)) {
            snprintf(error, error_size, "the name %s is too long, or is another contestant's", options->cblas[i].name);
            return false;
        }
    if (!know_all(options->peers, "peer", contestants_have_peer, &all, error, error_size))
        return false;
    selected->count = 0;
    for (int i = 0; i < all.count; i++)
        if (i >= known_count || takes_part(options, &all.entries[i])) /* who names a library wants it */
            contestant_list_add(selected, all.entries[i].name, &all.entries[i]);
    return !options->compare || add_other_build(options, selected);
}
