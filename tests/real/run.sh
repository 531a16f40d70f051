#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Debian's arm64 programs under dragoman against the same packages of the
# host's architecture run natively: each line of commands.txt is run by bash
# in both roots; standard output and exit status must be equal (TAP).
# A command that begins with "<FILE " has that file of tests/real as standard
# input.  Tests whose name begins with "long" run when a pattern asks for them.
#
#   tests/real/run.sh [PATTERN]		only tests whose name matches
#   GUEST=x64 ...			amd64 programs under dragoman instead
#   GUEST_ENV="A=b ..." ...		more environment for the guest's side
#   JOBS=n ...				how many tests at a time
#
# The roots are fetched once into BUILD/guests.  Needs root, or user
# namespaces, to change into them.
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=$(pwd)}"
export top_srcdir top_builddir
. "$top_srcdir/tests/real/roots.sh"
list=${LIST:-$top_srcdir/tests/real/commands.txt}

# one N: runs line N of the list and prints its result with one write, since
# other tests print at the same time.
one() {
	line=$(sed -n "$1p" "$work/list")
	name=${line%%:*}
	cmd=${line#*: }
	input=/dev/null
	case $cmd in
	'<'*)	input=${cmd%% *}
		input=$top_srcdir/tests/real/${input#<}
		cmd=${cmd#* }
		;;
	esac
	o=$work/$1
	start=$(date +%s%N)
	in_native /bin/bash -c "cd /tmp; $cmd" \
		<"$input" >"$o.want" 2>"$o.want.err"
	echo "status $?" >>"$o.want"
	middle=$(date +%s%N)
	in_guest /bin/bash -c "cd /tmp; $cmd" \
		<"$input" >"$o.got" 2>"$o.got.err"
	echo "status $?" >>"$o.got"
	end=$(date +%s%N)
	if [ -r "$input" ] && cmp -s "$o.want" "$o.got"; then
		printf 'ok - %s # %d ms, native %d ms\n' "$name" \
			$(((end - middle) / 1000000)) \
			$(((middle - start) / 1000000)) >"$o.tap"
	else
		{
			echo "not ok - $name"
			printf "%s\n" "# $cmd"
			diff -a "$o.want" "$o.got" | head -n 12 | sed 's/^/# /'
			head -n 5 "$o.got.err" | sed 's/^/# stderr: /'
		} | cut -c1-1000 | head -c 4000 >"$o.tap"
	fi
	cat "$o.tap"
}

if [ "$1" = --one ]; then
	one "$2"
	exit 0
fi

# shellcheck disable=SC2046
roots_prepare $(sed -n 's/^#packages: //p' "$list")
work=$(mktemp -d)
export work
trap 'rm -rf "$work"' EXIT
grep -vE '^(#|$)' "$list" |
	if [ $# -gt 0 ]; then grep -E "^[^:]*$1"; else grep -v '^long'; fi \
	>"$work/list"
n=$(wc -l <"$work/list")
echo "1..$n"
seq "$n" | xargs -n 1 -P "${JOBS:-$(nproc)}" sh "$0" --one
! cat "$work"/*.tap | grep -q '^not ok'
