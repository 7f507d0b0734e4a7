#!/usr/bin/env bash
# Measures Berth, and the peers that BENCH_DOCKER_HOST and BENCH_PODMAN name: see bench/main.ts. Needs root.
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/prepare.sh --test
export PATH=$PWD/node_modules/.bin:$PATH
bun scripts/build.ts
bash scripts/images.sh busybox large
exec bun bench/main.ts "$@"
