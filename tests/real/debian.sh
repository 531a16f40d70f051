#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A Debian arm64 system is made under dragoman: its packages are unpacked, its
# own dpkg installs and configures them all, as debootstrap's second stage
# does, then its apt fetches and installs more from the network (TAP).
#
#	tests/real/debian.sh
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=$(pwd)}"
. "$top_srcdir/tests/real/roots.sh"
LIMIT=${LIMIT:-1200}
GUEST_ENV='PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive'
export GUEST_ENV
base='apt base-files base-passwd bash bsdutils coreutils dash debianutils
diffutils dpkg findutils grep gzip hostname init-system-helpers libc-bin login
mawk ncurses-base ncurses-bin passwd perl-base sed sysvinit-utils tar util-linux
adduser debian-archive-keyring tzdata gpgv'
# From where this machine takes Debian's packages.
mirror=$(apt-get indextargets --format '$(SITE) $(COMPONENT)' \
	'Created-By: Packages' | sed -n 's/ main$//p' | head -n 1)

# The packages and all they need, into $work/root/debs.
fetch() {
	state=$guests/arm64
	set -- -o APT::Architecture=arm64 -o APT::Architectures=arm64 \
		-o Dir::State::lists="$state/lists" -o Dir::Cache="$work/cache" \
		-o Dir::State::status=/dev/null -o APT::Sandbox::User=root \
		-o Acquire::Languages=none -qq
	mkdir -p "$work/cache/archives/partial" "$work/root/debs"
	# shellcheck disable=SC2086
	list=$(apt-get "$@" --print-uris --no-install-recommends install \
		$base | sed "s/^'[^']*' \([^_]*\)_.*/\1/")
	# shellcheck disable=SC2086
	[ -n "$list" ] && cd "$work/root/debs" && apt-get "$@" download $list
}

unpack() {
	for deb in "$work"/root/debs/*.deb; do
		dpkg-deb -x "$deb" "$work/root" || return
	done
	cd "$work/root" || return
	mkdir -p proc dev tmp sys
	: >dragoman
	cp /etc/resolv.conf etc/resolv.conf
	echo "deb $mirror bookworm main" >etc/apt/sources.list
	ln -sf mawk usr/bin/awk
	mkdir -p var/lib/dpkg/info
	: >var/lib/dpkg/available
	printf '%s\n' 'Package: dpkg' 'Version: 1' 'Maintainer: none' \
		'Status: install ok installed' >var/lib/dpkg/status
}

# check NAME COMMAND: in the new root; its last lines if it fails.
check() {
	n=$((n + 1))
	if in_root "$work/root" "$top_builddir/dragoman" /bin/bash -ec "$2" \
		>"$work/log" 2>&1 </dev/null; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1: status $?"
		tail -n 8 "$work/log" | sed 's/^/# /'
	fi
}

roots_prepare bash
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(fetch && unpack) >"$work/log" 2>&1 || bail "packages cannot be fetched"
echo 1..3
n=0
check "dpkg installs and configures a system" '
	cd /debs
	one() { dpkg --force-depends --install "$@"; }
	one base-passwd_*.deb base-files_*.deb dpkg_*.deb
	one libc6_*.deb perl-base_*.deb mawk_*.deb debconf_*.deb
	dpkg --force-depends --force-overwrite --unpack *.deb
	dpkg --force-depends --configure -a
	! dpkg -l | tail -n +6 | grep -v ^ii'
check "apt installs from the network" '
	apt-get -qq update
	apt-get -qq install --no-install-recommends sqlite3 bc
	[ "$(echo 2^70 | bc)" = 1180591620717411303424 ]
	[ "$(sqlite3 :memory: "select 6*7")" = 42 ]'
check "users" '
	useradd -m bob
	[ "$(su bob -c "id -un; touch ~/x; ls ~")" = "$(printf "bob\nx")" ]
	userdel -r bob 2>/dev/null
	! getent passwd bob'
