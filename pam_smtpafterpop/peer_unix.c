/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_smtpafterpop/peer_unix.h"

#include "base/cleanup.h"
#include "base/why.h"
#include "pam_smtpafterpop/mail_socket.h"
#include "pam_smtpafterpop/sole_socket.h"

#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

/* Linux 6.5; the number is that of all machines but sparc and hppa. */
#if !defined(SO_PEERPIDFD) && !defined(__sparc__) && !defined(__hppa__)
#define SO_PEERPIDFD 77
#endif

#define CLIENT_FD 0 /* Cyrus' master puts the client there */

/* What this process connected itself, to a log or to sssd, has no name at this end;
 * what it accepted has that of the listening socket. */
static bool is_accepted_unix(int fd, const void *about)
{
	struct sockaddr_un local = { 0 }, remote = { 0 };
	socklen_t local_size = sizeof(local), remote_size = sizeof(remote);
	int type = 0;
	socklen_t type_size = sizeof(type);

	(void)about;
	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_size) == 0 &&
	       type == SOCK_STREAM &&
	       getsockname(fd, (struct sockaddr *)&local, &local_size) == 0 &&
	       local.sun_family == AF_UNIX &&
	       local_size > offsetof(struct sockaddr_un, sun_path) &&
	       getpeername(fd, (struct sockaddr *)&remote, &remote_size) == 0;
}

bool peer_unix_is_asked(void)
{
	int fd;

	return sole_socket(is_accepted_unix, NULL, &fd, NULL) == 1;
}

static int asking_socket(int *ret, struct why *why)
{
	const int found = sole_socket(is_accepted_unix, NULL, ret, why);

	if (found == 0)
		return why_say(why, -ENOENT,
			       "nobody asks this process over a UNIX socket");
	if (found == -ENOTUNIQ)
		return why_say(why, found,
			       "several UNIX sockets ask this process, so whose login it "
			       "is cannot be told");
	return found < 0 ? found : 0;
}

static int say_gone(struct why *why)
{
	return why_say(why, -ECONNRESET, "the asking process has hung up");
}

static int say_system_call(int error, struct why *why)
{
	switch (error) {
	case -ENOSYS:
		return why_say(why, error, "it needs Linux 5.6 or later");
	case -EPERM:
		return why_say(why, error,
			       "the kernel forbids root to look into the asking process "
			       "(CapabilityBoundingSet=, SystemCallFilter=, SELinux or "
			       "kernel.yama.ptrace_scope)");
	case -ESRCH:
		return say_gone(why);
	case -EBADF:
		return why_say(why, error, "the asking process has no descriptor 0");
	default:
		return why_set(why, error, "cannot look into the asking process");
	}
}

/* By number: which process that is was true when it connected. */
static int pidfd_by_number(int asking, struct why *why)
{
	struct ucred asker = { 0 };
	socklen_t size = sizeof(asker);

	if (getsockopt(asking, SOL_SOCKET, SO_PEERCRED, &asker, &size) < 0)
		return why_set(why, -errno, "cannot learn who asks");
	if (asker.pid <= 0)
		return why_say(why, -ESRCH,
			       "the asking process is in another PID namespace");
	const long pidfd = syscall(SYS_pidfd_open, asker.pid, 0);
	return pidfd < 0 ? say_system_call(-errno, why) : (int)pidfd;
}

static int open_asker(int asking, struct why *why)
{
#ifdef SO_PEERPIDFD
	int pidfd = -1;
	socklen_t size = sizeof(pidfd);

	if (getsockopt(asking, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &size) == 0)
		return pidfd;
	/* Any other error: it has ended, or is in another namespace; its number, which
	 * may be in use again, is not worth a try. */
	if (errno != ENOPROTOOPT)
		return say_gone(why);
#endif
	return pidfd_by_number(asking, why);
}

static bool has_hung_up(int asking)
{
	struct pollfd seen = { .fd = asking, .events = POLLRDHUP };

	return poll(&seen, 1, 0) != 0;
}

int peer_of_unix(const struct settings *settings, struct client_address *ret,
		 struct why *why)
{
	struct client_address found;
	int asking = -1;

	if (geteuid() != 0)
		return why_say(why, -EACCES, "it needs root");
	int error = asking_socket(&asking, why);
	if (error < 0)
		return error;
	cleanup_fd int asker = open_asker(asking, why);
	if (asker < 0)
		return asker;
	cleanup_fd int client = (int)syscall(SYS_pidfd_getfd, asker, CLIENT_FD, 0);
	if (client < 0)
		return say_system_call(-errno, why);
	error = mail_socket_peer(client, "the asking process' descriptor 0", settings,
				 &found, why);
	/* Last: as long as the asker waits for us, it is the process that we looked at,
	 * and serves the client whose password this was. */
	if (has_hung_up(asking))
		return say_gone(why);
	if (error == 0)
		*ret = found;
	return error;
}
