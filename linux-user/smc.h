/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Self-modifying code: the answer to a fault that only our guard has caused. */
#ifndef LINUX_USER_SMC_H
#define LINUX_USER_SMC_H

#include "translate/translate.h"

struct task;

/*
 * After EXEC_FAULT: if the guest has only written to guarded code, do that.
 * *reason is then why the cpu stopped behind it.
 */
bool smc_write(struct task *t, enum exec_exit *reason);

#endif
