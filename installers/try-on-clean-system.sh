#!/usr/bin/env bash
# Tries the two packages on a clean Debian system: installs them, asks the desktop's own tools what a ticket opens with,
# double-clicks one in a real file manager, removes the packages and looks for anything left.
# Usage: try-on-clean-system.sh FOLDER DESKSIDE.deb DESKSIDE-EXPERT.deb   (as root; FOLDER is made if it is not there)
set -euo pipefail
folder=$1 person=$2 expert=$3
here=$(cd "$(dirname "$0")" && pwd)

say() { printf '==> %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }
inside() { chroot "$folder" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }

[ "$(id -u)" = 0 ] || fail "a clean system can be made by root only; run this with sudo"
if [ ! -x "$folder/usr/bin/dpkg" ]; then
  say "making a clean Debian system in $folder"
  mkdir -p "$folder"
  mirror=$(awk '/^deb /{print $2; exit} /^URIs:/{print $2; exit}' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null || true)
  debootstrap --variant=minbase "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$folder" ${mirror:+"$mirror"} > "$folder.log" 2>&1 \
    || { tail -5 "$folder.log"; fail "debootstrap"; }
  for file in /etc/apt/apt.conf /etc/apt/apt.conf.d/*; do   # how this machine reaches its mirror (a proxy, say)
    [ -f "$file" ] && grep -qiE 'proxy|verify|cainfo' "$file" && install -D "$file" "$folder$file"
  done
  cp /etc/resolv.conf /etc/hosts "$folder/etc/" 2>/dev/null || true
fi
mountpoint -q "$folder/proc" || mount -t proc proc "$folder/proc"
mountpoint -q "$folder/dev" || mount --rbind /dev "$folder/dev"
trap 'umount -l "$folder/proc" "$folder/dev" 2>/dev/null || true' EXIT

say "installing what a desktop has (a file manager, a window manager, a display)"
inside apt-get -q update > "$folder.log" 2>&1
inside apt-get -q install -y --no-install-recommends xvfb openbox pcmanfm xdotool xdg-utils x11-utils dbus libfile-mimeinfo-perl fonts-dejavu-core \
  libgl1-mesa-dri >> "$folder.log" 2>&1 || { tail -5 "$folder.log"; fail "apt"; }

say "installing the packages"
cp "$person" "$expert" "$folder/tmp/"
inside apt-get -q install -y --no-install-recommends "/tmp/$(basename "$person")" "/tmp/$(basename "$expert")" >> "$folder.log" 2>&1 \
  || { tail -15 "$folder.log"; fail "installing"; }
inside deskside --version
inside deskside-expert --version
for page in deskside deskside-expert; do
  [ -s "$folder/usr/share/man/man1/$page.1.gz" ] || fail "no manual page for $page"
done

say "making a ticket, and asking what it is and what opens it"
inside sh -c 'mkdir -p /root/try && cd /root/try && deskside invite --output /root/try/anna.deskside --for 1h >/dev/null 2>&1' || true
[ -s "$folder/root/try/anna.deskside" ] || fail "deskside invite made no ticket"
kind=$(inside xdg-mime query filetype /root/try/anna.deskside)
[ "$kind" = application/vnd.deskside.ticket ] || fail "the ticket is taken for $kind"
opener=$(inside xdg-mime query default application/vnd.deskside.ticket)
[ "$opener" = deskside-expert.desktop ] || fail "a ticket is opened by '$opener'"

say "double-clicking it in pcmanfm"
cp "$here/double-click.sh" "$folder/tmp/"
inside dbus-run-session bash /tmp/double-click.sh /root/try anna.deskside || fail "the double-click opened no viewer"

say "removing the packages"
inside dpkg --purge deskside deskside-expert >> "$folder.log" 2>&1 || { tail -5 "$folder.log"; fail "removing"; }
left=$(find "$folder" -xdev \( -path "$folder/proc" -o -path "$folder/dev" -o -path "$folder/root" -o -path "$folder/tmp" -o -path "$folder/var/log" -o -path "$folder/var/cache/apt" \) -prune \
  -o -iname '*deskside*' -print)
[ -z "$left" ] || fail "left behind: $left"
if grep -rIl deskside "$folder/usr/share/applications" "$folder/usr/share/mime" 2>/dev/null; then fail "left in the caches above"; fi
say "all well: installed, opened by a double-click, removed without a trace"
