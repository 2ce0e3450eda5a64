#!/bin/sh
# From a fresh machine to a working library:
#
#   sh cmake/setup.sh demo               builds the command and compares it with TensorFlow's own results
#   sh cmake/setup.sh test               builds everything and runs the tests
#   sh cmake/setup.sh bench [OPTION...]  gets the libraries that others would use instead, builds the bench and runs
#                                        its quick suite, or with these options of batchdot-bench
#   sh cmake/setup.sh packages [FOR]     only installs what is missing for demo, test (the default), bench or ci
#
# On Debian and Ubuntu what is missing is installed by apt-get, as root or through sudo; elsewhere the script says what
# to install. BATCHDOT_BLAS=OFF in the environment builds without a BLAS, BATCHDOT_BLAS=REQUIRED insists on one;
# BATCHDOT_ISA_KERNELS=OFF leaves out what is for single instruction sets.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
blas=${BATCHDOT_BLAS:-AUTO}
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)

if [ "$(id -u)" -eq 0 ]; then as_root=''; else as_root=sudo; fi

say() { printf '%s\n' "$@"; }
fail() { printf 'setup.sh: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# Whether the compiler $1 accepts the program $3 in language $2: it is there, and so are the headers.
compiles() { have "$1" && printf '%s\n' "$3" | "$1" -x "$2" -fsyntax-only - 2>/dev/null; }

cmake_is_recent() {
    have cmake || return 1
    version=$(cmake --version | sed -n '1s/[^0-9]*\([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
    [ "${version% *}" -gt 3 ] || { [ "${version% *}" -eq 3 ] && [ "${version#* }" -ge 20 ]; }
}

# Prints the Debian packages that this machine lacks for $1.
missing_packages() {
    compiles "${CC:-cc}" c '#include <stdio.h>' || say gcc libc6-dev
    have make || have ninja || say make
    cmake_is_recent || say cmake
    if have pkg-config; then pkg_config=pkg-config; else pkg_config=false; say pkg-config; fi
    [ "$blas" = OFF ] || $pkg_config --exists openblas 2>/dev/null || say libopenblas-dev
    case $1 in demo | bench) return 0 ;; esac
    $pkg_config --exists cmocka 2>/dev/null || say libcmocka-dev
    compiles "${CXX:-c++}" c++ '#include <vector>' || say g++
    [ "$1" = ci ] || return 0
    for tool in git clang clang-tidy clang-format valgrind; do
        have $tool || say $tool
    done
    # Valgrind needs the names of the C library's own functions, and clang a runtime for OpenMP.
    dpkg -s libc6-dbg >/dev/null 2>&1 || say libc6-dbg
    compiles clang c '#include <omp.h>' || say libomp-dev
}

in_words() {
    case $1 in
    gcc) say "  a C11 compiler (gcc or clang) with the C library's headers" ;;
    make) say "  make or ninja" ;;
    cmake) say "  CMake 3.20 or newer" ;;
    pkg-config) say "  pkg-config" ;;
    libopenblas-dev) say "  OpenBLAS with its headers and pkg-config file (or set BATCHDOT_BLAS=OFF)" ;;
    libcmocka-dev) say "  CMocka with its headers" ;;
    g++) say "  a C++ compiler" ;;
    libc6-dev) ;;
    *) say "  $1" ;;
    esac
}

install_packages() {
    missing=$(missing_packages "$1" | tr '\n' ' ')
    [ -n "$missing" ] || return 0
    if have apt-get; then
        [ -z "$as_root" ] || have sudo || fail "run this as root: apt-get install $missing"
        say "Installing $missing"
        $as_root apt-get update -qq || say "apt-get update failed; trying with the package lists that are there"
        # shellcheck disable=SC2086 # a list of package names
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
            -o Dpkg::Use-Pty=0 $missing >/dev/null || fail "apt-get could not install $missing"
        missing=$(missing_packages "$1" | tr '\n' ' ')
    fi
    [ -n "$missing" ] || return 0
    say "Not found on this machine:"
    for package in $missing; do in_words "$package"; done
    if [ "$missing" != "libopenblas-dev " ] || [ "$blas" != AUTO ]; then
        fail "please install these, then run this again"
    fi
    say "Going on with whatever BLAS CMake finds, or none."
}

