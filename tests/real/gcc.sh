#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Debian's arm64 gcc under dragoman: the guest's driver starts the guest's
# cpp, cc1, as, collect2 and ld on a generated C program, whose output must
# equal that of the same program built natively by the same gcc.  Where the
# host has the cross compiler in the same version, the assembler text and the
# object file must be the same bytes too (TAP).
#
#   tests/real/gcc.sh [LINES [SEED]]
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=$(pwd)}"
. "$top_srcdir/tests/real/roots.sh"
lines=${1:-300}
seed=${2:-1}
LIMIT=${LIMIT:-900}
flags='-O2 -w -ffp-contract=off -fno-ident'
# Debian's cross binutils and gcc carry the same versions as the native ones.
cross=aarch64-linux-gnu-gcc-12
[ "$GUEST" = x64 ] && cross=x86_64-linux-gnu-gcc-12

roots_prepare gcc-12 cpp-12 binutils libc6-dev bash coreutils
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
awk -v lines="$lines" -v seed="$seed" -f "$top_srcdir/tests/real/gencc.awk" \
	>"$work/g.c"

# build SIDE: the program's output to SIDE.out, times and checksums apart.
build() {
	start=$(date +%s%N)
	"in_$1" /bin/bash -c "cd /tmp && cat >g.c &&
		gcc-12 $flags -save-temps -o g g.c && ./g; echo status \$?
		{ gcc-12 -dumpfullversion; md5sum <g.s; md5sum <g.o; } >&2" \
		<"$work/g.c" >"$work/$1.out" 2>"$work/$1.err"
	echo "# $1: $((($(date +%s%N) - start) / 1000000)) ms"
}

# What the cross compiler makes of it, in the form of build()'s stderr.
cross_sums() {
	cd "$work" || return 1
	$cross -dumpfullversion
	# shellcheck disable=SC2086
	$cross $flags -save-temps -c -o g.o g.c
	md5sum <g.s
	md5sum <g.o
}

echo 1..2
build native
build guest
name="gcc builds and runs $(wc -l <"$work/g.c") lines"
if cmp -s "$work/native.out" "$work/guest.out" &&
   [ "$(wc -l <"$work/guest.out")" -gt 10 ]; then
	echo "ok 1 - $name"
else
	echo "not ok 1 - $name"
	diff -a "$work/native.out" "$work/guest.out" | head -n 8 | sed 's/^/# /'
	head -n 8 "$work/guest.err" | sed 's/^/# /'
fi
name="assembler text and object file as the cross compiler makes them"
if ! command -v $cross >/dev/null; then
	echo "ok 2 - $name # SKIP no $cross"
	exit 0
fi
(cross_sums) >"$work/cross.err" 2>&1
if [ "$(head -n 1 "$work/cross.err")" != "$(head -n 1 "$work/guest.err")" ]
then
	echo "ok 2 - $name # SKIP other version"
elif cmp -s "$work/cross.err" "$work/guest.err"; then
	echo "ok 2 - $name"
else
	echo "not ok 2 - $name"
	diff "$work/cross.err" "$work/guest.err" | sed 's/^/# /'
fi
