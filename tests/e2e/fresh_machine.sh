#!/usr/bin/env bash
# Proves that the README's two commands do all the set-up: a bare clone of HEAD in a new Debian 12
# system made by debootstrap, with nothing but what that installs. Root only.
# Usage: fresh_machine.sh [COMMAND]     COMMAND: run in the clone instead of both.
# The packages come from where this machine has its own; PLUMBLINE_FRESH names the folder to use.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

[ "$(id -u)" -eq 0 ] || { echo "fresh_machine.sh: needs root for chroot; use sudo" >&2; exit 2; }
system=${PLUMBLINE_FRESH:-$(mktemp -d)}
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | head -n 1)

chmod 755 "$system"  # mktemp's 700 would shut out the tests that run as nobody
if [ ! -x "$system/usr/bin/apt-get" ]; then
  echo "== debootstrap into $system" >&2
  debootstrap --variant=minbase bookworm "$system" "$mirror" >&2
fi
rm -rf "$system/plumbline"
git clone --quiet --no-hardlinks . "$system/plumbline"
cp -L /etc/resolv.conf "$system/etc/resolv.conf"
cp /etc/hosts "$system/etc/hosts"
find /etc/apt/apt.conf.d -name '*proxy*' -exec cp {} "$system/etc/apt/apt.conf.d/" \;

leave() {
  for point in dev proc; do
    mountpoint -q "$system/$point" && umount --recursive --lazy "$system/$point"
  done
  [ -n "${PLUMBLINE_FRESH:-}" ] || rm -rf "$system"
}
trap leave EXIT
mount -t proc proc "$system/proc"
mount --rbind /dev "$system/dev"
mount --make-rslave "$system/dev"

inside() {
  echo "== $1" >&2
  env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb \
    http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" no_proxy="${no_proxy:-}" \
    chroot "$system" bash -c "cd /plumbline && $1"
}

if [ $# -gt 0 ]; then
  inside "$*"
  exit
fi
status=0
inside "./dev run" || status=$?
echo "== ./dev run ended with $status (0: ok, 3: machine unfit or inconclusive)" >&2
[ "$status" -eq 0 ] || [ "$status" -eq 3 ]
rm -rf "$system/plumbline/build"
inside "./dev test"
