/* batchdot: batch dot products for C and C++.
 *
 * For every item of a batch, contract one axis of x with one axis of y, with exactly the meaning of
 * tf.keras.backend.batch_dot (TensorFlow 2.2 and later):
 *
 *     out[b, x-free axes..., y-free axes...] = sum over k of x[b, ...k...] * y[b, ...k...]
 *
 * A short tour:
 *
 *   1. Describe x, y and out as batchdot_tensor: a pointer, a dtype, extents, and strides (or none).
 *   2. batchdot_infer_shape() says which shape the result has.
 *   3. batchdot() computes it, in one call.
 *   4. Who computes the same shapes again and again makes a plan once (batchdot_plan_create) and executes it
 *      many times, from any number of threads (batchdot_plan_execute).
 *   5. Options scale, add to the output, conjugate, normalize (cosine similarity) and bound the threads.
 *   6. What has several batch axes or several contracted ones, or none, is a plan by lists of axes
 *      (batchdot_plan_create_general) or by letters, as in NumPy (batchdot_plan_create_einsum); gradients of batch_dot
 *      have plans of their own (batchdot_plan_create_grad_x, batchdot_plan_create_grad_y).
 *
 * Example: x of shape (32, 20), y of shape (32, 30, 20), contracted over the axis of extent 20:
 *
 *     const int64_t x_shape[] = {32, 20}, y_shape[] = {32, 30, 20}, out_shape[] = {32, 30};
 *     const batchdot_tensor x = {x_data, BATCHDOT_F32, 2, x_shape, NULL};
 *     const batchdot_tensor y = {y_data, BATCHDOT_F32, 3, y_shape, NULL};
 *     const batchdot_tensor out = {out_data, BATCHDOT_F32, 2, out_shape, NULL};
 *     const batchdot_axes axes = {1, 2};
 *     if (batchdot(&x, &y, &axes, &out) != BATCHDOT_OK)
 *         fprintf(stderr, "%s\n", batchdot_last_error());
 *
 * Rules that hold for every function here:
 *
 *   - Nothing prints, aborts or exits. What can fail returns a batchdot_status; a failure leaves the output as it was,
 *     and batchdot_last_error() then says in one sentence what was wrong.
 *   - Extents and strides are int64_t and count elements, never bytes.
 *   - The caller owns every pointer that it passes; nothing is kept after a call returns, but for a plan, which owns
 *     copies of all that it needs.
 *   - Every function may be called from any thread at any time. Two calls must not write the same output at once.
 *   - Data must be aligned as C asks of its elements (a c64 as a float, a c128 as a double).
 *   - The bits of an item's result depend on that item alone, its shape and strides, and the processor (its instruction
 *     set and the length of vector that suits it): not on the batch's size, the item's place in it or the number of
 *     threads. (Where BLAS computes, which AUTO may choose for large items, this holds as far as the linked BLAS keeps
 *     it. Which NaN a NaN is, its sign and payload, is not promised.)
 *   - An f32 or f64 element is off by at most k * eps * sum |x * y|, eps being FLT_EPSILON or DBL_EPSILON: the usual
 *     bound of a sum of k products (Higham, Accuracy and Stability of Numerical Algorithms, 3.1). So are the real and
 *     the imaginary part of a c64 or c128 element, each with the 2 k products of parts that it is the sum of.
 */
#ifndef BATCHDOT_BATCHDOT_H
#define BATCHDOT_BATCHDOT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define BATCHDOT_API __attribute__((visibility("default")))
#else
#define BATCHDOT_API
#endif

/* ---- Version ---------------------------------------------------------------------------------------------------- */

#define BATCHDOT_VERSION_MAJOR 0
#define BATCHDOT_VERSION_MINOR 1
#define BATCHDOT_VERSION_PATCH 0

/* The version of the library that runs, "MAJOR.MINOR.PATCH"; the macros above are those of the header that the program
 * was compiled with. The text is static. */
BATCHDOT_API const char *batchdot_version(void);

/* ---- Status ----------------------------------------------------------------------------------------------------- */

