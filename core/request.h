/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * request - a lease has been put into pending/: see that the map shows it
 *
 * By a commit of this process where it may change the map's folder (and, in a login, if
 * nobody else wrote the table: commit.h), else by waiting for the service that watches
 * pending/; never past the job's deadline. A rebuild that
 * is under way is waited for in the same bounds.
 */
#pragma once

#include "core/grant.h"

#include <stdbool.h>

struct client_address;
struct job;
struct settings;

/* Root on a read-only /etc, a worker that is not root, and a process whose files may not
 * grow without limit leave it to the service. */
bool request_may_commit_here(const struct settings *settings);

/*
 * `patient` false: look once, do not wait. An enum grant_outcome, or the negative
 * errno of this process's own commit; then the request stands. COMMIT_FOREIGN, and
 * in a login what commit_was_short(): it is the service's, which did not come.
 */
int request_fulfil(const struct job *job, const struct client_address *client,
		   bool patient, struct why *why);
