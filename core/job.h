/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * job - what every piece of work on the leases and the map needs to know
 *
 * `now` is the wall clock's time, an argument so that no test has to wait; `deadline`
 * (base/deadline.h) says how long to wait for other processes. Nothing here is owned.
 */
#pragma once

#include "core/event.h"
#include "core/lease_dir.h"

#include <stdbool.h>
#include <time.h>

struct connection_source;
struct lease;
struct settings;
struct table;
struct why;

struct job {
	const struct settings *settings;
	const struct lease_dir *leases;
	struct timespec now;
	struct timespec deadline;
	const struct event_sink *events;	     /* NULL: tell nobody */
	const struct connection_source *connections; /* NULL: nothing is held (hold.h) */
	/* Looks at a table that somebody else wrote, at this path, before anything is
	 * read of it; NULL: the backend's verify, in this process. */
	int (*trial)(const struct table *table, const char *path, struct why *why);
	bool guest; /* in somebody's login: commits onto the sealed table only (commit.h)
		     */
};

/* Tell the job's sink what happened to a lease (NULL for what is not about one). */
void job_tell(const struct job *job, enum event_kind kind, const struct lease *lease,
	      const char *detail);
