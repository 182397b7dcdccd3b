#!/bin/sh
# Makes .venv in this checkout from the hashed lock; a second run only compares a stamp.
# Needs nothing but a POSIX shell and Python >= 3.11 with venv. Touches nothing outside the checkout.
set -eu
cd "$(dirname "$0")/.."
lock=requirements/dev.txt
stamp=.venv/installed-lock

fail() { echo "$1" >&2; exit 1; }

# A shim in PATH (pyenv, asdf) can exist and still refuse to start, so each candidate is run, not looked up.
suits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14 \
                     /usr/bin/python3 /usr/local/bin/python3 python; do
        if suits "$candidate"; then echo "$candidate"; return; fi
    done
    fail "Python 3.11 or newer is needed and none was found: install one, or name it with 'make env PYTHON=/path/to/python3'."
}

# The path stands in the stamp because a virtual environment stops working when its checkout moves.
expected() { pwd; cat "$lock"; }

# Making it anew would empty the other checkout's.
if [ -L .venv ]; then fail ".venv is a link to another checkout's: remove it, then run make again."; fi

if [ -f "$stamp" ] && expected | cmp -s - "$stamp" && suits .venv/bin/python; then exit 0; fi

if ! { suits .venv/bin/python && [ -f "$stamp" ] && [ "$(head -n 1 "$stamp")" = "$(pwd)" ]; }; then
    python=$(find_python)
    "$python" -c 'import venv, ensurepip' >/dev/null 2>&1 ||
        fail "$python has no venv module: install it (on Debian and Ubuntu: apt-get install python3-venv), then run make again."
    echo "Making .venv with $("$python" --version) ..."
    "$python" -m venv --clear .venv
fi
echo "Installing the locked packages ..."
.venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r "$lock" ||
    fail "pip could not install $lock: the lines above say why; pip's own configuration decides where it looks."
expected > "$stamp"
