#!/bin/sh
# Makes .venv from the locked requirements. Safe to repeat; a broken or interrupted .venv is made again.
set -eu
cd "$(dirname "$0")/.."

fail() {
    printf '%s\n' "make setup: $1" >&2
    exit 1
}

is_new_enough() {
    "$@" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for name in "${PYTHON_FOR_SETUP:-python3.11}" python3.11 python3 python3.12 python3.13 python; do
        if is_new_enough "$name"; then
            echo "$name"
            return
        fi
    done
    found=$(python3 --version 2>/dev/null || echo "no python3 at all")
    fail "Python 3.11 or newer is needed, but here is only: $found. Nothing was installed. \
Install Python 3.11 (on Debian 12: apt-get install python3 python3-venv), then repeat the command."
}

if ! is_new_enough .venv/bin/python || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    python=$(find_python)
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        sh tools/debian-packages.sh setup
        "$python" -c 'import ensurepip' 2>/dev/null || fail "$python cannot make a virtual environment: its \
module ensurepip is missing. Nothing was installed. Install it (on Debian: apt-get install python3-venv), then \
repeat the command."
    fi
    echo "Making the Python environment in .venv (once; this takes a minute) ..."
    "$python" -m venv --clear .venv
fi

rm -f .venv/.ready
install() {
    .venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-input "$@"
}
install --require-hashes -r requirements/all.txt || fail "the Python packages in requirements/all.txt could not be \
installed (the reason is above). The environment is not ready. Check the connection, then repeat the command."
install --no-deps --no-build-isolation -e . || fail "the package photosync could not be installed (the reason is \
above). The environment is not ready."
touch .venv/.ready
