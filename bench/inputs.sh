#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# inputs.sh DIR: make the input files that bench.tbl names.  They are the same
# every time.
set -eu
gencc=$(cd "$(dirname "$0")/.." && pwd)/tests/real/gencc.awk
cd "$1"
[ -e text ] || awk 'BEGIN { srand(42); for (i = 0; i < 60000; i++)
	printf "%d line %d of %s text %x\n", i, rand() * 1000,
		(i % 7 ? "plain" : "other"), rand() * 65536 }' > text
[ -e prog.i ] || awk -v lines=3000 -v seed=7 -f "$gencc" > prog.i
[ -e tiny.i ] || awk -v lines=80 -v seed=3 -f "$gencc" > tiny.i
# Created through -L a file would land outside the root: write to these.
: > prog.s
: > tiny.s
[ -e big ] || { for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do cat text; done; } > big
cat > work.py <<'PY'
def sieve(n):
    s = bytearray([1]) * (n + 1)
    for i in range(2, int(n ** 0.5) + 1):
        if s[i]:
            s[i * i::i] = bytes(len(range(i * i, n + 1, i)))
    return sum(s) - 2
class P:
    def __init__(self, x): self.x = x
    def f(self, y): return self.x * y + 1
d, t = {}, 0
for i in range(60000):
    k = 'k%d' % (i % 997)
    d[k] = d.get(k, 0) + P(i).f(3)
    t ^= hash(d[k]) & 0xffff
words = sorted(d, key=lambda k: d[k])
print(sieve(200000), t, words[:3], sum(x * 0.5 for x in range(100000)))
PY
cat > work.pl <<'PL'
my (%h, $t);
for my $i (1 .. 120000) {
	my $s = "word" . ($i % 1013);
	$h{$s} += $i;
	$t += length($s) if $s =~ /d(\d+)5$/;
}
print join(",", (sort { $h{$a} <=> $h{$b} } keys %h)[0 .. 4]), " $t\n";
PL
cat > work.lua <<'LUA'
local t, n = {}, 0
for i = 1, 300000 do
  local k = "k" .. (i % 499)
  t[k] = (t[k] or 0) + i % 7
  n = n + #k
end
local function fib(x) return x < 2 and x or fib(x - 1) + fib(x - 2) end
print(n, t.k17, fib(25))
LUA
cat > work.sql <<'SQL'
create table a(id integer primary key, k text, v real);
with recursive c(i) as (select 1 union all select i + 1 from c where i < 60000)
insert into a select i, 'key' || (i % 977), i * 0.25 from c;
create index ak on a(k);
select k, count(*), sum(v) from a group by k order by 3 desc limit 5;
select count(*) from a x join a y on x.k = y.k where x.id < 2000;
SQL
cat > work.sh <<'SH'
s=0
for ((i = 0; i < 30000; i++)); do
	x="item$((i % 13))"
	case $x in item1*) s=$((s + ${#x})) ;; *) s=$((s ^ i)) ;; esac
done
echo $s
SH
