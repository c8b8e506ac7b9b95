#!/bin/sh
# Write locks/*.txt anew: every package that an install brings, at one version, with the hashes of its files.
# torch and what it alone needs are apart, because its build differs by machine (see the Makefile). Needs uv.
set -eu
cd "$(dirname "$0")/.."
UV=${UV:-uv}
mkdir -p locks
apart=$(mktemp)
trap 'rm -f "$apart"' EXIT
echo torch > "$apart"
for extras in demo demo,dev; do
    name=${extras##*,}
    set --
    for extra in $(echo "$extras" | tr , ' '); do set -- "$@" --extra "$extra"; done
    "$UV" pip compile pyproject.toml "$@" --universal --python-version 3.11 --generate-hashes --excludes "$apart" \
        --no-annotate --quiet --custom-compile-command "make lock" --output-file "locks/$name.txt" ${UV_OPTIONS:-}
done
