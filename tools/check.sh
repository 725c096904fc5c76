#!/bin/sh
# Every check, to the end, even when an earlier one fails. Exit status 1 when any failed.
set -u
cd "$(dirname "$0")/.."
failed=""

run() {
    name=$1
    shift
    printf '%s\n' "-- $name"
    "$@" || failed="$failed, $name"
}

# Nothing here looks at, or into, a real data folder.
PHOTOSYNC_DATA=$(mktemp -d)
export PHOTOSYNC_DATA
trap 'rm -rf "$PHOTOSYNC_DATA"' EXIT

python=.venv/bin/python
run "ruff" "$python" -m ruff check --quiet --output-format concise .
run "layout" "$python" -m ruff format --check --quiet --output-format concise .
run "types" "$python" -m mypy
run "layers" .venv/bin/lint-imports --no-cache --no-logo
run "migrations" "$python" -m django makemigrations --check --dry-run --settings photosync.project.settings
run "documents" "$python" -m pytest -q tests/docs

if [ -n "$failed" ]; then
    printf '%s\n' "make check failed: ${failed#, }" >&2
    exit 1
fi
