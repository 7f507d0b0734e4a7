#!/usr/bin/env bash
# Installs what the tests need and runs all of them; the last line is `N passed, N failed`. Needs root, Node 20 and npm.
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/prepare.sh --test
exec node_modules/.bin/bun scripts/test.ts
