/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/commit_lock.h"

#include "base/cleanup.h"
#include "base/deadline.h"
#include "base/why.h"
#include "core/lease_dir.h"
#include "map/file_lock.h"

#include <fcntl.h>

#define NAME "commit.lock"

int commit_lock_take(const struct lease_dir *dir, struct timespec deadline,
		     const struct lock_interest *interest, struct commit_lock *ret,
		     struct why *why)
{
	unsigned round = 0;
	cleanup_fd int fd =
		openat(dir->fd, NAME, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return why_set(
			why, -errno, "cannot open %s/" NAME "%s", dir->path,
			errno == ELOOP || errno == EISDIR
				? " (it must be a plain file: remove what is there)"
				: "");
	do {
		const int locked = file_lock_exclusive(fd);
		if (locked == 0) {
			ret->fd = take_fd(&fd);
			return 0;
		}
		if (locked != -EBUSY)
			return why_set(why, locked,
				       "cannot lock %s/" NAME " (state_dir must be on a "
				       "disk that knows flock)",
				       dir->path);
		if (interest && interest->lost(interest->context))
			return 1;
	} while (deadline_nap(deadline, &round));
	return why_say(why, -ETIMEDOUT,
		       "another commit took longer than the wait (who holds it: fuser -v "
		       "%s/" NAME ")",
		       dir->path);
}

void commit_lock_release(struct commit_lock *lock)
{
	if (lock->fd < 0)
		return;
	file_unlock(lock->fd);
	close_owned_fd(&lock->fd);
	lock->fd = -1;
}
