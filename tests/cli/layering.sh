#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The layering rules of CONTRIBUTING.md, checked on the include lines (TAP).
cd "${top_srcdir:-.}" || exit 99
n=0

# check DESCRIPTION OUTPUT: passes when OUTPUT is empty.
check() {
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		echo "$2" | sed 's/^/# /'
	fi
}

# includes FOLDER PATTERN: include lines below FOLDER that match PATTERN.
includes() {
	find "$1" -name '*.[chS]' -exec grep -nE "^#include \"($2)" /dev/null {} +
}

echo 1..9
check "base includes only base" "$(includes base 'translate|syscalls|linux-user|system')"
check "translate does not look up" "$(includes translate 'syscalls|linux-user|system')"
check "syscalls does not look up" "$(includes syscalls 'linux-user|system')"
check "syscalls knows no decoder and no host" \
	"$(includes syscalls 'translate/(guest/[a-z0-9]+|host)/')"
check "guests do not include hosts" "$(includes translate/guest 'translate/host')"
check "hosts do not include guests' folders" \
	"$(includes translate/host 'translate/guest/[a-z0-9]+/')"
check "gelf.h only in elf.c" "$(grep -rlE '^#include <(gelf|libelf)' \
	base translate syscalls linux-user | grep -v '^linux-user/elf\.c$')"
check "capstone only in disas.c" "$(grep -rl '^#include <capstone' \
	base translate syscalls linux-user | grep -v '^translate/disas\.c$')"
check "no host #ifdef outside translate/host" \
	"$(grep -rnE '^#.*if.*__(x86_64|aarch64)__' base translate syscalls \
		linux-user --include='*.[ch]' | grep -v '^translate/host/')"
