/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The guests whose processes we can run. */
#include "linux-user/abi.h"

#include <string.h>

extern const struct guest_abi a64_abi, x64_abi;

const struct guest_abi *const abi_list[] = { &a64_abi, &x64_abi, NULL };

const struct guest_abi *abi_of(const struct guest_isa *isa)
{
	for (const struct guest_abi *const *a = abi_list; *a; a++)
		if ((*a)->isa == isa)
			return *a;
	return NULL;
}

const struct guest_abi *abi_by_program(const char *name)
{
	static const char qemu[] = "qemu-";

	if (strncmp(name, qemu, sizeof(qemu) - 1))
		return NULL;
	name += sizeof(qemu) - 1;
	for (const struct guest_abi *const *a = abi_list; *a; a++) {
		const char *isa = (*a)->isa->user_name;
		size_t n = strlen(isa);

		if (!strncmp(name, isa, n) && (!name[n] || name[n] == '-'))
			return *a;
	}
	return NULL;
}
