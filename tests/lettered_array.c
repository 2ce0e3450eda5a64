#include "lettered_array.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int64_t extent_of(char letter) {
    static const char letters[] = "bhijkI";
    static const int64_t extents[] = {2, 3, 4, 3, 5, 2};
    const char *const found = strchr(letters, letter);
    assert_non_null(found);
    return extents[found - letters];
}

int64_t lettered_count(const char *letters) {
    int64_t count = 1;
    for (; *letters; letters++)
        count *= extent_of(*letters);
    return count;
}

void lettered_format_shape(const char *letters, char shape[LETTERED_TEXT_SIZE], char tuple[LETTERED_TEXT_SIZE]) {
    char texts[2][LETTERED_TEXT_SIZE] = {"", ""};
    for (const char *letter = letters; *letter; letter++) {
        const size_t used = strlen(texts[0]), tuple_used = strlen(texts[1]);
        const bool is_first = letter == letters;
        const int extent = (int)extent_of(*letter);
        snprintf(texts[0] + used, LETTERED_TEXT_SIZE - used, "%s%d", is_first ? "" : "x", extent);
        snprintf(texts[1] + tuple_used, LETTERED_TEXT_SIZE - tuple_used, "%s%d", is_first ? "" : ", ", extent);
    }
    if (shape)
        snprintf(shape, LETTERED_TEXT_SIZE, "%s", *letters ? texts[0] : "scalar");
    if (tuple)
        snprintf(tuple, LETTERED_TEXT_SIZE, "(%.50s%s)", texts[1], strlen(letters) == 1 ? "," : "");
}

void lettered_fill(lettered_array *array, const char *letters, int seed, bool is_complex) {
    *array = (lettered_array){.letters = letters};
    assert_in_range(lettered_count(letters), 1, LETTERED_MAX_ELEMENTS);
    for (int i = 0; i < (int)lettered_count(letters); i++) {
        array->elements[i][0] = ((i * 7 + seed) % 17 - 8) / 4.0;
        array->elements[i][1] = is_complex ? ((i * 5 + seed * 3) % 13 - 6) / 4.0 : 0;
    }
}

/* ---- Products --------------------------------------------------------------------------------------------------- */

/* An index has an entry for every character. */
static int64_t place_of(const char *letters, const int64_t *index) {
    int64_t place = 0;
    for (; *letters; letters++)
        place = place * extent_of(*letters) + index[(unsigned char)*letters];
    return place;
}

/* Moves on to the next index, that of the first letter running fastest; false behind the last. */
static bool advance(const char *letters, int64_t *index) {
    for (; *letters; letters++) {
        int64_t *const at = &index[(unsigned char)*letters];
        if (++*at < extent_of(*letters))
            return true;
        *at = 0;
    }
    return false;
}

static naive_number multiply(naive_number a, naive_number b) {
    return (naive_number){a.real * b.real - a.imaginary * b.imaginary, a.real * b.imaginary + a.imaginary * b.real};
}

static naive_number element_of(const lettered_array *array, const int64_t *index, bool conjugated) {
    const double *const element = array->elements[place_of(array->letters, index)];
    return (naive_number){(long double)element[0], conjugated ? -(long double)element[1] : (long double)element[1]};
}

static void append_new(char *all, const char *letters) {
    for (; *letters; letters++) {
        if (!strchr(all, *letters))
            strncat(all, letters, 1);
    }
}

void lettered_multiply(const lettered_array *x, const lettered_array *y, lettered_array *out,
                       const naive_options *options) {
    naive_number sums[LETTERED_MAX_ELEMENTS] = {{0, 0}};
    long double x_squares[LETTERED_MAX_ELEMENTS] = {0}, y_squares[LETTERED_MAX_ELEMENTS] = {0};
    int64_t index[256] = {0};
    char letters[64] = "";
    append_new(letters, x->letters);
    append_new(letters, y->letters);
    do {
        const int64_t place = place_of(out->letters, index);
        const naive_number a = element_of(x, index, options->conj_x), b = element_of(y, index, options->conj_y);
        const naive_number term = multiply(a, b);
        sums[place].real += term.real;
        sums[place].imaginary += term.imaginary;
        x_squares[place] += a.real * a.real + a.imaginary * a.imaginary;
        y_squares[place] += b.real * b.real + b.imaginary * b.imaginary;
    } while (advance(letters, index));
    for (int64_t i = 0; i < lettered_count(out->letters); i++) {
        const naive_number old = {(long double)out->elements[i][0], (long double)out->elements[i][1]};
        long double norms = 1;
        if (options->normalize)
            norms = sqrtl(fmaxl(x_squares[i], options->epsilon)) * sqrtl(fmaxl(y_squares[i], options->epsilon));
        const naive_number sum = {sums[i].real / norms, sums[i].imaginary / norms};
        const naive_number product = multiply(options->alpha, sum), added = multiply(options->beta, old);
        out->elements[i][0] = (double)(product.real + added.real);
        out->elements[i][1] = (double)(product.imaginary + added.imaginary);
    }
}

/* ---- Files ------------------------------------------------------------------------------------------------------ */

void lettered_write_arranged(const char *name, const lettered_array *array, bool is_complex, arrangement arranged) {
    double data[LETTERED_MAX_ELEMENTS * 2];
    char tuple[LETTERED_TEXT_SIZE], text[LETTERED_TEXT_SIZE + 64];
    int64_t index[256] = {0};
    const size_t count = (size_t)lettered_count(array->letters), parts = is_complex ? 2 : 1;
    for (size_t i = 0; i < count; i++) {
        const size_t place = arranged.fortran_order ? (size_t)place_of(array->letters, index) : i;
        memcpy(data + i * parts, array->elements[place], parts * sizeof(double));
        advance(array->letters, index);
    }
    fixture_order_bytes(data, sizeof(double), count * parts, arranged.byte_order);
    lettered_format_shape(array->letters, NULL, tuple);
    snprintf(text, sizeof text, "{'descr': '%c%s', 'fortran_order': %s, 'shape': %s}", arranged.byte_order,
             is_complex ? "c16" : "f8", arranged.fortran_order ? "True" : "False", tuple);
    fixture_write_npy_at(name, arranged.offset, text, data, count * parts * sizeof(double));
}

void lettered_write(const char *name, const lettered_array *array, bool is_complex) {
    lettered_write_arranged(name, array, is_complex, (arrangement){false, '<', 0});
}

void lettered_check_file(const char *name, const char *what, const lettered_array *expected, bool is_complex) {
    enum { HEADER_SIZE = 128 };
    size_t size;
    char tuple[LETTERED_TEXT_SIZE], entry[LETTERED_TEXT_SIZE + 16];
    char *const content = fixture_read(fixture_path(name), &size);
    const size_t count = (size_t)lettered_count(expected->letters), parts = is_complex ? 2 : 1;
    lettered_format_shape(expected->letters, NULL, tuple);
    snprintf(entry, sizeof entry, "'shape': %s", tuple);
    if (size != HEADER_SIZE + count * parts * sizeof(double) || !strstr(content + 10, entry))
        fail_msg("%s: %zu bytes of %s", what, size, content + 10);
    for (size_t i = 0; i < count * parts; i++) {
        double actual;
        memcpy(&actual, content + HEADER_SIZE + i * sizeof actual, sizeof actual);
        const double wanted = expected->elements[i / parts][i % parts];
        if (!(fabs(actual - wanted) <= 16 * DBL_EPSILON * (1 + fabs(wanted))))
            fail_msg("%s: part %zu of element %zu is %.17g instead of %.17g", what, i % parts, i / parts, actual,
                     wanted);
    }
    free(content);
}
