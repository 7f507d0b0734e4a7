#!/usr/bin/env bash
# From a fresh checkout to a page served by a container: installs, builds, starts a daemon and a registry of its own, makes
# a base image from Debian's packages, builds examples/nginx on it, pushes the image to the registry, runs it from there
# with a published port and fetches its page.
#
#   demo.sh            cleans up afterwards
#   demo.sh --keep     leaves daemon, registry and container running, and says how to use and end them
#
# Needs root, Node 20 and npm. The page is on port $DEMO_PORT, or on a free one.
set -euo pipefail
cd "$(dirname "$0")/.."
keep=no
case ${1:-} in
  '') ;;
  --keep) keep=yes ;;
  *) sed -n '2,9p' "$0" >&2 && exit 2 ;;
esac

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

say '1. Install what is needed'
bash scripts/prepare.sh --test

say '2. Build berth'
node_modules/.bin/bun scripts/build.ts

say "3. Make a base image from Debian's packages"
images=${BERTH_IMAGES:-$PWD/.cache/images}
bash scripts/images.sh debian
ls -lh "$images/debian.tar"

say '4. Start a daemon with roots, socket and bridge of its own'
root=$(mktemp -d /tmp/berth-demo.XXXXXX)
bridge=demo$((RANDOM % 1000))
host=unix://$root/berth.sock
berth() { "$PWD/dist/berth" -H "$host" "$@"; }
daemon_alive() { kill -0 "$daemon" 2>/dev/null; }

clean_up() {
  local status=$?
  trap - EXIT
  [ "$status" = 0 ] || tail -n 20 "$root"/*.log >&2 || true
  if daemon_alive; then
    berth rm -f web >/dev/null 2>&1 || true
    kill "$daemon" && wait "$daemon" 2>/dev/null || true
  fi
  [ -z "${registry:-}" ] || { kill "$registry" && wait "$registry"; } 2>/dev/null || true
  awk -v root="$root/" 'index($5, root) == 1 { print $5 }' /proc/self/mountinfo | tac | xargs -r -n1 umount -l
  ip link delete "$bridge" 2>/dev/null || true
  nft delete table ip "berth-$bridge" 2>/dev/null || true
  rmdir "/sys/fs/cgroup/$bridge" /sys/fs/cgroup/*/"$bridge" 2>/dev/null || true
  rm -rf --one-file-system "$root"
  exit "$status"
}
trap clean_up EXIT

"$PWD/dist/berth" daemon --data-root "$root/data" --exec-root "$root/exec" --pidfile "$root/berth.pid" -H "$host" \
  --cgroup-parent "/$bridge" --bridge "$bridge" --bip "10.$((RANDOM % 50 + 200)).$((RANDOM % 250)).1/24" >"$root/daemon.log" 2>&1 &
daemon=$!
for _ in $(seq 100); do
  [ -S "$root/berth.sock" ] && berth version >/dev/null 2>&1 && break
  daemon_alive || exit 1
  sleep 0.1
done
berth version

say '5. Build the image of examples/nginx; what did not change is not built again'
berth import -c 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' "$images/debian.tar" debian:bookworm
# Machines that reach Debian's packages by a way of their own say how in a file of apt's options.
berth build ${DEMO_APT_CONF:+--secret id=apt.conf,src="$DEMO_APT_CONF"} -t demo/nginx examples/nginx
berth build ${DEMO_APT_CONF:+--secret id=apt.conf,src="$DEMO_APT_CONF"} -t demo/nginx examples/nginx
berth images

say '6. Start a registry and push the image to it'
"$PWD/dist/berth" registry serve --root "$root/registry" --listen 127.0.0.1:0 >"$root/registry.log" 2>&1 &
registry=$!
address=
for _ in $(seq 100); do
  address=$(sed -n 's/.*msg="listening" address=\([^ ]*\).*/\1/p' "$root/registry.log")
  [ -z "$address" ] || break
  kill -0 "$registry" || exit 1
  sleep 0.1
done
image=$address/demo/nginx:latest
berth tag demo/nginx:latest "$image"
berth push "$image"
berth registry tags "$address/demo/nginx"

say '7. Forget it here, and run it from the registry'
berth rmi "$image" demo/nginx:latest
berth run -d --name web -p "${DEMO_PORT:-0}:80" "$image"
berth ps
port=$(berth inspect -f '{{(index (index .NetworkSettings.Ports "80/tcp") 0).HostPort}}' web)

say "8. The page on http://127.0.0.1:$port/"
curl --silent --show-error --fail --retry 20 --retry-delay 1 --retry-connrefused "http://127.0.0.1:$port/"

if [ "$keep" = yes ]; then
  trap - EXIT
  cat <<EOF

It runs on. Use it:  $PWD/dist/berth -H $host ps
End it:              $PWD/dist/berth -H $host rm -f web; kill $daemon $registry; ip link delete $bridge; nft delete table ip berth-$bridge
EOF
else
  say '9. Clean up'
fi
