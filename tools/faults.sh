#!/bin/sh
# Installs libfaketime where that needs no questions (root, apt); otherwise says how. For `make test-faults`.
set -eu
if ls /usr/lib/*/faketime/libfaketimeMT.so.1 >/dev/null 2>&1; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends libfaketime; } >&2
    exit 0
fi
echo "To test wrong clocks libfaketime is needed: apt-get install libfaketime." >&2
exit 1
