#!/usr/bin/env bash
# Installs what this checkout needs: Debian packages (with --test, also those of tests and demo) and npm's, where missing.
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/install-packages.sh "$@"
[ "${1:-}" != --test ] || bash scripts/plugins.sh
if ! [ -x node_modules/.bin/bun ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci
fi
