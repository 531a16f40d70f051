// SPDX-License-Identifier: LGPL-2.1-or-later
/* Sockets: unix, inet, netlink, messages with control data, options. */
#include "sys.h"

#include <arpa/inet.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

static void pairs(void)
{
	int s[2], fd = open("/dev/null", O_RDONLY), got;
	char buf[32] = "", control[128];
	struct iovec v = { "data", 4 }, in = { buf, sizeof(buf) };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = CMSG_SPACE(sizeof(int)) };
	struct cmsghdr *c;
	struct mmsghdr mm[2];
	struct timespec ts = { 1, 0 };
	struct ucred cred;

	T(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, s));
	T(fcntl(s[0], F_GETFD));
	memset(control, 0, sizeof(control));
	c = CMSG_FIRSTHDR(&m);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	T(sendmsg(s[0], &m, 0));
	m.msg_iov = &in;
	m.msg_controllen = sizeof(control);
	T(recvmsg(s[1], &m, MSG_CMSG_CLOEXEC));
	V(m.msg_controllen);
	c = CMSG_FIRSTHDR(&m);
	V(c->cmsg_type == SCM_RIGHTS);
	memcpy(&got, CMSG_DATA(c), sizeof(got));
	T(fcntl(got, F_GETFD));
	V((T(setsockopt(s[1], SOL_SOCKET, SO_PASSCRED, &(int){ 1 }, 4)), 0));
	m = (struct msghdr){ .msg_iov = &v, .msg_iovlen = 1 };
	T(sendmsg(s[0], &m, 0));
	m = (struct msghdr){ .msg_iov = &in, .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control) };
	T(recvmsg(s[1], &m, 0));
	c = CMSG_FIRSTHDR(&m);
	V(c && c->cmsg_type == SCM_CREDENTIALS);
	memcpy(&cred, CMSG_DATA(c), sizeof(cred));
	V(cred.pid == getpid() && cred.uid == getuid());
	memset(mm, 0, sizeof(mm));
	mm[0].msg_hdr.msg_iov = mm[1].msg_hdr.msg_iov = &v;
	mm[0].msg_hdr.msg_iovlen = mm[1].msg_hdr.msg_iovlen = 1;
	T(sendmmsg(s[0], mm, 2, 0));
	V(mm[1].msg_len);
	mm[0].msg_hdr.msg_iov = mm[1].msg_hdr.msg_iov = &in;
	T(recvmmsg(s[1], mm, 2, 0, &ts));
	V(mm[0].msg_len);
	T(S(sendmsg, s[0], BAD, 0));
	T(S(recvmsg, s[1], BAD, MSG_DONTWAIT));
	T(recv(s[1], buf, 1, MSG_DONTWAIT));
	T(send(s[0], "x", 1, MSG_OOB));
	T(S(sendto, s[0], BAD, 5, 0, NULL, 0));
	T(shutdown(s[0], SHUT_WR));
	T(send(s[0], "x", 1, MSG_NOSIGNAL));
	T(socketpair(AF_INET, SOCK_STREAM, 0, s));
	T(S(socketpair, AF_UNIX, SOCK_STREAM, 0, BAD));
	T(socket(9999, SOCK_STREAM, 0));
	T(socket(AF_INET, 77, 0));
}

static void named(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX, .sun_path = "sock" };
	struct sockaddr_un peer;
	socklen_t len = sizeof(peer);
	int s = socket(AF_UNIX, SOCK_STREAM, 0);
	int c = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0), n;

	T(connect(c, (void *)&a, sizeof(a)));
	T(bind(s, (void *)&a, sizeof(a)));
	T(bind(s, (void *)&a, sizeof(a)));
	T(listen(s, 5));
	T(connect(c, (void *)&a, sizeof(a)));
	n = accept4(s, (void *)&peer, &len, SOCK_CLOEXEC);
	OK(n);
	V(len);
	len = sizeof(peer);
	T(getsockname(s, (void *)&peer, &len));
	V(len);
	printf("%s\n", peer.sun_path);
	len = 4;
	T(getpeername(c, (void *)&peer, &len));
	V(len);
	T(S(accept, -1, BAD, BAD));
	T(S(bind, s, BAD, 10));
	T(S(getsockname, s, &peer, BAD));
	T(S(accept4, s, NULL, NULL, 0x100));
	unlink("sock");
}

