#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Random instruction sequences under dragoman and under qemu-aarch64 (TAP):
# all state after each must be equal, or the difference be one of those in
# seq.known.  A difference is traced to the instruction.
#
#	tests/cli/seq.sh [INSNS [SEED]]
#
# To repeat: the same arguments; seqrun's arguments are in seqrun.c.
src=${top_srcdir:-.}
build=${top_builddir:-.}
insns=${1:-50000}
seed=${2:-1}
: "${GUEST_CC=$(command -v aarch64-linux-gnu-gcc)}"
: "${QEMU=$(command -v qemu-aarch64)}"
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT

# What counts of FPSR: not UFC (docs/LIMITS.md), not N, Z, C, V, which belong
# to AArch32.
fpsr=0x08000097

if [ -z "$GUEST_CC" ] || [ -z "$QEMU" ] || [ ! -x "$build/dragoman" ]; then
	echo "1..0 # SKIP no cross compiler, qemu-aarch64 or dragoman"
	exit 0
fi
"$GUEST_CC" -O1 -static -o "$dir/seqrun" "$src/tests/guest/a64/seqrun.c" ||
	exit 99

oracle() {
	timeout 3600 "$QEMU" -cpu max,sve=off,pauth=off "$dir/seqrun" "$@"
}

ours() {
	timeout 3600 "$build/dragoman" "$dir/seqrun" "$@"
}

echo 1..2
if "$build/tests/unit/seqgen" -n "$insns" -s "$seed" >"$dir/seq"; then
	echo "ok 1 - instructions of every row drawn"
else
	echo "not ok 1 - instructions of every row drawn"
fi
oracle "$dir/seq" $fpsr >"$dir/want"
ours "$dir/seq" $fpsr >"$dir/got"
sed -n 's/^executed/# &/p' "$dir/got"
diff "$dir/want" "$dir/got" | sed -n 's/^> \([0-9]*\) .*/\1/p' |
	head -n 20000 >"$dir/which"
: >"$dir/trace.want"
: >"$dir/trace.got"
xargs -n 500 echo <"$dir/which" >"$dir/batches"
while read -r batch; do
	[ -z "$batch" ] && continue
	# shellcheck disable=SC2086
	oracle "$dir/seq" $fpsr $batch >>"$dir/trace.want"
	# shellcheck disable=SC2086
	ours "$dir/seq" $fpsr $batch >>"$dir/trace.got"
done <"$dir/batches"
awk -f "$src/tests/cli/seq.awk" "$dir/trace.want" "$dir/trace.got" >"$dir/first"
cut -d' ' -f1 "$dir/first" | "$build/tests/unit/seqgen" -w |
	paste -d'|' - "$dir/first" >"$dir/named"

awk -f "$src/tests/cli/seqknown.awk" "$src/tests/cli/seq.known" "$dir/named"
status=$?
# Every sequence that differs must have been traced.
[ "$(wc -l <"$dir/which")" -eq "$(wc -l <"$dir/first")" ] || status=1
[ -s "$dir/want" ] && grep -q '^executed' "$dir/got" &&
	[ "$(wc -l <"$dir/want")" -eq "$(wc -l <"$dir/got")" ] || status=1
name="about $insns random instructions, seed $seed, as under qemu"
if [ $status -eq 0 ]; then
	echo "ok 2 - $name"
else
	echo "not ok 2 - $name"
fi
