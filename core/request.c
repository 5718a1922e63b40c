/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/request.h"

#include "base/deadline.h"
#include "base/why.h"
#include "core/commit.h"
#include "core/commit_lock.h"
#include "core/job.h"
#include "core/lease_file.h"
#include "core/own_table.h"
#include "core/queue.h"
#include "core/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

struct request {
	const struct job *job;
	const struct client_address *client;
	struct timespec deadline;
	bool full;   /* our own commit met max_leases */
	bool looked; /* whether the queue is stuck */
	bool waited; /* for sapdb, as long as we may */
};

bool request_may_commit_here(const struct settings *settings)
{
	char folder[PATH_MAX];
	struct rlimit size;

	/* A write beyond this limit would not fail but kill the host, by SIGXFSZ. */
	if (getrlimit(RLIMIT_FSIZE, &size) < 0 || size.rlim_cur != RLIM_INFINITY)
		return false;

	(void)snprintf(folder, sizeof(folder), "%s", settings->map_path);
	char *slash = strrchr(folder, '/');
	slash[slash == folder ? 1 : 0] = '\0';
	/* A folder of our own that is missing is made. */
	return faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0 ||
	       (errno == ENOENT && own_table(settings));
}

static bool is_answered(const void *context)
{
	const struct request *request = context;

	return !lease_present(request->job->leases, LEASE_PENDING, request->client);
}

/* What has become of it, by the folder where it is. */
static int outcome_of(const struct request *request)
{
	static const struct {
		enum lease_folder folder;
		enum grant_outcome outcome;
	} places[] = {
		{ LEASE_PENDING, GRANT_WAITING },
		{ LEASE_ACTIVE, GRANT_OPENED },
		{ LEASE_SETTLED, GRANT_SETTLED },
		{ LEASE_DEFERRED, GRANT_DEFERRED },
	};
	struct timespec mtime;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const int found = lease_mtime(request->job->leases, places[i].folder,
					      request->client, &mtime);
		if (found == 0)
			return (int)places[i].outcome;
		/* An unprivileged worker sees nothing but the queue. */
		if (found == -EACCES)
			return GRANT_TAKEN;
	}
	return request->full ? GRANT_FULL : GRANT_GONE;
}

/* Behind a queue that is stuck nobody waits. Asked before the first wait: most logins
 * never come to it. */
static void lose_patience(struct request *request)
{
	if (!request->looked && queue_is_stuck(request->job))
		request->deadline = deadline_in(0);
	request->looked = true;
}

static int wait_for_service(struct request *request)
{
	unsigned round = 0;

	lose_patience(request);
	while (!is_answered(request) && deadline_nap(request->deadline, &round))
		continue;
	return outcome_of(request);
}

/* 0 = answered, by us or by whoever had the lock before; -EBUSY, -ETIMEDOUT */
static int commit_once(struct request *request, struct why *why)
{
	const struct lock_interest interest = { is_answered, request };
	cleanup_commit_lock struct commit_lock lock = { .fd = -1 };

	int taken = commit_lock_take(request->job->leases, deadline_in(0), &interest,
				     &lock, why);
	if (taken == -ETIMEDOUT) {
		lose_patience(request);
		taken = commit_lock_take(request->job->leases, request->deadline,
					 &interest, &lock, why);
	}
	if (taken != 0)
		return taken < 0 ? taken : 0;
	if (is_answered(request))
		return 0;
	struct commit_result result = { 0 };
	const int error = commit(request->job, &(struct commit_order){ .lock = &lock },
				 &result, why);
	request->full = result.full > 0;
	/* So many wait that it was not ours this time: once more, within the wait. */
	return error == 0 && !is_answered(request) ? -EBUSY : error;
}

/* A rebuild under way ends by itself: look again until the deadline. */
static int commit_here(struct request *request, struct why *why)
{
	unsigned round = 0;
	int error;

	while ((error = commit_once(request, why)) == -EBUSY) {
		lose_patience(request);
		if (!deadline_nap(request->deadline, &round))
			break;
	}
	if (error == 0 || error == -EBUSY || error == -ETIMEDOUT)
		return outcome_of(request);
	return error;
}

static bool is_left_to_the_service(int error)
{
	return error == -EROFS || error == -EACCES || error == -EPERM;
}

/* Whoever is at work on the queue holds its lock. */
static bool nobody_comes(const struct request *request)
{
	cleanup_commit_lock struct commit_lock lock = { .fd = -1 };

	return (request->waited || queue_is_stuck(request->job)) &&
	       commit_lock_take(request->job->leases, deadline_in(0), NULL, &lock,
				NULL) == 0 &&
	       !is_answered(request);
}

/* The table is not as we left it, and a login may not look into it. */
static int wait_for_sapdb(struct request *request, struct why *why)
{
	request->waited = !deadline_passed(request->deadline);
	const int outcome = wait_for_service(request);
	if (outcome != GRANT_WAITING || !nobody_comes(request))
		return outcome;
	return why_say(why, COMMIT_FOREIGN,
		       "the table %s was written by somebody else, and no `sapdb commit` "
		       "came to look at it: start pam_sap-commit.path (the next `sapdb "
		       "expire` opens it too)",
		       request->job->settings->map_path);
}

int request_fulfil(const struct job *job, const struct client_address *client,
		   bool patient, struct why *why)
{
	struct request request = { .job = job,
				   .client = client,
				   .deadline = patient ? job->deadline : deadline_in(0) };

	const int here = request_may_commit_here(job->settings)
				 ? commit_here(&request, why)
				 : -EACCES;
	if (here == COMMIT_FOREIGN)
		return wait_for_sapdb(&request, why);
	const bool was_short = job->guest && commit_was_short(here);
	if (!is_left_to_the_service(here) && !was_short)
		return here;
	const int outcome = wait_for_service(&request);
	return was_short && outcome == GRANT_WAITING ? here : outcome;
}
