/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The guests that this build knows. */
#include "translate/guest/guest.h"

#include <string.h>

extern const struct guest_isa a64_isa, x64_isa;

const struct guest_isa *const guest_isa_list[] = { &a64_isa, &x64_isa, NULL };

const struct guest_isa *guest_isa_by_name(const char *name)
{
	for (const struct guest_isa *const *g = guest_isa_list; *g; g++)
		if (!strcmp((*g)->name, name) || !strcmp((*g)->user_name, name))
			return *g;
	return NULL;
}
