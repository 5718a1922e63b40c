/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/expire.h"

#include "base/deadline.h"
#include "base/why.h"
#include "core/batch.h"
#include "core/blocks.h"
#include "core/commit_lock.h"
#include "core/complaint.h"
#include "core/expiry_watch.h"
#include "core/hold.h"
#include "core/job.h"
#include "core/lease_file.h"
#include "core/patient_commit.h"
#include "core/revoke.h"
#include "core/seal.h"
#include "core/settings.h"

#include <errno.h>

/* A login during our scan is later than the job's time, but not by as much. */
#define CLOCK_SLACK 60
#define SETTLED_LASTS (24L * 3600)
#define QUEUE_ROUNDS 20 /* batches: twice the default max_leases */

bool expire_is_due(const struct job *job, const struct lease *lease)
{
	return lease_end(lease, job->settings->lifetime_ms) <= job->now.tv_sec;
}

/* Found due, without a lock; and the first thing that kept a lease from being looked at
 * or ended: the rest goes on, and then it is said. */
struct due {
	struct batch batch;
	long active;
	int missed;
	struct why reason;
};

static void miss(struct due *due, const struct job *job,
		 const struct client_address *client, int error)
{
	/* Gone meanwhile is ended. */
	if (error != -ENOENT && due->missed == 0)
		due->missed = why_set(&due->reason, error,
				      "cannot end the lease %s/%s/%s", job->leases->path,
				      lease_folder_name(LEASE_ACTIVE), client->text);
}

/* Only a lease whose last login is a lifetime ago has to be read: it may have an end
 * of its own. */
static int add_if_due(struct batch *batch, const struct job *job,
		      enum lease_folder folder, const struct client_address *client)
{
	const time_t limit = job->now.tv_sec - job->settings->lifetime_ms / 1000;
	struct timespec mtime;
	struct lease lease;

	const int looked = lease_mtime(job->leases, folder, client, &mtime);
	if (looked < 0)
		return looked;
	/* Dated while the clock was wrong, it would live until then. */
	if (mtime.tv_sec > job->now.tv_sec + CLOCK_SLACK)
		(void)lease_touch(job->leases, folder, client, job->now);
	if (mtime.tv_sec > limit)
		return 0;
	/* Nothing but an empty or spoilt file: end it all the same, by its time. */
	if (lease_read(job->leases, folder, client, &lease, NULL) < 0)
		lease_make(&lease, client, "-", "-", mtime);
	return expire_is_due(job, &lease) ? batch_add(batch, &lease, folder) : 0;
}

/* 1 it is, and was added */
static int add_if_blocked(struct batch *batch, const struct job *job,
			  const struct blocks *blocks,
			  const struct client_address *client)
{
	struct lease lease;

	if (blocks->count == 0)
		return 0;
	/* What cannot be read names no user. */
	if (!blocks_name_users(blocks) ||
	    lease_read(job->leases, LEASE_ACTIVE, client, &lease, NULL) < 0)
		lease_make(&lease, client, "-", "-", job->now);
	if (!blocks_cover(blocks, &lease, (unsigned)job->settings->ipv6_prefix))
		return 0;
	const int error = batch_add(batch, &lease, LEASE_ACTIVE);
	if (error < 0)
		return error;
	batch->entry[batch->count - 1].blocked = true;
	return 1;
}

static int add_if_ends(struct due *due, const struct job *job,
		       const struct blocks *blocks, const struct client_address *client)
{
	const int blocked = add_if_blocked(&due->batch, job, blocks, client);

	return blocked != 0 ? blocked
			    : add_if_due(&due->batch, job, LEASE_ACTIVE, client);
}

/* Without a lock: what is found is looked at again under it. */
static int find_due(const struct job *job, struct due *ret, struct why *why)
{
	cleanup_lease_scan struct lease_scan scan = { 0 };
	cleanup_blocks struct blocks blocks = { 0 };
	struct lease_name name;

	ret->missed = blocks_read(job->leases, job->now.tv_sec, &blocks, &ret->reason);
	int found = lease_scan_open(job->leases, LEASE_ACTIVE, &scan, why);
	while (found >= 0 && (found = lease_scan_next(&scan, &name, why)) > 0) {
		if (found != LEASE_SCAN_CLIENT)
			continue;
		ret->active++;
		const int added = add_if_ends(ret, job, &blocks, &name.client);
		if (added < 0)
			miss(ret, job, &name.client, added);
	}
	return found;
}

