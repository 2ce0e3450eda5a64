/* AVX-512's intrinsics for machines without it: SIMDe's, and below those that SIMDe 0.7.2 has not got. For tests only.
 * The compiler is told to include this before a kernel's file (BATCHDOT_EMULATE_AVX512 in src/CMakeLists.txt), where
 * the macros then take the place of what <immintrin.h> declares. An intrinsic that is emulated nowhere fails to
 * compile. */
#ifndef BATCHDOT_TESTS_AVX512_EMULATION_H
#define BATCHDOT_TESTS_AVX512_EMULATION_H

#ifdef __AVX512F__
#error "compile this without AVX-512, else SIMDe uses the processor's own"
#endif
#ifndef __FMA__
#error "compile this with -mfma, else SIMDe rounds fmadd twice"
#endif

#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/avx512.h>

#include <stdint.h>
#include <string.h>

/* 0.7.2 has them under these names only. */
#undef _mm512_setzero_ps
#undef _mm512_setzero_pd
#define _mm512_setzero_ps simde_mm512_setzero_ps
#define _mm512_setzero_pd simde_mm512_setzero_pd

/* What the processor does, so that a test notices. */
static inline void trap_unless_aligned(const void *memory) {
    if ((uintptr_t)memory % 64 != 0)
        __builtin_trap();
}

/* Masked access: an absent lane's memory, which need not exist, is left alone. */

static inline __m512 emulated_mask_loadu_ps(__m512 others, __mmask16 present, const void *memory) {
    for (int i = 0; i < 16; i++) {
        float lane;
        if (present >> i & 1) {
            memcpy(&lane, (const char *)memory + i * sizeof lane, sizeof lane);
            others[i] = lane;
        }
    }
    return others;
}

static inline __m512d emulated_mask_loadu_pd(__m512d others, __mmask8 present, const void *memory) {
    for (int i = 0; i < 8; i++) {
        double lane;
        if (present >> i & 1) {
            memcpy(&lane, (const char *)memory + i * sizeof lane, sizeof lane);
            others[i] = lane;
        }
    }
    return others;
}

static inline __m512 emulated_maskz_loadu_ps(__mmask16 present, const void *memory) {
    return emulated_mask_loadu_ps(_mm512_setzero_ps(), present, memory);
}

static inline __m512d emulated_maskz_loadu_pd(__mmask8 present, const void *memory) {
    return emulated_mask_loadu_pd(_mm512_setzero_pd(), present, memory);
}

static inline void emulated_mask_storeu_ps(void *memory, __mmask16 present, __m512 a) {
    for (int i = 0; i < 16; i++) {
        const float lane = a[i];
        if (present >> i & 1)
            memcpy((char *)memory + i * sizeof lane, &lane, sizeof lane);
    }
}

static inline void emulated_mask_storeu_pd(void *memory, __mmask8 present, __m512d a) {
    for (int i = 0; i < 8; i++) {
        const double lane = a[i];
        if (present >> i & 1)
            memcpy((char *)memory + i * sizeof lane, &lane, sizeof lane);
    }
}

static inline __m256 emulated_256_maskz_loadu_ps(__mmask8 present, const void *memory) {
    const __m512 loaded = emulated_maskz_loadu_ps(present, memory);
    __m256 low;
    memcpy(&low, &loaded, sizeof low);
    return low;
}

static inline __m256d emulated_256_maskz_loadu_pd(__mmask8 present, const void *memory) {
    const __m512d loaded = emulated_maskz_loadu_pd(present, memory);
    __m256d low;
    memcpy(&low, &loaded, sizeof low);
    return low;
}

static inline void emulated_256_mask_storeu_ps(void *memory, __mmask8 present, __m256 a) {
    __m512 whole = _mm512_setzero_ps();
    memcpy(&whole, &a, sizeof a);
    emulated_mask_storeu_ps(memory, present, whole);
}

