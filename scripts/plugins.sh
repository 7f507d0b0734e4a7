#!/usr/bin/env bash
# Fetches Docker's buildx and compose, which the tests build with, from Debian's packages: those of each suite into a
# folder of their own, so that an old and a new client are tried. Where the mirror lacks one, it says so, and those tests
# are skipped. Kept in $BERTH_PLUGINS (default .cache/plugins).
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
plugins=${BERTH_PLUGINS:-$here/.cache/plugins}
architecture=$(dpkg --print-architecture)
work=$(mktemp -d "${TMPDIR:-/tmp}/berth-plugins.XXXXXX")
trap 'rm -rf "$work"' EXIT

# Prints a package's path and digest in the list of its suite.
find_package() {
  xz -dc "$work/packages.xz" | awk -v name="$1" '
    /^Package: / { found = $2 == name }
    found && /^Filename: / { path = $2 }
    found && /^SHA256: / { digest = $2 }
    END { print path, digest }'
}

fetch_suite() {
  local suite=$1 mirror name path digest
  mirror=$(bash "$here/scripts/mirror.sh") || return
  curl -sSf --max-time 120 -o "$work/packages.xz" "$mirror/dists/$suite/main/binary-$architecture/Packages.xz" || return
  mkdir -p "$work/$suite" "$work/files"
  for name in docker-buildx docker-compose; do
    read -r path digest < <(find_package "$name")
    [ -n "$path" ] || return
    curl -sSf --max-time 120 -o "$work/package.deb" "$mirror/$path" || return
    echo "$digest  $work/package.deb" | sha256sum --check --quiet || return
    dpkg-deb -x "$work/package.deb" "$work/files" || return
    mv "$work/files/usr/libexec/docker/cli-plugins/$name" "$work/$suite/" || return
  done
  mkdir -p "$plugins"
  mv "$work/$suite" "$plugins/$suite"
}

for suite in trixie sid; do
  [ -d "$plugins/$suite" ] || fetch_suite "$suite" || echo "plugins.sh: no buildx from Debian $suite: its tests are skipped" >&2
done