/* How many of them stay: their clients are still connected. When nobody can say who is,
 * they end, since closed means closed. */
static size_t keep_held(const struct job *job, struct batch *due)
{
	const char *run_dir = job->settings->run_dir;
	struct why reason = { 0 };

	if (due->count == 0)
		return 0;
	const long held = hold_mark(job, due, &reason);
	if (held >= 0)
		(void)complaint_withdraw(run_dir, COMPLAINT_HOLD);
	else if (complaint_make(run_dir, COMPLAINT_HOLD, reason.text))
		job_tell(job, EVENT_UNHELD, NULL, reason.text);
	return held > 0 ? (size_t)held : 0;
}

/* Under the lock: to ending/, unless a login was quicker. */
static int end_one(const struct job *job, const struct lease *due)
{
	const struct client_address *client = &due->client;
	cleanup_batch struct batch again = { 0 };
	struct timespec mtime;

	const int moved = lease_move(job->leases, LEASE_ACTIVE, LEASE_ENDING, client);
	if (moved < 0)
		return moved;
	if (lease_mtime(job->leases, LEASE_ENDING, client, &mtime) == 0 &&
	    mtime.tv_sec == due->last_login.tv_sec)
		return 0;
	/* A login that had the file in its hands renewed it under its new name. When
	 * nobody can say so it goes back, too, and ends a minute later. */
	if (add_if_due(&again, job, LEASE_ENDING, client) < 0 || again.count == 0)
		if (lease_merge(job->leases, LEASE_ENDING, LEASE_ACTIVE, client) < 0)
			(void)lease_merge(job->leases, LEASE_ENDING, LEASE_PENDING,
					  client);
	return 0;
}

static void end_all(const struct job *job, struct due *due)
{
	for (size_t i = 0; i < due->batch.count; i++) {
		const struct batch_entry *entry = &due->batch.entry[i];
		int ended = 0;
		if (entry->blocked)
			ended = revoke_locked(job, &entry->lease.client);
		else if (!entry->held)
			ended = end_one(job, &entry->lease);
		if (ended < 0)
			miss(due, job, &entry->lease.client, ended);
	}
}

/* What an earlier run left in ending/: renewed meanwhile, it waits for a commit. */
static int take_up_ending(const struct job *job, struct why *why)
{
	cleanup_batch struct batch left = { 0 };

	const int error = batch_collect(&left, job, LEASE_ENDING, why);
	for (size_t i = 0; i < left.count && error == 0; i++) {
		const struct lease *lease = &left.entry[i].lease;
		if (!expire_is_due(job, lease))
			(void)lease_merge(job->leases, LEASE_ENDING, LEASE_PENDING,
					  &lease->client);
	}
	return error;
}

/* What a commit has left behind (batch.h). */
static void find_unreadable(const struct job *job, struct due *due)
{
	cleanup_lease_scan struct lease_scan scan = { 0 };
	struct lease_name name;
	struct lease lease;
	int found;

	if (lease_scan_open(job->leases, LEASE_DEFERRED, &scan, NULL) < 0)
		return;
	while (due->missed == 0 && (found = lease_scan_next(&scan, &name, NULL)) > 0) {
		if (found != LEASE_SCAN_CLIENT)
			continue;
		due->missed = lease_read(job->leases, LEASE_DEFERRED, &name.client,
					 &lease, &due->reason);
		if (due->missed == -ENOENT)
			due->missed = 0;
	}
}

/* By its number, and by the folder that it speaks of. */
static bool seal_counts(const struct job *job, const struct seal *seal, long leases)
{
	return seal->leases == leases && seal->state == lease_dir_inode(job->leases);
}

/* Nothing is due: is there anything else to do? Looked at under the lock, since a
 * commit under way makes all of it untrue for a moment. */
static bool is_idle(const struct job *job, const struct commit_lock *lock, long active)
{
	struct seal seal;

	return seal_holds(job->settings, &seal) && seal_counts(job, &seal, active) &&
	       lease_folder_empty(job->leases, LEASE_ENDING) && commit_is_idle(job, lock);
}

static int end_found(const struct job *job, struct due *due, struct commit_result *ret,
		     struct why *why)
{
	cleanup_commit_lock struct commit_lock lock = { .fd = -1 };
	struct seal seal;

