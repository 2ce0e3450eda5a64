#include "cli/number_text.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>

bool number_take_int(const char **text, int *value) {
    const char *at = *text;
    const bool negative = *at == '-';
    if (negative)
        at++;
    const char *const digits = at;
    long long number = 0;
    for (; *at >= '0' && *at <= '9'; at++) {
        number = number * 10 + (*at - '0');
        if (number > (long long)INT_MAX + 1)
            return false;
    }
    if (negative)
        number = -number;
    if (at == digits || number > INT_MAX || number < INT_MIN)
        return false;
    *value = (int)number;
    *text = at;
    return true;
}

bool number_take_real(const char **text, double *value) {
    if (isspace((unsigned char)**text))
        return false;
    /* The command never calls setlocale, so strtod stays in the C locale. */
    char *end;
    errno = 0;
    const double number = strtod(*text, &end);
    const bool overflowed = errno == ERANGE && isinf(number);
    if (end == *text || overflowed)
        return false;
    *value = number;
    *text = end;
    return true;
}
