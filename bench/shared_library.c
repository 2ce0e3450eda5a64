#include "shared_library.h"

#include "address_sanitizer.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

void *shared_library_open(const char *file, const char **reason) {
    /* A library's own symbols come first for itself, and are unknown to the others. A sanitizer cannot intercept what
     * such a library calls, and refuses it. */
    int flags = RTLD_NOW | RTLD_LOCAL;
#if defined(RTLD_DEEPBIND) && !IS_ADDRESS_SANITIZED
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