static inline void emulated_256_mask_storeu_pd(void *memory, __mmask8 present, __m256d a) {
    __m512d whole = _mm512_setzero_pd();
    memcpy(&whole, &a, sizeof a);
    emulated_mask_storeu_pd(memory, present, whole);
}

static inline __m256i emulated_256_mullo_epi64(__m256i a, __m256i b) {
    uint64_t x[4], y[4];
    _mm256_storeu_si256((__m256i *)x, a);
    _mm256_storeu_si256((__m256i *)y, b);
    for (int i = 0; i < 4; i++)
        x[i] *= y[i];
    return _mm256_loadu_si256((const __m256i *)x);
}

/* Aligned access. */

static inline __m512 emulated_load_ps(const void *memory) {
    trap_unless_aligned(memory);
    return _mm512_loadu_ps(memory);
}

static inline __m512d emulated_load_pd(const void *memory) {
    trap_unless_aligned(memory);
    return _mm512_loadu_pd(memory);
}

/* For stream as well: what else that does concerns the cache. */
static inline void emulated_store_ps(void *memory, __m512 a) {
    trap_unless_aligned(memory);
    _mm512_storeu_ps(memory, a);
}

static inline void emulated_store_pd(void *memory, __m512d a) {
    trap_unless_aligned(memory);
    _mm512_storeu_pd(memory, a);
}

/* Moves. The immediate operand picks with two bits a quarter or lane, or with one bit in doubles. */

static inline __m512 emulated_shuffle_f32x4(__m512 a, __m512 b, int picked) {
    __m512 result = a;
    for (int i = 0; i < 16; i++) {
        const int lane = 4 * (picked >> 2 * (i / 4) & 3) + i % 4;
        result[i] = i < 8 ? a[lane] : b[lane];
    }
    return result;
}

static inline __m512d emulated_shuffle_f64x2(__m512d a, __m512d b, int picked) {
    __m512d result = a;
    for (int i = 0; i < 8; i++) {
        const int lane = 2 * (picked >> 2 * (i / 2) & 3) + i % 2;
        result[i] = i < 4 ? a[lane] : b[lane];
    }
    return result;
}

static inline __m512 emulated_shuffle_ps(__m512 a, __m512 b, int picked) {
    __m512 result = a;
    for (int i = 0; i < 16; i++) {
        const int lane = i / 4 * 4 + (picked >> 2 * (i % 4) & 3);
        result[i] = i % 4 < 2 ? a[lane] : b[lane];
    }
    return result;
}

static inline __m512d emulated_shuffle_pd(__m512d a, __m512d b, int picked) {
    __m512d result = a;
    for (int i = 0; i < 8; i++) {
        const int lane = i / 2 * 2 + (picked >> i & 1);
        result[i] = i % 2 == 0 ? a[lane] : b[lane];
    }
    return result;
}

static inline __m512 emulated_permute_ps(__m512 a, int picked) {
    return emulated_shuffle_ps(a, a, picked);
}

static inline __m512d emulated_permute_pd(__m512d a, int picked) {
    return emulated_shuffle_pd(a, a, picked);
}

static inline __m512d emulated_permutex_pd(__m512d a, int picked) {
    __m512d result = a;
    for (int i = 0; i < 8; i++)
        result[i] = a[i / 4 * 4 + (picked >> 2 * (i % 4) & 3)];
    return result;
}

static inline __m512 emulated_unpacklo_ps(__m512 a, __m512 b) {
    __m512 result = a;
    for (int i = 0; i < 16; i++) {
        const int lane = i / 4 * 4 + i % 4 / 2;
        result[i] = i % 2 == 0 ? a[lane] : b[lane];
    }
    return result;
}

static inline __m512d emulated_unpacklo_pd(__m512d a, __m512d b) {
    return emulated_shuffle_pd(a, b, 0);
}

/* Conversions. */

static inline float emulated_cvtss_f32(__m512 a) {
    return a[0];
}

static inline double emulated_cvtsd_f64(__m512d a) {
    return a[0];
}

