/* Complex arithmetic by components. C's own complex multiplication is not used: it tests every product for NaN. Include
 * after defining COMPLEX (the element type's name) and REAL (its component). */
#ifndef BATCHDOT_KERNELS_COMPLEX_ARITHMETIC_H
#define BATCHDOT_KERNELS_COMPLEX_ARITHMETIC_H
#define OF_COMPLEX_PASTED(operation, type) operation##_##type
#define OF_COMPLEX_EXPANDED(operation, type) OF_COMPLEX_PASTED(operation, type)
#define OF_COMPLEX(operation) OF_COMPLEX_EXPANDED(operation, COMPLEX)
#endif

typedef struct COMPLEX {
    REAL real, imaginary;
} COMPLEX;

static inline COMPLEX OF_COMPLEX(conjugate)(COMPLEX a) {
    return (COMPLEX){a.real, -a.imaginary};
}

static inline COMPLEX OF_COMPLEX(add)(COMPLEX a, COMPLEX b) {
    return (COMPLEX){a.real + b.real, a.imaginary + b.imaginary};
}

static inline COMPLEX OF_COMPLEX(multiply_add)(COMPLEX sum, COMPLEX a, COMPLEX b) {
    return (COMPLEX){sum.real + a.real * b.real - a.imaginary * b.imaginary,
                     sum.imaginary + a.real * b.imaginary + a.imaginary * b.real};
}

static inline COMPLEX OF_COMPLEX(scale)(COMPLEX a, const double scale[2]) {
    const REAL real = (REAL)scale[0], imaginary = (REAL)scale[1];
    if (imaginary == 0) /* a real scale must not turn an Inf into 0 * Inf */
        return (COMPLEX){real * a.real, real * a.imaginary};
    return (COMPLEX){real * a.real - imaginary * a.imaginary, real * a.imaginary + imaginary * a.real};
}

static inline COMPLEX OF_COMPLEX(times_real)(COMPLEX a, REAL factor) {
    return (COMPLEX){a.real * factor, a.imaginary * factor};
}