typedef enum batchdot_status {
    BATCHDOT_OK = 0,
    BATCHDOT_ERROR_NULL,       /* a pointer that must not be NULL is */
    BATCHDOT_ERROR_RANK,       /* a rank that is too low or above BATCHDOT_MAX_NDIM, the result's included */
    BATCHDOT_ERROR_BATCH,      /* the extents of a batch axis differ */
    BATCHDOT_ERROR_AXIS_RANGE, /* an axis outside [-ndim, ndim), or named twice; a letter that names no axis, or two */
    BATCHDOT_ERROR_AXIS_BATCH, /* axis 0, the batch, cannot be contracted */
    BATCHDOT_ERROR_CONTRACTED, /* the extents of a contracted axis differ */
    BATCHDOT_ERROR_SHAPE,      /* a negative extent; a list of axes, or of letters, whose length cannot be */
    BATCHDOT_ERROR_DTYPE,      /* an unknown dtype, or dtypes that do not go together */
    BATCHDOT_ERROR_OUTPUT,     /* the output's shape is not the inferred one */
    BATCHDOT_ERROR_OVERLAP,    /* the output overlaps an input or itself */
    BATCHDOT_ERROR_OVERFLOW,   /* a tensor's element count or reach in bytes is beyond int64_t or the address space */
    BATCHDOT_ERROR_OPTION,     /* an option's value is out of range, or not offered by this build */
    BATCHDOT_ERROR_MEMORY      /* out of memory */
} batchdot_status;

/* The status's own name, such as "BATCHDOT_ERROR_RANK"; "BATCHDOT_ERROR_UNKNOWN" for a value that is none of them.
 * The text is static. */
BATCHDOT_API const char *batchdot_status_name(batchdot_status status);

/* This thread's last failure as one sentence with the shapes and axes in it; "" if there was none. A success does not
 * clear it. The text belongs to the library and holds until this thread's next failure. */
BATCHDOT_API const char *batchdot_last_error(void);

/* ---- Tensors ---------------------------------------------------------------------------------------------------- */

/* The greatest rank, of x, of y and of the result. */
#define BATCHDOT_MAX_NDIM 64

/* x and y share one dtype, which is the output's too, with these exceptions:
 *   - i8 and u8 may be mixed, and give i32;
 *   - f16 and bf16 give their own dtype, or f32 if the output is of that dtype.
 * f16 and bf16 are summed in f32 and rounded once, to nearest-even. Integers wrap around modulo 2^bits. On a processor
 * with AVX512_BF16 (an instruction set that BATCHDOT_ISA=avx512 keeps the library from using) subnormal bf16 elements
 * may be taken for 0, and so may sums of products, and what they are scaled to, while they are subnormal. */
typedef enum batchdot_dtype {
    BATCHDOT_F32,  /* float */
    BATCHDOT_F64,  /* double */
    BATCHDOT_C64,  /* two floats: real, imaginary */
    BATCHDOT_C128, /* two doubles: real, imaginary */
    BATCHDOT_F16,  /* IEEE 754 binary16, in a uint16_t */
    BATCHDOT_BF16, /* bfloat16: the upper half of a float, in a uint16_t */
    BATCHDOT_I8,   /* int8_t */
    BATCHDOT_U8,   /* uint8_t */
    BATCHDOT_I32,  /* int32_t */
    BATCHDOT_I64   /* int64_t */
} batchdot_dtype;

typedef struct batchdot_tensor {
    void *data; /* element [0, 0, ...]; not written through for inputs; may be NULL if the tensor has no elements */
    batchdot_dtype dtype;
    int ndim;
    const int64_t *shape;   /* ndim extents, each >= 0 */
    const int64_t *strides; /* ndim strides in elements; NULL means row-major and contiguous. An input's strides may be
                               zero (broadcast) or negative (reversed); an output's may be anything that gives each
                               element a place of its own */
} batchdot_tensor;

/* ---- Axes and shapes -------------------------------------------------------------------------------------------- */

