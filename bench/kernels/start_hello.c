/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The smallest program that prints. */
#include <unistd.h>

int main(void)
{
	return write(1, "hello\n", 6) != 6;
}