static inline __m512i emulated_cvtepi32_epi64(__m256i a) {
    int32_t from[8];
    int64_t to[8];
    memcpy(from, &a, sizeof from);
    for (int i = 0; i < 8; i++)
        to[i] = from[i];
    return _mm512_loadu_si512(to);
}

static inline __m512d emulated_cvtps_pd(__m256 a) {
    __m512d result = _mm512_setzero_pd();
    for (int i = 0; i < 8; i++)
        result[i] = a[i];
    return result;
}

static inline __m256 emulated_cvtpd_ps(__m512d a) {
    __m256 result = _mm256_setzero_ps();
    for (int i = 0; i < 8; i++)
        result[i] = (float)a[i];
    return result;
}

#undef _mm512_mask_loadu_ps
#undef _mm512_mask_loadu_pd
#undef _mm512_maskz_loadu_ps
#undef _mm512_maskz_loadu_pd
#undef _mm512_mask_storeu_ps
#undef _mm512_mask_storeu_pd
#undef _mm256_maskz_loadu_ps
#undef _mm256_maskz_loadu_pd
#undef _mm256_mask_storeu_ps
#undef _mm256_mask_storeu_pd
#undef _mm256_mullo_epi64
#undef _mm512_load_ps
#undef _mm512_load_pd
#undef _mm512_store_ps
#undef _mm512_store_pd
#undef _mm512_mask_load_ps
#undef _mm512_mask_load_pd
#undef _mm512_maskz_load_ps
#undef _mm512_maskz_load_pd
#undef _mm512_mask_store_ps
#undef _mm512_mask_store_pd
#undef _mm512_stream_ps
#undef _mm512_stream_pd
#undef _mm512_shuffle_f32x4
#undef _mm512_shuffle_f64x2
#undef _mm512_shuffle_ps
#undef _mm512_shuffle_pd
#undef _mm512_permute_ps
#undef _mm512_permute_pd
#undef _mm512_permutex_pd
#undef _mm512_unpacklo_ps
#undef _mm512_unpacklo_pd
#undef _mm512_cvtss_f32
#undef _mm512_cvtsd_f64
#undef _mm512_cvtepi32_epi64
#undef _mm512_cvtps_pd
#undef _mm512_cvtpd_ps

#define _mm512_mask_loadu_ps emulated_mask_loadu_ps
#define _mm512_mask_loadu_pd emulated_mask_loadu_pd
#define _mm512_maskz_loadu_ps emulated_maskz_loadu_ps
#define _mm512_maskz_loadu_pd emulated_maskz_loadu_pd
#define _mm512_mask_storeu_ps emulated_mask_storeu_ps
#define _mm512_mask_storeu_pd emulated_mask_storeu_pd
#define _mm256_maskz_loadu_ps emulated_256_maskz_loadu_ps
#define _mm256_maskz_loadu_pd emulated_256_maskz_loadu_pd
#define _mm256_mask_storeu_ps emulated_256_mask_storeu_ps
#define _mm256_mask_storeu_pd emulated_256_mask_storeu_pd
#define _mm256_mullo_epi64 emulated_256_mullo_epi64
#define _mm512_load_ps emulated_load_ps
#define _mm512_load_pd emulated_load_pd
#define _mm512_store_ps emulated_store_ps
#define _mm512_store_pd emulated_store_pd
#define _mm512_mask_load_ps(others, present, memory)                                                                   \
    (trap_unless_aligned(memory), emulated_mask_loadu_ps(others, present, memory))
#define _mm512_maskz_load_ps(present, memory) (trap_unless_aligned(memory), emulated_maskz_loadu_ps(present, memory))
#define _mm512_mask_store_ps(memory, present, a)                                                                       \
    (trap_unless_aligned(memory), emulated_mask_storeu_ps(memory, present, a))
#define _mm512_mask_load_pd(others, present, memory)                                                                   \
    (trap_unless_aligned(memory), emulated_mask_loadu_pd(others, present, memory))
#define _mm512_maskz_load_pd(present, memory) (trap_unless_aligned(memory), emulated_maskz_loadu_pd(present, memory))
#define _mm512_mask_store_pd(memory, present, a)                                                                       \
    (trap_unless_aligned(memory), emulated_mask_storeu_pd(memory, present, a))
