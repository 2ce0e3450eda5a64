# Finds a BLAS with the CBLAS interface, and how its symbols and integers are made.
#
# In:  BATCHDOT_BLAS (AUTO, OFF, REQUIRED); optionally CBLAS_LIBRARIES, set by the user to link exactly those libraries,
#      and BLA_VENDOR or BLAS_LIBRARIES, as FindBLAS takes them.
# Out: CBLAS_FOUND, CBLAS_LIBRARIES, CBLAS_DEFINITIONS (for src/engines/cblas.h)
#
# OpenBLAS comes first, through its pkg-config file; then whatever FindBLAS finds.

include(CheckFunctionExists)
include(CMakePushCheckState)

set(CBLAS_FOUND OFF)
set(CBLAS_DEFINITIONS "")
set(CBLAS_INT_BITS "" CACHE STRING "Bits of the BLAS's integers, 32 or 64; empty: found out by running a test program")

# Sets CBLAS_PREFIX and CBLAS_SUFFIX to what the library's symbols have around the standard name.
macro(cblas_find_symbols)
    set(CBLAS_SYMBOLS_FOUND OFF)
    foreach(affixes "|" "|64_" "|_64" "scipy_|" "scipy_|64_")
        string(REPLACE "|" ";" affixes "${affixes}")
        list(GET affixes 0 CBLAS_PREFIX)
        list(GET affixes 1 CBLAS_SUFFIX)
        set(symbol ${CBLAS_PREFIX}cblas_sgemm${CBLAS_SUFFIX})
        check_function_exists(${symbol} CBLAS_HAS_${symbol})
        if(CBLAS_HAS_${symbol})
            set(CBLAS_SYMBOLS_FOUND ON)
            break()
        endif()
    endforeach()
endmacro()

# A negative 64-bit count whose lower half is 1 is nothing to sum for 64-bit integers, and one element for 32-bit ones.
macro(cblas_find_int_bits)
    if(NOT CBLAS_INT_BITS)
        file(WRITE ${CMAKE_BINARY_DIR}/CMakeFiles/cblas_int_bits.c "
            #include <stdint.h>
            double ${CBLAS_PREFIX}cblas_ddot${CBLAS_SUFFIX}(int64_t, const double *, int64_t, const double *, int64_t);
            int main(void)
            {
                const double one = 1;
                const int64_t count = (int64_t)0xffffffff00000001u;
                return ${CBLAS_PREFIX}cblas_ddot${CBLAS_SUFFIX}(count, &one, 1, &one, 1) == 1 ? 32 : 64;
            }")
        try_run(CBLAS_INT_BITS_RUN CBLAS_INT_BITS_COMPILED ${CMAKE_BINARY_DIR}/CMakeFiles
            ${CMAKE_BINARY_DIR}/CMakeFiles/cblas_int_bits.c LINK_LIBRARIES ${CBLAS_LIBRARIES})
        if(CBLAS_INT_BITS_RUN EQUAL 32 OR CBLAS_INT_BITS_RUN EQUAL 64)
            set(CBLAS_INT_BITS ${CBLAS_INT_BITS_RUN})
        endif()
    endif()
endmacro()

# Looks at the libraries in CBLAS_LIBRARIES, and sets CBLAS_FOUND if they will do.
macro(cblas_examine description)
    cmake_push_check_state(RESET)
    set(CMAKE_REQUIRED_LIBRARIES ${CBLAS_LIBRARIES})
    cblas_find_symbols()
    if(CBLAS_SYMBOLS_FOUND)
        cblas_find_int_bits()
        check_function_exists(${CBLAS_PREFIX}cblas_sgemm_batch_strided${CBLAS_SUFFIX} CBLAS_HAS_GEMM_BATCH_STRIDED)
        check_function_exists(${CBLAS_PREFIX}cblas_sgemm_batch${CBLAS_SUFFIX} CBLAS_HAS_GEMM_BATCH)
        check_function_exists(${CBLAS_PREFIX}openblas_get_config${CBLAS_SUFFIX} CBLAS_HAS_OPENBLAS_CONFIG)
    endif()
    cmake_pop_check_state()
    if(NOT CBLAS_SYMBOLS_FOUND)
        message(STATUS "BLAS: ${description} has no CBLAS interface")
    elseif(NOT CBLAS_INT_BITS)
        message(STATUS "BLAS: could not find out the integers of ${description}; set CBLAS_INT_BITS")
    else()
        set(CBLAS_FOUND ON)
        set(CBLAS_DEFINITIONS BATCHDOT_HAVE_BLAS BATCHDOT_BLAS_PREFIX=${CBLAS_PREFIX} BATCHDOT_BLAS_SUFFIX=${CBLAS_SUFFIX})
        if(CBLAS_INT_BITS EQUAL 64)
            list(APPEND CBLAS_DEFINITIONS BATCHDOT_BLAS_INT64)
        endif()
        if(CBLAS_HAS_GEMM_BATCH_STRIDED)
            list(APPEND CBLAS_DEFINITIONS BATCHDOT_HAVE_GEMM_BATCH_STRIDED)
        elseif(CBLAS_HAS_GEMM_BATCH)
            list(APPEND CBLAS_DEFINITIONS BATCHDOT_HAVE_GEMM_BATCH)
        endif()
        if(CBLAS_HAS_OPENBLAS_CONFIG)
            list(APPEND CBLAS_DEFINITIONS BATCHDOT_HAVE_OPENBLAS_CONFIG)
        endif()
        message(STATUS "BLAS: ${description}, ${CBLAS_INT_BITS}-bit integers (${CBLAS_LIBRARIES})")
    endif()
endmacro()

if(BATCHDOT_BLAS STREQUAL "OFF")
    set(CBLAS_LIBRARIES "")
    message(STATUS "BLAS: off")
elseif(BATCHDOT_BLAS STREQUAL "AUTO" OR BATCHDOT_BLAS STREQUAL "REQUIRED")
    if(CBLAS_LIBRARIES)
        cblas_examine("CBLAS_LIBRARIES")
    else()
        find_package(PkgConfig QUIET)
        if(PkgConfig_FOUND AND NOT BLA_VENDOR AND NOT BLAS_LIBRARIES)
            pkg_check_modules(OPENBLAS QUIET openblas)
            if(OPENBLAS_FOUND)
                set(CBLAS_LIBRARIES ${OPENBLAS_LINK_LIBRARIES})
                cblas_examine("OpenBLAS ${OPENBLAS_VERSION}")
            endif()
        endif()
        if(NOT CBLAS_FOUND)
            find_package(BLAS QUIET)
            if(BLAS_FOUND)
                set(CBLAS_LIBRARIES ${BLAS_LIBRARIES} ${BLAS_LINKER_FLAGS})
                cblas_examine("the BLAS that FindBLAS found")
            endif()
        endif()
    endif()
    if(NOT CBLAS_FOUND)
        set(CBLAS_LIBRARIES "")
        if(BATCHDOT_BLAS STREQUAL "REQUIRED")
            message(FATAL_ERROR "BATCHDOT_BLAS is REQUIRED, but no BLAS with a CBLAS interface was found")
        endif()
        message(STATUS "BLAS: none found; building without")
    endif()
else()
    message(FATAL_ERROR "BATCHDOT_BLAS must be AUTO, OFF or REQUIRED, not '${BATCHDOT_BLAS}'")
endif()
