#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# x86_64 programs of this machine under dragoman: CPU models, and that children
# are translated as well, however they are started.  Prints TAP.
: "${top_builddir:=.}"
dragoman=$(cd "$top_builddir" && pwd)/dragoman
n=0

if [ "$(uname -m)" != x86_64 ] || [ ! -x "$dragoman" ]; then
	echo "1..0 # SKIP not x86_64, or no dragoman"
	exit 0
fi

# is NAME WANT GOT
is() {
	n=$((n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		echo "# want: $2"
		echo "# got:  $3"
	fi
}

# Only an x86-64-v1 guest lacks it in this file.
flag='grep -c -m1 -w sse4_2 /proc/cpuinfo'
v1="$dragoman -cpu x86-64-v1"

is 'the default model' 1 "$($dragoman /bin/sh -c "$flag")"
is '-cpu x86-64-v1' 0 "$($v1 /bin/sh -c "$flag")"
is '-cpu with a feature off' 0 "$($dragoman -cpu max,-sse4_2 /bin/sh -c "$flag")"
is '-cpu with a feature on' 1 "$($v1,+rdrand /bin/sh -c \
	'grep -c -m1 -w rdrand /proc/cpuinfo')"
is 'a variant of a model' 1 "$($dragoman -cpu Haswell-noTSX /bin/sh -c "$flag")"
$dragoman -cpu nonsense /bin/true 2>/dev/null
is 'an unknown model' 1 $?
$dragoman -cpu max,+nonsense /bin/true 2>/dev/null
is 'an unknown feature' 1 $?
is 'a child of a child' 0 "$($v1 /bin/sh -c "sh -c '$flag'; :")"
is 'by env' 0 "$($v1 /usr/bin/env sh -c "$flag")"
is 'by xargs' 0 "$(echo x | $v1 /usr/bin/xargs -I{} $flag)"
is 'in a pipe' 0 "$($v1 /bin/sh -c "echo | $flag | cat")"
is 'of a script' 0 "$(
	file=$(mktemp)
	printf '#!/bin/sh\n%s\n' "$flag" >"$file"
	chmod +x "$file"
	$v1 "$file"
	rm -f "$file"
)"
is 'by the loader' 0 "$($v1 /bin/sh -c "$(ls /lib64/ld-linux-x86-64.so.2) \
	$(command -v grep) -c -m1 -w sse4_2 /proc/cpuinfo")"
is 'uname -m' x86_64 "$($dragoman /bin/uname -m)"
is 'argv[0] and exit status' 'x y:7' "$($dragoman -0 x /bin/sh -c \
	'printf "%s %s:" "$0" "$1"; exit 7' x y; echo $?)"
echo "1..$n"
