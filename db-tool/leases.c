/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/leases.h"

#include "base/deadline.h"
#include "db-tool/command.h"
#include "db-tool/output.h"

#include <errno.h>

int leases_look(const struct tool *tool, struct leases *ret, struct why *why)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &now);
	const int error = lease_dir_open(tool->settings.state_dir, &ret->dir, why);
	if (error < 0)
		return error;
	ret->sink = (struct event_sink){ output_event, tool };
	ret->job = (struct job){ .settings = &tool->settings,
				 .leases = &ret->dir,
				 .now = now,
				 .deadline = deadline_in(LEASES_PATIENCE_MS),
				 .events = &ret->sink };
	return 0;
}

int leases_open(const struct tool *tool, struct leases *ret, struct why *why)
{
	const int error = lease_dir_prepare(tool->settings.state_dir,
					    tool->settings.queue_group, why);

	return error < 0 ? error : leases_look(tool, ret, why);
}

void leases_close(struct leases *leases)
{
	lease_dir_close(&leases->dir);
}
