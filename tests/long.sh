#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# make check-long: the tests of make check that have a size, at full size
# (about an hour and a half on two cores).  A word as argument picks steps.
#
#	tests/long.sh [random|oracle|gcc|real|python|debian|stress|spawn|elf|
#		decode]...
: "${top_srcdir:=$(cd "$(dirname "$0")/.." && pwd)}"
: "${top_builddir:=$(pwd)}"
export top_srcdir top_builddir
t=$top_srcdir/tests
failed=0

# step NAME COMMAND...: its output goes to check-long.log.
step() {
	name=$1
	shift
	case " $wanted " in
	*" all "* | *" $name "*) ;;
	*) return ;;
	esac
	start=$(date +%s)
	echo "== $*" >>check-long.log
	# TAP: no "not ok", and a plan that is not of zero tests.
	if "$@" >check-long.out 2>&1 && ! grep -q '^not ok' check-long.out &&
	   grep -q '^1\.\.[1-9]' check-long.out; then
		result=ok
	elif grep -q '^1\.\.0 # SKIP' check-long.out; then
		result='ok # SKIP'
	else
		result='not ok'
		failed=1
		tail -n 20 check-long.out | sed 's/^/# /'
	fi
	cat check-long.out >>check-long.log
	rm -f check-long.out
	echo "$result - $name ($(($(date +%s) - start)) s)"
}

stress() {
	${GUEST_CC:-aarch64-linux-gnu-gcc} -O1 -static -pthread -o stress.a64 \
		"$t/guest/a64/stress.c" || return 1
	timeout $(($1 + 60)) ./dragoman ./stress.a64 "$1" "${SEED:-2}"
	status=$?
	rm -f stress.a64
	return $status
}

wanted=${*:-all}
: >check-long.log
step random tests/unit/lockstep_random -n 10000000 -s "${SEED:-2}"
step oracle sh "$t/cli/seq.sh" 1500000 "${SEED:-2}"
step gcc sh "$t/real/gcc.sh" 5000
step real sh "$t/real/run.sh" long
step python sh "$t/real/python.sh" all
step debian sh "$t/real/debian.sh"
step stress stress "${STRESS_SECONDS:-600}"
step spawn sh "$t/cli/spawn.sh" 1000
step elf tests/fuzz/fuzz_elf -n 100000 -s "${SEED:-2}"
step decode tests/fuzz/fuzz_decode -n 1000000 -s "${SEED:-2}"
step x64decode tests/fuzz/fuzz_x64_decode -n 1000000 -s "${SEED:-2}"
exit $failed
