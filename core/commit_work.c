/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/commit_work.h"

#include "base/why.h"
#include "core/hold.h"
#include "core/job.h"
#include "core/kept_shut.h"
#include "core/lease_file.h"
#include "core/settings.h"
#include "core/table_change.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void commit_work_free(struct commit_work *work)
{
	blocks_free(&work->blocks);
	batch_free(&work->queue);
	batch_free(&work->ending);
	reconciled_free(&work->healed);
}

int commit_work_list(struct commit_work *work, const struct job *job, struct why *why)
{
	/* For the events alone: batch_collect() looks for itself. */
	(void)blocks_read(job->leases, job->now.tv_sec, &work->blocks, NULL);
	int error = batch_collect(&work->queue, job, LEASE_PENDING, why);

	if (error == 0)
		error = batch_collect(&work->queue, job, LEASE_DEFERRED, why);
	if (error == 0 && work->with_ending)
		error = batch_collect(&work->ending, job, LEASE_ENDING, why);
	return error;
}

static bool is_blocked(const struct commit_work *work,
		       const struct client_address *client)
{
	for (size_t i = 0; i < work->queue.count; i++) {
		const struct batch_entry *entry = &work->queue.entry[i];
		if (entry->blocked && client_address_equal(&entry->lease.client, client))
			return true;
	}
	return false;
}

/* What comes into an empty queue now belongs to the next commit, which opens it again. */
static bool stays_open(const struct commit_work *work, const struct job *job,
		       const struct client_address *client)
{
	return lease_present(job->leases, LEASE_ACTIVE, client) ||
	       (work->queue.count > 0 &&
		(lease_present(job->leases, LEASE_PENDING, client) ||
		 lease_present(job->leases, LEASE_DEFERRED, client)) &&
		!is_blocked(work, client));
}

static int apply_ending(struct commit_work *work, const struct job *job,
			const struct table *table, struct why *why)
{
	const struct record_form form = settings_record_form(job->settings);

	for (size_t i = 0; i < work->ending.count; i++) {
		struct batch_entry *entry = &work->ending.entry[i];
		const struct client_address *client = &entry->lease.client;
		entry->closed = !stays_open(work, job, client);
		if (!entry->closed)
			continue;
		const int changed = table_close_client(table, &form, client, why);
		if (changed < 0)
			return changed;
		work->changed |= changed > 0;
		if (work->whole && changed > 0)
			work->shown--;
	}
	return 0;
}

/* max_leases is reached, and the table does not show this client yet. */
static int is_beyond_full(const struct commit_work *work, const struct job *job,
			  const struct table *table, const struct client_address *client,
			  struct why *why)
{
	const struct record_form form = settings_record_form(job->settings);
	struct verdict verdict;

	if (work->shown < job->settings->max_leases)
		return 0;
	const int error = verdict_of(table, &form, client, &verdict, why);
	return error < 0 ? error : verdict.word == VERDICT_FREE && !verdict.ours;
}

/* A record may be there: of a commit that died, or of a lease that was ending. */
static int apply_blocked(struct commit_work *work, const struct job *job,
			 const struct table *table, const struct client_address *client,
			 struct why *why)
{
	const struct record_form form = settings_record_form(job->settings);

	/* It goes with its lease, at the next run of the timer. */
	if (lease_present(job->leases, LEASE_ACTIVE, client))
		return 0;
	const int changed = table_close_client(table, &form, client, why);
	if (changed <= 0)
		return changed;
	work->changed = true;
	/* A record that reconcile left to a lease that waited is not in the number. */
	if (work->whole && work->shown > 0)
		work->shown--;
	return 0;
}

static int apply_entry(struct commit_work *work, const struct job *job,
		       const struct table *table, struct batch_entry *entry,
		       struct why *why)
{
	const struct record_form form = settings_record_form(job->settings);
	const struct client_address *client = &entry->lease.client;
	const bool known = lease_present(job->leases, LEASE_ACTIVE, client);
	struct verdict verdict;

	if (entry->blocked)
		return apply_blocked(work, job, table, client, why);
	const int full = known ? 0 : is_beyond_full(work, job, table, client, why);
	if (full != 0) {
		entry->full = full > 0;
		return full < 0 ? full : 0;
	}
	const int changed = table_open_client(table, &form, client, &verdict, why);
	if (changed < 0)
		return changed;
	work->changed |= changed > 0;
	entry->word = verdict.word;
	memcpy(entry->key, verdict.key, sizeof(entry->key));
	/* A whole seal counts every record that is there; reconcile counted active/. */
	if (verdict.word == VERDICT_FREE && (work->whole ? changed > 0 : !known))
		work->shown++;
	return 0;
}

