# SPDX-License-Identifier: LGPL-2.1-or-later
# Writes a C program of about `lines` lines to compile and run: functions
# over integers, floating point, structures, strings, switches and pointers
# that call one another; main() prints what each returns.  The same seed
# gives the same program.  It uses no header and nothing whose result the C
# standard or the ABI leaves open (char signedness, shifts, overflow).
#
#   awk -v lines=5000 -v seed=1 -f gencc.awk

# A small linear congruential generator within a double's exact integers.
function rnd(n) {
	state = (state * 69069 + 12345) % 4294967296
	return int(state / 65536) % n
}
function pick(list,	part, n) {
	n = split(list, part, " ")
	return part[rnd(n) + 1]
}
function out(s) { print s; count++ }

function operand() {
	return rnd(3) ? pick("a b c d") : (rnd(2) ? rnd(100000) "u" : "t[" rnd(16) "]")
}
function expr(depth,	k) {
	if (depth <= 0)
		return operand()
	k = rnd(9)
	if (k < 4)
		return "(" expr(depth - 1) " " pick("+ - * ^ & |") " " expr(depth - 1) ")"
	if (k == 4)
		return "(" expr(depth - 1) " " pick("<< >>") " " rnd(31) ")"
	if (k == 5)
		return "(" expr(depth - 1) " " pick("/ %") " (" expr(depth - 1) " | 1u))"
	if (k == 6)
		return "(" expr(depth - 1) " " pick("< > == != <= >=") " " expr(depth - 1) " ? " expr(depth - 1) " : " operand() ")"
	if (k == 7)
		return "(u32)((s32)" expr(depth - 1) " >> " rnd(31) ")"
	return "(u32)((u64)" expr(depth - 1) " * " operand() " >> 32)"
}

function int_function(n,	i) {
	out("static u32 f" n "(u32 a, u32 b)")
	out("{")
	out("\tu32 c = " rnd(65536) ", d = a ^ b, t[16], i;")
	out("")
	out("\tfor (i = 0; i < 16; i++)")
	out("\t\tt[i] = a * (i + " rnd(99) ") + b;")
	for (i = 0; i < 4 + rnd(5); i++)
		out("\t" pick("a b c d") " " pick("= += -= ^= |=") " " expr(3) ";")
	out("\tfor (i = 0; i < " (3 + rnd(20)) "; i++) {")
	out("\t\tc = " expr(2) ";")
	out("\t\tt[(c + i) & 15] " pick("+= -= ^=") " " expr(2) ";")
	out("\t\tif (" expr(1) " & " (2 ^ rnd(8)) ")")
	out("\t\t\t" pick("b d") " += " expr(1) ";")
	out("\t}")
	out("\tswitch (d & 7) {")
	for (i = 0; i < 8; i++)
		if (rnd(4))
			out("\tcase " i ": a " pick("+= ^= -=") " " expr(1) ";" (rnd(3) ? " break;" : " /* fall through */"))
	out("\tdefault: a++;")
	out("\t}")
	if (n > 3 && rnd(3))
		out("\tif (b & 1)\n\t\ta ^= f[" rnd(n) "](c, d >> 1);")
	out("\treturn a ^ b ^ c ^ d ^ t[" rnd(16) "];")
	out("}")
	out("")
}

function fp_function(n,	i) {
	out("static double g" n "(double x, float y)")
	out("{")
	out("\tdouble v[8], s = " rnd(1000) ".25;")
	out("\tint i;")
	out("")
	out("\tfor (i = 0; i < 8; i++)")
	out("\t\tv[i] = x * i + y / (i + " (1 + rnd(9)) ");")
	for (i = 0; i < 3 + rnd(4); i++)
		out("\ts = s " pick("+ - *") " v[" rnd(8) "] / (v[" rnd(8) "] * v[" rnd(8) "] + 1.5) " pick("+ -") " (float)(y * " rnd(50) ".5f);")
	out("\tfor (i = 0; i < 8; i++)")
	out("\t\ts " pick("+= -=") " v[i] > s ? v[i] : (double)(float)s / 3;")
	out("\treturn s > 1e9 || s < -1e9 ? (double)(long)(s / 1e3) / 1e6 : s;")
	out("}")
	out("")
}

function struct_function(n) {
	out("struct s" n " {")
	out("\tu32 a;\n\tu16 b;\n\tstruct s" n " *next;\n\tdouble d;\n\tunsigned char c[" (1 + rnd(20)) "];")
	count += 4
	out("};")
	out("static u32 h" n "(u32 x)")
	out("{")
	out("\tstruct s" n " v[" (2 + rnd(8)) "] = { { 0 } }, *p = 0, copy;")
	out("\tunsigned i, n = sizeof(v) / sizeof(v[0]);")
	out("")
	out("\tfor (i = 0; i < n; i++) {")
	out("\t\tv[i].a = x * (i + " rnd(100) ");")
	out("\t\tv[i].b = (u16)(x >> " rnd(16) ");")
	out("\t\tv[i].d = v[i].a / " (2 + rnd(50)) ".0;")
	out("\t\tv[i].next = p;")
	out("\t\tsnprintf((char *)v[i].c, sizeof(v[i].c), \"%u-%x\", v[i].a, i);")
	out("\t\tp = &v[i];")
	out("\t}")
	out("\tfor (x = 0; p; p = p->next) {")
	out("\t\tcopy = *p;")
	out("\t\tx = x * 31 + copy.a + copy.b + (u32)(s64)copy.d + copy.c[0] + (u32)strlen((char *)copy.c);")
	out("\t}")
	out("\treturn x;")
	out("}")
	out("")
}

BEGIN {
	state = seed + 1
	out("typedef unsigned short u16; typedef unsigned int u32; typedef int s32;")
	out("typedef unsigned long u64; typedef long s64;")
	out("int printf(const char *, ...);")
	out("int snprintf(char *, u64, const char *, ...);")
	out("u64 strlen(const char *);")
	out("extern u32 (*const f[])(u32, u32);")
	out("")
	for (n = 0; count < lines - 3 * n - 20; n++) {
		int_function(n)
		fp_function(n)
		struct_function(n)
	}
	out("u32 (*const f[])(u32, u32) = {")
	for (i = 0; i < n; i++)
		out("\tf" i ",")
	out("};")
	out("int main(void)\n{\n\tint i;\n\n\tfor (i = 0; i < 3; i++) {")
	for (i = 0; i < n; i++) {
		out("\t\tprintf(\"%u \", f" i "(i * 77u, " rnd(1000) "u + i));")
		out("\t\tprintf(\"%.9g %u\\n\", g" i "(i * 1.5, " rnd(9) ".5f), h" i "(i + " rnd(100) "u));")
	}
	out("\t}\n\treturn 0;\n}")
}
