# Tests of what the compiler and the other tests do not see: the library's exported names, the rooms of src/, the calls
# that README has, the ways to install and to use the library, and whether the tests notice a broken library.

find_program(BATCHDOT_SHELL sh REQUIRED)
mark_as_advanced(BATCHDOT_SHELL)
set(instrumented OFF)
if(CMAKE_C_FLAGS MATCHES "-fsanitize|--coverage" OR BATCHDOT_EMULATE_AVX512)
    set(instrumented ON)
endif()

add_test(NAME rooms COMMAND ${BATCHDOT_SHELL} ${CMAKE_CURRENT_SOURCE_DIR}/check_rooms.sh ${PROJECT_SOURCE_DIR})

add_test(NAME readme_equivalents COMMAND ${BATCHDOT_SHELL} ${CMAKE_CURRENT_SOURCE_DIR}/check_equivalents.sh
    ${PROJECT_SOURCE_DIR})

add_test(NAME exports COMMAND ${BATCHDOT_SHELL} ${CMAKE_CURRENT_SOURCE_DIR}/check_exports.sh ${CMAKE_NM}
    ${PROJECT_SOURCE_DIR}/include/batchdot/batchdot.h $<IF:$<BOOL:${BUILD_SHARED_LIBS}>,$<TARGET_FILE:batchdot>,none>
    $<TARGET_OBJECTS:batchdot_objects> COMMAND_EXPAND_LISTS)

# A user's project is built without instrumentation, so that an instrumented library is not for it.
find_program(BATCHDOT_CXX NAMES $ENV{CXX} c++ g++ clang++)
mark_as_advanced(BATCHDOT_CXX)
if(instrumented OR NOT BATCHDOT_CXX)
    message(STATUS "Leaving out the tests that use the library as another project does "
        "(they need a C++ compiler and a library without sanitizers or emulation)")
else()
    # Whether the build under test is the shared library or the static one, the other is built for these tests.
    set(consumer_environment SOURCE=${PROJECT_SOURCE_DIR} BUILD=${PROJECT_BINARY_DIR} SHARED=$<BOOL:${BUILD_SHARED_LIBS}>
        BLAS=${BATCHDOT_BLAS} CC=${CMAKE_C_COMPILER} CXX=${BATCHDOT_CXX} CMAKE=${CMAKE_COMMAND}
        CTEST=${CMAKE_CTEST_COMMAND} LIBDIR=${CMAKE_INSTALL_LIBDIR} SCRATCH=${CMAKE_CURRENT_BINARY_DIR}/consumer)
    function(batchdot_add_consumer_test case)
        add_test(NAME consumer_${case} COMMAND ${CMAKE_COMMAND} -E env ${consumer_environment}
            ${BATCHDOT_SHELL} ${CMAKE_CURRENT_SOURCE_DIR}/consumer/check.sh ${case})
        set_tests_properties(consumer_${case} PROPERTIES LABELS consumer ${ARGN})
    endfunction()
    batchdot_add_consumer_test(install_shared FIXTURES_SETUP shared_install)
    batchdot_add_consumer_test(install_static FIXTURES_SETUP static_install)
    batchdot_add_consumer_test(find_package_shared FIXTURES_REQUIRED shared_install)
    batchdot_add_consumer_test(find_package_static FIXTURES_REQUIRED static_install)
    batchdot_add_consumer_test(find_package_static_cpp FIXTURES_REQUIRED static_install)
    batchdot_add_consumer_test(examples FIXTURES_REQUIRED shared_install)
    batchdot_add_consumer_test(pkg_config_shared FIXTURES_REQUIRED shared_install)
    batchdot_add_consumer_test(pkg_config_static FIXTURES_REQUIRED static_install)
    batchdot_add_consumer_test(wrong_version FIXTURES_REQUIRED shared_install)
    batchdot_add_consumer_test(add_subdirectory)
    batchdot_add_consumer_test(fetch_content)
endif()

# A mutant takes the place of the shared library, which instrumented programs would not work with.
if(BUILD_SHARED_LIBS AND NOT instrumented)
    add_test(NAME mutants COMMAND ${CMAKE_COMMAND} -E env SOURCE=${PROJECT_SOURCE_DIR} TESTS=${CMAKE_CURRENT_BINARY_DIR}
        SCRATCH=${CMAKE_CURRENT_BINARY_DIR}/mutants CMAKE=${CMAKE_COMMAND} CC=${CMAKE_C_COMPILER} BLAS=${BATCHDOT_BLAS}
        ${BATCHDOT_SHELL} ${CMAKE_CURRENT_SOURCE_DIR}/mutants/run.sh)
    set_tests_properties(mutants PROPERTIES LABELS mutants TIMEOUT 600 COST 1000) # the longest first
endif()
