# Fails unless PROGRAM exits with 0 and prints what the file EXPECTED holds: cmake -DPROGRAM=... -DEXPECTED=... -P this.
execute_process(COMMAND ${PROGRAM} OUTPUT_VARIABLE output RESULT_VARIABLE status)
file(READ ${EXPECTED} expected)
if(NOT status EQUAL 0 OR NOT output STREQUAL expected)
    message(FATAL_ERROR "status ${status}, and this output:\n${output}Wanted:\n${expected}")
endif()
