/* SPDX-License-Identifier: BSD-2-Clause */
#include "map/file_openers.h"

#include <fcntl.h>
#include <signal.h>

static bool lease_granted(int fd, int kind)
{
	/* Who opens the file in the instant of the lease has the kernel send us a
	 * signal: SIGIO would end a host that does not expect it. A host that collects
	 * signals of every kind may see it. */
	if (fcntl(fd, F_SETSIG, SIGURG) < 0 || fcntl(fd, F_SETLEASE, kind) < 0)
		return false;
	/* With the lease still there whoever opens the file by name would wait for us. */
	return fcntl(fd, F_SETLEASE, F_UNLCK) == 0;
}

bool file_is_open_elsewhere(int fd)
{
	return !lease_granted(fd, F_WRLCK);
}

bool file_is_written_elsewhere(int fd)
{
	return !lease_granted(fd, F_RDLCK);
}
