#!/usr/bin/env bash
# Prints the address of the Debian mirror that this machine installs from: http://deb.debian.org/debian. Fetches apt's lists
# where there are none, for without them apt does not tell.
set -euo pipefail

print_mirror() {
  apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | awk '!/security/ && !mirror { mirror = $1 } END { print mirror }'
}

mirror=$(print_mirror)
if [ -z "$mirror" ]; then
  apt-get update --quiet >&2
  mirror=$(print_mirror)
fi
[ -n "$mirror" ] || { echo 'mirror.sh: apt knows no Debian mirror: see /etc/apt/sources.list' >&2; exit 1; }
echo "$mirror"
