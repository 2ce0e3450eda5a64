/* Yes-or-no questions about the process, worked out on first use and remembered. */
#ifndef BATCHDOT_BASE_ONCE_H
#define BATCHDOT_BASE_ONCE_H

#include <stdbool.h>

enum once_question {
    ONCE_BLAS_COMPLEX_GEMV,
    ONCE_BLAS_BATCH_F32,
    ONCE_BLAS_BATCH_F64,
    ONCE_BLAS_BATCH_C64,
    ONCE_BLAS_BATCH_C128,
    ONCE_HALVES_VECTORS,
    ONCE_QUESTION_COUNT
};

/* The remembered answer; the first call asks. ask must always give the same answer: threads that come here at once may
 * each ask. No lock is held, so that a fork at any moment does no harm. */
bool bd_once(enum once_question question, bool (*ask)(enum once_question));

#endif
