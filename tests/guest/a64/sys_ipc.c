// SPDX-License-Identifier: LGPL-2.1-or-later
/* System V and POSIX interprocess communication. */
#include "sys.h"

#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

static void semaphores(void)
{
	int id = semget(IPC_PRIVATE, 2, 0600);
	unsigned short all[2] = { 3, 4 };
	struct semid_ds ds;
	struct seminfo si;
	struct sembuf op = { 0, -2, 0 }, nowait = { 0, -9, IPC_NOWAIT };
	struct timespec ts = { 0, 1000000 };

	OK(id);
	T(semctl(id, 0, SETALL, all));
	T(semctl(id, 1, GETVAL));
	T(semctl(id, 5, GETVAL));
	T(semop(id, &op, 1));
	T(semop(id, &nowait, 1));
	op.sem_op = -9;
	T(semtimedop(id, &op, 1, &ts));
	T(semctl(id, 0, GETVAL));
	T(semctl(id, 0, SETVAL, 7));
	T(semctl(id, 0, GETPID) == getpid());
	memset(&ds, 0x55, sizeof(ds));
	T(semctl(id, 0, IPC_STAT, &ds));
	V(ds.sem_nsems);
	V(ds.sem_otime != 0);
	V(ds.sem_ctime != 0);
	V(ds.sem_perm.mode);
	V(ds.sem_perm.uid == getuid());
	ds.sem_perm.mode = 0644;
	T(semctl(id, 0, IPC_SET, &ds));
	T(semctl(id, 0, IPC_STAT, &ds));
	V(ds.sem_perm.mode);
	OK(semctl(0, 0, SEM_INFO, &si));
	V(si.semmsl);
	T(S(semctl, id, 0, IPC_STAT, BAD));
	T(S(semctl, id, 0, IPC_SET, BAD));
	T(S(semctl, id, 0, 99, 0));
	T(S(semop, id, BAD, 1));
	T(semctl(id, 0, IPC_RMID));
	T(semctl(id, 0, IPC_STAT, &ds));
	T(semget(IPC_PRIVATE, -1, 0600));
}

static void messages(void)
{
	int id = msgget(IPC_PRIVATE, 0600);
	struct { long type; char text[32]; } m = { 3, "message" };
	struct msqid_ds ds;

	OK(id);
	T(msgsnd(id, &m, 8, 0));
	m.type = 4;
	T(msgsnd(id, &m, 4, 0));
	m.type = 0;
	T(msgsnd(id, &m, 4, 0));
	T(msgctl(id, IPC_STAT, &ds));
	V(ds.msg_qnum);
	V(ds.__msg_cbytes);
	V(ds.msg_lspid == getpid());
	T(msgrcv(id, &m, 32, 4, 0));
	V(m.type);
	T(msgrcv(id, &m, 3, 0, 0));
	T(msgrcv(id, &m, 3, 0, MSG_NOERROR));
	T(msgrcv(id, &m, 3, 0, IPC_NOWAIT));
	T(S(msgsnd, id, BAD, 4, 0));
	T(S(msgctl, id, IPC_STAT, BAD));
	T(msgctl(id, IPC_RMID, NULL));
	T(msgget(0x7654321, 0));
}

static void shared(void)
{
	int id = shmget(IPC_PRIVATE, 8192, 0600), fd;
	struct shmid_ds ds;
	char *p, *q;

	OK(id);
	p = shmat(id, NULL, 0);
	V(p != (void *)-1);
	strcpy(p, "shared");
	q = shmat(id, NULL, SHM_RDONLY);
	puts(q);
	T(shmctl(id, IPC_STAT, &ds));
	V(ds.shm_nattch);
	V(ds.shm_segsz);
	V(ds.shm_cpid == getpid());
	fflush(stdout);
	if (!fork()) {
		strcpy(p, "child");
		_exit(0);
	}
	wait(NULL);
	puts(q);
	T((long)shmat(id, p, 0));
	T(shmdt(q));
	T(shmdt(q));
	T(shmctl(id, IPC_RMID, NULL));
	T(shmdt(p));
	T((long)shmat(id, NULL, 0));
	fd = S(shmget, IPC_PRIVATE, 0L, 0600);
	T(fd);
}

static void queues(void)
{
	struct mq_attr a = { .mq_maxmsg = 3, .mq_msgsize = 16 };
	struct timespec ts = { 0, 0 };
	char buf[16], name[32];
	unsigned prio;
	mqd_t q;

	snprintf(name, sizeof(name), "/guest_sys_%d", getpid());
	q = mq_open(name, O_CREAT | O_EXCL | O_RDWR | O_NONBLOCK, 0600, &a);
	OK(q);
	if (q < 0)
		return;
	T(mq_send(q, "hello", 5, 9));
	T(mq_send(q, "x", 17, 9));
	T(mq_getattr(q, &a));
	V(a.mq_curmsgs);
	V(a.mq_flags == O_NONBLOCK);
	T(mq_receive(q, buf, 2, &prio));
	T(mq_receive(q, buf, 16, &prio));
	V(prio);
	T(mq_timedreceive(q, buf, 16, &prio, &ts));
	T(mq_notify(q, NULL));
	T(S(mq_timedsend, q, BAD, 5, 0, NULL));
	T(S(mq_getsetattr, q, BAD, NULL));
	T(mq_unlink(name));
	T(mq_unlink(name));
	T(S(mq_open, BAD, O_RDWR, 0, NULL));
}

int main(void)
{
	semaphores();
	messages();
	shared();
	queues();
	return 0;
}
