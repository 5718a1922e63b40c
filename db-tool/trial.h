/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trial - look at a table that somebody else wrote in a process of its own
 *
 * A database library may crash on a damaged table, or read it without end. The child has
 * it verify the table and read each record of it once; whatever becomes of the child, the
 * tool has an answer within TRIAL_MS. For job.trial and for what the tool itself reads.
 */
#pragma once

#define TRIAL_MS 30000 /* a million records take one second */

struct table;
struct why;

/* `path` for the words. -EBADMSG: damaged, or the child crashed or did not end. */
int trial(const struct table *table, const char *path, struct why *why);

/* As trial(), with another bound. For a test. */
int trial_within(const struct table *table, const char *path, long milliseconds,
		 struct why *why);
