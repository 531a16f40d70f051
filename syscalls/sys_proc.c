// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What a process is and may do: uname, personality, prctl.  Ids, limits and
 * scheduling pass unchanged.
 */
#include "syscalls/seccomp.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

s64 sys_uname(struct sysctx *c, const u64 *a)
{
	struct utsname u;
	s64 ret = CALL(SYS_uname, &u);
	s64 pers = CALL(SYS_personality, 0xffffffff);

	if (ret)
		return ret;
	snprintf(u.machine, sizeof(u.machine), "%s",
		 (pers & PER_MASK) == PER_LINUX32 ?
		 c->cfg->abi->linux32_machine : c->cfg->uname_machine);
	if (c->cfg->uname_release)
		snprintf(u.release, sizeof(u.release), "%s",
			 c->cfg->uname_release);
	return guest_write(c, a[0], &u, sizeof(u));
}

s64 sys_personality(struct sysctx *c, const u64 *a)
{
	u32 new = (u32)a[0];
	s64 ret = host_syscall(c, SYS_personality, new, 0, 0, 0, 0, 0);

	if (ret >= 0 && new != 0xffffffff)
		c->state->read_implies_exec = new & READ_IMPLIES_EXEC;
	return ret;
}

/* -- prctl --------------------------------------------------------------- */

/* Numbers that the host's headers may not have. */
enum {
	NR_PR_GET_TSC = 25, NR_PR_SET_TSC = 26,
	NR_PR_MPX_ENABLE = 43, NR_PR_MPX_DISABLE = 44,
	NR_PR_SVE_SET_VL = 50, NR_PR_SVE_GET_VL = 51,
	NR_PR_PAC_RESET_KEYS = 54,
	NR_PR_SET_TAGGED = 55, NR_PR_GET_TAGGED = 56,
	NR_PR_SYSCALL_USER_DISPATCH = 59,
	NR_PR_PAC_SET_KEYS = 60, NR_PR_PAC_GET_KEYS = 61,
	NR_PR_SME_SET_VL = 63, NR_PR_SME_GET_VL = 64,
	NR_PR_SET_MDWE = 65, NR_PR_GET_MDWE = 66,
	NR_PR_GET_SHSTK = 74, NR_PR_SET_SHSTK = 75, NR_PR_LOCK_SHSTK = 76,
	NR_PR_GET_AUXV = 0x41555856,
};

/*
 * Options that mean the host's own CPU, or the runner's code memory, or what
 * is not emulated: EINVAL, as from a kernel without them.
 */
static const int refused[] = {
	NR_PR_GET_TSC, NR_PR_SET_TSC,
	NR_PR_MPX_ENABLE, NR_PR_MPX_DISABLE, NR_PR_SVE_SET_VL,
	NR_PR_SVE_GET_VL, NR_PR_PAC_RESET_KEYS, NR_PR_SYSCALL_USER_DISPATCH,
	NR_PR_PAC_SET_KEYS, NR_PR_PAC_GET_KEYS, NR_PR_SME_SET_VL,
	NR_PR_SME_GET_VL, NR_PR_SET_MDWE, NR_PR_GET_MDWE, NR_PR_GET_SHSTK,
	NR_PR_SET_SHSTK, NR_PR_LOCK_SHSTK,
};

/* The tagged address ABI: without MTE there is only the enable bit. */
static s64 tagged_addr(struct sysctx *c, const u64 *a)
{
	if (a[2] || a[3] || a[4])
		return -EINVAL;
	if ((int)a[0] == NR_PR_GET_TAGGED)
		return a[1] ? -EINVAL : c->tagged_addr;
	if (a[1] & ~1ull)
		return -EINVAL;
	c->tagged_addr = a[1];
	return 0;
}

/* The guest's auxiliary vector, not the runner's. */
static s64 get_auxv(struct sysctx *c, const u64 *a)
{
	u8 auxv[1024];
	s64 n;
	int fd;

	if (a[3] || a[4])
		return -EINVAL;
	fd = c->ops->open_proc ? c->ops->open_proc(c, "/proc/self/auxv",
						   O_RDONLY | O_CLOEXEC) :
	     -ENOENT;
	if (fd < 0)
		return host_pass(c, SYS_prctl, a);
	n = CALL(SYS_read, fd, auxv, sizeof(auxv));
	CALL(SYS_close, fd);
	if (n < 0)
		return n;
	if (guest_write(c, a[1], auxv, MIN((u64)n, a[2])))
		return -EFAULT;
	return n;
}

s64 sys_prctl(struct sysctx *c, const u64 *a)
{
	int option = (int)a[0];

	for (unsigned i = 0; i < ARRAY_LEN(refused); i++)
		if (option == refused[i])
			return -EINVAL;
	if (option == NR_PR_SET_TAGGED || option == NR_PR_GET_TAGGED)
		return c->cfg->abi->native ? -EINVAL : tagged_addr(c, a);
	if (option == NR_PR_GET_AUXV)
		return get_auxv(c, a);
	if (option == PR_GET_SECCOMP)
		return seccomp_mode(c);
	if (option == PR_SET_SECCOMP)
		return seccomp_set_mode(c, a[1], a[2]);
	return host_pass(c, SYS_prctl, a);
}
