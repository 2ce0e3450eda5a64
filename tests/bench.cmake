# Tests of batchdot-bench: its parts, the program on peers that are faulty, its JSON, and the report drawn from that.

batchdot_add_test(test_bench_cases SOURCES npy_fixture.c LIBRARIES batchdot_bench_objects)
batchdot_add_test(test_bench_copies SOURCES bench_expression.c LIBRARIES batchdot_bench_objects)
batchdot_add_test(test_bench_evaluation LIBRARIES batchdot_bench_objects)
batchdot_add_test(test_bench_general SOURCES bench_expression.c bench_items.c LIBRARIES batchdot_bench_objects)
batchdot_add_test(test_bench_products SOURCES bench_items.c LIBRARIES batchdot_bench_objects)
target_compile_definitions(test_bench_cases PRIVATE BENCH_CASES="${PROJECT_SOURCE_DIR}/bench/cases.tsv")

add_library(faulty_cblas MODULE faulty_cblas.c)
batchdot_compile_options(faulty_cblas)
batchdot_add_test(test_bench_options SOURCES command_runner.c npy_fixture.c)
batchdot_add_test(test_bench_program SOURCES bench_runner.c command_runner.c npy_fixture.c)
foreach(name IN ITEMS test_bench_options test_bench_program)
    target_compile_definitions(${name} PRIVATE
        BATCHDOT_COMMAND="$<TARGET_FILE:batchdot_bench>"
        BATCHDOT_LIBRARY="$<TARGET_FILE:batchdot>"
        FAULTY_CBLAS_FILE="$<TARGET_FILE:faulty_cblas>")
    add_dependencies(${name} batchdot_bench faulty_cblas)
endforeach()
target_include_directories(test_bench_program PRIVATE ${PROJECT_SOURCE_DIR}/bench)
target_compile_definitions(test_bench_copies PRIVATE FAULTY_CBLAS_FILE="$<TARGET_FILE:faulty_cblas>")
add_dependencies(test_bench_copies faulty_cblas)
foreach(name IN ITEMS test_bench_cases test_bench_copies test_bench_options test_bench_products test_bench_program
    faulty_cblas)
    target_compile_definitions(${name} PRIVATE _XOPEN_SOURCE=700)
endforeach()

# Every kernel has a product in the bench that it accepts, or the program fails.
add_test(NAME bench_kernels COMMAND batchdot_kernel_bench --rounds 1)
set_tests_properties(bench_kernels PROPERTIES PASS_REGULAR_EXPRESSION "chosen.*portable_i64 +128x128x128 +tt ")

set(bench_definitions -DBENCH=$<TARGET_FILE:batchdot_bench> -DCBLAS=$<TARGET_FILE:faulty_cblas>)
set(bench_tests test_bench_cases test_bench_copies test_bench_evaluation test_bench_general test_bench_options
    test_bench_products test_bench_program bench_json bench_kernels)
add_test(NAME bench_json COMMAND ${CMAKE_COMMAND} ${bench_definitions}
    -DSCRATCH=${CMAKE_CURRENT_BINARY_DIR}/bench_json -P ${CMAKE_CURRENT_SOURCE_DIR}/check_bench_json.cmake)

# A test of bench/SCRIPT on what batchdot-bench measured, by check_NAME.cmake: with the first python3 that has these
# modules, of the one in the path and the system's, or left out.
function(batchdot_add_python_test name script modules)
    foreach(python IN ITEMS python3 /usr/bin/python3)
        execute_process(COMMAND ${python} -c "import ${modules}" RESULT_VARIABLE status OUTPUT_QUIET ERROR_QUIET)
        if(status EQUAL 0)
            add_test(NAME ${name} COMMAND ${CMAKE_COMMAND} ${bench_definitions} -DPYTHON=${python}
                -DSCRIPT=${PROJECT_SOURCE_DIR}/bench/${script} -DSCRATCH=${CMAKE_CURRENT_BINARY_DIR}/${name}
                -P ${CMAKE_CURRENT_SOURCE_DIR}/check_${name}.cmake)
            set(bench_tests ${bench_tests} ${name} PARENT_SCOPE)
            return()
        endif()
    endforeach()
    message(STATUS "Leaving out the test of bench/${script} (it needs a python3 with ${modules})")
endfunction()

batchdot_add_python_test(bench_report report.py "matplotlib, PIL")
batchdot_add_python_test(bench_numpy numpy_peer.py numpy)
set_tests_properties(${bench_tests} PROPERTIES LABELS bench TIMEOUT 600)
