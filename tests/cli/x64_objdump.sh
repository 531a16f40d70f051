#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The x64 decoder against objdump (TAP): every instruction that objdump finds
# in files of the host is one to the decoder as well, with the same length.
# X64_OBJDUMP_LINES sets how much of each file is looked at.
prog=${top_builddir:-.}/tests/unit/x64_objdump
lines=${X64_OBJDUMP_LINES:-350000}
lib=/usr/lib/x86_64-linux-gnu
set -- /bin/bash $lib/libc.so.6 $lib/libcrypto.so.3 /usr/bin/python3

echo "1..$#"
n=0
for file do
	n=$((n + 1))
	if [ ! -f "$file" ] || ! command -v objdump > /dev/null ||
		[ "$(uname -m)" != x86_64 ]; then
		echo "ok $n - $file # SKIP no such file or no objdump"
	elif objdump -d -w -M intel64,intel "$file" 2> /dev/null |
		head -n "$lines" | "$prog" "$file"; then
		echo "ok $n - $file"
	else
		echo "not ok $n - $file"
	fi
done
