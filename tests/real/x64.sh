#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/real/run.sh with Debian's amd64 programs under dragoman.
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
export top_srcdir
GUEST=x64 exec sh "$top_srcdir/tests/real/run.sh" "$@"
