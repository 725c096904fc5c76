#!/bin/sh
# Installs the Debian packages that `$1` (setup, tests, bench) needs and that are missing. Only as root on Debian;
# elsewhere it does nothing, and the tests that need them say so by name.
set -eu

case "$1" in
    setup) packages="python3-venv" ;;
    tests) packages="apache2-bin chromium fonts-dejavu-core mariadb-server postgresql samba slapd" ;;
    bench) packages="rsync rclone nginx-light wrk libvips-tools imagemagick graphicsmagick" ;;
    *) echo "usage: debian-packages.sh setup|tests|bench" >&2; exit 2 ;;
esac

[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && command -v dpkg-query >/dev/null || exit 0

missing=""
for package in $packages; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

echo "Installing Debian packages:$missing ..."
export DEBIAN_FRONTEND=noninteractive

# Installed servers stay stopped: what the tests and the bench need, they start themselves, on free ports.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ] && [ -w "${policy%/*}" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT
fi

log=$(mktemp)
# shellcheck disable=SC2086  # a list of words
if apt-get update -qq >"$log" 2>&1 && apt-get install -y -qq --no-install-recommends $missing >>"$log" 2>&1; then
    rm -f "$log"
else
    tail -n 15 "$log" >&2
    rm -f "$log"
    echo "These Debian packages could not be installed:$missing. What needs them will be skipped by name." >&2
fi
