/* All of LIBXSMM's static library as a module; this function is the only one of its own, since the library has none
 * that says its version. */
#include <libxsmm_version.h>

const char *libxsmm_module_version(void);

const char *libxsmm_module_version(void) {
    return LIBXSMM_CONFIG_VERSION;
}
