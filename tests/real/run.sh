#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Debian's arm64 programs under dragoman against the same packages of the
# host's architecture run natively: each line of commands.txt is run by bash
# in both roots; standard output and exit status must be equal (TAP).
#
#   tests/real/run.sh [PATTERN]	only tests whose name matches
#
# The roots are fetched once into BUILD/guests.  Needs root, or user
# namespaces, to change into them.
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=$top_srcdir}"
list=$top_srcdir/tests/real/commands.txt
guests=$top_builddir/guests
pattern=${1:-.}

bail() { echo "1..0 # SKIP $1"; exit 0; }

[ "$(uname -m)" = x86_64 ] || bail "the host is not x86_64"
command -v dpkg-deb >/dev/null || bail "no dpkg-deb to unpack packages"

packages=$(sed -n 's/^#packages: //p' "$list")
for arch in arm64 amd64; do
	# shellcheck disable=SC2086
	sh "$top_srcdir/data/fetch-debs" arm64 "$guests/arm64" busybox-static >/dev/null 2>&1
	sh "$top_srcdir/data/fetch-debs" -d $arch "$guests/$arch" $packages \
		>"$guests/$arch.log" 2>&1 || bail "packages cannot be fetched"
	root=$guests/$arch/root
	mkdir -p "$root/proc" "$root/dev" "$root/tmp" "$root/etc" "$root/root"
	printf 'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534::/:/bin/false\n' >"$root/etc/passwd"
	printf 'root:x:0:\nnogroup:x:65534:\n' >"$root/etc/group"
	ln -sf bash "$root/bin/sh"
	ln -sf python3.11 "$root/usr/bin/python3"
done
cp "$top_builddir/dragoman" "$guests/arm64/root/dragoman" || exit 99

# in_root ROOT COMMAND...: run in the root, with /proc, /dev and a fresh /tmp.
as_root=
[ "$(id -u)" = 0 ] || as_root=-r
in_root() {
	# shellcheck disable=SC2016
	timeout "${LIMIT:-120}" unshare $as_root -m -p -f sh -c '
		r=$1; shift
		mount -t proc proc "$r/proc" || mount --rbind /proc "$r/proc"
		mount --rbind /dev "$r/dev"
		mount -t tmpfs tmpfs "$r/tmp"
		cd "$r" && exec chroot "$r" /usr/bin/env -i PATH=/usr/bin:/bin \
			HOME=/root LC_ALL=C PYTHONHASHSEED=0 TERM=dumb "$@"
		' sh "$@"
}
# The guest's root has no native env: dragoman runs everything there.
in_guest() {
	timeout "${LIMIT:-120}" unshare $as_root -m -p -f sh -c '
		r=$1; shift
		mount -t proc proc "$r/proc" || mount --rbind /proc "$r/proc"
		mount --rbind /dev "$r/dev"
		mount -t tmpfs tmpfs "$r/tmp"
		cd "$r" && exec env -i PATH=/usr/bin:/bin HOME=/root LC_ALL=C \
			PYTHONHASHSEED=0 TERM=dumb /usr/sbin/chroot "$r" /dragoman "$@"
		' sh "$@"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0
bad=0
grep -vE '^(#|$)' "$list" | grep -E "^[^:]*$pattern" >"$work/list"
echo "1..$(wc -l <"$work/list")"
while IFS= read -r line; do
	name=${line%%:*}
	cmd=${line#*: }
	n=$((n + 1))
	in_root "$guests/amd64/root" /bin/bash -c "cd /tmp; $cmd" \
		</dev/null >"$work/want" 2>"$work/want.err"
	echo "status $?" >>"$work/want"
	in_guest "$guests/arm64/root" /bin/bash -c "cd /tmp; $cmd" \
		</dev/null >"$work/got" 2>"$work/got.err"
	echo "status $?" >>"$work/got"
	if cmp -s "$work/want" "$work/got"; then
		echo "ok $n - $name"
	else
		bad=$((bad + 1))
		echo "not ok $n - $name"
		echo "# $cmd"
		diff "$work/want" "$work/got" | head -n 12 | sed 's/^/# /'
		head -n 5 "$work/got.err" | sed 's/^/# stderr: /'
	fi
done <"$work/list"
exit $((bad > 0))
