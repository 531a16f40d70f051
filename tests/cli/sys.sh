#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# System calls: the programs tests/guest/a64/sys_*.c, built for this machine
# and run natively, built for each guest and run under dragoman, must print the
# same.  Prints TAP.
#
#	tests/cli/sys.sh [NAME...]	only sys_NAME.c
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=.}"
: "${HOST_CC:=cc}"
: "${GUEST_CC=$(command -v aarch64-linux-gnu-gcc)}"
src=$top_srcdir/tests/guest/a64
dragoman=$(cd "$top_builddir" && pwd)/dragoman

if [ -z "$GUEST_CC" ] || [ ! -x "$dragoman" ] ||
	[ "$(uname -m)" != x86_64 ]; then
	echo "1..0 # SKIP no cross compiler, no dragoman, or not x86_64"
	exit 0
fi
if [ $# -eq 0 ]; then
	for file in "$src"/sys_*.c; do
		name=${file##*/sys_}
		set -- "$@" "${name%.c}"
	done
fi
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
n=0

# program COMPILER OUTPUT RUN...: compile sys_$name.c and run it.
program() {
	compiler=$1 out=$2
	shift 2
	$compiler -O1 -w -static -o "$dir/prog" "$src/sys_$name.c" \
		2>"$out.err" || return
	timeout 300 "$@" "$dir/prog" >"$out" 2>"$out.err" </dev/null
}

# check GUEST COMPILER: the program for that guest against $dir/native.
check() {
	n=$((n + 1))
	program "$2" "$dir/guest" "$dragoman"
	status=$?
	if [ $native -eq 0 ] && [ $status -eq 0 ] &&
		cmp -s "$dir/native" "$dir/guest"; then
		echo "ok $n - $1 $name"
	else
		echo "not ok $n - $1 $name: status $native native, $status guest"
		tail -n 3 "$dir/native.err" "$dir/guest.err" | sed 's/^/# /'
		diff "$dir/native" "$dir/guest" | head -n 20 | sed 's/^/# /'
	fi
}

echo "1..$(($# * 2))"
for name; do
	program "$HOST_CC" "$dir/native" env
	native=$?
	check a64 "$GUEST_CC"
	check x64 "$HOST_CC"
done
