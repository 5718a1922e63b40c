/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/grant.h"

#include "base/deadline.h"
#include "base/why.h"
#include "core/commit.h"
#include "core/commit_lock.h"
#include "core/complaint.h"
#include "core/expiry_watch.h"
#include "core/job.h"
#include "core/kept_shut.h"
#include "core/lease_file.h"
#include "core/queue.h"
#include "core/request.h"
#include "core/screen.h"
#include "core/seal.h"
#include "core/settings.h"

#include <errno.h>

/* Longer than from one timer run, which renews the complaint, to the next. */
#define TROUBLE_LASTS 90

/*
 * The last commit found that the map cannot be changed; the timer tries again each
 * minute. Ringing the bell at each login would only repeat the failure.
 */
static bool map_is_in_trouble(const struct job *job)
{
	return complaint_is_fresh(job->settings->run_dir, COMPLAINT_MAP, job->now,
				  TROUBLE_LASTS);
}

/* Renewed, and not ended meanwhile: expiry may have renamed it under our touch. What
 * it ends is older than a lifetime, so whole seconds tell. */
static bool renew_active(const struct job *job, const struct client_address *client)
{
	struct timespec mtime;

	return lease_touch(job->leases, LEASE_ACTIVE, client, job->now) == 0 &&
	       lease_mtime(job->leases, LEASE_ACTIVE, client, &mtime) == 0 &&
	       mtime.tv_sec >= job->now.tv_sec;
}

/* Of the map, or of this process alone: then the next login's commit may succeed. */
static enum complaint_topic topic_of(const struct job *job, int error)
{
	return error == COMMIT_FOREIGN || (job->guest && commit_was_short(error))
		       ? COMPLAINT_SERVICE
		       : COMPLAINT_MAP;
}

static int queue_lease(const struct job *job, const struct lease *lease, struct why *why)
{
	const bool trouble = map_is_in_trouble(job);

	if (trouble) {
		const int deferred =
			lease_create(job->leases, LEASE_DEFERRED, lease, why);
		if (deferred == 0)
			return GRANT_DEFERRED;
		/* A worker that is not root may write pending/, and nothing else. */
		if (deferred != -EACCES)
			return deferred;
	}
	const int error = lease_create(job->leases, LEASE_PENDING, lease, why);
	if (error < 0)
		return error;
	const int outcome = request_fulfil(job, &lease->client, !trouble, why);
	/* Our own commit failed: the lease waits, and what is wrong is said once. */
	if (outcome >= 0 ||
	    !complaint_make(job->settings->run_dir, topic_of(job, outcome), why->text))
		*why = (struct why){ 0 };
	return outcome >= 0 ? outcome : GRANT_WAITING;
}

static int grant_new(const struct job *job, const struct lease *lease,
		     const struct client_address *from, struct why *why)
{
	const int own = job->settings->refuse_own ? screen_is_own(from) : 0;
	if (own < 0)
		return why_set(why, own,
			       "cannot ask for this host's own addresses (allow the "
			       "daemon AF_NETLINK, or set refuse_own = no)");
	if (own > 0)
		return GRANT_OWN;
	if (!expiry_is_watched(job))
		return GRANT_UNWATCHED;
	if (queue_is_full(job))
		return GRANT_FULL;
	return queue_lease(job, lease, why);
}

/* 1 = shown again, or in no need of it; 0 = this process cannot see to it at once */
static int show_again_here(const struct job *job, const struct client_address *client,
			   struct why *why)
{
	cleanup_commit_lock struct commit_lock lock = { .fd = -1 };

	if (!request_may_commit_here(job->settings))
		return 0;
	int taken = commit_lock_take(job->leases, deadline_in(0), NULL, &lock, why);
	if (taken == -ETIMEDOUT && !queue_is_stuck(job))
		taken = commit_lock_take(job->leases, job->deadline, NULL, &lock, why);
	if (taken != 0 || !lease_present(job->leases, LEASE_ACTIVE, client))
		return 0;
	/* A commit was under way when we looked first: nothing is left to do. */
	if (seal_holds(job->settings, NULL))
		return 1;
	return !job->guest &&
	       commit(job, &(struct commit_order){ .lock = &lock }, NULL, why) == 0;
}

/* The lease lives, but somebody has touched the map since our last commit. */
static int show_again(const struct job *job, const struct lease *lease,
		      const struct client_address *from, struct why *why)
{
	if (map_is_in_trouble(job))
		return GRANT_DEFERRED;
	if (show_again_here(job, &lease->client, why) == 1)
		return GRANT_RENEWED;
	if (lease_present(job->leases, LEASE_ACTIVE, &lease->client))
		return queue_lease(job, lease, why);
	return grant_new(job, lease, from, why);
}

static int grant_or_why(const struct job *job, const struct lease *lease,
			const struct client_address *from, struct why *why)
{
	const struct client_address *client = &lease->client;

	if (renew_active(job, client))
		return seal_holds(job->settings, NULL)
			       ? GRANT_RENEWED
			       : show_again(job, lease, from, why);
	if (lease_touch(job->leases, LEASE_SETTLED, client, job->now) == 0 &&
	    seal_holds(job->settings, NULL))
		return GRANT_SETTLED;
	return grant_new(job, lease, from, why);
}

int grant(const struct job *job, const struct lease *lease,
	  const struct client_address *from, struct why *why)
{
	struct why reason = { 0 };

	int outcome = kept_shut(job, lease, &reason);
	if (outcome > 0)
		return GRANT_BLOCKED;
	/* A worker that is not root may not look: whoever commits will. */
	if (outcome == 0 || outcome == -EACCES)
		outcome = grant_or_why(job, lease, from, &reason);
	/* Nobody can say who is blocked: nothing new is opened, what is open is renewed.
	 */
	else if (renew_active(job, &lease->client) && seal_holds(job->settings, NULL))
		return GRANT_RENEWED;
	/* It was in the hands of somebody who ended it, or moved it, at that moment. */
	if (outcome == GRANT_GONE)
		outcome = grant_or_why(job, lease, from, &reason);
	if (outcome < 0 && job->guest &&
	    !complaint_make(job->settings->run_dir, COMPLAINT_STATE, reason.text))
		reason.text[0] = '\0';
	/* What failed on the way to a good end is not worth a word. */
	*why = outcome < 0 || outcome == GRANT_WAITING ? reason : (struct why){ 0 };
	return outcome;
}