/* The contracted axis of x and of y; negative ones count from the end. Where a function takes a pointer to this, NULL
 * means Keras's axes=None: the last axis of x with the last of y if y has rank 2, else with y's last but one.
 * Keras's single integer a is {a, a}. */
typedef struct batchdot_axes {
    int x, y;
} batchdot_axes;

/* The shape of the result: x's without the contracted axis, then y's without the batch and the contracted axis. If only
 * the batch axis is left, the shape is (batch, 1).
 *
 * Checked in this order, and the first rule broken is the status: both ranks at least 2 (RANK) and no more than
 * BATCHDOT_MAX_NDIM (RANK); no negative extent (SHAPE); equal batch extents, a batch of 1 not being broadcast (BATCH);
 * axes within [-ndim, ndim) (AXIS_RANGE); neither of them axis 0 (AXIS_BATCH); equal contracted extents (CONTRACTED);
 * the result's rank at most BATCHDOT_MAX_NDIM (RANK); each element count within int64_t (OVERFLOW).
 *
 * NULL for out_ndim or out_shape comes before all of these; for x_shape or y_shape after the ranks.
 *
 * x_shape and y_shape hold x_ndim and y_ndim extents. On success *out_ndim and the first *out_ndim extents of out_shape
 * are set; on failure neither is touched.
 *
 * Rules from tf.keras.backend.batch_dot, which does not check for an axis out of range: it fails by accident. */
BATCHDOT_API batchdot_status batchdot_infer_shape(int x_ndim, const int64_t *x_shape, int y_ndim,
                                                  const int64_t *y_shape, const batchdot_axes *axes, int *out_ndim,
                                                  int64_t out_shape[BATCHDOT_MAX_NDIM]);

/* ---- One call --------------------------------------------------------------------------------------------------- */

/* out = batch_dot(x, y, axes). out->shape must be the inferred shape and out->dtype one that the inputs' dtype gives.
 * The output must not share memory with an input, nor an element of it with another. Strides decide this exactly: two
 * interleaved views of one buffer that have no element in common do not overlap. (Deciding it is a hard problem for
 * contorted strides; what takes too long counts as OVERLAP.)
 *
 * Statuses, in this order: NULL (x, y or out); those of batchdot_infer_shape; DTYPE; OUTPUT (NULL if out->shape is,
 * where the rank is right); OVERFLOW; OVERLAP (of the output with itself); NULL (data); OVERLAP (of the output with an
 * input). */
BATCHDOT_API batchdot_status batchdot(const batchdot_tensor *x, const batchdot_tensor *y, const batchdot_axes *axes,
                                      const batchdot_tensor *out);

/* ---- Options ---------------------------------------------------------------------------------------------------- */

typedef enum batchdot_engine {
    BATCHDOT_ENGINE_AUTO,   /* whichever was measured to be the faster one for an item of this shape and dtype */
    BATCHDOT_ENGINE_NATIVE, /* this library's own kernels */
    BATCHDOT_ENGINE_BLAS    /* the linked BLAS for what a BLAS can express, this library's own kernels for the rest;
                               BATCHDOT_ERROR_OPTION if the library was built without BLAS */
} batchdot_engine;

/* Always made with BATCHDOT_OPTIONS_INIT, and changed from there:
 *
 *     batchdot_options options = BATCHDOT_OPTIONS_INIT;
 *     options.num_threads = 1;
 *
 * The struct may grow at its end. A program compiled against an older header gets the defaults for what it does not
 * know; one compiled against a newer header gets BATCHDOT_ERROR_OPTION if it sets something this library does not know.
 * A struct_size that no version can have had, or one beyond 4096, is BATCHDOT_ERROR_OPTION too.
 */
