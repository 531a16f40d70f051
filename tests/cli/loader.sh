#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The command line, the loader and execve: messages, exit statuses, what the
# guest sees of itself.  Prints TAP.
set -u
: "${top_srcdir:=.}" "${top_builddir:=.}"
D=$top_builddir/dragoman
GUEST_CC=${GUEST_CC:-aarch64-linux-gnu-gcc}
SYSROOT=${SYSROOT:-/usr/aarch64-linux-gnu}
src=$top_srcdir/tests/guest/a64
n=0
if [ ! -x "$D" ]; then
	echo "1..0 # SKIP no dragoman"
	exit 0
fi
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT

ok() {		# status description
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
	fi
}

# expect STATUS OUTPUT-PATTERN DESCRIPTION COMMAND...
expect() {
	want=$1 pattern=$2 what=$3
	shift 3
	out=$("$@" 2>&1)
	st=$?
	if [ $st != "$want" ]; then
		echo "# status $st, not $want: $out"
		ok 1 "$what"
		return
	fi
	# shellcheck disable=SC2254
	case $out in
	$pattern) ok 0 "$what" ;;
	*) echo "# got: $out"; ok 1 "$what" ;;
	esac
}

# -- Messages and statuses that need no guest program -------------------------
expect 1 "dragoman: no program given*" "no program" "$D"
expect 1 "dragoman: unknown option '-nonsense'*" "unknown option" "$D" -nonsense x
expect 1 "*argument missing for '-L'*" "missing argument" "$D" -L
expect 1 "*unknown log item*" "bad log item" "$D" -d nonsense x
expect 1 "*unknown CPU model*" "bad CPU model" "$D" -cpu z80 x
expect 1 "*unknown CPU model or feature*" "bad CPU feature" "$D" -cpu max,+nonsense x
expect 1 "*needs a number*" "bad size" "$D" -s lots x
expect 0 "*cortex-a53*" "list of CPUs" "$D" -cpu help
expect 0 "*in_asm*" "list of log items" "$D" -d help
expect 0 "*QEMU_LD_PREFIX  = *" "help shows the default prefix" "$D" -help
expect 0 "*QEMU_LD_PREFIX  = /some/where*" "help shows the prefix" \
	"$D" -L /some/where --help
expect 0 "dragoman version *" "version" "$D" --version
ln -s "$(realpath "$D")" "$tmp/qemu-aarch64-static"
expect 0 "qemu-aarch64-static version *" "version under another name" \
	"$tmp/qemu-aarch64-static" -version
expect 127 "dragoman: $tmp/none: No such file or directory" "no such program" \
	"$D" "$tmp/none"
expect 126 "dragoman: $tmp: *directory*" "directory" "$D" "$tmp"
: > "$tmp/empty"
expect 126 "dragoman: $tmp/empty: Permission denied" "not executable" \
	"$D" "$tmp/empty"
chmod +x "$tmp/empty"
expect 126 "dragoman: $tmp/empty: Exec format error" "empty file" \
	"$D" "$tmp/empty"
printf 'hello world' > "$tmp/text"; chmod +x "$tmp/text"
expect 126 "dragoman: $tmp/text: Exec format error" "text file" "$D" "$tmp/text"
expect 0 native "host program" "$D" /bin/echo native
printf '#!/bin/echo a  b \n' > "$tmp/script"; chmod +x "$tmp/script"
expect 0 "a  b $tmp/script c" "script for a host program" "$D" "$tmp/script" c
printf '#!/none/such\n' > "$tmp/badscript"; chmod +x "$tmp/badscript"
expect 127 "*interpreter*not found*" "script without interpreter" \
	"$D" "$tmp/badscript"

# -- Guest programs -------------------------------------------------------------
if ! "$GUEST_CC" -O1 -static -o "$tmp/show" "$src/show.c" 2>/dev/null; then
	echo "ok $((n += 1)) - guest programs # SKIP no cross compiler"
	echo "1..$n"
	exit 0
