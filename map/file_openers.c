/* SPDX-License-Identifier: BSD-2-Clause */
#include "map/file_openers.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>

/* 0, -EAGAIN: somebody has it open, or another errno: it cannot be asked. */
static int take_lease(int fd, int kind)
{
	/* Who opens the file in the instant of the lease has the kernel send us a
	 * signal: SIGIO would end a host that does not expect it. A host that collects
	 * signals of every kind may see it. */
	if (fcntl(fd, F_SETSIG, SIGURG) < 0 || fcntl(fd, F_SETLEASE, kind) < 0)
		return -errno;
	/* With the lease still there whoever opens the file by name would wait for us. */
	return fcntl(fd, F_SETLEASE, F_UNLCK) < 0 ? -errno : 0;
}

bool file_is_open_elsewhere(int fd)
{
	return take_lease(fd, F_WRLCK) < 0;
}

int file_is_written_elsewhere(int fd)
{
	const int taken = take_lease(fd, F_RDLCK);

	return taken == -EAGAIN ? 1 : taken;
}
