/* The instruction set that the kernels may use. */
#ifndef BATCHDOT_BASE_ISA_H
#define BATCHDOT_BASE_ISA_H

#include <stdbool.h>

/* Whether this processor family's kernels are compiled at all. */
#if defined(__x86_64__) && __SIZEOF_POINTER__ == 8 && !defined(BATCHDOT_FOR_ANY_PROCESSOR)
#define BATCHDOT_ISA_IS_X86 1
#else
#define BATCHDOT_ISA_IS_X86 0
#endif
#if defined(__aarch64__) && defined(__AARCH64EL__) && !defined(BATCHDOT_FOR_ANY_PROCESSOR)
#define BATCHDOT_ISA_IS_ARM 1
#else
#define BATCHDOT_ISA_IS_ARM 0
#endif

/* Whether every processor of the family has vectors of 16 bytes. Where a compiler has to do without, smaller elements
 * are multiplied faster in plain C than in its vectors. */
#if (defined(__x86_64__) && __SIZEOF_POINTER__ == 8) || (defined(__aarch64__) && defined(__AARCH64EL__))
#define BATCHDOT_ISA_HAS_VECTORS 1
#else
#define BATCHDOT_ISA_HAS_VECTORS 0
#endif

/* Each one can do what those before it on the same processor family can. */
enum isa { ISA_PORTABLE, ISA_NEON, ISA_AVX2, ISA_AVX512, ISA_AVX512BF16, ISA_COUNT };

/* "portable", "neon", "avx2", "avx512", "avx512bf16" (which has VNNI too): what the environment variable BATCHDOT_ISA
 * takes. */
const char *bd_isa_name(enum isa isa);

/* The best that the processor and the operating system offer, or a lesser one that BATCHDOT_ISA names. Found out on the
 * first call; a name that is unknown, or more than the processor can do, changes nothing. */
enum isa bd_isa(void);

/* Whether a processor with AVX-512 computes with its vectors half by half: one that is as long as a half then takes
 * half the time. */
bool bd_halves_vectors(void);

#endif
