#!/usr/bin/env bash
# Makes the images that tests, benchmarks and the demo run, from Debian packages only: no registry is needed.
#
#   images.sh busybox        busybox.tar, a docker-archive (`berth load`) of one layer, tagged busybox:latest
#   images.sh debian         debian.tar, a root file system (`berth import`) of Debian bookworm, minimal
#   images.sh large          large.tar, a docker-archive of over 200 MB: Debian with Python, Git and headers, in five
#                            layers, with hard links, file capabilities and setuid programs; tagged large:latest
#   images.sh deep           deep.tar, a docker-archive of 60 layers on busybox, with whiteouts; tagged deep:latest
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
  describe "$archive" busybox sh 'busybox-static of Debian' layer.tar
  pack "$archive" "$work/busybox.tar"
}

# describe FOLDER NAME COMMAND HISTORY LAYER…: makes the layer archives in FOLDER an image, name:latest.
describe() {
  local archive=$1 name=$2 command=$3 history=$4 layer config diffs= entries= layers=
  shift 4
  for layer in "$@"; do
    diffs+=${diffs:+,}\"sha256:$(sha256sum <"$archive/$layer" | cut -d' ' -f1)\"
    entries+=${entries:+,}'{"created":"1970-01-01T00:00:00Z","created_by":"'$history'"}'
    layers+=${layers:+,}\"$layer\"
  done
  cat >"$archive/config" <<EOF
{"architecture":"$(dpkg --print-architecture)","os":"linux","created":"1970-01-01T00:00:00Z",
"config":{"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],"Cmd":["$command"]},
"rootfs":{"type":"layers","diff_ids":[$diffs]},
"history":[$entries]}
EOF
  config=$(sha256sum <"$archive/config" | cut -d' ' -f1).json
  mv "$archive/config" "$archive/$config"
  echo "[{\"Config\":\"$config\",\"RepoTags\":[\"$name:latest\"],\"Layers\":[$layers]}]" >"$archive/manifest.json"
}

# A root file system from the mirror that this machine uses already; documentation and locales stay out.
bootstrap() {
  local name=$1 mirror
  shift
  mirror=$(bash "$here/scripts/mirror.sh")
  mmdebstrap --quiet --variant=minbase \
    --aptopt='Acquire::Check-Valid-Until "false"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
    --customize-hook='rm -f "$1/etc/hostname" "$1/etc/resolv.conf"' \
    "$@" "$suite" "$work/$name.tar" "$mirror"
}

make_debian() { bootstrap debian; }

# Layers of a real size: the tree by folders.
make_large() {
  bootstrap root --include=python3,git,curl,openssh-client,iputils-ping,libcap2-bin,libpython3-dev
  local archive=$work/large root=$work/root
  mkdir -p "$archive" "$root"
  tar --xattrs --xattrs-include='*' --numeric-owner -C "$root" -xf "$work/root.tar"
  setcap cap_net_raw+ep "$root/usr/bin/ping"
  pack_part() {
    tar --xattrs --xattrs-include='*' --format=posix --sort=name --numeric-owner -C "$root" -cf "$archive/$1" "${@:2}"
  }
  local libraries=./usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null || echo "$(uname -m)-linux-gnu")
  pack_part 1.tar --exclude=./usr/lib --exclude=./usr/share --exclude=./usr/bin --exclude=./var .
  # The folders on the way belong to a layer: else they get the time of whoever unpacks it.
  pack_part 2.tar --no-recursion ./usr ./usr/lib --recursion "$libraries"
  pack_part 3.tar --exclude="$libraries" --no-recursion ./usr --recursion ./usr/lib
  pack_part 4.tar --no-recursion ./usr --recursion ./usr/share ./var
  pack_part 5.tar --no-recursion ./usr --recursion ./usr/bin
  describe "$archive" large bash 'Debian by folders' 1.tar 2.tar 3.tar 4.tar 5.tar
  pack "$archive" "$work/large.tar"
}

make_deep() {
  BERTH_IMAGES=$images "$0" busybox
  local archive=$work/deep layer n names=(base.tar)
  mkdir -p "$archive"
  tar -xOf "$images/busybox.tar" ./layer.tar >"$archive/base.tar"
  for n in $(seq 1 59); do
    layer=$work/layer-$n
    mkdir -p "$layer/data/$((n % 7))"
    echo "layer $n" >"$layer/data/$((n % 7))/$n"
    head -c $((n * 1000)) /dev/zero >"$layer/data/last"
    # Every third layer takes away what the one before brought, every tenth hides all of a folder.
    if [ $((n % 3)) -eq 0 ]; then
      mkdir -p "$layer/data/$(((n - 1) % 7))"
      : >"$layer/data/$(((n - 1) % 7))/.wh.$((n - 1))"
    fi
    [ $((n % 10)) -ne 0 ] || : >"$layer/data/$((n % 7))/.wh..wh..opq"
    pack "$layer" "$archive/$n.tar"
    names+=("$n.tar")
  done
  describe "$archive" deep sh 'sixty layers' "${names[@]}"
  pack "$archive" "$work/deep.tar"
}

for name in "$@"; do
  case $name in
    busybox | debian | large | deep) ;;
    *) sed -n '2,10p' "$0" >&2 && exit 2 ;;
  esac
  if [ ! -f "$images/$name.tar" ]; then
    echo "making image $name"
    "make_$name"
    mv "$work/$name.tar" "$images/$name.tar"
  fi
done
