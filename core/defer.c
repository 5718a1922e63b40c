/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/defer.h"

#include "core/job.h"
#include "core/lease_file.h"

#include <errno.h>

int defer_queue(const struct job *job, struct why *why)
{
	cleanup_lease_scan struct lease_scan scan = { 0 };
	struct lease_name name;

	int found = lease_scan_open(job->leases, LEASE_PENDING, &scan, why);
	while (found >= 0 && (found = lease_scan_next(&scan, &name, why)) > 0) {
		/* Junk, too, must not keep the bell ringing. */
		if (found == LEASE_SCAN_JUNK)
			(void)lease_unlink_junk(job->leases, LEASE_PENDING, name.junk);
		else
			(void)lease_move(job->leases, LEASE_PENDING, LEASE_DEFERRED,
					 &name.client);
	}
	return found < 0 ? found : 0;
}
