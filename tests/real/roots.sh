# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by tests that run Debian's programs in two roots, arm64 under
# dragoman and amd64 natively, with the same packages:
#
#   roots_prepare PACKAGE...	fetch what is missing; exit 0 if impossible
#   in_native COMMAND...	run in the native root
#   in_guest COMMAND...		run in the arm64 root, all of it translated;
#				with GUEST=x64 in the amd64 root
#
# Each command gets namespaces of its own with a fresh /tmp and, where the
# host lets us, its own processes only.  A command that exceeds LIMIT seconds
# is killed with all it started.
guests=$top_builddir/guests

bail() {
	echo "1..0 # SKIP $1"
	exit 0
}

roots_prepare() {
	[ "$(uname -m)" = x86_64 ] || bail "the host is not x86_64"
	command -v apt-get >/dev/null || bail "no apt-get to fetch packages"
	mkdir -p "$guests"
	# Several tests may start at the same time.
	(
		flock 8
		root_fetch arm64 "$@" & one=$!
		root_fetch amd64 "$@" && wait $one
	) 8>"$guests/.lock" || bail "packages cannot be fetched"
	: >>"$guests/arm64/root/dragoman"
	: >>"$guests/amd64/root/dragoman"
	roots_probe
}

# root_fetch ARCH PACKAGE...
root_fetch() {
	arch=$1
	shift
	dir=$guests/$arch
	sh "$top_srcdir/data/fetch-debs" -d "$arch" "$dir" "$@" \
		>"$guests/$arch.log" 2>&1 </dev/null || return 1
	mkdir -p "$dir/root/proc" "$dir/root/dev" "$dir/root/tmp" \
		"$dir/root/etc" "$dir/root/root"
	[ -e "$dir/root/etc/group" ] || root_finish "$dir/root"
}

# What maintainer scripts would have done, as far as tests need it.
root_finish() {
	ln -sf bash "$1/bin/sh"
	ln -sf python3.11 "$1/usr/bin/python3"
	printf '%s\n' root:x:0:0:root:/root:/bin/bash \
		nobody:x:65534:65534::/:/bin/false >"$1/etc/passwd"
	echo '127.0.0.1 localhost' >"$1/etc/hosts"
	printf '%s\n' root:x:0: nogroup:x:65534: >"$1/etc/group"
}

# Which namespaces this host lets us have.
roots_probe() {
	as_root=
	[ "$(id -u)" = 0 ] || as_root=-r
	pidns='-p -f --kill-child'
	export as_root pidns
	# shellcheck disable=SC2086
	unshare $as_root -m mount -t tmpfs tmpfs "$guests/arm64/root/tmp" \
		2>/dev/null || bail "no permission to mount"
	# shellcheck disable=SC2086
	unshare $as_root -m $pidns mount -t proc proc \
		"$guests/arm64/root/proc" 2>/dev/null || pidns=
}

# in_root ROOT RUNNER COMMAND...: RUNNER is "" or what runs COMMAND.
in_root() {
	# shellcheck disable=SC2016,SC2086
	timeout -k 5 "${LIMIT:-120}" unshare $as_root -m $pidns sh -c '
		r=$1 runner=$2
		shift 2
		mount -t proc proc "$r/proc" 2>/dev/null ||
			mount --rbind /proc "$r/proc"
		mount --rbind /dev "$r/dev"
		mount -t tmpfs tmpfs "$r/tmp"
		[ -z "$runner" ] || mount --bind "$runner" "$r/dragoman"
		cd "$r" && exec env -i PATH=/usr/bin:/bin HOME=/root LC_ALL=C \
			PYTHONHASHSEED=0 TERM=dumb $GUEST_ENV \
			"$(command -v chroot || echo /usr/sbin/chroot)" "$r" \
			${runner:+/dragoman} "$@"
		' sh "$@"
}

in_native() {
	GUEST_ENV='' in_root "$guests/amd64/root" "" "$@"
}

in_guest() {
	export GUEST_ENV
	case ${GUEST:-a64} in
	a64)	root=$guests/arm64/root ;;
	x64)	root=$guests/amd64/root ;;
	esac
	in_root "$root" "$top_builddir/dragoman" "$@"
}
