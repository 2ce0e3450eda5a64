# Runs numpy_peer.py on what batchdot-bench measured, for a test: cmake -DBENCH=... -DPYTHON=... -DSCRIPT=...
# -DSCRATCH=... -P this. Wanted: BENCH the program, PYTHON one with NumPy, SCRIPT numpy_peer.py, SCRATCH a directory
# that is made anew.

file(REMOVE_RECURSE ${SCRATCH})
file(MAKE_DIRECTORY ${SCRATCH})
file(WRITE ${SCRATCH}/cases.tsv
    "vectors\tfirst\ti32,i64\t5,7\t5,7\t1,1\n"
    "rows\tfirst\ti32\t5,7\t5,3,7\t1,2\n"
    "columns\tfirst\ti64,f32\t5,7,2\t5,7,3\t1,1\n"
    "letters\tfirst\ti32,f64\t3,4,5\t3,5,6\tabk,akc->bc\n"
    "full\tfirst\tc64\t3,4,5\t5,3,4\tabc,cab->\n"
    "shared\tfirst\tf64\t3,2,4\t3,4,5\t2,1\tshared-y\n"
    "cosine\tfirst\tf64,c64,bf16\t3,2,7\t3,4,7\t2,2\tnormalize\n"
    "cosines\tfirst\tf64\t4,7\t5,7\tik,jk->ij\tnormalize\n")
execute_process(
    COMMAND ${BENCH} --cases ${SCRATCH}/cases.tsv --rounds 2 --peer none --json ${SCRATCH}/results.json
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT status EQUAL 0)
    message(FATAL_ERROR "status ${status}: ${output}")
endif()

function(run_numpy)
    execute_process(COMMAND ${PYTHON} ${SCRIPT} ${ARGN} --rounds 1 WORKING_DIRECTORY ${SCRATCH}
        RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE error)
    set(status ${status} PARENT_SCOPE)
    set(output "${output}" PARENT_SCOPE)
    set(error "${error}" PARENT_SCOPE)
endfunction()

# A row for each of these, and as many rows.
function(expect_rows)
    if(NOT status EQUAL 0 OR error)
        message(FATAL_ERROR "status ${status}: ${error}")
    endif()
    foreach(row IN LISTS ARGN)
        if(NOT output MATCHES "\n. ${row} . [0-9.e+-]+ . [0-9.e+-]+ . [0-9.]+ .\n")
            message(SEND_ERROR "The table lacks '${row}': ${output}")
        endif()
    endforeach()
    string(REGEX MATCHALL "\n. [a-z]+ . [a-z0-9]+ . [0-9]" rows "${output}")
    list(LENGTH rows count)
    list(LENGTH ARGN expected)
    if(NOT count EQUAL expected)
        message(SEND_ERROR "${count} rows instead of ${expected}: ${output}")
    endif()
endfunction()

run_numpy(results.json)
expect_rows("vectors . i32" "vectors . i64" "rows . i32" "columns . i64" "letters . i32")
run_numpy(results.json --dtype f64,c64)
expect_rows("letters . f64" "full . c64" "shared . f64" "cosine . f64" "cosine . c64" "cosines . f64")

# What it cannot do: a status and one line.
function(expect_refusal part)
    run_numpy(${ARGN})
    if(status EQUAL 0 OR NOT error MATCHES "^numpy_peer.py: [^\n]*${part}[^\n]*\n$" OR output)
        message(SEND_ERROR "${ARGN}: status ${status}: ${output}${error}")
    endif()
endfunction()

file(WRITE ${SCRATCH}/other.json "{\"version\": 1}")
expect_refusal("missing.json" missing.json)
expect_refusal("cases.tsv" cases.tsv)
expect_refusal("other.json" other.json)
expect_refusal("bf16" results.json --dtype f32,bf16)
expect_refusal("without a name" results.json --dtype f32,)
