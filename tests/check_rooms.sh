#!/bin/sh
# The rules of the house, which no compiler checks:
#
#   check_rooms.sh SOURCE_DIR
#
# A room includes only itself and rooms below it; the command includes only the public header and its own; one file
# knows BLAS; file names are unique; no file is longer than 500 lines.
set -eu
cd "$1"

rooms="api shape plan engines kernels contraction base" # top to bottom
status=0
complain() {
    printf '%s\n' "$*"
    status=1
}

# Prints "file: header" for every #include "..." in the files given.
quoted_includes() {
    grep -HE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' "$@" | sed 's/:[^"]*"\([^"]*\)".*/: \1/'
}

sources() { find "$@" -type f \( -name '*.c' -o -name '*.h' -o -name '*.inc' \) | sort; }

below=$rooms
for room in $rooms; do
    for file in $(sources "src/$room"); do
        for header in $(quoted_includes "$file" | sed 's/.*: //'); do
            case " $below " in
            *" ${header%%/*} "*) [ -f "src/$header" ] || complain "$file includes $header, which is not below src/" ;;
            *) complain "$file includes $header; src/$room may include only: $below" ;;
            esac
        done
    done
    below=${below#"$room"}
    below=${below# }
done

for directory in src/*/; do
    case " $rooms cli " in
    *" $(basename "$directory") "*) ;;
    *) complain "$directory is no room that check_rooms.sh knows" ;;
    esac
done

for file in $(sources src/cli); do
    for header in $(quoted_includes "$file" | sed 's/.*: //'); do
        [ -f "src/cli/${header#cli/}" ] || complain "$file includes $header; the command may include only the public header and its own"
    done
done

for file in $(sources src); do
    case $file in
    src/engines/blas.c | src/engines/cblas.h) ;;
    *)
        if grep -Hn -e cblas_ -e '"engines/cblas.h"' "$file"; then
            complain "only src/engines/blas.c, and cblas.h beside it, may know BLAS"
        fi
        ;;
    esac
done

set -- src include
for directory in tests bench examples; do
    if [ -d $directory ]; then set -- "$@" $directory; fi
done
for name in $(sources "$@" | sed 's,.*/,,' | sort | uniq -d); do
    complain "more than one file is named $name: $(sources "$@" | grep "/$name\$" | tr "\n" " ")"
done

for file in $(sources "$@") $(find "$@" cmake -type f \( -name '*.cpp' -o -name '*.sh' -o -name '*.py' -o -name '*.cmake' -o \
    -name CMakeLists.txt \)); do
    lines=$(wc -l <"$file")
    [ "$lines" -le 500 ] || complain "$file has $lines lines; 500 are the limit"
done

[ $status -eq 0 ] && echo "every include goes down the house"
exit $status
