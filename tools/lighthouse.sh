#!/bin/sh
# Puts Lighthouse into var/lighthouse from the lock in tools/lighthouse, which names no host, or says why it cannot.
set -eu
cd "$(dirname "$0")/.."
lock=tools/lighthouse/package-lock.json
home=var/lighthouse

fail() { echo "Lighthouse is left out: $1" >&2; exit 1; }

command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 || fail "Node.js with npm is not installed."
node -e 'process.exit(process.versions.node.split(".")[0] < 18 ? 1 : 0)' || fail "it needs Node.js 18 or newer."
if [ -x "$home/node_modules/.bin/lighthouse" ] && cmp -s "$lock" "$home/package-lock.json"; then exit 0; fi
echo "Installing Lighthouse ..." >&2
mkdir -p "$home"
cp tools/lighthouse/package.json "$lock" "$home/"
(cd "$home" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2) || {
    rm -f "$home/package-lock.json"
    fail "npm could not install it; the lines above say why."
}
