# Runs report.py on what batchdot-bench measured, for a test: cmake -DBENCH=... -DCBLAS=... -DPYTHON=... -DSCRIPT=...
# -DSCRATCH=... -P this. Wanted: BENCH the program, CBLAS faulty_cblas, PYTHON one with matplotlib, SCRIPT report.py,
# SCRATCH a directory that is made anew.

file(REMOVE_RECURSE ${SCRATCH})
file(MAKE_DIRECTORY ${SCRATCH})
file(WRITE ${SCRATCH}/cases.tsv
    "tiny\tfirst,quick\tf32,f64\t3,2,2\t3,2,2\t2,1\n"
    "wide\tsecond\tf32\t2,3,4\t2,4,5\t2,1\n"
    "long\tsecond\tf32,f64\t64,100,20\t64,20,30\t2,1\n"
    "apart\tgeneral\tf32\t3,4,5\t3,5,6\tabk,akc->bc\n"
    "cosine\tnormalize\tf32\t3,2,7\t3,4,7\t2,2\tnormalize\n")
execute_process(
    COMMAND ${CMAKE_COMMAND} -E env FAULTY_CBLAS=element FAULTY_CBLAS_ROWS=3 ${BENCH} --cases ${SCRATCH}/cases.tsv
        --rounds 2 --peer mine --cblas mine=${CBLAS} --json ${SCRATCH}/results.json
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT status EQUAL 0)
    message(FATAL_ERROR "status ${status}: ${output}")
endif()

function(report)
    execute_process(COMMAND ${PYTHON} ${SCRIPT} ${ARGN} WORKING_DIRECTORY ${SCRATCH}
        RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE error)
    set(status ${status} PARENT_SCOPE)
    set(output "${output}" PARENT_SCOPE)
    set(error "${error}" PARENT_SCOPE)
endfunction()

report(results.json --out pictures)
if(NOT status EQUAL 0 OR error)
    message(FATAL_ERROR "status ${status}: ${error}")
endif()
foreach(picture IN ITEMS bars-f32 bars-f64 roofline-f32 roofline-f64)
    file(READ ${SCRATCH}/pictures/${picture}.png start LIMIT 8 HEX)
    if(NOT start STREQUAL "89504e470d0a1a0a")
        message(SEND_ERROR "${picture}.png is no PNG file: ${start}")
    endif()
endforeach()
foreach(part IN ITEMS "| tiny | f32 | 2, 2, 2 | 3 |" "| wide | f32 | 3, 5, 4 | 2 |" "| long | f64 | 100, 30, 20 | 64 |"
        "| apart | f32 | 4, 6, 15 | 1 |" "| cosine | f32 | 2, 4, 7 | 3 |"
        "| first | 1 |" "| second | 2 |" "| general | 1 |" "| normalize | 1 |" " mine | " " mine-copied | ")
    string(FIND "${output}" "${part}" place)
    if(place EQUAL -1)
        message(SEND_ERROR "The tables lack '${part}': ${output}")
    endif()
endforeach()

# One dtype only, and the same bytes again.
report(results.json --out again --dtype f32)
if(NOT status EQUAL 0 OR EXISTS ${SCRATCH}/again/bars-f64.png)
    message(SEND_ERROR "--dtype f32: status ${status}: ${error}")
endif()
foreach(picture IN ITEMS bars-f32 roofline-f32)
    file(SHA256 ${SCRATCH}/pictures/${picture}.png first)
    file(SHA256 ${SCRATCH}/again/${picture}.png second)
    if(NOT first STREQUAL second)
        message(SEND_ERROR "${picture}.png differs when it is drawn again")
    endif()
endforeach()

# What is no result: a status and one line.
file(READ ${SCRATCH}/results.json whole)
string(SUBSTRING "${whole}" 0 300 part)
file(WRITE ${SCRATCH}/cut.json "${part}")
file(WRITE ${SCRATCH}/other.json "{\"version\": 1}")
string(REPLACE "{\"version\": 1," "{\"version\": 2," later "${whole}")
file(WRITE ${SCRATCH}/later.json "${later}")
foreach(name IN ITEMS cut other later missing)
    report(${name}.json --out nothing)
    if(status EQUAL 0 OR NOT error MATCHES "^report.py: [^\n]*${name}.json[^\n]*\n$" OR EXISTS ${SCRATCH}/nothing)
        message(SEND_ERROR "${name}.json: status ${status}: ${error}")
    endif()
endforeach()
report(results.json --dtype f16)
if(status EQUAL 0 OR NOT error MATCHES "^report.py: [^\n]*\n$")
    message(SEND_ERROR "--dtype f16: status ${status}: ${error}")
endif()
