/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * SSE and AVX, regular instructions: one operation of xvec.def on each half of
 * the operands.  The other files of the vector part: lift_vmov.c (moves),
 * lift_vconv.c (integers and vectors, changes of width), lift_avx.c (across
 * lanes, masks, gathers), lift_vstate.c (MXCSR, XSAVE), lift_x87.c, lift_mmx.c.
 *
 * Handler families, [arg of x64.ops]; operands in the SDM's order (d = first):
 *
 *   xvec[XVEC_x]	d[, a], b[, c][, imm] of xmm or ymm, for the forms V2 V3
 *			V4 VD of xvec.def; scalars too (SQRTSS ...: legacy d, s;
 *			VEX d, a, s); shifts by xmm/m128 (PSLLW ...) and by imm
 *			(PSLLW_I ...); legacy blends with implicit xmm0 (d, s)
 *			and SHA256RNDS2 as well
 *   fvec[XVEC_x]	flags: UCOMISS UCOMISD COMISS COMISD PTEST VTESTPS VTESTPD
 *   pcmpistr[0 I, 1 M]  pcmpestr[0 I, 1 M]
 *  lift_vmov.c:
 *   vmov[1 always aligned, 0 not]	whole-register moves, load or store:
 *			movaps movapd movdqa movntdqa movntps movntpd movntdq [1]
 *			movups movupd movdqu lddqu [0]
 *   vmovs[2 movss, 3 movsd]	register (legacy d, s; VEX d, a, s), load, store
 *   vmovlp[0 low, 1 high]	movlps movlpd movhps movhpd: load (legacy d, m;
 *			VEX d, a, m) and store (MOVHLPS MOVLHPS are xvec)
 *   vmovd		movd, movq between r/m and xmm, both directions
 *   vmovq		movq xmm, xmm/m64 and xmm/m64, xmm
 *   vbroadcast[0 b, 1 w, 2 d and ss, 3 q and sd, 4 128 bits]
 *   vinsert128  vextract128  vperm2x128	f128 and i128 alike
 *   maskmovdqu		xmm, xmm (implicit [rdi])
 *  lift_vconv.c:
 *   vtog[XVEC_x]	d gpr from xmm/ymm or memory[, imm]: MOVMSKPS MOVMSKPD
 *			PMOVMSKB CVTTSS2SI CVTTSD2SI CVTSS2SI CVTSD2SI (REX.W
 *			chooses the 64-bit one) and PEXTRW reg, xmm, imm (0F C5)
 *   gtov[XVEC_x]	d[, a], r/m: CVTSI2SS CVTSI2SD (REX.W as above)
 *   pinsr[XVEC_PINSRx]	d[, a], r/m, imm; D/Q by REX.W: either row
 *   pextr[0 B, 1 W, 2 D/Q by REX.W]	r/m, xmm, imm (0F3A); extractps: 2
 *   insertps		d[, a], xmm/m32, imm
 *   vwiden[XVEC_x]	PMOVSXxx PMOVZXxx CVTPS2PD CVTDQ2PD VCVTPH2PS
 *   vnarrow[XVEC_x]	CVTPD2PS CVTPD2DQ CVTTPD2DQ
 *   vcvtps2ph		xmm/m, xmm/ymm, imm
 *  lift_avx.c:
 *   vpermq (vpermpd too: imm)  vpermd (vpermps too)
 *   vmaskmov[2 32-bit, 3 64-bit elements]  vgather[index size | elem size << 2,
 *			log2: 2 or 3; e.g. vgatherqps 3 | 2 << 2]
 *   vzero[0 upper, 1 all]
 *  lift_vstate.c:
 *   ldmxcsr stmxcsr fxsave fxrstor xsave[0 xsave, 1 xsaveopt, 2 xsavec] xrstor
 *  lift_x87.c:
 *   x87[0; 1 fnstsw ax; 2 fcmovcc; 3 fcomi and relatives]	all of D8 .. DF
 *  lift_mmx.c: (operands MM count as mm0..7)
 *   mmx		mm, mm/m64 and mm, imm of the 0F map; movq mm both ways; movntq; emms
 *   mmx_movd		movd, movq between mm and r/m, both directions
 *   mmx_tog		pmovmskb, pextrw from mm;  mmx_fromg: pinsrw into mm
 *   mmx_cvt[0 pi2ps 1 pi2pd 2 ps2pi 3 pd2pi 4 tps2pi 5 tpd2pi 6 movq2dq
 *			7 movdq2q]
 *   mmx_ssse3[XVEC_x]	0F38 and 0F3A forms on mm (PSHUFB PHADDW ... PALIGNR)
 *   mmx_maskmovq	mm, mm (implicit [rdi])
 *  of others: movnti is mov, prefetches are nop.
 */