typedef struct batchdot_options {
    size_t struct_size; /* sizeof(batchdot_options), as the caller knows it */
    int num_threads; /* at most this many threads of this library's; 0: OpenMP's default. A forked child has one. A BLAS
                        keeps to its own setting, which this library never changes */
    batchdot_engine engine; /* see batchdot_engine */
    /* out = alpha * (x . y) + beta * out, as (real, imaginary); beta 0 never reads the output. The imaginary parts must
     * be 0 for real dtypes; integer dtypes take alpha 1 and beta 0 or 1 only. Both are rounded to the precision that
     * the product is summed in, and must be in its range. Of a long sum alpha may multiply each part, as in a BLAS: an
     * alpha with which some part leaves that range, as does one that is infinite, may give NaN. */
    double alpha[2], beta[2];
    int conj_x, conj_y; /* nonzero: conjugate that operand. Ignored for real dtypes */
    /* normalize nonzero: x and y are divided by their L2 norms along the contracted axes, as Keras's
     * Dot(normalize=True) does, so that the product is their cosine similarity:
     *
     *     out = alpha * (x / sqrt(max(sum |x|^2, epsilon)) . y / sqrt(max(sum |y|^2, epsilon))) + beta * out
     *
     * the sums being over the contracted axes, so that each row of x and each column of y has a norm. No tensor is
     * copied: x . y is summed as without it, and scaled. x . y and both sums of squares must be in the range of the
     * type that they are summed in (float for f16 and bf16). A vector of zeros gives 0, with an epsilon of 0 too; NaN
     * propagates, and an infinite element gives NaN. Not for integer dtypes, not for gradients, and not where a
     * contracted axis is one of x only or of y only: BATCHDOT_ERROR_OPTION. */
    int normalize;
    double normalize_epsilon; /* the smallest squared norm that is divided by, >= 0 and finite; ignored with normalize
                                 0 */
} batchdot_options;

#define BATCHDOT_OPTIONS_INIT                                                                                          \
    { sizeof(batchdot_options), 0, BATCHDOT_ENGINE_AUTO, {1.0, 0.0}, {0.0, 0.0}, 0, 0, 0, 1e-12 }

/* ---- Plans ------------------------------------------------------------------------------------------------------ */

/* Everything about a product but the data: checked, folded, and with its engine chosen. Immutable, so that any number
 * of threads may execute one plan at once, on outputs that do not overlap. */
typedef struct batchdot_plan batchdot_plan;

/* Makes a plan for tensors of these dtypes, shapes and strides; their data pointers are ignored. out may be NULL: a
 * contiguous output of the inferred shape and of the inputs' dtype (i32 for i8 and u8). axes may be NULL, see
 * batchdot_axes. options may be NULL: the defaults.
 *
 * On success the caller owns *plan and releases it with batchdot_plan_destroy. On failure *plan is NULL.
 * A plan may hold some KiB of what it works out beforehand, and scratch memory, 30 KiB to 2.5 MiB for every thread that
 * it may use, where that makes its items faster; where there is none to be had it is slower, and no failure.
 * Statuses, in this order: NULL (plan); MEMORY; those of batchdot, less those about data; OPTION. */
BATCHDOT_API batchdot_status batchdot_plan_create(batchdot_plan **plan, const batchdot_tensor *x,
                                                  const batchdot_tensor *y, const batchdot_axes *axes,
                                                  const batchdot_tensor *out, const batchdot_options *options);

/* Executes a plan on data laid out as the plan was told. Each pointer is that of element [0, 0, ...]; one may be NULL
 * if its tensor has no elements. Statuses, in this order: NULL, OVERLAP. Allocates nothing; the OpenMP runtime may,
 * when it makes its threads, and a BLAS may. Takes up to 160 KiB of each thread's stack. */
BATCHDOT_API batchdot_status batchdot_plan_execute(const batchdot_plan *plan, const void *x, const void *y, void *out);

/* Writes a few lines on what the plan does and why: the folded contraction, the engine and kernel, who refused it and
 * for what reason. Writes at most size bytes, always ended by a 0 if size > 0, and returns the length of the whole text
 * without that 0, as snprintf does. text may be NULL if size is 0. A NULL plan gives 0. The text is for people: its
 * wording may change in any release. */
BATCHDOT_API size_t batchdot_plan_explain(const batchdot_plan *plan, char *text, size_t size);

/* Releases a plan; NULL is fine. No thread may be executing it. */
BATCHDOT_API void batchdot_plan_destroy(batchdot_plan *plan);

