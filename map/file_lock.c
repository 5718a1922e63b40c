/* SPDX-License-Identifier: BSD-2-Clause */
#include "map/file_lock.h"

#include "map/file_openers.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static int lock_now(int fd, int operation)
{
	if (flock(fd, operation | LOCK_NB) == 0)
		return 0;
	return errno == EWOULDBLOCK ? -EBUSY : -errno;
}

int file_lock_shared(int fd)
{
	return lock_now(fd, LOCK_SH);
}

int file_lock_exclusive(int fd)
{
	return lock_now(fd, LOCK_EX);
}

int file_lock_alone(int fd)
{
	const int exclusive = file_lock_exclusive(fd);

	if (exclusive == 0)
		return 1;
	/* The kernel lets go of a lock before it looks whether it can be changed. */
	return exclusive == -EBUSY ? file_lock_shared(fd) : exclusive;
}

void file_unlock(int fd)
{
	if (fd >= 0)
		(void)flock(fd, LOCK_UN);
}

/* A waiter's line:  7: -> FLOCK  ADVISORY  WRITE 4711 fe:01:131337 0 EOF */
static bool is_waiter(const char *line, const char *family, const struct stat *file)
{
	char of[8];
	unsigned dev_major, dev_minor;
	unsigned long ino;

	return sscanf(line, "%*d: -> %7s %*s WRITE %*d %x:%x:%lu", of, &dev_major,
		      &dev_minor, &ino) == 4 &&
	       strcmp(of, family) == 0 && ino == file->st_ino &&
	       dev_major == major(file->st_dev) && dev_minor == minor(file->st_dev);
}

bool file_lock_has_waiter(const char *family, const struct stat *file)
{
	char line[256];
	bool found = false;
	FILE *locks = fopen("/proc/locks", "re");

	if (!locks)
		return false;
	while (!found && fgets(line, sizeof(line), locks))
		found = is_waiter(line, family, file);
	(void)fclose(locks);
	return found;
}

bool file_lock_awaited(int fd, const struct stat *file)
{
	return file_is_written_elsewhere(fd) != 0 && file_lock_has_waiter("FLOCK", file);
}
