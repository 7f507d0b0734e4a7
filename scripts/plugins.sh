#!/usr/bin/env bash
# Fetches what the tests build with from Debian's packages: Docker's buildx and compose, those of each suite into a folder of
# their own, so that an old and a new client are tried, and the docker command line, for machines that have none. Where the
# mirror lacks one, it says so, and those tests are skipped. Kept in $BERTH_PLUGINS (default .cache/plugins).
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
plugins=${BERTH_PLUGINS:-$here/.cache/plugins}
architecture=$(dpkg --print-architecture)
work=$(mktemp -d "${TMPDIR:-/tmp}/berth-plugins.XXXXXX")
trap 'rm -rf "$work"' EXIT

# Prints a package's path and digest in the list of its suite.
find_package() {
  xz -dc "$work/$1.xz" | awk -v name="$2" '
    /^Package: / { found = $2 == name }
    found && /^Filename: / { path = $2 }
    found && /^SHA256: / { digest = $2 }
    END { print path, digest }'
}

# fetch_file SUITE PACKAGE PATH FOLDER: the file at PATH in the package goes to FOLDER.
fetch_file() {
  local suite=$1 package=$2 file=$3 folder=$4 mirror path digest
  mirror=$(bash "$here/scripts/mirror.sh") || return
  if ! [ -f "$work/$suite.xz" ]; then
    curl -sSf --max-time 120 -o "$work/list" "$mirror/dists/$suite/main/binary-$architecture/Packages.xz" || return
    mv "$work/list" "$work/$suite.xz"
  fi
  read -r path digest < <(find_package "$suite" "$package")
  [ -n "$path" ] || return
  curl -sSf --max-time 120 -o "$work/package.deb" "$mirror/$path" || return
  echo "$digest  $work/package.deb" | sha256sum --check --quiet || return
  mkdir -p "$work/files" "$folder"
  dpkg-deb -x "$work/package.deb" "$work/files" || return
  mv "$work/files/$file" "$folder/"
}

# Whole folders appear, or none.
keep() {
  mkdir -p "$plugins"
  mv "$work/$1" "$plugins/$1"
}

fetch_plugins() {
  local name
  for name in docker-buildx docker-compose; do
    fetch_file "$1" "$name" "usr/libexec/docker/cli-plugins/$name" "$work/$1" || return
  done
  keep "$1"
}

fetch_cli() {
  fetch_file trixie docker-cli usr/bin/docker "$work/docker-cli" && keep docker-cli
}

for suite in trixie sid; do
  [ -d "$plugins/$suite" ] || fetch_plugins "$suite" || echo "plugins.sh: no buildx from Debian $suite: its tests are skipped" >&2
done
[ -d "$plugins/docker-cli" ] || fetch_cli || echo 'plugins.sh: no docker from Debian: without one here, its tests are skipped' >&2
