/* What callers pass in, checked, and made into a plan. */
#ifndef BATCHDOT_API_ARGUMENTS_H
#define BATCHDOT_API_ARGUMENTS_H

#include "plan/plan.h"
#include "shape/product_shape.h"

/* A tensor with its strides known. */
struct layout {
    const batchdot_tensor *tensor;
    int64_t count;          /* of elements */
    const int64_t *strides; /* the caller's, or those computed; all 0 if the tensor is empty */
    int64_t computed[BATCHDOT_MAX_NDIM];
};

/* Reads the layout of a tensor of so many elements, after checking that the memory it names can exist. Its rank and
 * extents must have been checked. */
batchdot_status bd_read_layout(const char *name, const batchdot_tensor *tensor, int64_t count, struct layout *layout);

/* Gives the options, with defaults for what the caller's version of the struct does not have, after checking them all.
 */
batchdot_status bd_read_options(const batchdot_options *given, batchdot_dtype out_dtype, batchdot_options *options);

/* What the options say of conjugation where the product is the gradient of another. */
enum gradient { NO_GRADIENT, GRADIENT_BY_X, GRADIENT_BY_Y };

/* A product as its caller asks for it. */
struct request {
    const batchdot_tensor *x, *y;
    const batchdot_tensor *out;      /* NULL: a contiguous one of the default dtype */
    const batchdot_options *options; /* NULL: the defaults */
    enum gradient gradient;
};

/* Room that a plan needs while it is made. Not to be cleared, which would take as long as a small product. */
struct plan_room {
    struct product_shape shape; /* inferred by the caller */
    struct layout x, y, out;
    batchdot_tensor default_out;
};

batchdot_status bd_check_not_null(const char *name, const void *pointer);
batchdot_status bd_check_inputs_not_null(const batchdot_tensor *x, const batchdot_tensor *y);

/* That a tensor has the shape of a product's result: the output, or its gradient. */
batchdot_status bd_check_result_shape(const batchdot_tensor *out, const char *name,
                                      const struct product_shape *inferred);

/* Everything but the data and what room->shape holds: checks it in the order that the header promises for what follows
 * the shapes, and fills in the plan, which points to the caller's shapes and into room. */
batchdot_status bd_make_plan(struct batchdot_plan *plan, struct plan_room *room, const struct request *request);

/* Begins to make a plan that outlives the call: *made is NULL on failure. */
batchdot_status bd_allocate_plan(batchdot_plan **plan, struct batchdot_plan **made);

/* Ends it: gives the plan to the caller, or frees it if the status is a failure. */
batchdot_status bd_hand_over_plan(batchdot_status status, struct batchdot_plan *made, batchdot_plan **plan);

#endif
