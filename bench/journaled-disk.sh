#!/usr/bin/env bash
# Runs a command (the benchmark) with everything that is measured on a fresh ext4 with a journal, in a file on a loop
# device: what users have, where a machine's own disk is none. On ext4 without a journal files cost up to twenty times as
# much for minutes after others were removed, whoever removed them.
#
#   bench/journaled-disk.sh npm run bench
#
#   BENCH_DISK_SIZE       gigabytes, 10 by default; the file is in /var/tmp, or BENCH_DISK_FOLDER
#   BERTH_TEST_PEER_ROOT  a root with dockerd and podman: both get their data there, and the environment of the command
#                         names them; BENCH_DOCKER_NETNS is the network namespace for that dockerd
#
# Needs root. Everything is taken down at the end.
set -euo pipefail
[ $# -gt 0 ] || { sed -n '2,13p' "$0" >&2; exit 2; }

file=$(mktemp -p "${BENCH_DISK_FOLDER:-/var/tmp}" berth-bench-disk-XXXXXX)
mount=$(mktemp -d /run/berth-bench-XXXXXX)
peer=${BERTH_TEST_PEER_ROOT:-}
shared=$peer/run/$(basename "$mount")
dockerd=
device=
bridge=bb${mount##*-}
network=()
[ -z "${BENCH_DOCKER_NETNS:-}" ] || network=(nsenter "--net=$BENCH_DOCKER_NETNS")

take_down() {
  if [ -n "$dockerd" ]; then
    kill "$dockerd" && wait "$dockerd" || true
  fi
  "${network[@]}" ip link delete "$bridge" 2>/dev/null || true
  if [ -n "$peer" ] && mountpoint -q "$shared"; then
    umount -l "$shared" && rm -rf "$shared" "$shared".{exec,sock,pid}
  fi
  if mountpoint -q "$mount"; then umount -l "$mount"; fi
  [ -z "$device" ] || losetup -d "$device" || true
  rm -rf "$file" "$mount"
}
trap take_down EXIT

fallocate -l "${BENCH_DISK_SIZE:-10}G" "$file"
device=$(losetup --find --show --direct-io=on "$file")
# It reads ahead as far as the disk below does.
blockdev --setra "$(blockdev --getra "$(findmnt -no SOURCE -T "$file")" 2>/dev/null || echo 256)" "$device"
mkfs.ext4 -q -E lazy_itable_init=0,lazy_journal_init=0 "$device"
mount "$device" "$mount"
mkdir "$mount/tmp" "$mount/peers"
chmod 1777 "$mount/tmp"
export TMPDIR=$mount/tmp

if [ -n "$peer" ]; then
  inside=/run/$(basename "$mount")
  mkdir "$shared" "$mount/peers/tmp"
  mount --bind "$mount/peers" "$shared"
  enter=(env "TMPDIR=$inside/tmp" chroot "$peer")
  enter=("${network[@]}" "${enter[@]}")
  # A bridge of its own: told to have none, dockerd removes docker0, which may be another daemon's. Without firewall rules
  # containers of this one reach nobody.
  "${network[@]}" ip link add "$bridge" type bridge
  "${network[@]}" ip address add 192.0.2.1/28 dev "$bridge"
  "${enter[@]}" /usr/sbin/dockerd --config-file /dev/null --data-root "$inside/docker" --exec-root "$inside.exec" \
    --pidfile "$inside.pid" --bridge "$bridge" --iptables=false --ip6tables=false -H "unix://$inside.sock" \
    >"$mount/dockerd.log" 2>&1 &
  dockerd=$!
  for _ in $(seq 150); do
    curl -sf -o /dev/null --unix-socket "$shared.sock" http://docker/_ping && break
    kill -0 "$dockerd" 2>/dev/null || { cat "$mount/dockerd.log" >&2; exit 1; }
    sleep 0.2
  done
  export BENCH_DOCKER_HOST=unix://$shared.sock
  export BENCH_PODMAN="env TMPDIR=$inside/tmp chroot $peer podman --runtime runc --root $inside/podman --runroot $inside/podman-run"
fi
"$@"