static void inet(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET }, b;
	socklen_t len = sizeof(b);
	int s = socket(AF_INET, SOCK_STREAM, 0), one = 1, v, c, n;
	int u = socket(AF_INET, SOCK_DGRAM, 0);
	struct linger lg = { 1, 2 };
	struct timeval tv = { 1, 500000 };
	char buf[16];

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	T(setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)));
	T(setsockopt(s, SOL_SOCKET, SO_LINGER, &lg, sizeof(lg)));
	T(setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	len = sizeof(tv);
	T(getsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, &len));
	V(tv.tv_usec);
	T(setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)));
	T(setsockopt(s, SOL_SOCKET, SO_ZEROCOPY, &one, sizeof(one)));
	T(setsockopt(s, SOL_SOCKET, 9999, &one, sizeof(one)));
	T(S(setsockopt, s, SOL_SOCKET, SO_REUSEADDR, BAD, 4));
	T(bind(s, (void *)&a, sizeof(a)));
	T(listen(s, 1));
	len = sizeof(b);
	T(getsockname(s, (void *)&b, &len));
	V(b.sin_port != 0);
	c = socket(AF_INET, SOCK_STREAM, 0);
	T(connect(c, (void *)&b, sizeof(b)));
	n = accept(s, NULL, NULL);
	OK(n);
	T(send(c, "hello", 5, 0));
	T(recv(n, buf, sizeof(buf), MSG_PEEK));
	T(ioctl(n, FIONREAD, &v));
	V(v);
	T(recv(n, buf, 5, MSG_WAITALL));
	len = sizeof(v);
	T(getsockopt(c, SOL_SOCKET, SO_ERROR, &v, &len));
	V(v);
	T(getsockopt(c, SOL_SOCKET, SO_TYPE, &v, &len));
	V(v);
	T(bind(u, (void *)&a, sizeof(a)));
	len = sizeof(b);
	T(getsockname(u, (void *)&b, &len));
	T(sendto(u, "dg", 2, 0, (void *)&b, sizeof(b)));
	len = sizeof(b);
	memset(&b, 0, sizeof(b));
	T(recvfrom(u, buf, sizeof(buf), 0, (void *)&b, &len));
	V(b.sin_addr.s_addr == a.sin_addr.s_addr);
	T(S(recvfrom, u, BAD, 4, MSG_DONTWAIT, NULL, NULL));
	T(recvfrom(u, buf, 4, MSG_DONTWAIT, NULL, NULL));
}

static void netlink(int protocol, uint16_t type)
{
	struct {
		struct nlmsghdr h;
		char rest[128];
	} q = { .h = { .nlmsg_len = NLMSG_LENGTH(16), .nlmsg_type = type,
		       .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP } };
	struct sockaddr_nl a = { .nl_family = AF_NETLINK };
	static char buf[65536];
	int s = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);

	V(protocol);
	OK(s);
	T(bind(s, (void *)&a, sizeof(a)));
	T(send(s, &q, q.h.nlmsg_len, 0));
	OK(recv(s, buf, sizeof(buf), 0));
	V(((struct nlmsghdr *)buf)->nlmsg_type);
	close(s);
}

int main(void)
{
	enter_dir();
	pairs();
	named();
	inet();
	netlink(NETLINK_ROUTE, RTM_GETLINK);
	netlink(NETLINK_GENERIC, GENL_ID_CTRL);
	return 0;
}
