/* What BATCHDOT_ISA does, and what else the processor says of itself. The instruction set is found out once a process,
 * so that each name gets a process of its own, which the instruction set that it found is the exit status of. */
#define _POSIX_C_SOURCE 200809L /* fork */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cache.h"
#include "base/isa.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the process was started with is nothing to these tests. */
static enum isa isa_with(const char *wanted) {
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (wanted ? setenv("BATCHDOT_ISA", wanted, 1) : unsetenv("BATCHDOT_ISA"))
            _exit(ISA_COUNT);
        _exit((int)bd_isa());
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_in_range(WEXITSTATUS(status), ISA_PORTABLE, ISA_COUNT - 1);
    return (enum isa)WEXITSTATUS(status);
}

static enum isa best(void) {
    return isa_with(NULL);
}

static bool is_of_this_family(enum isa isa) {
    if (isa == ISA_PORTABLE)
        return true;
    return isa == ISA_NEON ? BATCHDOT_ISA_IS_ARM : BATCHDOT_ISA_IS_X86;
}

static void best_is_of_this_family(void **state) {
    (void)state;
    assert_true(is_of_this_family(best()));
    if (BATCHDOT_ISA_IS_ARM)
        assert_int_equal(best(), ISA_NEON);
}

/* The compiler knows as well, and by other means. */
static void best_is_what_the_compiler_says(void **state) {
    (void)state;
#if BATCHDOT_ISA_IS_X86
    const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#ifdef BATCHDOT_EMULATE_AVX512
    const bool has_avx512 = has_avx2, is_emulated = true;
#else
    const bool has_avx512 = has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                            __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"),
               is_emulated = false;
#endif
    const bool has_bf16 =
        has_avx512 && !is_emulated && __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bf16");
    assert_int_equal(best(), has_bf16 ? ISA_AVX512BF16 : has_avx512 ? ISA_AVX512 : has_avx2 ? ISA_AVX2 : ISA_PORTABLE);
#else
    skip();
#endif
}

static bool cpuinfo_has(const char *word) {
    FILE *const file = fopen("/proc/cpuinfo", "r");
    char line[8192];
    bool is_found = false;
    while (file && !is_found && fgets(line, sizeof line, file))
        is_found = strstr(line, word) != NULL;
    if (file)
        fclose(file);
    return is_found;
}

/* Linux knows the processor too. */
static void only_zen_4_halves_vectors(void **state) {
    (void)state;
    if (!cpuinfo_has("vendor_id") || best() < ISA_AVX512)
        skip();
    bool is_zen_4 = cpuinfo_has("AuthenticAMD") && cpuinfo_has("cpu family\t: 25\n");
#ifdef BATCHDOT_EMULATE_AVX512
    is_zen_4 = false; /* where all vectors are AVX2's anyway */
#endif
    assert_int_equal(bd_halves_vectors(), is_zen_4);
}

/* Linux knows the caches too, but not everywhere. A processor without AVX-512 may be an emulated one, with caches of
 * its own; and of an AMD that does not tell its topology Linux takes them from older leaves. */
static void last_level_cache_is_the_largest(void **state) {
    (void)state;
    int64_t largest = 0;
    for (int index = 0;; index++) {
        char path[128], size[32];
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/size", index);
        FILE *const file = fopen(path, "r");
        const bool is_read = file && fgets(size, sizeof size, file);
        if (file)
            fclose(file);
        if (!is_read)
            break;
        const int64_t bytes = (int64_t)strtoll(size, NULL, 10) * 1024; /* the kernel always writes a K behind it */
        largest = bytes > largest ? bytes : largest;
    }
#ifdef BATCHDOT_EMULATE_AVX512
    skip();
#endif
    if (largest == 0 || best() < ISA_AVX512 || (cpuinfo_has("AuthenticAMD") && !cpuinfo_has("topoext")))
        skip();
    assert_int_equal(bd_last_level_cache(), largest);
    assert_int_equal(bd_last_level_cache(), largest);
}

static void name_lowers_and_never_raises(void **state) {
    (void)state;
    const enum isa most = best();
    for (int i = 0; i < ISA_COUNT; i++) {
        const enum isa wanted = (enum isa)i;
        const enum isa expected = wanted <= most && is_of_this_family(wanted) ? wanted : most;
        assert_int_equal(isa_with(bd_isa_name(wanted)), expected);
    }
}

static void unknown_name_changes_nothing(void **state) {
    (void)state;
    static const char *const names[] = {"",      "AVX2",      "avx",     "avx22", "avx2 ",
                                        " avx2", "portable,", "avx1024", "0",     "PORTABLE"};
    const enum isa most = best();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_int_equal(isa_with(names[i]), most);
}

static void answer_is_found_once(void **state) {
    (void)state;
    const enum isa first = bd_isa();
    assert_int_equal(setenv("BATCHDOT_ISA", first == ISA_PORTABLE ? "avx2" : "portable", 1), 0);
    assert_int_equal(bd_isa(), first);
}

static void names_are_the_documented_ones(void **state) {
    (void)state;
    assert_string_equal(bd_isa_name(ISA_PORTABLE), "portable");
    assert_string_equal(bd_isa_name(ISA_NEON), "neon");
    assert_string_equal(bd_isa_name(ISA_AVX2), "avx2");
    assert_string_equal(bd_isa_name(ISA_AVX512), "avx512");
    assert_string_equal(bd_isa_name(ISA_AVX512BF16), "avx512bf16");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_the_documented_ones),
        cmocka_unit_test(best_is_of_this_family),
        cmocka_unit_test(best_is_what_the_compiler_says),
        cmocka_unit_test(name_lowers_and_never_raises),
        cmocka_unit_test(only_zen_4_halves_vectors),
        cmocka_unit_test(unknown_name_changes_nothing),
        cmocka_unit_test(last_level_cache_is_the_largest),
        cmocka_unit_test(answer_is_found_once), /* last: from then on a child would inherit the answer */
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
