# SPDX-License-Identifier: LGPL-2.1-or-later
# Traces of seqrun from two emulators -> the first difference in each
# sequence: word, sequence, length of the prefix, what differs.
NR == FNR {
	first[$1, $2] = $0
	next
}
!($1 in seen) && first[$1, $2] != $0 {
	seen[$1] = 1
	n = split(first[$1, $2], was)
	what = ""
	for (i = 4; i <= n; i++)
		if (was[i] != $i) {
			sub(/=.*/, "", was[i])
			what = what " " was[i]
		}
	print $3, $1, $2, what
}
