#!/bin/sh
# One way to install libbatchdot or to use it, tried out; tests/CMakeLists.txt runs it with a case's name and, in the
# environment, what the build under test was configured with: SOURCE, BUILD (directories), SHARED (whether BUILD makes a
# shared library), BLAS, CC, CXX, CMAKE, CTEST, LIBDIR (where libraries are installed below a prefix) and SCRATCH.
set -eu

consumer=$SOURCE/tests/consumer
prefix_shared=$SCRATCH/prefix_shared
prefix_static=$SCRATCH/prefix_static
export CC CXX CMAKE_BUILD_PARALLEL_LEVEL="${CMAKE_BUILD_PARALLEL_LEVEL:-2}"

fresh() { rm -rf "$1" && mkdir -p "$1"; }

# Installs the build under test where it is of the kind asked for, else a second build of the other kind.
install_library() {
    kind=$1
    if [ "$kind" = shared ]; then wanted=ON; else wanted=OFF; fi
    tree=$BUILD
    if [ "$SHARED" != $wanted ]; then
        tree=$SCRATCH/build_$kind
        "$CMAKE" -S "$SOURCE" -B "$tree" -DBUILD_SHARED_LIBS=$wanted -DCMAKE_BUILD_TYPE=Debug -DBATCHDOT_BLAS="$BLAS" \
            -DBATCHDOT_ISA_KERNELS=OFF -DBATCHDOT_BUILD_TESTS=OFF -DBATCHDOT_BUILD_EXAMPLES=OFF \
            -DBATCHDOT_BUILD_CLI=OFF -DCMAKE_INSTALL_LIBDIR="$LIBDIR"
        "$CMAKE" --build "$tree"
    fi
    fresh "$SCRATCH/prefix_$kind"
    "$CMAKE" --install "$tree" --prefix "$SCRATCH/prefix_$kind"
    test -f "$SCRATCH/prefix_$kind/include/batchdot/batchdot.h"
}

# Configures, builds and tests the project in directory $1 in a fresh one, with the CMake options that follow.
cmake_project() {
    project=$1
    shift
    fresh "$SCRATCH/$case"
    "$CMAKE" -S "$project" -B "$SCRATCH/$case" -DCMAKE_BUILD_TYPE=Debug -DBATCHDOT_BLAS="$BLAS" \
        -DBATCHDOT_ISA_KERNELS=OFF "$@"
    "$CMAKE" --build "$SCRATCH/$case"
    (cd "$SCRATCH/$case" && "$CTEST" --output-on-failure --no-tests=error)
}

cmake_consumer() { cmake_project "$consumer" "$@"; }

# Builds and runs both programs with pkg-config's flags and no CMake.
pkg_config_consumer() {
    prefix=$1
    shift
    fresh "$SCRATCH/$case"
    export PKG_CONFIG_PATH="$prefix/$LIBDIR/pkgconfig" LD_LIBRARY_PATH="$prefix/$LIBDIR"
    pkg-config --print-errors --exists 'batchdot >= 0.1'
    flags=$(pkg-config --cflags --libs "$@" batchdot)
    echo "pkg-config $* says: $flags"
    # shellcheck disable=SC2086 # a list of flags
    "$CC" -o "$SCRATCH/$case/c" "$consumer/consumer.c" $flags
    # shellcheck disable=SC2086
    "$CXX" -std=c++11 -o "$SCRATCH/$case/cpp" "$consumer/consumer.cpp" $flags
    "$SCRATCH/$case/c"
    "$SCRATCH/$case/cpp"
}

# find_package must refuse version $1 of the library.
refuses_version() {
    fresh "$SCRATCH/$case"
    if "$CMAKE" -S "$consumer" -B "$SCRATCH/$case" -DCMAKE_PREFIX_PATH="$prefix_shared" -DCONSUMER_VERSION="$1" \
        >"$SCRATCH/$case.log" 2>&1; then
        echo "find_package(batchdot $1) was satisfied"
        exit 1
    fi
    cat "$SCRATCH/$case.log"
    grep -q "compatible with requested" "$SCRATCH/$case.log"
}

case=$1
case $case in
install_shared) install_library shared ;;
install_static) install_library static ;;
find_package_shared) cmake_consumer -DCMAKE_PREFIX_PATH="$prefix_shared" ;;
find_package_static) cmake_consumer -DCMAKE_PREFIX_PATH="$prefix_static" ;;
find_package_static_cpp) cmake_consumer -DCMAKE_PREFIX_PATH="$prefix_static" -DCONSUMER_LANGUAGE_C=OFF ;;
examples) cmake_project "$SOURCE/examples" -DCMAKE_PREFIX_PATH="$prefix_shared" -DCMAKE_C_FLAGS=-Werror ;;
pkg_config_shared) pkg_config_consumer "$prefix_shared" ;;
pkg_config_static) pkg_config_consumer "$prefix_static" --static ;;
add_subdirectory) cmake_consumer -DCONSUMER_WAY=add_subdirectory -DCONSUMER_SOURCE="$SOURCE" ;;
fetch_content) cmake_consumer -DCONSUMER_WAY=fetch_content -DCONSUMER_SOURCE="$SOURCE" ;;
wrong_version)
    refuses_version 99
    refuses_version 0.2
    ;;
*)
    echo "no such case: $case"
    exit 2
    ;;
esac
