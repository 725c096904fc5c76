#!/bin/sh
# Resolves the dependencies and writes uv.lock and requirements/, none of which names a host.
# Why: docs/decisions/0001-lock-files-name-no-host.md
set -eu
cd "$(dirname "$0")/.."
command -v uv >/dev/null || { echo "make lock: uv is needed to resolve dependencies. Nothing was changed." >&2; exit 1; }

uv lock --quiet
sed -i -E \
    -e 's#registry = "[^"]*"#registry = "https://index.invalid/simple"#' \
    -e 's#(url|path) = "[^"]*/([^"/]+)"#url = "\2"#' \
    uv.lock
uv lock --quiet --check

export_requirements() {
    target=$1
    shift
    uv export --quiet --locked --no-header --no-emit-project "$@" --output-file "$target" >/dev/null
}
export_requirements requirements/all.txt --all-extras --all-groups
export_requirements requirements/runtime.txt --no-default-groups

if grep -nE '://|/(root|home|work|opt)/' uv.lock requirements/*.txt | grep -v 'https://index\.invalid/simple"'; then
    echo "make lock: the lines above name a host or a folder of this machine." >&2
    exit 1
fi
