/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/commit.h"

#include "base/why.h"
#include "core/commit_lock.h"
#include "core/commit_work.h"
#include "core/complaint.h"
#include "core/counters.h"
#include "core/job.h"
#include "core/own_table.h"
#include "core/seal.h"
#include "core/settings.h"
#include "map/map_backend.h"

#include <errno.h>

/* Each try more needs an administrator's `mv` while we copy. */
#define COMMIT_TRIES 5

/* As makemap and postmap make them. */
mode_t commit_new_mode(const struct settings *settings)
{
	return settings->mta == MTA_SENDMAIL ? 0640 : 0644;
}

static struct map_place place_of(const struct job *job, const struct commit_lock *lock)
{
	const struct mta_preset *mta = mta_preset_of(job->settings->mta);

	return (struct map_place){
		.path = job->settings->map_path,
		.note_fd = lock->fd,
		.run_dir = mta->spares ? job->settings->run_dir : NULL,
		.nul_when_empty = mta->nul,
		.in_place = map_type_in_place(job->settings->map_type),
	};
}

bool commit_is_idle(const struct job *job, const struct commit_lock *lock)
{
	const struct map_place place = place_of(job, lock);

	return lease_folder_empty(job->leases, LEASE_PENDING) &&
	       lease_folder_empty(job->leases, LEASE_DEFERRED) &&
	       !map_needs_recovery(&place);
}

bool commit_was_short(int error)
{
	return error == -EMFILE || error == -ENFILE || error == -ENOMEM ||
	       error == -ELIBACC;
}

static int leave_to_sapdb(const struct job *job, struct why *why)
{
	const int sealed = seal_look(job->settings);

	/* Then nobody knows whose it is. */
	if (commit_was_short(sealed))
		return why_set(why, sealed, "cannot read %s/seal",
			       job->settings->run_dir);
	return why_say(why, COMMIT_FOREIGN,
		       "the table %s is not as pam_sap left it; sapdb has to look at it",
		       job->settings->map_path);
}

/* A login may not open what somebody wrote between our look and now. */
static int begin(const struct job *job, const struct table *table, struct why *why)
{
	struct map_identity identity;

	int error = table->backend->begin(table->map, why);
	if (error < 0 || !job->guest)
		return error;
	error = table->backend->identify(table->map, &identity, why);
	return error == 0 && !seal_matches(job->settings, &identity, NULL)
		       ? leave_to_sapdb(job, why)
		       : error;
}

/* Change the table as far as it needs it; 1 = and commit it. */
static int change(const struct job *job, const struct table *table,
		  struct commit_work *work, const struct commit_edit *edit,
		  struct why *why)
{
	int error = begin(job, table, why);

	/* Not by us, or not since the last boot: look before libdb trusts it. */
	if (error == 0 && !work->whole)
		error = job->trial ? job->trial(table, job->settings->map_path, why)
				   : table->backend->verify(table->map, why);
	if (error == 0 && edit) {
		error = edit->apply(edit->context, table, why);
		work->changed |= error > 0;
	}
	if (error >= 0)
		error = commit_work_apply(work, job, table, why);
	if (error >= 0 && work->changed)
		return table->backend->commit(table->map, why);
	table->backend->abandon(table->map);
	return error < 0 ? error : 0;
}

/* The batch was listed, the table is open: from here to the moved leases. */
static int commit_open_table(const struct job *job, const struct commit_order *order,
			     const struct table *table, struct commit_work *work,
			     struct why *why)
{
	struct map_identity identity;
	struct seal seal = { 0 };

	int error = table->backend->identify(table->map, &identity, why);
	if (error < 0)
		return error;
	/* An edit of the administrator's may decide about any lease: look at them all. */
	work->whole = !order->edit && seal_matches(job->settings, &identity, &seal) &&
		      seal.state == lease_dir_inode(job->leases);
	if (job->guest && !work->whole)
		return leave_to_sapdb(job, why);
	work->shown = seal.leases;
	if (work->whole && work->queue.count == 0 && work->ending.count == 0)
		return 0;
	error = change(job, table, work, order->edit, why);
	if (error < 0)
		return error;

	/* The seal before the moves: if we die between, its number tells. */
	seal.leases = work->shown;
	seal.state = lease_dir_inode(job->leases);
	error = table->backend->identify(table->map, &seal.map, why);
	if (error < 0 || seal_write(job->settings, &seal, NULL) < 0)
		seal_break(job->settings);
	return commit_work_finish(work, job, why);
}

/* A table of our own that is missing is made first. */
static int open_table(const struct job *job, const struct map_place *place,
		      struct table *table, struct why *why)
{
	const struct map_backend *backend = table->backend;

	const int error = backend->open(place, &table->map, why);
	const bool ours = own_table(job->settings);
	if (error != -ENOENT || (!ours && place->new_mode == 0))
		return error;
	if (job->guest)
		return leave_to_sapdb(job, why);
	const int made = ours ? own_table_create(job->settings, backend, place, why)
			      : backend->create(place, why);
	return made < 0 ? made : backend->open(place, &table->map, why);
}

static int commit_once(const struct job *job, const struct commit_order *order,
		       struct commit_work *work, struct why *why)
{
	struct map_place place = place_of(job, order->lock);
	cleanup_backend struct loaded_backend loaded = { 0 };
	struct table table = { 0 };

	if (order->edit && order->edit->remakes) {
		place.dated_now = true;
		place.new_mode =
			own_table(job->settings) ? 0 : commit_new_mode(job->settings);
	}
	int error = map_backend_load(job->settings->map_type, job->settings->backend_dir,
				     &loaded, why);
	if (error < 0)
		return error;
	table.backend = loaded.backend;
	if (map_needs_recovery(&place))
		error = table.backend->recover(&place, why);
	if (error == 0)
		error = commit_work_list(work, job, why);
	if (error == 0)
		error = open_table(job, &place, &table, why);
	if (error == 0)
		error = commit_open_table(job, order, &table, work, why);
	table.map = table.backend->close(table.map);
	return error;
}

/* Somebody else's work is not counted as a failure of ours, nor what is left to sapdb. */
static void count(const struct job *job, int error, const struct commit_work *work,
		  unsigned long long began)
{
	const bool failed = error < 0 && error != -EBUSY && error != COMMIT_FOREIGN;

	if ((error == 0 && work->changed) || failed)
		counters_add(job->settings->run_dir,
			     &(struct counters){
				     .commits = !failed,
				     .failures = failed,
				     .microseconds = counters_clock() - began,
				     .opened = (unsigned long long)work->inserted,
				     .removed = (unsigned long long)work->removed,
			     });
}

int commit(const struct job *job, const struct commit_order *order,
	   struct commit_result *ret, struct why *why)
{
	const unsigned long long began = counters_clock();
	int error = -EAGAIN;

	for (int i = 0; i < COMMIT_TRIES && error == -EAGAIN; i++) {
		cleanup_commit_work struct commit_work work = {
			.with_ending = order->with_ending
		};

		error = commit_once(job, order, &work, why);
		if (error == 0)
			(void)complaint_withdraw(job->settings->run_dir, COMPLAINT_MAP);
		if (error == 0 && ret)
			*ret = (struct commit_result){ .inserted = work.inserted,
						       .removed = work.removed,
						       .full = work.full,
						       .exchanged = work.changed };
		if (error != -EAGAIN)
			count(job, error, &work, began);
	}
	return error == -EAGAIN ? -EBUSY : error;
}
