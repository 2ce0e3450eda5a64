#include "base/isa.h"

#include "base/once.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if BATCHDOT_ISA_IS_X86

#include <cpuid.h>

struct cpuid {
    unsigned eax, ebx, ecx, edx;
};

static struct cpuid cpuid_part(unsigned leaf, unsigned part) {
    struct cpuid answer = {0, 0, 0, 0};
    __get_cpuid_count(leaf, part, &answer.eax, &answer.ebx, &answer.ecx, &answer.edx);
    return answer;
}

static struct cpuid cpuid(unsigned leaf) {
    return cpuid_part(leaf, 0);
}

/* The register state that the operating system saves and restores: without it an instruction that the processor has
 * must not be used. XGETBV is Intel's manual, volume 1, 13.3; written out since its intrinsic wants a compiler flag. */
static uint64_t saved_state(void) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

static bool has_all(unsigned bits, unsigned wanted) {
    return (bits & wanted) == wanted;
}

static enum isa best_isa(void) {
    enum { SSE_AND_YMM = 0x06, OPMASK_AND_ZMM = 0xe0 };
    const struct cpuid features = cpuid(1), extended = cpuid(7);
    if (!has_all(features.ecx, bit_OSXSAVE | bit_AVX | bit_FMA | bit_F16C) || !has_all(extended.ebx, bit_AVX2))
        return ISA_PORTABLE;
    const uint64_t saved = saved_state();
    if ((saved & SSE_AND_YMM) != SSE_AND_YMM)
        return ISA_PORTABLE;
#ifdef BATCHDOT_EMULATE_AVX512 /* a build for tests, whose AVX-512 kernels are written in AVX2 */
    return ISA_AVX512;
#endif
    if (!has_all(extended.ebx, bit_AVX512F | bit_AVX512DQ | bit_AVX512BW | bit_AVX512VL) ||
        (saved & OPMASK_AND_ZMM) != OPMASK_AND_ZMM)
        return ISA_AVX2;
    if (!has_all(extended.ecx, bit_AVX512VNNI) || !has_all(cpuid_part(7, 1).eax, bit_AVX512BF16))
        return ISA_AVX512;
    return ISA_AVX512BF16;
}

/* Zen 4, the only one of AMD's family 19h that has AVX-512 (Software Optimization Guide for the AMD Zen4
 * Microarchitecture). */
static bool halves_vectors(enum once_question question) {
    (void)question;
#ifdef BATCHDOT_EMULATE_AVX512
    return false;
#endif
    enum { BASE_FAMILY = 0xf, EXTENDED_FAMILY = 0xa };
    const struct cpuid vendor = cpuid(0);
    const unsigned version = cpuid(1).eax;
    return has_all(cpuid(7).ebx, bit_AVX512F) && vendor.ebx == signature_AMD_ebx && vendor.ecx == signature_AMD_ecx &&
           vendor.edx == signature_AMD_edx && (version >> 8 & 0xf) == BASE_FAMILY &&
           (version >> 20 & 0xff) == EXTENDED_FAMILY;
}

#elif BATCHDOT_ISA_IS_ARM

static enum isa best_isa(void) { /* every 64-bit ARM has it */
    return ISA_NEON;
}

#else

static enum isa best_isa(void) {
    return ISA_PORTABLE;
}

#endif

#if !BATCHDOT_ISA_IS_X86
static bool halves_vectors(enum once_question question) {
    (void)question;
    return false;
}
#endif

static const char *const names[ISA_COUNT] = {"portable", "neon", "avx2", "avx512", "avx512bf16"};

const char *bd_isa_name(enum isa isa) {
    return names[isa];
}

static enum isa lowered(enum isa best) {
    const char *const wanted = getenv("BATCHDOT_ISA");
    for (int isa = ISA_PORTABLE; wanted && isa < (int)best; isa++) {
        const bool is_of_another_family = isa == ISA_NEON && best != ISA_NEON;
        if (!is_of_another_family && strcmp(wanted, names[isa]) == 0)
            return (enum isa)isa;
    }
    return best;
}

enum isa bd_isa(void) {
    static atomic_int known = -1;
    int isa = atomic_load_explicit(&known, memory_order_relaxed);
    if (isa < 0) {
        isa = (int)lowered(best_isa());
        atomic_store_explicit(&known, isa, memory_order_relaxed);
    }
    return (enum isa)isa;
}

bool bd_halves_vectors(void) {
    return bd_once(ONCE_HALVES_VECTORS, halves_vectors);
}
