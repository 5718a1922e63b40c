/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/queue.h"

#include "core/job.h"
#include "core/lease_file.h"
#include "core/seal.h"
#include "core/settings.h"

#include <fcntl.h>
#include <sys/stat.h>

bool queue_is_stuck(const struct job *job)
{
	cleanup_lease_scan struct lease_scan scan = { 0 };
	struct lease_name name;
	struct timespec since;
	int found;
	const time_t wait = (job->settings->wait_ms + 999) / 1000;
	const time_t oldest = job->now.tv_sec - wait;
	const time_t sealed = seal_time(job->settings);

	/* Somebody is at work on it, perhaps we: the job's time is that of our begin. */
	if (sealed > oldest && sealed <= job->now.tv_sec + wait + 1)
		return false;
	if (lease_scan_open(job->leases, LEASE_PENDING, &scan, NULL) < 0)
		return false;
	while ((found = lease_scan_next(&scan, &name, NULL)) > 0)
		if (found == LEASE_SCAN_CLIENT &&
		    lease_mtime(job->leases, LEASE_PENDING, &name.client, &since) == 0 &&
		    since.tv_sec < oldest)
			return true;
	return false;
}

/* Folders to which a login may add. */
static const enum lease_folder waiting[] = { LEASE_PENDING, LEASE_DEFERRED };
#define WAITING (sizeof(waiting) / sizeof(waiting[0]))

/* No entry takes less than a byte of its folder: as a rule nothing has to be counted. */
static bool has_room(const struct job *job, long room)
{
	for (size_t i = 0; i < WAITING; i++) {
		struct stat folder;

		if (fstatat(job->leases->fd, lease_folder_name(waiting[i]), &folder,
			    AT_SYMLINK_NOFOLLOW) < 0 ||
		    folder.st_size <= 0)
			return false;
		room -= folder.st_size;
	}
	return room > 0;
}

bool queue_is_full(const struct job *job)
{
	struct seal seal = { .leases = 0 };

	/* Without a seal those that wait alone count, and the commit all of them. */
	(void)seal_holds(job->settings, &seal);
	long room = job->settings->max_leases - seal.leases;
	if (room <= 0)
		return true;
	if (has_room(job, room))
		return false;
	for (size_t i = 0; i < WAITING; i++) {
		const long count = lease_count(job->leases, waiting[i], NULL);
		room -= count > 0 ? count : 0;
	}
	return room <= 0;
}
