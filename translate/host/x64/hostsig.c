/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What only the host can do for the layers above: signal contexts, cas128. */
#include <ucontext.h>

#include "translate/helper.h"

bool host_cas128(void *p, u64 old[2], const u64 new[2])
{
	bool ok;

	__asm__ volatile("lock cmpxchg16b %1"
			 : "=@ccz"(ok), "+m"(*(u128 *)p), "+a"(old[0]),
			   "+d"(old[1])
			 : "b"(new[0]), "c"(new[1])
			 : "memory");
	return ok;
}

void host_context_call(void *ucp, void (*fn)(void *), void *arg)
{
	greg_t *g = ((ucontext_t *)ucp)->uc_mcontext.gregs;

	/* Below the red zone, aligned as if a call had just been made. */
	g[REG_RSP] = ((g[REG_RSP] - 128) & ~15ll) - 8;
	g[REG_RIP] = (greg_t)(uintptr_t)fn;
	g[REG_RDI] = (greg_t)(uintptr_t)arg;
	g[REG_EFL] &= ~0x400ll;		/* DF clear, as the ABI wants */
}

u32 host_estimate(u32 x, bool root)
{
	u32 r;

	if (root)
		__asm__("rsqrtss %1, %%xmm0; movd %%xmm0, %0"
			: "=r"(r) : "m"(x) : "xmm0");
	else
		__asm__("rcpss %1, %%xmm0; movd %%xmm0, %0"
			: "=r"(r) : "m"(x) : "xmm0");
	return r;
}
