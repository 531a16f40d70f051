#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Guest programs of tests/guest/a64 that check themselves (check.h), cross-
# built static and run under dragoman (TAP).  They print one TAP line for
# each of their own checks; here each program is one test.
#
#	tests/guest/run.sh [PROGRAM...]
#	NATIVE=1 ...	run the portable ones on this machine instead
#	OPTIONS="..."	options for dragoman
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=.}"
: "${HOST_CC:=cc}"
: "${GUEST_CC=$(command -v aarch64-linux-gnu-gcc)}"
src=$top_srcdir/tests/guest/a64
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
flags='-O1 -static -pthread'
n=0

# name, arguments; "guest" marks what only an arm64 machine can run.
programs='threads
signals
sigaltstack
restart
fork
vfork
robust
execsig
frame guest
memory
ownfd
dualmap guest
flags guest
address guest
fptrap guest
fploop guest
stress 3'

if [ -n "$NATIVE" ]; then
	compiler=$HOST_CC
	run=
else
	compiler=$GUEST_CC
	run="$top_builddir/dragoman $OPTIONS"
	if [ -z "$GUEST_CC" ] || [ ! -x "$top_builddir/dragoman" ]; then
		echo "1..0 # SKIP no cross compiler or no dragoman"
		exit 0
	fi
fi

# one NAME ARGUMENTS...
one() {
	name=$1
	shift
	n=$((n + 1))
	if [ -n "$NATIVE" ] && [ "$1" = guest ]; then
		echo "ok $n - $name # SKIP only for arm64"
		return
	fi
	[ "$1" = guest ] && shift
	# shellcheck disable=SC2086
	if ! $compiler $flags -o "$dir/$name" "$src/$name.c" 2>"$dir/err"; then
		echo "not ok $n - $name: does not compile"
		sed 's/^/# /' "$dir/err"
		return
	fi
	# shellcheck disable=SC2086
	(cd "$dir" && exec timeout 120 $run "./$name" "$@") >"$dir/out" \
		2>"$dir/err" </dev/null
	status=$?
	if [ $status -eq 0 ] && ! grep -q '^not ok' "$dir/out" &&
		grep -q '^1\.\.' "$dir/out"; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name: status $status"
		grep -A2 '^not ok' "$dir/out" | sed 's/^/# /'
		tail -n 3 "$dir/out" "$dir/err" | sed 's/^/# /'
	fi
}

case $run in
/* | '') ;;
*) run="$PWD/$run" ;;
esac
[ $# -gt 0 ] && programs=$(for p; do echo "$programs" | grep "^$p\\>"; done)
echo "1..$(echo "$programs" | wc -l)"
while read -r line; do
	# shellcheck disable=SC2086
	one $line
done <<END
$programs
END