static int apply_reconcile(struct commit_work *work, const struct job *job,
			   const struct table *table, struct why *why)
{
	const int error = reconcile(job, table, &work->healed, why);

	work->shown = work->healed.shown;
	work->changed |= work->healed.put_back > 0 || work->healed.orphans > 0 ||
			 work->healed.settled.count > 0;
	/* It was said of another table. Before the seal, with which it would count. */
	return error < 0 ? error : lease_empty(job->leases, LEASE_SETTLED, why);
}

int commit_work_apply(struct commit_work *work, const struct job *job,
		      const struct table *table, struct why *why)
{
	int error = apply_ending(work, job, table, why);

	if (error == 0 && !work->whole)
		error = apply_reconcile(work, job, table, why);
	for (size_t i = 0; i < work->queue.count && error == 0; i++)
		error = apply_entry(work, job, table, &work->queue.entry[i], why);
	return error;
}

/* The administrator decided: the lease moves to settled/, and that is said once. */
static int settle(const struct job *job, const struct batch_entry *entry)
{
	const bool known =
		lease_present(job->leases, LEASE_SETTLED, &entry->lease.client);
	const int error =
		lease_move(job->leases, entry->from, LEASE_SETTLED, &entry->lease.client);

	if (error == 0 && !known)
		job_tell(job,
			 entry->word == VERDICT_REFUSED ? EVENT_REFUSED : EVENT_GRANTED,
			 &entry->lease, entry->key);
	return error;
}

static int finish_entry(struct commit_work *work, const struct job *job,
			const struct batch_entry *entry)
{
	const struct lease *lease = &entry->lease;

	if (entry->blocked) {
		(void)kept_shut_by(job, &work->blocks, lease);
		return lease_unlink(job->leases, entry->from, &lease->client);
	}
	if (entry->full) {
		work->full++;
		job_tell(job, EVENT_FULL, lease, NULL);
		return lease_unlink(job->leases, entry->from, &lease->client);
	}
	if (entry->word != VERDICT_FREE)
		return settle(job, entry);
	const int merged =
		lease_merge(job->leases, entry->from, LEASE_ACTIVE, &lease->client);
	(void)lease_unlink(job->leases, LEASE_SETTLED, &lease->client);
	if (merged > 0) {
		work->inserted++;
		job_tell(job, EVENT_INSERTED, lease, NULL);
	}
	return merged < 0 ? merged : 0;
}

/* The log line before the name goes: after a crash between it is said twice, not
 * never. */
static int finish_ending(struct commit_work *work, const struct job *job,
			 const struct batch_entry *entry)
{
	const struct client_address *client = &entry->lease.client;

	if (entry->closed) {
		work->removed++;
		job_tell(job, EVENT_REMOVED, &entry->lease,
			 hold_is_over(job, &entry->lease) ? "max_lifetime is over"
							  : NULL);
	}
	return lease_unlink(job->leases, LEASE_ENDING, client);
}

/* A lease under a name that today's settings no longer give. */
static int finish_misfit(struct commit_work *work, const struct job *job,
			 const struct batch_entry *entry)
{
	work->removed++;
	job_tell(job, EVENT_REMOVED, &entry->lease, NULL);
	return lease_unlink(job->leases, LEASE_ACTIVE, &entry->lease.client);
}

static void tell_healed(const struct commit_work *work, const struct job *job)
{
	char detail[96];

	if (work->healed.put_back == 0 && work->healed.orphans == 0)
		return;
	(void)snprintf(detail, sizeof(detail),
		       "%ld put back, %ld without a lease removed", work->healed.put_back,
		       work->healed.orphans);
	job_tell(job, EVENT_HEALED, NULL, detail);
}

/* Somebody's file that is gone already is no failure of ours. */
static int keep_first(int before, int error)
{
	return before < 0 || error == -ENOENT ? before : error;
}

int commit_work_finish(struct commit_work *work, const struct job *job, struct why *why)
{
	int error = 0;

	for (size_t i = 0; i < work->ending.count; i++)
		error = keep_first(error,
				   finish_ending(work, job, &work->ending.entry[i]));
	for (size_t i = 0; i < work->healed.settled.count; i++)
		error = keep_first(error, settle(job, &work->healed.settled.entry[i]));
	for (size_t i = 0; i < work->healed.ended.count; i++)
		error = keep_first(
			error, finish_misfit(work, job, &work->healed.ended.entry[i]));
	for (size_t i = 0; i < work->queue.count; i++)
		error = keep_first(error, finish_entry(work, job, &work->queue.entry[i]));
	tell_healed(work, job);
	return error < 0 ? why_set(why, error, "cannot move the committed leases") : 0;
}