# Prints the Debian packages of peers that this machine lacks.
missing_peers() {
    compiles "${CC:-cc}" c '#include <blis.h>' || say libblis-dev
    compiles "${CC:-cc}" c '#include <libxsmm_version.h>' || say libxsmm-dev
    compiles "${CC:-cc}" c '#include <dnnl.h>' || say libdnnl-dev
    [ "$1" != bench ] || python3 -m pip --version >/dev/null 2>&1 || say python3-pip
}

# Prints the Debian packages that this machine lacks for BATCHDOT_EMULATE_AVX512.
missing_for_emulation() {
    compiles "${CC:-cc}" c '#include <simde/x86/sse.h>' || say libsimde-dev
}

# Whoever uses these packages does without one that is not there, so that none of them has to succeed.
install_where_possible() {
    for package in "$@"; do
        if have apt-get && { [ -z "$as_root" ] || have sudo; }; then
            say "Installing $package"
            apt-cache show "$package" >/dev/null 2>&1 || $as_root apt-get update -qq || true
            $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
                -o Dpkg::Use-Pty=0 "$package" >/dev/null 2>&1 || say "  not to be had here"
        else
            say "Going on without $package"
        fi
    done
}

# Prints the Debian packages that this machine lacks for cmake/aarch64-linux-gnu.cmake and its tests.
missing_for_arm() {
    have aarch64-linux-gnu-gcc || say gcc-aarch64-linux-gnu libc6-dev-arm64-cross
    have qemu-aarch64 || say qemu-user
    [ -e /usr/lib/aarch64-linux-gnu/libcmocka.so ] || say libcmocka-dev:arm64
}

# Ubuntu keeps arm64's packages on other servers than the rest, so that this need not succeed; it then leaves nothing
# behind that would keep apt-get update from working.
install_for_arm() {
    missing=$(missing_for_arm | tr '\n' ' ')
    [ -n "$missing" ] && have apt-get && { [ -z "$as_root" ] || have sudo; } || return 0
    say "Installing $missing"
    added_architecture=no
    if ! dpkg --print-foreign-architectures | grep -qx arm64; then
        $as_root dpkg --add-architecture arm64
        added_architecture=yes
    fi
    # shellcheck disable=SC2086 # a list of package names
    if $as_root apt-get update -qq && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
        --no-install-recommends -o Dpkg::Use-Pty=0 $missing >/dev/null; then
        return 0
    fi
    say "  not to be had here"
    [ $added_architecture = no ] || $as_root dpkg --remove-architecture arm64 || true
}

