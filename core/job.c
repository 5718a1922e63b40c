/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/job.h"

#include "core/settings.h"

void job_tell(const struct job *job, enum event_kind kind, const struct lease *lease,
	      const char *detail)
{
	event_tell(job->events, &(struct event){ .kind = kind,
						 .lease = lease,
						 .map = job->settings->map_path,
						 .detail = detail });
}
