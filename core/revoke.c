/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/revoke.h"

#include "base/why.h"
#include "core/batch.h"
#include "core/blocks.h"
#include "core/commit_lock.h"
#include "core/job.h"
#include "core/lease_file.h"
#include "core/patient_commit.h"
#include "core/settings.h"

#include <errno.h>

static const enum lease_folder folders[] = { LEASE_ACTIVE, LEASE_PENDING,
					     LEASE_DEFERRED };
#define FOLDERS (sizeof(folders) / sizeof(folders[0]))
static const enum lease_folder queues[] = { LEASE_PENDING, LEASE_DEFERRED };
#define QUEUES (sizeof(queues) / sizeof(queues[0]))

int revoke_locked(const struct job *job, const struct client_address *client)
{
	static const struct timespec long_ago = { .tv_sec = 0 };
	int found = 0;

	for (size_t i = 0; i < QUEUES; i++) {
		const int error = lease_unlink(job->leases, queues[i], client);
		if (error < 0 && error != -ENOENT)
			return error;
		found |= error == 0;
	}
	/* Dated first, so that a run after a crash does not take it for renewed. */
	(void)lease_touch(job->leases, LEASE_ACTIVE, client, long_ago);
	const int moved = lease_move(job->leases, LEASE_ACTIVE, LEASE_ENDING, client);
	return moved == 0 || moved == -ENOENT ? found | (moved == 0) : moved;
}

/* Of many leases: how many there were, and the first that could not be ended. */
struct ended {
	size_t found;
	int error;
	struct why reason;
};

static void end_lease(const struct job *job, const struct client_address *client,
		      struct ended *ended)
{
	const int found = revoke_locked(job, client);

	ended->found += found != 0;
	if (found < 0 && ended->error == 0)
		ended->error =
			why_set(&ended->reason, found, "cannot end the lease of %s in %s",
				client->text, job->leases->path);
}

/* The others end all the same. */
static int commit_ended(const struct job *job, const struct commit_lock *lock,
			const struct ended *ended, struct commit_result *ret,
			struct why *why)
{
	const int error = commit_patiently(job, lock, ret, why);

	if (error < 0 || ended->error == 0)
		return error;
	*why = ended->reason;
	return ended->error;
}

int revoke_leases(const struct job *job, const struct client_address *clients,
		  size_t count, struct commit_result *ret, struct why *why)
{
	cleanup_commit_lock struct commit_lock lock = { .fd = -1 };
	struct ended ended = { 0 };

	const int error = commit_lock_take(job->leases, job->deadline, NULL, &lock, why);
	if (error < 0)
		return error;
	for (size_t i = 0; i < count; i++)
		end_lease(job, &clients[i], &ended);
	/* What an earlier one could not commit has a record still. */
	if (ended.found == 0 && lease_folder_empty(job->leases, LEASE_ENDING))
		return why_say(why, -ENOENT, "there is no lease to revoke");
	return commit_ended(job, &lock, &ended, ret, why);
}

/* A file that is none, or cannot be read, names no user: its address alone counts. */
static int collect_covered(const struct job *job, enum lease_folder folder,
			   const struct blocks *blocks, struct batch *ret,
			   struct why *why)
{
	cleanup_lease_scan struct lease_scan scan = { 0 };
	struct lease_name name;
	struct lease lease;

	int found = lease_scan_open(job->leases, folder, &scan, why);
	while (found >= 0 && (found = lease_scan_next(&scan, &name, why)) > 0) {
		if (found != LEASE_SCAN_CLIENT)
			continue;
		if (lease_read(job->leases, folder, &name.client, &lease, NULL) < 0)
			lease_make(&lease, &name.client, "-", "-", job->now);
		if (blocks_cover(blocks, &lease, (unsigned)job->settings->ipv6_prefix) &&
		    batch_add(ret, &lease, folder) < 0)
			return why_say(why, -ENOMEM, "out of memory");
	}
	return found;
}

static int end_covered(const struct job *job, const struct blocks *blocks,
		       struct ended *ended, struct why *why)
{
	cleanup_batch struct batch covered = { 0 };
	int error = 0;

	for (size_t i = 0; i < FOLDERS && error >= 0; i++)
		error = collect_covered(job, folders[i], blocks, &covered, why);
	for (size_t i = 0; i < covered.count && error >= 0; i++)
		end_lease(job, &covered.entry[i].lease.client, ended);
	return error < 0 ? error : 0;
}

/* What is over goes with it. */
static int change_blocks(const struct job *job, const struct blocks *wanted,
			 struct why *why)
{
	cleanup_blocks struct blocks blocks = { 0 };

	int error = blocks_read(job->leases, job->now.tv_sec, &blocks, why);
	if (error < 0)
		return error;
	for (size_t i = 0; i < wanted->count && error == 0; i++)
		error = blocks_set(&blocks, &wanted->list[i]);
	if (error < 0)
		return why_set(why, error, "cannot block more than %d", BLOCKS_MAX);
	return blocks_write(job->leases, &blocks, why);
}

static void tell(const struct job *job, enum event_kind kind, const struct block *block)
{
	char text[BLOCK_TEXT];

	job_tell(job, kind, NULL,
		 kind == EVENT_BLOCK ? block_tell(block, "", text)
				     : block_whom(block, text));
}

int revoke_and_block(const struct job *job, const struct blocks *wanted,
		     struct commit_result *ret, struct why *why)
{
	cleanup_commit_lock struct commit_lock lock = { .fd = -1 };
	struct ended ended = { 0 };

	int error = commit_lock_take(job->leases, job->deadline, NULL, &lock, why);
	if (error == 0)
		error = change_blocks(job, wanted, why);
	if (error < 0)
		return error;
	for (size_t i = 0; i < wanted->count; i++)
		tell(job, EVENT_BLOCK, &wanted->list[i]);
	error = end_covered(job, wanted, &ended, why);
	return error < 0 ? error : commit_ended(job, &lock, &ended, ret, why);
}

/* The log line for each, before the file is written: after a crash between it is said
 * twice, not never. */
static long drop_all(const struct job *job, struct blocks *blocks,
		     const struct blocks *unwanted)
{
	long dropped = 0;

	for (size_t i = 0; i < unwanted->count; i++) {
		if (!blocks_drop(blocks, &unwanted->list[i]))
			continue;
		dropped++;
		tell(job, EVENT_UNBLOCK, &unwanted->list[i]);
	}
	return dropped;
}

long unblock(const struct job *job, const struct blocks *unwanted, struct why *why)
{
	cleanup_commit_lock struct commit_lock lock = { .fd = -1 };
	cleanup_blocks struct blocks blocks = { 0 };

	int error = commit_lock_take(job->leases, job->deadline, NULL, &lock, why);
	if (error == 0)
		error = blocks_read(job->leases, job->now.tv_sec, &blocks, why);
	if (error < 0)
		return error;
	const long dropped = drop_all(job, &blocks, unwanted);
	if (dropped > 0)
		error = blocks_write(job->leases, &blocks, why);
	return error < 0 ? error : dropped;
}