#define _mm512_stream_ps emulated_store_ps
#define _mm512_stream_pd emulated_store_pd
#define _mm512_shuffle_f32x4 emulated_shuffle_f32x4
#define _mm512_shuffle_f64x2 emulated_shuffle_f64x2
#define _mm512_shuffle_ps emulated_shuffle_ps
#define _mm512_shuffle_pd emulated_shuffle_pd
#define _mm512_permute_ps emulated_permute_ps
#define _mm512_permute_pd emulated_permute_pd
#define _mm512_permutex_pd emulated_permutex_pd
#define _mm512_unpacklo_ps emulated_unpacklo_ps
#define _mm512_unpacklo_pd emulated_unpacklo_pd
#define _mm512_cvtss_f32 emulated_cvtss_f32
#define _mm512_cvtsd_f64 emulated_cvtsd_f64
#define _mm512_cvtepi32_epi64 emulated_cvtepi32_epi64
#define _mm512_cvtps_pd emulated_cvtps_pd
#define _mm512_cvtpd_ps emulated_cvtpd_ps

static inline __m256i emulated_maskz_loadu_epi16(__mmask16 present, const void *memory) {
    uint16_t lanes[16] = {0};
    for (int i = 0; i < 16; i++)
        if (present >> i & 1)
            memcpy(&lanes[i], (const char *)memory + 2 * i, 2);
    return _mm256_loadu_si256((const __m256i *)lanes);
}

static inline void emulated_mask_storeu_epi16(void *memory, __mmask16 written, __m256i a) {
    uint16_t lanes[16];
    _mm256_storeu_si256((__m256i *)lanes, a);
    for (int i = 0; i < 16; i++)
        if (written >> i & 1)
            memcpy((char *)memory + 2 * i, &lanes[i], 2);
}

static inline __m128i emulated_maskz_loadu_epi8(__mmask16 present, const void *memory) {
    uint8_t lanes[16] = {0};
    for (int i = 0; i < 16; i++)
        if (present >> i & 1)
            lanes[i] = ((const uint8_t *)memory)[i];
    return _mm_loadu_si128((const __m128i *)lanes);
}

static inline __m512 emulated_cvtph_ps(__m256i a) {
    const __m256 halves[] = {_mm256_cvtph_ps(_mm256_castsi256_si128(a)),
                             _mm256_cvtph_ps(_mm256_extracti128_si256(a, 1))};
    __m512 widened;
    memcpy(&widened, halves, sizeof widened);
    return widened;
}

static inline __m256i emulated_cvtps_ph(__m512 a) {
    __m256 halves[2];
    memcpy(halves, &a, sizeof halves);
    return _mm256_set_m128i(_mm256_cvtps_ph(halves[1], _MM_FROUND_TO_NEAREST_INT),
                            _mm256_cvtps_ph(halves[0], _MM_FROUND_TO_NEAREST_INT));
}

static inline __m256i emulated_cvtepi32_epi16(__m512i a) {
    uint32_t lanes[16];
    uint16_t low[16];
    memcpy(lanes, &a, sizeof lanes);
    for (int i = 0; i < 16; i++)
        low[i] = (uint16_t)lanes[i];
    return _mm256_loadu_si256((const __m256i *)low);
}

static inline __m512i emulated_join(__m256i low, __m256i high) {
    const __m256i halves[] = {low, high};
    __m512i whole;
    memcpy(&whole, halves, sizeof whole);
    return whole;
}

static inline __m512i emulated_cvtepu16_epi32(__m256i a) {
    return emulated_join(_mm256_cvtepu16_epi32(_mm256_castsi256_si128(a)),
                         _mm256_cvtepu16_epi32(_mm256_extracti128_si256(a, 1)));
}

static inline __m512i emulated_cvtepu8_epi32(__m128i a) {
    return emulated_join(_mm256_cvtepu8_epi32(a), _mm256_cvtepu8_epi32(_mm_srli_si128(a, 8)));
}

