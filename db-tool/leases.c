/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/leases.h"

#include "base/deadline.h"
#include "base/why.h"
#include "core/complaint.h"
#include "core/hold.h"
#include "core/lease_file.h"
#include "db-tool/command.h"
#include "db-tool/connections.h"
#include "db-tool/output.h"
#include "db-tool/trial.h"

#include <errno.h>

static int not_his(const char *state_dir, struct why *why)
{
	return why_say(why, -EACCES,
		       "this user may not see the leases in %s: run sapdb as root",
		       state_dir);
}

/* Without the right to list a folder every lease would seem not to be there. */
static int open_to_look(const char *state_dir, struct lease_dir *ret, struct why *why)
{
	cleanup_lease_scan struct lease_scan scan = { 0 };

	const int error = lease_dir_open(state_dir, ret, why);
	if (error == -ENOENT)
		return why_say(why, error,
			       "there is no state folder %s yet: sapdb expire, run as "
			       "root, makes it",
			       state_dir);
	if (error == 0 && lease_scan_open(ret, LEASE_ACTIVE, &scan, NULL) == -EACCES)
		return not_his(state_dir, why);
	return error;
}

int leases_look(const struct tool *tool, struct leases *ret, struct why *why)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &now);
	const int error = open_to_look(tool->settings.state_dir, &ret->dir, why);
	if (error < 0)
		return error;
	ret->sink = (struct event_sink){ output_event, tool };
	ret->job = (struct job){ .settings = &tool->settings,
				 .leases = &ret->dir,
				 .now = now,
				 .deadline = deadline_in(LEASES_PATIENCE_MS),
				 .events = &ret->sink,
				 .connections = &connections_of_kernel,
				 .trial = trial };
	return 0;
}

/* A group that cannot be found (a directory service that is down) must not stop the
 * closing: it is said once, and the work goes on. */
int leases_open(const struct tool *tool, struct leases *ret, struct why *why)
{
	const struct settings *settings = &tool->settings;
	struct why reason = { 0 };

	const int prepared =
		lease_dir_prepare(settings->state_dir, settings->queue_group, &reason);
	const int opened = leases_look(tool, ret, why);
	if (prepared == 0) {
		(void)complaint_withdraw(settings->run_dir, COMPLAINT_QUEUE);
		return opened;
	}
	if (opened == -EACCES || (opened < 0 && prepared == -EACCES))
		return not_his(settings->state_dir, why);
	if (opened < 0)
		*why = reason;
	else if (complaint_make(settings->run_dir, COMPLAINT_QUEUE, reason.text))
		(void)complain(0, "%s", reason.text);
	return opened;
}

int leases_collect(const struct leases *leases, enum lease_folder folder,
		   struct batch *batch, struct why *why)
{
	cleanup_lease_scan struct lease_scan scan = { 0 };
	struct lease_name name;
	struct lease lease;

	int found = lease_scan_open(&leases->dir, folder, &scan, why);
	while (found >= 0 && (found = lease_scan_next(&scan, &name, why)) > 0) {
		if (found != LEASE_SCAN_CLIENT ||
		    lease_read(&leases->dir, folder, &name.client, &lease, NULL) < 0)
			continue;
		if (batch_add(batch, &lease, folder) < 0)
			return why_say(why, -ENOMEM, "out of memory");
	}
	return found;
}

void leases_mark_held(const struct leases *leases, struct batch *batch)
{
	struct why why = { 0 };

	if (hold_mark(&leases->job, batch, &why) < 0)
		(void)complain(0, "%s", why.text);
	batch_sort(batch);
}

void leases_close(struct leases *leases)
{
	lease_dir_close(&leases->dir);
}