# Further peers, from Python packages unpacked into the directory $1: a newer OpenBLAS, and MKL. They are only opened, not
# installed: pip would leave out the part of MKL that is the library.
unpack_peers() (
    mkdir -p "$1/wheels"
    cd "$1"
    for package in scipy-openblas32 mkl; do
        [ ! -e "$package.unpacked" ] || continue
        say "Getting $package"
        if python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
            --dest wheels "$package" 2>/dev/null; then
            for wheel in wheels/*.whl; do cmake -E tar xf "$wheel"; done
            rm -f wheels/*.whl
            touch "$package.unpacked"
        else
            say "  not to be had here"
        fi
    done
)

# Configures the build directory $1 with the further options given, and builds it.
build() {
    directory=$1
    shift
    if have make; then generator="Unix Makefiles"; else generator=Ninja; fi
    cmake -S "$root" -B "$directory" -G "${CMAKE_GENERATOR:-$generator}" -DCMAKE_BUILD_TYPE=Release \
        -DBATCHDOT_BLAS="$blas" -DBATCHDOT_ISA_KERNELS="${BATCHDOT_ISA_KERNELS:-ON}" "$@"
    cmake --build "$directory" --parallel "$jobs"
}

# Shows a command line, and runs it on the files in tests/golden.
show() {
    say "  \$ batchdot $*"
    (cd "$root/tests/golden" && "$batchdot" "$@") | sed 's/^/    /'
}

# Compares every row of cases.tsv with TensorFlow's result. Prints a line for each: dtype, whether it agrees, and what
# the command says of it.
compare_all() {
    cd "$root/tests/golden"
    while read -r name dtype axes x y expected; do
        if line=$("$batchdot" "$x" "$y" --axes "$axes" --compare "$expected" 2>&1); then agrees=yes; else agrees=no; fi
        say "$dtype $agrees $name: $line" | tr '\n' ' '
        echo
    done <cases.tsv
}

demo() {
    directory=$root/build/demo$suffix
    mkdir -p "$directory"
    say "Building libbatchdot and its command in ${directory#"$root"/} (details in build.log there) ..."
    build "$directory" -DBATCHDOT_BUILD_TESTS=OFF -DBATCHDOT_BUILD_CLI=ON >"$directory/build.log" 2>&1 ||
        { cat "$directory/build.log"; fail "the build failed"; }
    sed -n 's/^-- BLAS: /BLAS: /p' "$directory/build.log"
    batchdot=$directory/src/cli/batchdot

    say "" "The example of Keras's documentation, (32, 20, 1) and (32, 30, 20) with axes 1 and 2 contracted:"
    set -- d00_f32_x.npy d00_f32_y.npy --axes 1,2
    show "$@"
    say "and the same beside what TensorFlow computed from these files:"
    show "$@" --compare d00_f32_out.npy

    say "" "All the results that TensorFlow computed, compared with this library's:"
    compare_all >"$directory/comparison.txt"
    awk -f "$root/cmake/demo_summary.awk" "$directory/comparison.txt"
}

bench() {
    directory=$root/build/bench$suffix
    unpack_peers "$directory/peers"
    say "Building libbatchdot and the bench in ${directory#"$root"/} (details in build.log there) ..."
    build "$directory" -DBATCHDOT_BUILD_TESTS=OFF -DBATCHDOT_BUILD_CLI=OFF -DBATCHDOT_BUILD_BENCH=ON \
        -DBATCHDOT_BENCH_PEERS="$directory/peers" >"$directory/build.log" 2>&1 ||
        { cat "$directory/build.log"; fail "the build failed"; }
    [ $# -gt 0 ] || set -- --suite quick
    say "" "\$ batchdot-bench $*"
    "$directory/bench/batchdot-bench" "$@"
}

[ "$blas" != OFF ] && suffix='''' || suffix=-without-blas
case ${1:-} in
demo)
    install_packages demo
    demo
    ;;
test)
    install_packages test
    build "$root/build/test$suffix" -DBATCHDOT_BUILD_TESTS=ON -DBATCHDOT_BUILD_BENCH=ON
    cd "$root/build/test$suffix"
    ctest --output-on-failure --parallel "$jobs"
    ;;
bench)
    install_packages bench
    # shellcheck disable=SC2046 # a list of package names
    install_where_possible $(missing_peers bench)
    shift
    bench "$@"
    ;;
packages)
    case ${2:-test} in
    demo | test | bench | ci) install_packages "${2:-test}" ;;
    *) fail "packages takes demo, test, bench or ci" ;;
    esac
    # shellcheck disable=SC2046 # lists of package names
    case ${2:-test} in
    bench) install_where_possible $(missing_peers bench) ;;
    ci)
        install_where_possible $(missing_peers ci) $(missing_for_emulation)
        install_for_arm
        ;;
    esac
    ;;
*)
    sed -n '2,11s/^# \{0,1\}//p' "$0"
    exit 2
    ;;
esac
