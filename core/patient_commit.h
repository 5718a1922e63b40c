/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * patient_commit - a commit of sapdb's, which can wait and has somebody to complain to
 *
 * For what the timer, the path unit and the administrator run; a login has its own
 * (request.h). `ret` and `why` may not be NULL.
 */
#pragma once

#include "core/commit.h"

/*
 * Commit the queue and what is in ending/, and wait for a rebuild of the map until the
 * job's deadline. When it fails the queue goes to deferred/, and what is wrong is a
 * `known_failure` from the second time.
 */
int commit_patiently(const struct job *job, const struct commit_lock *lock,
		     struct commit_result *ret, struct why *why);

/* Something is wrong with the leases, and may last: `error` again, and from the second
 * time a `known_failure`. */
int trouble_once(const struct job *job, int error, struct commit_result *ret,
		 const struct why *why);
