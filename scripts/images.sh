#!/usr/bin/env bash
# Makes the images that tests, benchmarks and the demo run, from Debian packages only: no registry is needed.
#
#   images.sh busybox        busybox.tar, a docker-archive (`berth load`) of one layer, tagged busybox:latest
#   images.sh debian         debian.tar, a root file system (`berth import`) of Debian bookworm, minimal
#   images.sh nginx          nginx.tar, the same with nginx and the page of examples/nginx
#
# Made once and kept in $BERTH_IMAGES (default .cache/images). Needs root and `install-packages.sh --test`.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
images=${BERTH_IMAGES:-$here/.cache/images}
suite=bookworm
mkdir -p "$images"
work=$(mktemp -d "${TMPDIR:-/tmp}/berth-images.XXXXXX")
trap 'rm -rf "$work"' EXIT

# The same bytes every time, so that ids are stable.
pack() { tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$1" -cf "$2" .; }

make_busybox() {
  local root=$work/busybox archive=$work/busybox-archive applet
  mkdir -p "$root"/{bin,dev,etc,home,proc,root,sys,usr/bin,usr/sbin,var/spool/mail,var/www} "$archive"
  mkdir -m 1777 "$root/tmp"
  install -m 755 "$(type -P busybox)" "$root/bin/busybox"
  for applet in $("$root/bin/busybox" --list); do
    [ "$applet" = busybox ] || ln "$root/bin/busybox" "$root/bin/$applet"
  done
  ln -s ../../bin/env "$root/usr/bin/env"
  cat >"$root/etc/passwd" <<'EOF'
root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/usr/sbin:/bin/false
bin:x:2:2:bin:/bin:/bin/false
www-data:x:33:33:www-data:/var/www:/bin/false
nobody:x:65534:65534:nobody:/home:/bin/false
EOF
  printf '%s\n' root:x:0: daemon:x:1: bin:x:2: tty:x:5: www-data:x:33: users:x:100: nogroup:x:65534: >"$root/etc/group"
  pack "$root" "$archive/layer.tar"
  local diff config
  diff=$(sha256sum <"$archive/layer.tar" | cut -d' ' -f1)
  cat >"$archive/config" <<EOF
{"architecture":"$(dpkg --print-architecture)","os":"linux","created":"1970-01-01T00:00:00Z",
"config":{"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],"Cmd":["sh"]},
"rootfs":{"type":"layers","diff_ids":["sha256:$diff"]},
"history":[{"created":"1970-01-01T00:00:00Z","created_by":"busybox-static of Debian"}]}
EOF
  config=$(sha256sum <"$archive/config" | cut -d' ' -f1).json
  mv "$archive/config" "$archive/$config"
  echo "[{\"Config\":\"$config\",\"RepoTags\":[\"busybox:latest\"],\"Layers\":[\"layer.tar\"]}]" >"$archive/manifest.json"
  pack "$archive" "$work/busybox.tar"
}

# A root file system from the mirror that this machine uses already; documentation and locales stay out.
bootstrap() {
  local name=$1 mirror
  shift
  mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | head -1)
  mmdebstrap --quiet --variant=minbase \
    --aptopt='Acquire::Check-Valid-Until "false"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
    --customize-hook='rm -f "$1/etc/hostname" "$1/etc/resolv.conf"' \
    "$@" "$suite" "$work/$name.tar" "$mirror"
}

make_debian() { bootstrap debian; }

make_nginx() {
  bootstrap nginx --include=nginx-light \
    --customize-hook="copy-in $here/examples/nginx/index.html /var/www/html" \
    --customize-hook='rm -f "$1/var/www/html/index.nginx-debian.html"' \
    --customize-hook='ln -sf /dev/stdout "$1/var/log/nginx/access.log"' \
    --customize-hook='ln -sf /dev/stderr "$1/var/log/nginx/error.log"'
}

for name in "$@"; do
  case $name in
    busybox | debian | nginx) ;;
    *) sed -n '2,8p' "$0" >&2 && exit 2 ;;
  esac
  if [ ! -f "$images/$name.tar" ]; then
    echo "making image $name"
    "make_$name"
    mv "$work/$name.tar" "$images/$name.tar"
  fi
done
