#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The benchmark harness on a small table: what a run that goes well reports,
# and that rows that fail or print something else make it fail and are in no
# mean.  Prints TAP.
set -u
: "${top_srcdir:=.}" "${top_builddir:=.}"
D=$(cd "$top_builddir" && pwd)/dragoman
if [ ! -x "$D" ] || ! command -v "${GUEST_CC:-aarch64-linux-gnu-gcc}" \
	>/dev/null; then
	echo "1..0 # SKIP needs dragoman and a cross compiler"
	exit 0
fi
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
n=0

ok() {		# description, then a command that must succeed
	n=$((n + 1)) what=$1
	shift
	if "$@" >/dev/null 2>&1; then
		echo "ok $n - $what"
	else
		echo "not ok $n - $what"
		sed 's/^/# /' "$tmp/log"
	fi
}

# bench STATUS RUNNER: the run's output goes to $tmp/log.
bench() {
	TABLE=$tmp/table DRAGOMAN=$2 QEMU='' SCALE=1024 OUT=$tmp \
		"$top_srcdir/bench/run" 1 >"$tmp/log" 2>&1
	[ $? = "$1" ]
}

cat >"$tmp/table" <<'T'
= call	calls
= int	integers
= hello	start
K call	-	call_fib	2048
K call	tree	call_tree	8192
K int	-	int_mix		8192
K hello	-	start_hello	1
T
ok "a run that goes well" bench 0 "$D"
ok "a ratio for each row" \
	test "$(grep -c '^[a-z]* .* native .* dragoman .*[0-9]x ' "$tmp/log")" = 4
ok "a mean for each class" \
	test "$(grep -cE '^(call|int|hello) +[0-9.]+x +- +-$' "$tmp/log")" = 3
ok "four rows in the JSON" \
	test "$(grep -c '"state": "ok"' "$tmp/bench-results.json")" = 4
ok "bars of three classes and the legend" test "$(grep -c '<rect class="ours"' \
	"$tmp/bench-results.svg")" = 4

# A runner under which one kernel fails and one prints something else.
cat >"$tmp/runner" <<R
#!/bin/sh
case \$1 in
*call_tree*) exit 3 ;;
*int_mix*) echo 0; exit 0 ;;
esac
exec "$D" "\$@"
R
chmod +x "$tmp/runner"
ok "a run in which rows fail" bench 1 "$tmp/runner"
ok "which failed" grep -qE '^call +tree +FAILED$' "$tmp/log"
ok "which differs" grep -qE '^int +int_mix +OUTPUT DIFFERS$' "$tmp/log"
ok "no mean of nothing" grep -qE '^int +- +- +-$' "$tmp/log"
fib=$(sed -n 's/.*"call_fib".*"ratio": \([0-9.]*\).*/\1/p' \
	"$tmp/bench-results.json")
ok "the other row alone makes the mean" \
	grep -q "\"dragoman\": ${fib:-none}, .*\"class\": \"call\"" \
	"$tmp/bench-results.json"
ok "states in the JSON" test "$(grep -cE '"state": "(failed|differs)".*"ratio": null' \
	"$tmp/bench-results.json")" = 2
echo 'K call - call_fib 1' >"$tmp/table"
ok "a table without its classes is refused" bench 2 "$D"
echo "1..$n"