fi
"$GUEST_CC" -O1 -static-pie -o "$tmp/show-spie" "$src/show.c"
"$GUEST_CC" -O1 -o "$tmp/show-dyn" "$src/show.c"
"$GUEST_CC" -O1 -no-pie -o "$tmp/show-nopie" "$src/show.c"
"$GUEST_CC" -O1 -static -Wl,-z,max-page-size=0x200000 -o "$tmp/show-2m" \
	"$src/show.c"
S=$tmp/show

for kind in show show-spie show-2m; do
	expect 7 "one two" "$kind: arguments and status" \
		"$D" "$tmp/$kind" args one two
done
for kind in show-dyn show-nopie; do
	if [ -d "$SYSROOT/lib" ]; then
		expect 7 "one two" "$kind: arguments and status" \
			"$D" -L "$SYSROOT" "$tmp/$kind" args one two
		expect 7 "one two" "$kind: prefix by environment" \
			env QEMU_LD_PREFIX="$SYSROOT" "$D" "$tmp/$kind" \
			args one two
		# A relative prefix is made absolute, without trace in errno.
		expect 7 "one two" "$kind: relative prefix" \
			env -C / "$(realpath "$D")" -L ".$SYSROOT" "$tmp/$kind" \
			args one two
	fi
	expect 127 "dragoman: $tmp/$kind: its interpreter /lib/ld-linux-aarch64.so.1 was not found*-L*" \
		"$kind: missing interpreter" "$D" -L / "$tmp/$kind"
done
for i in 1 2 3 4 5 6 7 8; do
	"$D" "$tmp/show-spie" args >/dev/null; [ $? = 7 ] || break
done
ok $((i != 8)) "random layouts"
expect 0 "0x*" "auxiliary vector" "$D" "$S" auxv
expect 0 "arg-0" "-0" "$D" -0 arg-0 "$S" argv0
expect 0 "$S" "argv[0]" "$D" "$S" argv0
expect 0 "v1" "-E" "$D" -E NEWVAR=v1 "$S" env NEWVAR
expect 0 "v1,v2" "-E list" "$D" -E A_1=v1,A_2=v2 "$S" env A_1 A_2
expect 0 "" "-U" env GONE=1 "$D" -U GONE "$S" env GONE
expect 0 "v3" "environment of the environment" \
	env QEMU_SET_ENV=NEWVAR=v3 "$D" "$S" env NEWVAR
expect 0 "9.8.7" "-r" "$D" -r 9.8.7 "$S" release
expect 0 "same" "-seed makes it repeatable" sh -c \
	"[ \"\$($D -seed 5 $S random)\" = \"\$($D -seed 5 $S random)\" ] && echo same"
expect 0 "differ" "no -seed does not" sh -c \
	"[ \"\$($D $S random)\" != \"\$($D $S random)\" ] && echo differ"
expect 0 "1048576" "-s" "$D" -s 1M "$S" stack
expect 0 "ok" "/proc/self of the guest" "$D" "$S" proc
expect 0 "ok" "vDSO" "$D" "$S" vdso

# -- execve --------------------------------------------------------------------
expect 7 "x y" "execve of a guest program" "$D" "$S" exec "$S" args x y
expect 0 "other" "execve keeps argv[0]" "$D" "$S" exec0 "$S" other argv0
expect 0 "v5" "options reach the child, -E by its environment" \
	"$D" -r 5.5 -E Q=v5 "$S" exec "$S" env Q
expect 0 "5.5" "... and -r" "$D" -r 5.5 "$S" exec "$S" release
expect 7 "x" "fexecve" "$D" "$S" fexec "$S" args x
expect 7 "x" "execve of a memfd, close-on-exec" "$D" "$S" memfd "$S" args x
expect 7 "x" "vfork and exec" "$D" "$S" vfork "$S" args x
printf '#!%s args\n' "$S" > "$tmp/s1"; chmod +x "$tmp/s1"
expect 7 "$tmp/s1 z" "script" "$D" "$S" exec "$tmp/s1" z
expect 7 "$tmp/s1 z" "script from the command line" "$D" "$tmp/s1" z
printf '#!%s\n' "$tmp/s1" > "$tmp/s2"; chmod +x "$tmp/s2"
expect 7 "$tmp/s1 $tmp/s2 z" "script of a script" \
	"$D" "$S" exec "$tmp/s2" z
