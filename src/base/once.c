#include "base/once.h"

#include <stdatomic.h>

enum answer { NOT_ASKED, NO, YES };

static atomic_int answers[ONCE_QUESTION_COUNT];

bool bd_once(enum once_question question, bool (*ask)(enum once_question)) {
    int answer = atomic_load_explicit(&answers[question], memory_order_relaxed);
    if (answer == NOT_ASKED) {
        answer = ask(question) ? YES : NO;
        atomic_store_explicit(&answers[question], answer, memory_order_relaxed);
    }
    return answer == YES;
}