	int error = find_due(job, due, why);
	const size_t held = error == 0 ? keep_held(job, &due->batch) : 0;
	if (error == 0)
		error = commit_lock_take(job->leases, job->deadline, NULL, &lock, why);
	if (error < 0)
		return trouble_once(job, error, ret, why);
	blocks_tidy(job->leases);
	/* The scan was before the lock: a login may have been committed since. */
	if (due->batch.count == held && is_idle(job, &lock, due->active))
		return 0;
	error = take_up_ending(job, why);
	if (error < 0)
		return trouble_once(job, error, ret, why);
	end_all(job, due);

	const long count = lease_count(job->leases, LEASE_ACTIVE, why) +
			   lease_count(job->leases, LEASE_ENDING, why);
	if (seal_holds(job->settings, &seal) && !seal_counts(job, &seal, count))
		seal_break(job->settings);
	error = commit_patiently(job, &lock, ret, why);
	if (error == 0)
		find_unreadable(job, due);
	return error;
}

static int end_due(const struct job *job, struct commit_result *ret, struct why *why)
{
	struct due due = { 0 };

	const int error = end_found(job, &due, ret, why);
	batch_free(&due.batch);
	if (error < 0 || due.missed == 0)
		return error;
	*why = due.reason;
	return trouble_once(job, due.missed, ret, why);
}

/* Addresses that the administrator decided about and that stay away: the folder must
 * not grow for ever on a quiet table. Whoever comes back is looked at anew. */
static void forget_settled(const struct job *job)
{
	cleanup_lease_scan struct lease_scan scan = { 0 };
	struct lease_name name;
	struct timespec mtime;
	int found = lease_scan_open(job->leases, LEASE_SETTLED, &scan, NULL);

	while (found >= 0 && (found = lease_scan_next(&scan, &name, NULL)) > 0)
		if (found == LEASE_SCAN_CLIENT &&
		    lease_mtime(job->leases, LEASE_SETTLED, &name.client, &mtime) == 0 &&
		    mtime.tv_sec < job->now.tv_sec - SETTLED_LASTS)
			(void)lease_unlink(job->leases, LEASE_SETTLED, &name.client);
}

/* This run worked: whatever is still wrong is news again, once a minute at most. */
static void withdraw_complaints(const char *run_dir)
{
	/* Nothing waits for the map, whatever was wrong with it: logins may ask it again.
	 */
	(void)complaint_withdraw(run_dir, COMPLAINT_MAP);
	(void)complaint_withdraw(run_dir, COMPLAINT_EXPIRY);
	(void)complaint_withdraw(run_dir, COMPLAINT_FULL);
	(void)complaint_withdraw(run_dir, COMPLAINT_STATE);
	(void)complaint_withdraw(run_dir, COMPLAINT_SERVICE);
}

int expire(const struct job *job, struct commit_result *ret, struct why *why)
{
	const int error = end_due(job, ret, why);
	forget_settled(job);
	const int touched = expiry_watch_touch(job, error < 0 ? NULL : why);

	if (error == 0 && touched == 0)
		withdraw_complaints(job->settings->run_dir);
	return error < 0 ? error : touched;
}

/* What nothing can move out of the queue would start the service again at once: said, so
 * that it ends as one that failed, and late (decision 0013). */
static int is_stuck(const struct job *job, struct commit_result *ret, struct why *why)
{
	(void)why_say(why, -EBUSY, "%s/pending cannot be emptied: look what is in it",
		      job->leases->path);
	return trouble_once(job, -EBUSY, ret, why);
}

int expire_commit_queue(const struct job *job, struct commit_result *ret, struct why *why)
{
	cleanup_commit_lock struct commit_lock lock = { .fd = -1 };
	struct lease_first first = { 0 };

	int error = commit_lock_take(job->leases, job->deadline, NULL, &lock, why);
	if (error < 0)
		return trouble_once(job, error, ret, why);
	for (int i = 0; i < QUEUE_ROUNDS && error == 0 && !commit_is_idle(job, &lock);
	     i++) {
		first = lease_folder_first(job->leases, LEASE_PENDING);
		error = commit_patiently(job, &lock, ret, why);
	}
	/* Not empty alone: others come meanwhile, or there is more than this. */
	const struct lease_first left = lease_folder_first(job->leases, LEASE_PENDING);
	if (error == 0 && first.inode != 0 && lease_first_equal(&first, &left))
		error = is_stuck(job, ret, why);
	commit_lock_release(&lock);
	if (error == 0 && expiry_is_late(job))
		error = end_due(job, ret, why);
	return error;
}
