#include "base/status.h"

#define TEXT_OF(value) #value
#define VERSION_TEXT(major, minor, patch) TEXT_OF(major) "." TEXT_OF(minor) "." TEXT_OF(patch)

const char *batchdot_version(void) {
    return VERSION_TEXT(BATCHDOT_VERSION_MAJOR, BATCHDOT_VERSION_MINOR, BATCHDOT_VERSION_PATCH);
}

const char *batchdot_status_name(batchdot_status status) {
    switch (status) {
#define NAME_CASE(name)                                                                                                \
    case name:                                                                                                         \
        return #name;
        NAME_CASE(BATCHDOT_OK)
        NAME_CASE(BATCHDOT_ERROR_NULL)
        NAME_CASE(BATCHDOT_ERROR_RANK)
        NAME_CASE(BATCHDOT_ERROR_BATCH)
        NAME_CASE(BATCHDOT_ERROR_AXIS_RANGE)
        NAME_CASE(BATCHDOT_ERROR_AXIS_BATCH)
        NAME_CASE(BATCHDOT_ERROR_CONTRACTED)
        NAME_CASE(BATCHDOT_ERROR_SHAPE)
        NAME_CASE(BATCHDOT_ERROR_DTYPE)
        NAME_CASE(BATCHDOT_ERROR_OUTPUT)
        NAME_CASE(BATCHDOT_ERROR_OVERLAP)
        NAME_CASE(BATCHDOT_ERROR_OVERFLOW)
        NAME_CASE(BATCHDOT_ERROR_OPTION)
        NAME_CASE(BATCHDOT_ERROR_MEMORY)
#undef NAME_CASE
    }
    return "BATCHDOT_ERROR_UNKNOWN";
}

const char *batchdot_last_error(void) {
    return bd_last_failure();
}
