#!/bin/sh
# Every statement in the last column of README's table of other libraries' calls must stand in test_equivalents.c, which
# runs them:
#
#   check_equivalents.sh SOURCE_DIR
set -eu
cd "$1"

tested=$(tr -s ' \n' ' ' <tests/test_equivalents.c)
# shellcheck disable=SC2016 # Markdown's quotes
statements=$(sed -n '/^## Coming from/,/^## Which/s/^|.* | `\(.*\)` |$/\1/p' README.md | sed 's/; /\n/g' | sort -u)
[ "$(printf '%s\n' "$statements" | wc -l)" -gt 15 ] || { echo "README's table is not where it was"; exit 1; }
printf '%s\n' "$statements" | {
    status=0
    while read -r statement; do
        case $tested in
        *"$statement"*) ;;
        *) echo "README has what test_equivalents.c has not: $statement"; status=1 ;;
        esac
    done
    exit $status
}
