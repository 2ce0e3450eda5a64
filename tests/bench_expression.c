#include "bench_expression.h"

#include <stdio.h>
#include <string.h>

enum { BATCH, ROW, COLUMN, CONTRACTED, ROLE_COUNT }; /* and the last one for a letter that stands nowhere */

uint32_t next_random(uint32_t *state) {
    *state = *state * 1664525U + 1013904223U;
    return *state >> 16;
}

static void put(char *text, char letter, uint32_t *random) {
    const size_t length = strlen(text), place = next_random(random) % (length + 1);
    memmove(text + place + 1, text + place, length - place + 1);
    text[place] = letter;
}

struct spelled spell(uint32_t *random) {
    struct spelled spelled;
    do {
        spelled = (struct spelled){"", "", "", {0}};
        for (int letter = 'a'; letter < 'a' + MAX_LETTERS; letter++) {
            const uint32_t role = next_random(random) % (ROLE_COUNT + 1);
            spelled.extents[letter] = role < ROLE_COUNT ? 1 + next_random(random) % 3 : 1;
            if (role == BATCH || role == ROW || role == CONTRACTED)
                put(spelled.x, (char)letter, random);
            if (role == BATCH || role == COLUMN || role == CONTRACTED)
                put(spelled.y, (char)letter, random);
            if (role == BATCH || role == ROW || role == COLUMN)
                put(spelled.out, (char)letter, random);
        }
    } while (!*spelled.x || !*spelled.y);
    return spelled;
}

struct bench_case case_of(const struct spelled *spelled, const struct bench_dtype *dtype) {
    struct bench_case one = {.name = "random", .suites = {"test"}, .suite_count = 1, .dtype = dtype};
    snprintf(one.expression, sizeof one.expression, "%s,%s->%s", spelled->x, spelled->y, spelled->out);
    for (const char *letter = spelled->x; *letter; letter++)
        one.x_shape[one.x_ndim++] = spelled->extents[(int)*letter];
    for (const char *letter = spelled->y; *letter; letter++)
        one.y_shape[one.y_ndim++] = spelled->extents[(int)*letter];
    return one;
}

int64_t place_in(const char *letters, const int64_t *extents, const int64_t *places) {
    int64_t place = 0;
    for (; *letters; letters++)
        place = place * extents[(int)*letters] + places[(int)*letters];
    return place;
}

bool step(const int64_t *extents, int64_t *places) {
    for (int letter = 'a'; letter < 'a' + MAX_LETTERS; letter++) {
        if (++places[letter] < extents[letter])
            return true;
        places[letter] = 0;
    }
    return false;
}
