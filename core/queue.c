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
	const time_t oldest = job->now.tv_sec - (job->settings->wait_ms + 999) / 1000;
	const time_t sealed = seal_time(job->settings);

	/* That commit took whatever was there. */
	if (sealed > oldest && sealed <= job->now.tv_sec)
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

bool queue_is_full(const struct job *job)
{
	struct seal seal;

	/* Without a seal the commit counts: it looks at every lease then. */
	if (!seal_holds(job->settings, &seal))
		return false;
	if (seal.leases >= job->settings->max_leases)
		return true;
	/* No entry takes less than a byte of its folder: as a rule nothing has to be
	 * counted. */
	struct stat folder;
	const char *pending = lease_folder_name(LEASE_PENDING);
	if (fstatat(job->leases->fd, pending, &folder, AT_SYMLINK_NOFOLLOW) == 0 &&
	    folder.st_size > 0 &&
	    seal.leases + folder.st_size < job->settings->max_leases)
		return false;
	const long waiting = lease_count(job->leases, LEASE_PENDING, NULL);
	return waiting > 0 && seal.leases + waiting >= job->settings->max_leases;
}
