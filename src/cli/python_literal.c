#include "cli/python_literal.h"

#include <string.h>

void literal_skip_space(literal_text *text) {
    while (text->at < text->end && *text->at != '\0' && strchr(" \t\r\n\f", *text->at))
        text->at++;
}

bool literal_take(literal_text *text, char wanted) {
    literal_skip_space(text);
    if (text->at == text->end || *text->at != wanted)
        return false;
    text->at++;
    return true;
}

static bool is_word_character(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool literal_take_word(literal_text *text, const char *word) {
    literal_skip_space(text);
    const size_t length = strlen(word);
    if ((size_t)(text->end - text->at) < length || memcmp(text->at, word, length) != 0)
        return false;
    if (text->at + length < text->end && is_word_character(text->at[length]))
        return false;
    text->at += length;
    return true;
}

bool literal_take_string(literal_text *text, literal_string *string) {
    literal_skip_space(text);
    if (text->at == text->end || (*text->at != '\'' && *text->at != '"'))
        return false;
    const char quote = *text->at;
    for (const char *at = text->at + 1; at < text->end && *at != '\n'; at++) {
        if (*at == quote) {
            *string = (literal_string){text->at + 1, (size_t)(at - text->at - 1)};
            text->at = at + 1;
            return true;
        }
        if (*at == '\\' && ++at == text->end)
            break;
    }
    return false;
}

literal_result literal_take_integer(literal_text *text, int64_t *value) {
    literal_skip_space(text);
    const char *at = text->at;
    const bool negative = at < text->end && *at == '-';
    if (negative)
        at++;
    const char *const digits = at;
    int64_t magnitude = 0;
    bool too_large = false;
    for (; at < text->end && *at >= '0' && *at <= '9'; at++) {
        const int digit = *at - '0';
        if (magnitude > (INT64_MAX - digit) / 10)
            too_large = true;
        else
            magnitude = magnitude * 10 + digit;
    }
    if (at == digits)
        return LITERAL_INVALID;
    if (at < text->end && *at == 'L')
        at++;
    if (at < text->end && is_word_character(*at))
        return LITERAL_INVALID;
    text->at = at;
    *value = negative ? -magnitude : magnitude;
    return too_large ? LITERAL_TOO_LARGE : LITERAL_OK;
}

bool literal_equals(literal_string string, const char *other) {
    return string.length == strlen(other) && memcmp(string.begin, other, string.length) == 0;
}
