#!/usr/bin/env bash
# Tries the two packages on a clean Debian system: installs them, asks the desktop's own tools what a ticket opens with,
# double-clicks one in a real file manager, removes the packages and looks for anything left.
# Usage: try-on-clean-system.sh FOLDER DESKSIDE.deb DESKSIDE-EXPERT.deb   (as root; FOLDER is made if it is not there)
set -euo pipefail
folder=$1 person=$2 expert=$3
here=$(cd "$(dirname "$0")" && pwd)
log=$folder.log

say() { printf '==> %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }
# No DISPLAY: a program that is tried here must not reach this machine's own desktop.
inside() { chroot "$folder" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
apt() { inside apt-get -q -y "$@" >> "$log" 2>&1 || { tail -15 "$log"; fail "apt-get $*"; }; }
# Every file with its content, except what apt, the C library and fonts keep for themselves and what a person owns.
census() {
  (cd "$folder" && find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./root -o -path ./tmp -o -path ./run \
    -o -path ./var/log -o -path ./var/cache -o -path ./var/lib/apt -o -path ./var/lib/dpkg -o -path ./etc/ld.so.cache \) -prune \
    -o -type f -print0 | sort -z | xargs -0 md5sum; find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./root \
    -o -path ./tmp -o -path ./run -o -path ./var/cache \) -prune -o -type d -print | sort)
}

[ "$(id -u)" = 0 ] || fail "a clean system can be made by root only; run this with sudo"
: > "$log"
if [ ! -x "$folder/usr/bin/dpkg" ]; then
  say "making a clean Debian system in $folder"
  mkdir -p "$folder"
  mirror=$(awk '/^deb /{print $2; exit} /^URIs:/{print $2; exit}' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null || true)
  debootstrap --variant=minbase "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$folder" ${mirror:+"$mirror"} >> "$log" 2>&1 \
    || { tail -5 "$log"; fail "debootstrap"; }
  for file in /etc/apt/apt.conf /etc/apt/apt.conf.d/*; do   # how this machine reaches its mirror (a proxy, say)
    if [ -f "$file" ] && grep -qiE 'proxy|verify|cainfo' "$file"; then install -D "$file" "$folder$file"; fi
  done
  cp /etc/resolv.conf /etc/hosts "$folder/etc/" 2>/dev/null || true
fi
if ! mountpoint -q "$folder/proc"; then
  mount -t proc proc "$folder/proc"
  trap 'umount "$folder/proc" 2>/dev/null || true' EXIT
fi

say "installing what a desktop has (a file manager, a window manager, a display)"
# Rests of a trial that was broken off.
inside dpkg --purge deskside deskside-expert >> "$log" 2>&1 || true
apt autoremove --purge
apt update
apt install --no-install-recommends xvfb openbox pcmanfm xdotool xdg-utils x11-utils x11-apps dbus libfile-mimeinfo-perl \
  desktop-file-utils shared-mime-info hicolor-icon-theme gtk-update-icon-cache fonts-dejavu-core libgl1-mesa-dri man-db
rm -rf "$folder/root/try" "$folder/root/.config" "$folder/root/.local"
census > "$log.before"

say "installing the packages"
cp "$person" "$expert" "$folder/tmp/"
# What they need and the system has not is removed again at the end; apt says here what that is.
apt install --no-install-recommends "/tmp/$(basename "$person")" "/tmp/$(basename "$expert")"
inside deskside --version
inside deskside-expert --version
for program in deskside deskside-expert; do
  inside dpkg-query --show --showformat='    ${Package} ${Version}: ${Installed-Size} KiB installed\n' "$program"
  inside man --where "$program" > /dev/null || [ -s "$folder/usr/share/man/man1/$program.1.gz" ] || fail "no manual page for $program"
  inside bash -n "/usr/share/bash-completion/completions/$program" || fail "the completions of $program are no shell script"
done

say "making a ticket, and asking what it is and what opens it"
mkdir -p "$folder/root/try"
inside deskside invite --output /root/try/anna.deskside --for 1h > "$folder/root/invite.txt" 2>&1 || { cat "$folder/root/invite.txt"; fail "deskside invite"; }
[ -s "$folder/root/try/anna.deskside" ] || fail "deskside invite made no ticket"
kind=$(inside xdg-mime query filetype /root/try/anna.deskside)
[ "$kind" = application/vnd.deskside.ticket ] || fail "the ticket is taken for $kind"
opener=$(inside xdg-mime query default application/vnd.deskside.ticket)
[ "$opener" = deskside-expert.desktop ] || fail "a ticket is opened by '$opener'"
printf '    %s, opened by %s\n' "$kind" "$opener"

say "double-clicking it in pcmanfm"
cp "$here/double-click.sh" "$folder/tmp/"
inside dbus-run-session bash /tmp/double-click.sh /root/try anna.deskside /tmp/double-click.xwd || fail "the double-click opened no viewer"

say "removing the packages"
apt purge --autoremove deskside deskside-expert
census > "$log.after"
if ! diff "$log.before" "$log.after" > "$log.left"; then cat "$log.left"; fail "the system is not as it was before"; fi
left=$(find "$folder" -xdev \( -path "$folder/proc" -o -path "$folder/dev" -o -path "$folder/root" -o -path "$folder/tmp" -o -path "$folder/var/log" -o -path "$folder/var/cache/apt" \) -prune \
  -o -iname '*deskside*' -print)
[ -z "$left" ] || fail "left behind: $left"
say "all well: installed, opened by a double-click, removed; $(wc -l < "$log.before") files and directories are as before"
