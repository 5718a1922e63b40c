/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/expiry_watch.h"

#include "base/cleanup.h"
#include "base/why.h"
#include "core/job.h"
#include "core/settings.h"

#include <fcntl.h>
#include <sys/stat.h>

#define NAME "expired"
#define MODE 0644
#define LATE_S 90 /* the timer runs each minute */

/* Seconds since the last run, or a negative errno. A run in the future was just now:
 * the clock was set back. */
static long since_last_run(const struct job *job)
{
	struct stat file;

	if (fstatat(job->leases->fd, NAME, &file, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	const long since = job->now.tv_sec - file.st_mtime;
	return since > 0 ? since : 0;
}

bool expiry_is_watched(const struct job *job)
{
	const long limit = job->settings->expiry_watch_ms / 1000;

	if (limit == 0)
		return true;
	const long since = since_last_run(job);
	return since >= 0 && since <= limit;
}

bool expiry_is_late(const struct job *job)
{
	const long since = since_last_run(job);

	return since < 0 || since > LATE_S;
}

time_t expiry_last_run(const struct job *job)
{
	struct stat file;

	return fstatat(job->leases->fd, NAME, &file, AT_SYMLINK_NOFOLLOW) < 0
		       ? 0
		       : file.st_mtime;
}

int expiry_watch_touch(const struct job *job, struct why *why)
{
	const struct timespec times[2] = { job->now, job->now };
	cleanup_fd int fd = openat(job->leases->fd, NAME,
				   O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, MODE);

	if (fd < 0 || fchmod(fd, MODE) < 0 || futimens(fd, times) < 0)
		return why_set(why, -errno, "cannot date %s/%s", job->leases->path, NAME);
	return 0;
}
