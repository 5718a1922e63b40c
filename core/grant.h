/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * grant - a client has logged in: renew its lease, or open one
 *
 * A known client costs one utimensat, one stat of its lease and a look at the seal: no
 * lock, no table. A new one is put into pending/ and committed (request.h); the call
 * returns when the map shows it, or after the job's deadline.
 */
#pragma once

struct client_address;
struct job;
struct lease;
struct why;

enum grant_outcome {
	GRANT_RENEWED,	 /* the map showed it already */
	GRANT_OPENED,	 /* it does now */
	GRANT_SETTLED,	 /* the administrator's records decide about it */
	GRANT_WAITING,	 /* not within the wait: the commit follows */
	GRANT_DEFERRED,	 /* the map cannot be changed: the timer tries again */
	GRANT_UNWATCHED, /* not opened: nothing would close it (expiry_watch) */
	GRANT_FULL,	 /* not opened: max_leases is reached */
	GRANT_TAKEN,	 /* a commit took it; this process may not look what it did */
	GRANT_GONE,	 /* revoked, or found to be none, while it waited */
	GRANT_OWN,	 /* not opened: an address of this host (refuse_own) */
	GRANT_BLOCKED,	 /* not opened, and told as an event: the administrator blocked it
			  */
};

/*
 * `from` is the very address of the login, of which the lease's may be the network.
 *
 * An enum grant_outcome, or a negative errno when the lease could not be queued. `why`
 * has a text when there is something to say (to a guest, that has not been said before):
 * what is wrong with the state folder or the map.
 */
int grant(const struct job *job, const struct lease *lease,
	  const struct client_address *from, struct why *why);
