#!/bin/sh
# Pin what pyproject.toml asks for, with hashes and without URLs: requirements/*.txt.
# Usage: tools/lock.sh PYTHON   (needs the network; uv goes into build/lock, not into .venv)
# An existing file's pins are kept where they still fit; UPGRADE=1 takes the newest of everything.
set -eu
cd "$(dirname "$0")/.."
python=${1:?usage: tools/lock.sh PYTHON}

[ -x build/lock/bin/uv ] || {
    "$python" -m venv build/lock
    build/lock/bin/python -m pip install --quiet uv
}

compile() {
    output=requirements/$1.txt
    shift
    build/lock/bin/uv pip compile --quiet --universal --fork-strategy fewest \
        --python-version 3.11 --generate-hashes \
        --no-annotate --no-header ${UPGRADE:+--upgrade} "$@" -o "$output"
    if grep -nE '://|^-' "$output"; then
        echo "$output: names a URL or an option of pip, which it must not" >&2
        exit 1
    fi
}

# All others agree with test.txt, so that one .venv can hold them together.
compile test pyproject.toml requirements/build.in --extra test
compile run pyproject.toml requirements/build.in --extra batch -c requirements/test.txt
compile bench pyproject.toml requirements/build.in --extra bench -c requirements/test.txt
compile bench-openfisca pyproject.toml --extra bench-openfisca \
    -c requirements/test.txt -c requirements/bench.txt
compile bench-aggregate pyproject.toml --extra bench-aggregate
