#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# CPython's own tests: Debian's arm64 python3.11 under dragoman against the
# amd64 one run natively.  Each module of the standard test suite is run in
# both roots; a test that passes natively must pass in the guest (TAP, one
# line a module).
#
#	tests/real/python.sh [MODULE...]	default: a few short ones
#	tests/real/python.sh all		all that concern the system
#
# A test that fails is tried once more alone, as many of them depend on time.
# LIMIT (seconds, for each module) must be larger on a busy machine.
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=$(pwd)}"
. "$top_srcdir/tests/real/roots.sh"
LIMIT=${LIMIT:-900}

short='test_json test_struct test_fcntl test_mmap test_os test_posix test_ctypes
test_tempfile test_popen test_thread'
all='test_subprocess test_threading test_signal test_mmap test_ctypes test_socket
test_asyncio test_multiprocessing_fork test_multiprocessing_spawn
test_multiprocessing_forkserver test_decimal test_json test_re test_os
test_posix test_posixpath test_select test_epoll test_poll test_selectors
test_fcntl test_faulthandler test_time test_float test_math test_cmath
test_statistics test_fractions test_struct test_zlib test_gzip test_bz2
test_lzma test_hashlib test_hmac test_ssl test_io test_fileio test_pty
test_resource test_tempfile test_shutil test_glob test_pathlib test_tarfile
test_zipfile test_thread test_queue test_concurrent_futures test_wait3
test_wait4 test_fork1 test_popen test_eintr test_ioctl test_termios test_pwd
test_grp test_platform test_uuid test_random test_array test_memoryview
test_bytes test_long test_int test_complex test_audioop test_binascii
test_pickle test_marshal test_codecs test_unicode test_gc test_weakref
test_generators test_coroutines test_sys test_sysconfig
test_tracemalloc test_cmd_line test_runpy test_site test_shelve test_dbm
test_logging test_mailbox test_crypt test_syslog test_readline
test_locale test_sched test_file test_largefile test_stat
test_atexit test_threadsignals test_threadedtempfile test_embed
test_exceptions test_zoneinfo'

case $* in
'') list=$short ;;
all) list=$all ;;
*) list=$* ;;
esac

# try SIDE MODULE OUT [TEST]: "name result" of each test, sorted, into OUT;
# the module's own output into OUT.log.
try() {
	"in_$1" /bin/bash -c "mkdir /tmp/t && cd /tmp/t && export TMPDIR=/tmp/t
		timeout $((LIMIT - 30)) python3.11 -m test -v --junit-xml=x.xml \
			-i '*VSOCK*' \
			-u all,-largefile,-cpu,-network,-urlfetch,-gui,-audio \
			${4:+-m $4} $2 </dev/null >log 2>&1
		status=\$?
		tail -c 100000 log >&2
		python3.11 -c \"
import xml.etree.ElementTree as tree
for t in tree.parse('x.xml').iter('testcase'):
    bad = [c.tag for c in t if c.tag in ('failure', 'error', 'skipped')]
    print(t.get('name'), bad[0] if bad else t.get('result') or 'ok')
\" 2>/dev/null
		echo 'exit status' \$status" >"$3.raw" 2>"$3.log"
	sort -u "$3.raw" >"$3"
}

# Tests that are ok in the native root and not in the guest's.
only_guest() {
	grep -E ' (ok|completed)$' "$1" | sed 's/ [^ ]*$//' | sort >"$work/a"
	grep -E ' (ok|completed|skipped)$' "$2" | sed 's/ [^ ]*$//' | sort >"$work/b"
	comm -23 "$work/a" "$work/b"
}

module() {
	o=$work/$1
	try native "$1" "$o.native"
	try guest "$1" "$o.guest"
	passed=$(grep -cE ' (ok|completed)$' "$o.native")
	only_guest "$o.native" "$o.guest" >"$o.bad"
	if [ "$passed" = 0 ]; then
		echo "ok - $1 # SKIP no test passes natively"
		return
	fi
	if grep -qx 'exit status 124' "$o.guest"; then
		echo "not ok - $1: no end after $LIMIT s"
		return
	fi
	: >"$o.still"
	while read -r name; do
		try guest "$1" "$o.again" "${name##* }"
		[ "$(only_guest "$o.native" "$o.again" |
		     grep -cxF "$name")" = 0 ] || echo "$name" >>"$o.still"
	done <"$o.bad"
	mv "$o.still" "$o.bad"
	if ! [ -s "$o.bad" ]; then
		echo "ok - $1: $passed tests"
		return
	fi
	echo "not ok - $1: $(wc -l <"$o.bad") of $passed tests"
	sed 's/^/# /' "$o.bad"
	tail -n 3 "$o.guest.log" | sed 's/^/# /'
}

roots_prepare bash coreutils python3.11 libpython3.11-testsuite
work=${WORK:-$(mktemp -d)}
[ -n "$WORK" ] || trap 'rm -rf "$work"' EXIT
# shellcheck disable=SC2086
set -- $list
echo "1..$#"
for m; do
	module "$m"
done
