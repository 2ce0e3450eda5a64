# Runs numpy_peer.py on what batchdot-bench measured, for a test: cmake -DBENCH=... -DPYTHON=... -DSCRIPT=...
# -DSCRATCH=... -P this. Wanted: BENCH the program, PYTHON one with NumPy, SCRIPT numpy_peer.py, SCRATCH a directory
# that is made anew.

file(REMOVE_RECURSE ${SCRATCH})
file(MAKE_DIRECTORY ${SCRATCH})
file(WRITE ${SCRATCH}/cases.tsv
    "vectors\tfirst\ti32,i64\t5,7\t5,7\t1,1\n"
    "rows\tfirst\ti32\t5,7\t5,3,7\t1,2\n"
    "columns\tfirst\ti64,f32\t5,7,2\t5,7,3\t1,1\n")
execute_process(
    COMMAND ${BENCH} --cases ${SCRATCH}/cases.tsv --rounds 2 --peer none --json ${SCRATCH}/results.json
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT status EQUAL 0)
    message(FATAL_ERROR "status ${status}: ${output}")
endif()
execute_process(COMMAND ${PYTHON} ${SCRIPT} results.json --rounds 1 WORKING_DIRECTORY ${SCRATCH}
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE error)
if(NOT status EQUAL 0 OR error)
    message(FATAL_ERROR "status ${status}: ${error}")
endif()
foreach(row IN ITEMS "vectors . i32" "vectors . i64" "rows . i32" "columns . i64")
    if(NOT output MATCHES "\n. ${row} . [0-9.e+-]+ . [0-9.e+-]+ . [0-9.]+ .\n")
        message(SEND_ERROR "The table lacks '${row}': ${output}")
    endif()
endforeach()
if(output MATCHES "f32")
    message(SEND_ERROR "A dtype that was not asked for: ${output}")
endif()
