#!/bin/sh
# Sees to it that a Chromium for the browser tests is there: installs Debian's when allowed to, else says what to do.
set -eu
for name in ${CHROMIUM:-} chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium for the browser tests ..."
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium libatomic1 >/dev/null
    exit 0
fi
echo "The browser tests need Chromium: run 'sudo apt-get install chromium libatomic1' (or name one with CHROMIUM=/path)." >&2
exit 1