/* ---- Any number of batch axes and of contracted axes ------------------------------------------------------------ */

/* Which axes of x and y belong together, as XLA's dot_general has it: x_batch[i] of x and y_batch[i] of y are one batch
 * axis, x_contract[i] and y_contract[i] one contracted axis. Either count may be 0, and the lists then NULL. Negative
 * axes count from the end. An axis that is in no list is free. */
typedef struct batchdot_dims {
    int batch_count, contract_count;
    const int *x_batch, *y_batch;       /* batch_count axes each */
    const int *x_contract, *y_contract; /* contract_count axes each */
} batchdot_dims;

/* The shape of the result: the batch axes in the order of their list, then the free axes of x in its order, then those
 * of y. There is no axis that is always batch, no lowest rank and no appended 1: two vectors contracted have a result
 * of rank 0, and without any list this is the outer product.
 *
 * Checked in this order: NULL (out_ndim, out_shape, dims, or a list of it that has axes); RANK (x, y: negative, or
 * above BATCHDOT_MAX_NDIM); NULL (the shape of a rank that is not 0); SHAPE (a negative extent; a count that is
 * negative, or greater than a rank); AXIS_RANGE (an axis out of range; an axis that is named twice, be it in one list
 * or in both); BATCH and CONTRACTED (two axes of a pair whose extents differ, none being broadcast); RANK (the result);
 * OVERFLOW (an element count).
 *
 * On success *out_ndim and the first *out_ndim extents of out_shape are set; on failure neither is touched.
 *
 * Rules from https://openxla.org/xla/operation_semantics#dotgeneral. */
BATCHDOT_API batchdot_status batchdot_infer_shape_general(int x_ndim, const int64_t *x_shape, int y_ndim,
                                                          const int64_t *y_shape, const batchdot_dims *dims,
                                                          int *out_ndim, int64_t out_shape[BATCHDOT_MAX_NDIM]);

/* As batchdot_plan_create, which is batch_count 1 with axis 0 of both and contract_count 1. A tensor of rank 0 has one
 * element, and its shape may be NULL. Statuses, in this order: NULL (plan); MEMORY; NULL (x, y); those of
 * batchdot_infer_shape_general; then as batchdot_plan_create's from DTYPE on.
 *
 * Example: scores of shape (batch, head, query, key) of q (batch, query, head, depth) and k (batch, key, head, depth):
 *
 *     const int batch[] = {0, 2}, depth[] = {3};
 *     const batchdot_dims dims = {2, 1, batch, batch, depth, depth};
 *     batchdot_plan *plan;
 *     batchdot_plan_create_general(&plan, &q, &k, &dims, &scores, NULL); */
BATCHDOT_API batchdot_status batchdot_plan_create_general(batchdot_plan **plan, const batchdot_tensor *x,
                                                          const batchdot_tensor *y, const batchdot_dims *dims,
                                                          const batchdot_tensor *out, const batchdot_options *options);

/* The shape of the result of an expression such as "bik,bkj->bij": a letter for every axis of x, a comma, a letter for
 * every axis of y, and behind "->" those of the output in the order that it is to have. Letters are a to z and A to Z,
 * upper and lower case being different ones; blanks may stand anywhere but within "->".
 *
 *   - A letter of x and y and the output is a batch axis; of x or y and the output, a free axis.
 *   - A letter that the output does not have is summed over, be it one of both inputs or of one only.
 *   - Without "->" the output has the letters that stand once in the expression, in the order of their codes (A to Z, a
 *     to z), as in NumPy: "ij,jk" is "ij,jk->ik".
 *   - No letter may stand twice in one operand (there are no diagonals) or in the output.
 *   - Each letter of the output is one of an input's.
 *   - There is no "..." for axes without a name, and no axis is broadcast.
 *
 * Checked in this order: NULL (out_ndim, out_shape, expression); RANK, NULL and SHAPE of x and y, as
 * batchdot_infer_shape_general's; SHAPE (the expression is none of this form, or has not as many letters for an operand
 * as that has axes); AXIS_RANGE (a letter twice in an operand or the output; a letter of the output that no operand
 * has); BATCH and CONTRACTED (the two extents of a letter differ, which the output has or has not); OVERFLOW.
 *
 * Rules from https://numpy.org/doc/stable/reference/generated/numpy.einsum.html. */
