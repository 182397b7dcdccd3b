#!/bin/sh
# Makes var/bench from the hashed lock: the neighbours' own environment. Sees to it that wrk, the load generator, is there.
set -eu
cd "$(dirname "$0")/.."
lock=bench/requirements.txt
home=var/bench

fail() { echo "$1" >&2; exit 1; }

if ! command -v wrk >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "Installing wrk, the load generator ..." >&2
        export DEBIAN_FRONTEND=noninteractive
        { apt-get update -qq && apt-get install -y -qq --no-install-recommends wrk; } >&2 || true
    fi
    command -v wrk >/dev/null 2>&1 || fail "The benchmark needs wrk: run 'sudo apt-get install wrk'."
fi

# The path stands in the stamp because a virtual environment stops working when its checkout moves.
expected() { pwd; cat "$lock"; }

if [ -f "$home/installed-lock" ] && expected | cmp -s - "$home/installed-lock"; then exit 0; fi
echo "Installing the neighbours to compare with ..." >&2
.venv/bin/python -m venv --clear "$home"
# The lock is complete, and leaves out on purpose what overrides.txt names.
"$home/bin/python" -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r "$lock" ||
    fail "pip could not install $lock: the lines above say why; pip's own configuration decides where it looks."
expected > "$home/installed-lock"
