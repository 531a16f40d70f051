#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Many processes started, and failing to start, must leave nothing behind:
# descriptors, mappings and memory of the runner are compared (TAP).
#
#	tests/cli/spawn.sh [ROUNDS]
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=.}"
: "${GUEST_CC=$(command -v aarch64-linux-gnu-gcc)}"
rounds=${1:-50}
runner=$top_builddir/dragoman
if [ -z "$GUEST_CC" ] || [ ! -x "$runner" ]; then
	echo "1..0 # SKIP no cross compiler or no dragoman"
	exit 0
fi
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
$GUEST_CC -O1 -static -o "$dir/spawnleak" \
	"$top_srcdir/tests/guest/a64/spawnleak.c" || exit 99

# use WORD: wait until the program says WORD, note what it uses.
use() {
	read -r word pid <&3
	[ "$word" = "$1" ] || return 1
	fds=$(find "/proc/$pid/fd" -mindepth 1 | wc -l)
	maps=$(wc -l <"/proc/$pid/maps")
	rss=$(awk '/^VmRSS/ { print $2 }' "/proc/$pid/status")
	echo "# $1: $fds descriptors, $maps mappings, $rss kB"
	echo >&4
}

mkfifo "$dir/in" "$dir/out"
timeout 900 "$runner" "$dir/spawnleak" "$rounds" <"$dir/in" >"$dir/out" &
exec 4>"$dir/in" 3<"$dir/out"
echo 1..4
use warm
fds0=$fds maps0=$maps rss0=$rss
use done
read -r word n <&3
check() {
	what=$1
	shift
	if [ "$@" ]; then echo "ok - $what"; else echo "not ok - $what"; fi
}
check "$rounds rounds of processes started" "$word $n" = "failures 0"
check "no descriptor left" "$fds" -eq "$fds0"
# A heap may grow by a mapping once; a leak shows in every round.
check "no mapping left" "$maps" -le $((maps0 + 2))
check "no memory left" "$rss" -le $((rss0 + 256 + rounds / 2))
wait
