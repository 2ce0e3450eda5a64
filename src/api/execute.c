/* What is done with a plan, however it was made. */
#include "base/status.h"
#include "plan/plan.h"

#include <stdlib.h>

batchdot_status batchdot_plan_execute(const batchdot_plan *plan, const void *x, const void *y, void *out) {
    if (!plan)
        return bd_fail(BATCHDOT_ERROR_NULL, "the plan is a NULL pointer.");
    return bd_plan_run(plan, x, y, out);
}

size_t batchdot_plan_explain(const batchdot_plan *plan, char *text, size_t size) {
    if (plan)
        return bd_plan_explain(plan, text, size);
    if (text && size)
        text[0] = '\0';
    return 0;
}

void batchdot_plan_destroy(batchdot_plan *plan) {
    if (plan)
        bd_plan_forget_preparation(plan);
    free(plan);
}
