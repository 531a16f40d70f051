#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Guest programs of tests/guest that check themselves (check.h), built static
# for each guest and run under dragoman (TAP).  They print one TAP line for
# each of their own checks; here each program is one test.
#
#	tests/guest/run.sh [PROGRAM...]
#	GUEST=x64 ...	for this guest only
#	NATIVE=1 ...	run the portable ones on this machine instead
#	OPTIONS="..."	options for dragoman
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=.}"
: "${HOST_CC:=cc}"
: "${GUEST_CC=$(command -v aarch64-linux-gnu-gcc)}"
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
flags='-O1 -static -pthread'
n=0

# name, arguments; a64 or x64 marks what only that guest can run and where its
# source is; all others are in a64, too.
programs='threads
signals
sigaltstack
restart
fork
vfork
robust
execsig
frame a64
memory
ownfd
dualmap a64
flags a64
address a64
fptrap a64
fploop a64
smc x64
faults x64
old x64
stress 3'

if [ -n "$NATIVE" ]; then
	guests=native
else
	guests=${GUEST:-a64 x64}
	[ -n "$GUEST_CC" ] || guests=${guests#a64}
	[ "$(uname -m)" = x86_64 ] || guests=${guests%x64}
	if [ -z "${guests# }" ] || [ ! -x "$top_builddir/dragoman" ]; then
		echo "1..0 # SKIP no cross compiler or no dragoman"
		exit 0
	fi
fi

# one GUEST NAME ARGUMENTS...
one() {
	guest=$1 name=$2
	shift 2
	n=$((n + 1))
	compiler=$HOST_CC src=$top_srcdir/tests/guest/a64
	[ "$guest" = a64 ] && compiler=$GUEST_CC
	case $1 in
	"$guest")
		src=$top_srcdir/tests/guest/$guest
		shift
		;;
	a64 | x64)
		n=$((n - 1))
		return
		;;
	esac
	# shellcheck disable=SC2086
	if ! $compiler $flags -o "$dir/$name" "$src/$name.c" 2>"$dir/err"; then
		echo "not ok $n - $guest $name: does not compile"
		sed 's/^/# /' "$dir/err"
		return
	fi
	# shellcheck disable=SC2086
	(cd "$dir" && exec timeout 120 $run "./$name" "$@") >"$dir/out" \
		2>"$dir/err" </dev/null
	status=$?
	if [ $status -eq 0 ] && ! grep -q '^not ok' "$dir/out" &&
		grep -q '^1\.\.' "$dir/out"; then
		echo "ok $n - $guest $name"
	else
		echo "not ok $n - $guest $name: status $status"
		grep -A2 '^not ok' "$dir/out" | sed 's/^/# /'
		tail -n 3 "$dir/out" "$dir/err" | sed 's/^/# /'
	fi
}

run=
if [ -z "$NATIVE" ]; then
	run="$(cd "$top_builddir" && pwd)/dragoman $OPTIONS"
fi
[ $# -gt 0 ] && programs=$(for p; do echo "$programs" | grep "^$p\>"; done)
for guest in $guests; do
	while read -r line; do
		# shellcheck disable=SC2086
		one "$guest" $line
	done <<END
$programs
END
done
echo "1..$n"
