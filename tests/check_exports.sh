#!/bin/sh
# What the library shows to a linker, against what the public header declares:
#
#   check_exports.sh NM HEADER LIBRARY.so OBJECT...
#
# The shared library exports the header's BATCHDOT_API functions, all of them and nothing else; LIBRARY.so may be "none".
# The objects, of which the static library is made, define nothing outside the names batchdot... and bd_...
set -eu

nm=$1
header=$2
library=$3
shift 3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# A declaration may go over several lines; its name is the last word before the first parenthesis.
tr '\n' ' ' <"$header" | grep -o 'BATCHDOT_API [^;(]*(' | sed -n 's/.*[ *]\(batchdot[a-z0-9_]*\)($/\1/p' |
    sort >"$scratch/declared"
if ! [ -s "$scratch/declared" ]; then
    echo "no BATCHDOT_API declaration found in $header"
    exit 1
fi

status=0
if [ "$library" != none ]; then
    # Weak and absolute symbols count too; the absolute one is the version script's node.
    "$nm" -D --defined-only "$library" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort >"$scratch/exported"
    if ! diff -u "$scratch/declared" "$scratch/exported"; then
        echo "lines with -: declared but not exported; with +: exported but not declared"
        status=1
    fi
fi

# Names that begin with __ belong to the compiler, which adds some for sanitizers and coverage.
"$nm" -g --defined-only "$@" | awk 'NF >= 3 && $3 !~ /^(batchdot|bd_|__)/ { print $3 }' | sort -u >"$scratch/strangers"
if [ -s "$scratch/strangers" ]; then
    echo "global names in the static library that begin neither with batchdot nor with bd_:"
    cat "$scratch/strangers"
    status=1
fi

[ $status -eq 0 ] && echo "$(wc -l <"$scratch/declared") functions declared and exported"
exit $status
