#include "shared_library.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ADDRESS_SANITIZER 1
#endif
#endif

void *shared_library_open(const char *file, const char **reason) {
    /* A library's own symbols come first for itself, and are unknown to the others. A sanitizer cannot intercept what
     * such a library calls, and refuses it. */
    int flags = RTLD_NOW | RTLD_LOCAL;
#if defined(RTLD_DEEPBIND) && !defined(ADDRESS_SANITIZER)
    flags |= RTLD_DEEPBIND;
#endif
    void *const library = dlopen(file, flags);
    if (!library)
        *reason = dlerror();
    return library;
}

any_function shared_library_function(void *library, const char *prefix, const char *name) {
    char symbol[128];
    snprintf(symbol, sizeof symbol, "%s%s", prefix, name);
    void *const address = dlsym(library, symbol);
    /* POSIX lets a data pointer hold a function's address; ISO C has no cast between the two. */
    any_function function;
    memcpy(&function, &address, sizeof function);
    return function;
}
