/* The words of vector_avx512.h that concern parts and registers, which AVX-512 has for vectors of any length. Needs
 * vec, part, OF_TYPE and element. */

/* Keeps a compiler from loading a again wherever it is used: a load costs as much as the multiplication it is for. */
static inline vec in_register(vec a) {
    __asm__("" : "+v"(a));
    return a;
}

/* The first count lanes, 0 to LANES. */
static inline part first_lanes(int64_t count) {
    return (part)((1u << count) - 1);
}

/* Neither touches memory beyond the part; the other lanes become 0. */
static inline vec load_part(const element *data, part lanes_read) {
    return OF_TYPE(maskz_loadu)(lanes_read, data);
}

static inline void store_part(element *data, vec a, part lanes_written) {
    OF_TYPE(mask_storeu)(data, lanes_written, a);
}

#if !defined(INTEGER_ELEMENTS) && !defined(BATCHDOT_EMULATE_AVX512)
#define HAS_MASKED_MULTIPLY_ADD

/* multiply_add of a part that is in memory, which leaves the sum's other lanes as they are: in one instruction, where a
 * compiler loads the part first. The instruction names a whole vector, but touches no memory beyond the part. */
static inline vec multiply_add_part(vec a, const element *data, part lanes_read, vec sum) {
    typedef vec unaligned_vec __attribute__((aligned(sizeof(element)), may_alias));
#if ELEMENT_BITS == 32
    __asm__("vfmadd231ps %2, %1, %0%{%3%}" : "+v"(sum) : "v"(a), "m"(*(const unaligned_vec *)data), "Yk"(lanes_read));
#else
    __asm__("vfmadd231pd %2, %1, %0%{%3%}" : "+v"(sum) : "v"(a), "m"(*(const unaligned_vec *)data), "Yk"(lanes_read));
#endif
    return sum;
}

#endif
