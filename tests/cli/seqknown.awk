# SPDX-License-Identifier: LGPL-2.1-or-later
# seq.known, then lines "WORD ROW TEXT|WORD SEQUENCE LENGTH WHAT...": counts
# what is known and prints what is not.  Exit status 1: there was some.
BEGIN {
	n = 0
}
NR == FNR {
	if (!/^#/) {
		split($0, field, "\t")
		row[n] = field[1]
		what[n] = field[2]
		why[n++] = field[3]
	}
	next
}
{
	bar = index($0, "|")
	text = substr($0, 10, bar - 10)
	differs = place = substr($0, bar + 1)
	sub(/^[^ ]+ [^ ]+ [^ ]+ /, "", differs)
	sub(/ *( [a-z].*)?$/, "", place)
	for (k = 0; k < n; k++)
		if (text ~ row[k] && differs ~ what[k]) {
			count[k]++
			next
		}
	if (bad++ < 20)
		print "# " text ": differs in" differs " (" place ")"
}
END {
	for (k = 0; k < n; k++)
		if (count[k])
			print "# " count[k] " times " why[k]
	exit bad > 0
}
