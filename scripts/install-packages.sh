#!/usr/bin/env bash
# Installs the Debian packages that Berth needs to run; with --test, also those that build the test and demo images.
# Quick and silent when everything is there already. Needs root.
set -euo pipefail

packages=(
  crun runc conmon            # run and watch containers
  nftables iproute2           # the network
  tini                        # docker run --init
  git xz-utils bzip2          # build contexts from repositories, archives in those formats
  mount util-linux ca-certificates
)
if [ "${1:-}" = --test ]; then
  packages+=(
    mmdebstrap                # real Debian images from the mirror
    busybox-static            # a small image from one file
    procps curl zstd
    openssl                   # certificates for TLS
    openssh-client            # keys that builds are lent
    netbase                   # nft prints protocols by name only with /etc/protocols
  )
fi

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" != 0 ]; then
  echo "install-packages.sh: as root, install: ${missing[*]}" >&2
  exit 1
fi

export DEBIAN_FRONTEND=noninteractive
install=(apt-get install --yes --quiet --no-install-recommends -o Dpkg::Use-Pty=0 "${missing[@]}")
echo "installing Debian packages: ${missing[*]}"
# Package lists may be absent or too old to still name files that the mirror has: refresh them only then.
"${install[@]}" 2>/dev/null || { apt-get update --quiet; "${install[@]}"; }