p=$tmp/s2
for i in 3 4 5 6; do
	printf '#!%s\n' "$p" > "$tmp/s$i"; chmod +x "$tmp/s$i"; p=$tmp/s$i
done
expect 7 "*s1*s2*s3*s4*s5" "five scripts" "$D" "$S" exec "$tmp/s5"
expect 40 "" "six are too many: ELOOP" "$D" "$S" errno "$tmp/s6"
expect 2 "" "ENOENT" "$D" "$S" errno "$tmp/none"
expect 13 "" "directory: EACCES" "$D" "$S" errno "$tmp"
expect 8 "" "ENOEXEC" "$D" "$S" errno "$tmp/text"
expect 2 "" "script without interpreter: ENOENT" \
	"$D" "$S" errno "$tmp/badscript"
head -c 300 "$S" > "$tmp/cut"; chmod +x "$tmp/cut"
expect 8 "" "cut-off program: ENOEXEC" "$D" "$S" errno "$tmp/cut"
expect 126 "dragoman: $tmp/cut: file is truncated" "cut-off program" \
	"$D" "$tmp/cut"
expect 2 "" "interpreter missing: ENOENT" "$D" -L / "$S" errno "$tmp/show-dyn"
mkfifo "$tmp/fifo"; chmod +x "$tmp/fifo"
expect 13 "" "FIFO: EACCES" "$D" "$S" errno "$tmp/fifo"
expect 0 "native" "host program from the guest" "$D" "$S" exec /bin/echo native


# -- More privileges than the caller: no options, no environment ----------------
suid=$tmp/suid
if [ "$(id -u)" = 0 ] && cp "$D" "$suid" && chmod 755 "$tmp" &&
	chown 65534 "$suid" && chmod 4755 "$suid" &&
	[ "$(cd "$tmp" && ./suid ./show args secure 2>&1)" = secure ]; then
	expect 7 "x" "set-id: the environment does not count" \
		env QEMU_STRACE=1 QEMU_ARGV0=no "$suid" "$S" args x
	expect 127 "*-strace: No such file*" "set-id: nor do options" \
		"$suid" -strace "$S" args x
	expect 7 "x y" "set-id: exec" "$suid" "$S" exec "$S" args x y
else
	echo "ok $((n += 1)) - set-id # SKIP not root, or mounted nosuid"
fi

# -- Sanitizers: they expect the address space of an arm64 kernel ---------------
cat > "$tmp/race.c" <<END
#include <pthread.h>
static int x;
static void *f(void *a) { for (int i = 0; i < 1000; i++) x++; return a; }
int main(void)
{
	pthread_t a, b;
	pthread_create(&a, 0, f, 0);
	pthread_create(&b, 0, f, 0);
	pthread_join(a, 0);
	return pthread_join(b, 0);
}
END
cat > "$tmp/heap.c" <<END
#include <stdlib.h>
int main(int c, char **v) { volatile char *p = malloc(10); p[10 * c] = 1; return !v; }
END
if [ -d "$SYSROOT/lib" ] &&
	"$GUEST_CC" -g -O1 -fsanitize=thread -o "$tmp/race" "$tmp/race.c" 2>/dev/null
then
	expect 66 "*data race*" "ThreadSanitizer" "$D" -L "$SYSROOT" "$tmp/race"
fi
if [ -d "$SYSROOT/lib" ] &&
	"$GUEST_CC" -g -O1 -fsanitize=address -o "$tmp/heap" "$tmp/heap.c" 2>/dev/null
then
	expect 1 "*heap-buffer-overflow*" "AddressSanitizer" \
		"$D" -L "$SYSROOT" -E ASAN_OPTIONS=detect_leaks=0 "$tmp/heap"
fi

echo "1..$n"
