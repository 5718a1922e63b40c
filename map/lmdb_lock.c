/* SPDX-License-Identifier: BSD-2-Clause */
#include "map/lmdb_lock.h"

#include "base/deadline.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static int set(int fd, short type)
{
	struct flock whole = { .l_type = type, .l_whence = SEEK_SET };

	if (fcntl(fd, F_OFD_SETLK, &whole) == 0)
		return 0;
	return errno == EAGAIN || errno == EACCES ? -EBUSY : -errno;
}

static int set_soon(int fd, short type)
{
	const struct timespec deadline = deadline_in(LMDB_LOCK_MS);
	unsigned round = 0;
	int error;

	do
		error = set(fd, type);
	while (error == -EBUSY && deadline_nap(deadline, &round));
	return error;
}

int lmdb_lock_shared(int fd)
{
	return set_soon(fd, F_RDLCK);
}

int lmdb_lock_exclusive(int fd)
{
	return set_soon(fd, F_WRLCK);
}

void lmdb_unlock(int fd)
{
	if (fd >= 0)
		(void)set(fd, F_UNLCK);
}
