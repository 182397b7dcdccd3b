#!/bin/sh
# Resolves requirements/*.in into hashed locks that hold for every system and Python >= 3.11 and name no host.
# Only the package index counts: wheels that happen to lie on this machine would give hashes that nobody else has.
set -eu
cd "$(dirname "$0")/.."
unset PIP_FIND_LINKS UV_FIND_LINKS
.venv/bin/python -m pip install -qq --disable-pip-version-check uv
compile() {
    .venv/bin/uv pip compile "$1" --output-file "$2" --upgrade --quiet --no-config --universal --python-version 3.11 \
        --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links ${3:-}
}
compile requirements/base.in requirements/base.txt
compile requirements/dev.in requirements/dev.txt --constraint=requirements/base.txt
compile tools/books.in tools/books.txt
compile bench/requirements.in bench/requirements.txt --override=bench/overrides.txt