BATCHDOT_API batchdot_status batchdot_infer_shape_einsum(const char *expression, int x_ndim, const int64_t *x_shape,
                                                         int y_ndim, const int64_t *y_shape, int *out_ndim,
                                                         int64_t out_shape[BATCHDOT_MAX_NDIM]);

/* As batchdot_plan_create_general, with the axes of an einsum expression. Nothing is kept of the expression. Statuses,
 * in this order: NULL (plan); MEMORY; NULL (x, y); those of batchdot_infer_shape_einsum; then as batchdot_plan_create's
 * from DTYPE on.
 *
 * Where an axis belongs decides what may be computed together: in "bik,kj->bij" y is one matrix for the whole batch,
 * and b an axis of x's like i, so that this is one product of b * i rows. With a y of batch stride 0, "bik,bkj->bij"
 * and batchdot_plan_create do the same only where that is sure to change no bit of an item, whose bits must not depend
 * on the batch; else they go item by item, which is slower where an item has few rows. */
BATCHDOT_API batchdot_status batchdot_plan_create_einsum(batchdot_plan **plan, const char *expression,
                                                         const batchdot_tensor *x, const batchdot_tensor *y,
                                                         const batchdot_tensor *out, const batchdot_options *options);

/* ---- Gradients of batch_dot ------------------------------------------------------------------------------------- */

/* With out = batch_dot(x, y, axes), and grad_out the gradient of some real number L by out, in out's shape:
 *
 *     grad_x[b, ...i..., k] = sum over j of grad_out[b, ...i..., ...j...] * conj(y[b, ...j..., k])
 *     grad_y[b, ...j..., k] = sum over i of grad_out[b, ...i..., ...j...] * conj(x[b, ...i..., k])
 *
 * i being the free axes of x and j those of y, and k standing where the contracted axis stands: the gradients of L by x
 * and y, in their shapes. Conjugation as in TensorFlow: dL/d(Re z) + i dL/d(Im z) is the gradient by a complex z.
 *
 * axes are those of the product. grad_x and grad_y are the outputs of these plans: execute takes (grad_out, y, grad_x)
 * and (grad_out, x, grad_y). NULL for one of them means a contiguous output, whose rank follows from those of the other
 * two; where that leaves x (or y) a choice between a matrix with one free axis of extent 1 and a vector an item, it is
 * the vector, if the axes allow.
 *
 * Of the options, alpha and beta are the gradient's own: beta 1 accumulates, as for an x that is used twice; an alpha
 * of the product is to be given conjugated, unless the product conjugates the tensor that the gradient is by. conj_x
 * and conj_y say what the product conjugates. normalize is BATCHDOT_ERROR_OPTION.
 *
 * Statuses, in this order: NULL (plan); MEMORY; NULL (grad_out, y or x); RANK (grad_out and y, or x, cannot go together
 * with any rank of the third); those of batchdot_infer_shape for x and y; OUTPUT (grad_out has not the product's
 * shape); then as batchdot_plan_create's from DTYPE on, of the product that the gradient is. */
BATCHDOT_API batchdot_status batchdot_plan_create_grad_x(batchdot_plan **plan, const batchdot_tensor *grad_out,
                                                         const batchdot_tensor *y, const batchdot_axes *axes,
                                                         const batchdot_tensor *grad_x,
                                                         const batchdot_options *options);
BATCHDOT_API batchdot_status batchdot_plan_create_grad_y(batchdot_plan **plan, const batchdot_tensor *grad_out,
                                                         const batchdot_tensor *x, const batchdot_axes *axes,
                                                         const batchdot_tensor *grad_y,
                                                         const batchdot_options *options);

#ifdef __cplusplus
}
#endif

#endif