static inline __m512i emulated_cvtepi8_epi32(__m128i a) {
    return emulated_join(_mm256_cvtepi8_epi32(a), _mm256_cvtepi8_epi32(_mm_srli_si128(a, 8)));
}

static inline __m512i emulated_512_maskz_loadu_epi8(__mmask64 present, const void *memory) {
    uint8_t lanes[64] = {0};
    __m512i loaded;
    for (int i = 0; i < 64; i++)
        if (present >> i & 1)
            lanes[i] = ((const uint8_t *)memory)[i];
    memcpy(&loaded, lanes, sizeof loaded);
    return loaded;
}

static inline __m256i emulated_256_maskz_loadu_epi8(__mmask32 present, const void *memory) {
    const __m512i loaded = emulated_512_maskz_loadu_epi8(present, memory);
    __m256i low;
    memcpy(&low, &loaded, sizeof low);
    return low;
}

static inline __m512i emulated_cvtepi8_epi16(__m256i a) {
    return emulated_join(_mm256_cvtepi8_epi16(_mm256_castsi256_si128(a)),
                         _mm256_cvtepi8_epi16(_mm256_extracti128_si256(a, 1)));
}

static inline __m512i emulated_cvtepu8_epi16(__m256i a) {
    return emulated_join(_mm256_cvtepu8_epi16(_mm256_castsi256_si128(a)),
                         _mm256_cvtepu8_epi16(_mm256_extracti128_si256(a, 1)));
}

#undef _mm512_maskz_loadu_epi8
#undef _mm256_maskz_loadu_epi8
#undef _mm512_cvtepi8_epi16
#undef _mm512_cvtepu8_epi16
#define _mm512_maskz_loadu_epi8 emulated_512_maskz_loadu_epi8
#define _mm256_maskz_loadu_epi8 emulated_256_maskz_loadu_epi8
#define _mm512_cvtepi8_epi16 emulated_cvtepi8_epi16
#define _mm512_cvtepu8_epi16 emulated_cvtepu8_epi16
#undef _mm512_cvtepu16_epi32
#undef _mm512_cvtepu8_epi32
#undef _mm512_cvtepi8_epi32
#define _mm512_cvtepu16_epi32 emulated_cvtepu16_epi32
#define _mm512_cvtepu8_epi32 emulated_cvtepu8_epi32
#define _mm512_cvtepi8_epi32 emulated_cvtepi8_epi32
#undef _mm256_maskz_loadu_epi16
#undef _mm256_mask_storeu_epi16
#undef _mm_maskz_loadu_epi8
#undef _mm512_cvtph_ps
#undef _mm512_cvtps_ph
#undef _mm512_cvtepi32_epi16
#define _mm256_maskz_loadu_epi16 emulated_maskz_loadu_epi16
#define _mm256_mask_storeu_epi16 emulated_mask_storeu_epi16
#define _mm_maskz_loadu_epi8 emulated_maskz_loadu_epi8
#define _mm512_cvtph_ps emulated_cvtph_ps
#define _mm512_cvtps_ph(a, rounding) emulated_cvtps_ph(a)
#define _mm512_cvtepi32_epi16 emulated_cvtepi32_epi16

/* 0.7.2 has it with a mask only, under the name of the one without. */
static inline __m512i emulated_madd_epi16(__m512i a, __m512i b) {
    __m256i x[2], y[2], sums[2];
    memcpy(x, &a, sizeof x);
    memcpy(y, &b, sizeof y);
    for (int i = 0; i < 2; i++)
        sums[i] = _mm256_madd_epi16(x[i], y[i]);
    memcpy(&a, sums, sizeof sums);
    return a;
}
#undef _mm512_madd_epi16
#define _mm512_madd_epi16 emulated_madd_epi16

/* in_register's, which names a register that is not there. A system's header that is included only after this and has
 * __asm__ in a declaration fails to compile: include it above. */
#define __asm__(...) ((void)0)

#endif
