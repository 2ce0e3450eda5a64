#!/bin/sh
# Shows that the tests can fail: builds the shared library once as it is and once for each row of mutants.tsv with one
# deliberate fault, and runs the named test on it, which must pass on the first and fail on all others.
#
# tests/packaging.cmake runs it with, in the environment, SOURCE (the source tree), TESTS (where the test programs are,
# linked to the shared library), SCRATCH, CMAKE, CC and BLAS. Arguments are the names of the mutants to try; none means all.
set -euf

here=$SOURCE/tests/mutants
copy=$SCRATCH/source
tree=$SCRATCH/build
as_it_is=$SCRATCH/objects
tab=$(printf '\t')
unset CFLAGS # a mutant may well be warned of
export CC PATH="$TESTS:$PATH" CMAKE_BUILD_PARALLEL_LEVEL="${CMAKE_BUILD_PARALLEL_LEVEL:-2}"

build_library() { "$CMAKE" --build "$tree" --target batchdot >"$SCRATCH/build.log" 2>&1; }

# Runs a test as mutants.tsv names it on the library built here, for $2 seconds at most: a mutant may never end. The
# first failure is enough and ends the program.
passes() {
    # shellcheck disable=SC2086 # the settings, the program and its arguments
    LD_PRELOAD=$tree/src/libbatchdot.so timeout "$2" env CMOCKA_TEST_ABORT=1 BATCHDOT_TEST_CASES=500 $1 \
        >"$SCRATCH/test.log" 2>&1 </dev/null
}

rows() { grep -v -e '^#' -e '^$' "$here/mutants.tsv"; }

wanted() {
    for one in $names; do [ "$one" != "$1" ] || return 0; done
    [ -z "$names" ]
}

names=$*
rm -rf "$SCRATCH"
mkdir -p "$copy"
cp -Rp "$SOURCE/src" "$SOURCE/include" "$SOURCE/cmake" "$SOURCE/CMakeLists.txt" "$copy"
"$CMAKE" -S "$copy" -B "$tree" -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_FLAGS_RELEASE=-O0 -DBUILD_SHARED_LIBS=ON \
    -DBATCHDOT_BLAS="$BLAS" -DBATCHDOT_ISA_KERNELS=OFF -DBATCHDOT_BUILD_TESTS=OFF \
    -DBATCHDOT_BUILD_EXAMPLES=OFF -DBATCHDOT_BUILD_CLI=OFF >"$SCRATCH/configure.log"
left_out=''
if grep -q -e '^-- BLAS: off' -e '^-- BLAS: none' "$SCRATCH/configure.log"; then left_out="$left_out blas"; fi
if grep -q '^-- Could NOT find OpenMP' "$SCRATCH/configure.log"; then left_out="$left_out threads"; fi
build_library || { cat "$SCRATCH/build.log"; exit 1; }
cp -Rp "$tree/src" "$as_it_is"

rows >"$SCRATCH/rows"
cut -f 4 "$SCRATCH/rows" | sort -u >"$SCRATCH/tests"
while read -r test; do
    passes "$test" 120 || { cat "$SCRATCH/test.log"; echo "$test fails on the library as it is"; exit 1; }
done <"$SCRATCH/tests"
echo "every test passes on the library as it is"

tried=0
survived=0
while IFS=$tab read -r name file expression test; do
    wanted "$name" || continue
    case " $left_out " in *" ${name%%_*} "*) continue ;; esac
    tried=$((tried + 1))
    sed "$expression" "$SOURCE/$file" >"$copy/$file"
    if cmp -s "$SOURCE/$file" "$copy/$file"; then
        echo "$name: the sed expression changes nothing in $file"
        exit 1
    fi
    if ! build_library; then
        cat "$SCRATCH/build.log"
        echo "$name: does not compile"
        exit 1
    fi
    if passes "$test" 30; then
        echo "SURVIVED: $name; $test passes although $file is broken"
        survived=$((survived + 1))
    else
        echo "noticed: $name, by $test"
    fi
    # With their times, so that the next mutant has to compile again only what is in it.
    cp -p "$SOURCE/$file" "$copy/$file"
    rm -rf "$tree/src"
    cp -Rp "$as_it_is" "$tree/src"
done <"$SCRATCH/rows"
echo "$tried mutants, $survived survived"
[ "$tried" -gt 0 ] && [ "$survived" -eq 0 ]
