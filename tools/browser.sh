#!/bin/sh
# Prints where the Chromium for the browser tests is. Installs Debian's when that is allowed, else says what to do.
set -eu
find_chromium() {
    for name in ${CHROMIUM:-} chromium chromium-browser google-chrome google-chrome-stable; do
        if command -v "$name"; then return 0; fi
    done
    return 1
}

if find_chromium; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium for the browser tests ..." >&2
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium libatomic1; } >&2
    find_chromium && exit 0
fi
echo "The browser tests need Chromium: run 'sudo apt-get install chromium libatomic1' (or name one with CHROMIUM=/path)." >&2
exit 1
