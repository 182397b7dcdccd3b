#!/bin/sh
# Puts hledger (Debian's) and beancount (in var/beancount) where the checks of the books find them, or says what to do.
# Both are under the GPL: they are started as programs, never imported, and stay out of the site's own environment.
set -eu
cd "$(dirname "$0")/.."
lock=tools/books.txt
home=var/beancount

fail() { echo "$1" >&2; exit 1; }

if ! command -v hledger >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "Installing hledger for the checks of the books ..." >&2
        export DEBIAN_FRONTEND=noninteractive
        { apt-get update -qq && apt-get install -y -qq --no-install-recommends hledger; } >&2 || true
    fi
    command -v hledger >/dev/null 2>&1 || fail "The checks of the books need hledger: run 'sudo apt-get install hledger'."
fi

# The path stands in the stamp because a virtual environment stops working when its checkout moves.
expected() { pwd; cat "$lock"; }

if [ -f "$home/installed-lock" ] && expected | cmp -s - "$home/installed-lock"; then exit 0; fi
echo "Installing beancount for the checks of the books ..." >&2
.venv/bin/python -m venv --clear "$home"
"$home/bin/python" -m pip install -qq --disable-pip-version-check --require-hashes -r "$lock" ||
    fail "pip could not install $lock: the lines above say why; pip's own configuration decides where it looks."
expected > "$home/installed-lock"
