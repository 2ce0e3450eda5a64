# Compiles the AVX-512 kernels, named in avx512_kernels, for machines with AVX2 alone, where bd_isa then says AVX-512.
# Included by src/CMakeLists.txt. For gcc; some versions of SIMDe and clang do not agree on a type.

include(CheckIncludeFile)
check_include_file(simde/x86/avx512.h BATCHDOT_HAVE_SIMDE -mavx2)
if(NOT BATCHDOT_HAVE_SIMDE)
    message(FATAL_ERROR "BATCHDOT_EMULATE_AVX512 needs SIMDe's headers (Debian's libsimde-dev)")
endif()

# -O1: the emulation is much code, and more takes gcc up to ten times as long without running any faster.
# -Wno-psabi: what takes 512-bit vectors is called in its own file only.
# -Wno-pass-failed: clang cannot vectorize all that SIMDe asks it to.
set_source_files_properties(${avx512_kernels} PROPERTIES COMPILE_OPTIONS
    "-mavx2;-mfma;-mf16c;-mno-avx512f;-O1;-Wno-psabi;-Wno-pass-failed")
set_property(SOURCE ${avx512_kernels} APPEND PROPERTY COMPILE_OPTIONS
    -include ${CMAKE_CURRENT_LIST_DIR}/avx512_emulation.h)
target_compile_definitions(batchdot_objects PUBLIC BATCHDOT_EMULATE_AVX512)
install(CODE "message(FATAL_ERROR \"A build with BATCHDOT_EMULATE_AVX512 is for tests only\")")
