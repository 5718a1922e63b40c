/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/batch.h"

#include "base/why.h"
#include "core/blocks.h"
#include "core/job.h"
#include "core/lease_file.h"
#include "core/screen.h"
#include "core/settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define FIRST_ROOM 16

int batch_add(struct batch *batch, const struct lease *lease, enum lease_folder from)
{
	if (batch->count == batch->room) {
		const size_t room = batch->room ? batch->room * 2 : FIRST_ROOM;
		struct batch_entry *entry =
			reallocarray(batch->entry, room, sizeof(*entry));
		if (!entry)
			return -ENOMEM;
		batch->entry = entry;
		batch->room = room;
	}
	batch->entry[batch->count++] =
		(struct batch_entry){ .lease = *lease, .from = from };
	return 0;
}

static int compare_entries(const void *a, const void *b)
{
	const struct batch_entry *left = a, *right = b;
	const int order =
		client_address_compare(&left->lease.client, &right->lease.client);

	return order != 0 ? order : (int)left->from - (int)right->from;
}

void batch_sort(struct batch *batch)
{
	if (batch->count > 0)
		qsort(batch->entry, batch->count, sizeof(*batch->entry), compare_entries);
}

struct batch_entry *batch_find(const struct batch *batch,
			       const struct client_address *client,
			       enum lease_folder from)
{
	const struct batch_entry key = { .lease.client = *client, .from = from };

	return batch->count == 0 ? NULL
				 : bsearch(&key, batch->entry, batch->count,
					   sizeof(*batch->entry), compare_entries);
}

void batch_free(struct batch *batch)
{
	free(batch->entry);
	*batch = (struct batch){ 0 };
}

/* One folder on its way into the batch. */
struct collection {
	struct batch *batch;
	const struct job *job;
	enum lease_folder folder;
	size_t removed; /* junk of this folder */
	bool more;	/* than one commit removes */
	struct blocks blocks;
	bool none_known; /* of the blocks: nobody may be opened */
	char first[NAME_MAX + 1];
};

static void drop_junk(struct collection *at, const char *name)
{
	if (at->batch->junk >= BATCH_JUNK_MAX) {
		at->more = true;
		return;
	}
	at->batch->junk++;
	/* Left alone in a folder that only commits write to: not seen there yet. */
	if (lease_unlink_junk(at->job->leases, at->folder, name) < 0)
		return;
	if (at->removed++ == 0)
		(void)snprintf(at->first, sizeof(at->first), "%s", name);
}

/* One line, whatever somebody has thrown in. */
static void tell_junk(const struct collection *at)
{
	const char *folder = lease_folder_name(at->folder);
	char detail[NAME_MAX + 96];

	if (at->removed == 0)
		return;
	if (at->removed == 1)
		(void)snprintf(detail, sizeof(detail), "%s/%s", folder, at->first);
	else
		(void)snprintf(detail, sizeof(detail),
			       "%zu files in %s/%s, the first '%s'", at->removed, folder,
			       at->more ? " (more at the next commit)" : "", at->first);
	job_tell(at->job, at->removed == 1 ? EVENT_JUNK : EVENT_JUNK_HEAP, NULL, detail);
}

/* What our own login path asks before it queues an address. A member of queue_group can
 * put any address there. When the kernel does not tell our own, it is not opened: the
 * next login asks again, and an entry that stays would ring the bell for ever. */
static bool may_be_opened(const struct job *job, const struct client_address *client)
{
	struct client_address masked = *client;

	client_address_mask_ipv6(&masked, (unsigned)job->settings->ipv6_prefix);
	return client_address_equal(&masked, client) &&
	       screen_client(job->settings, client) == NULL &&
	       (!job->settings->refuse_own || screen_is_own(client) == 0);
}

static bool has_lapsed(const struct job *job, const struct lease *lease)
{
	return lease_end(lease, job->settings->lifetime_ms) <= job->now.tv_sec;
}

/*
 * Out of the queue, then looked at again: a login may renew it at this moment, under
 * whatever name it has by then. 1 it was renewed. If we die between, the next run of the
 * timer looks at it.
 */
static int drop_lapsed(struct collection *at, struct lease *lease)
{
	const struct client_address *client = &lease->client;
	const struct job *job = at->job;
	const bool ends = lease_present(job->leases, LEASE_ENDING, client);
	struct lease again;

	if (lease_move(job->leases, at->folder, LEASE_ENDING, client) < 0)
		return 0;
	if (lease_read(job->leases, LEASE_ENDING, client, &again, NULL) == 0 &&
	    !has_lapsed(job, &again) &&
	    lease_merge(job->leases, LEASE_ENDING, at->folder, client) >= 0) {
		*lease = again;
		return 1;
	}
	/* What ended before has a record, and still ends. */
	if (!ends)
		(void)lease_unlink(job->leases, LEASE_ENDING, client);
	at->batch->lapsed++;
	job_tell(job, EVENT_LAPSED, lease, NULL);
	return 0;
}

/* 1 it lives, 0 it was removed */
static int screen(struct collection *at, struct lease *lease)
{
	const struct client_address *client = &lease->client;
	const struct job *job = at->job;

	if (lease->foreign && !may_be_opened(job, client)) {
		drop_junk(at, client->text);
		return 0;
	}
	if (has_lapsed(job, lease) && drop_lapsed(at, lease) == 0)
		return 0;
	if (lease->last_login.tv_sec > job->now.tv_sec) {
		lease->last_login = job->now;
		(void)lease_touch(job->leases, at->folder, client, job->now);
	}
	return 1;
}

static bool is_queue(enum lease_folder folder)
{
	return folder == LEASE_PENDING || folder == LEASE_DEFERRED;
}

/* Of this process: the next one may read it. */
static bool is_short(int error)
{
	return error == -EMFILE || error == -ENFILE || error == -ENOMEM;
}

/* Neither gone, nor spoilt, nor beyond our means. */
static bool is_unreadable(int error)
{
	return error < 0 && error != -ENOENT && error != -EINVAL && !is_short(error);
}

/* The disk does not give it back. The others go on; it waits where nobody watches, until
 * it can be read, or lapses by its date. */
static void put_aside(struct collection *at, const struct client_address *client)
{
	const struct lease_dir *leases = at->job->leases;
	struct timespec mtime;
	struct lease lease;

	if (at->folder == LEASE_PENDING) {
		if (lease_merge(leases, at->folder, LEASE_DEFERRED, client) < 0)
			drop_junk(at, client->text);
		return;
	}
	if (lease_mtime(leases, at->folder, client, &mtime) < 0)
		return;
	lease_make(&lease, client, "-", "-", mtime);
	if (has_lapsed(at->job, &lease))
		(void)drop_lapsed(at, &lease);
}

/* It ends whatever has become of its file: the table may show it. */
static int end_unread(struct collection *at, const struct client_address *client,
		      int error)
{
	struct timespec mtime = { 0 };
	struct lease lease;

	if (is_unreadable(error))
		(void)lease_mtime(at->job->leases, at->folder, client, &mtime);
	lease_make(&lease, client, "-", "-", mtime);
	return batch_add(at->batch, &lease, at->folder);
}

static int add_lease(struct collection *at, const struct lease *lease)
{
	struct batch *batch = at->batch;
	const unsigned prefix = (unsigned)at->job->settings->ipv6_prefix;

	const int error = batch_add(batch, lease, at->folder);
	if (error == 0)
		batch->entry[batch->count - 1].blocked =
			blocks_cover(&at->blocks, lease, prefix) != NULL;
	return error;
}

static int collect_one(struct collection *at, const struct client_address *client)
{
	const struct lease_dir *leases = at->job->leases;
	struct lease lease;

	if (at->folder == LEASE_DEFERRED &&
	    lease_present(leases, LEASE_PENDING, client)) {
		(void)lease_unlink(leases, at->folder, client);
		return 0;
	}
	const int error = lease_read(leases, at->folder, client, &lease, NULL);
	if (at->folder == LEASE_ENDING && (error == -EINVAL || is_unreadable(error)))
		return end_unread(at, client, error);
	if (is_unreadable(error) || (error == 0 && at->none_known))
		put_aside(at, client);
	if (error == -EINVAL)
		drop_junk(at, client->text);
	if (error < 0)
		/* Gone meanwhile, put aside, or junk: nothing to deal with. */
		return is_short(error) ? error : 0;
	if (at->none_known)
		return 0;
	if (is_queue(at->folder) && screen(at, &lease) == 0)
		return 0;
	return add_lease(at, &lease);
}

static bool is_full(const struct collection *at)
{
	const size_t most = at->job->guest ? BATCH_MAX_GUEST : BATCH_MAX;

	return is_queue(at->folder) && at->batch->count + at->batch->lapsed >= most;
}

static int collect_all(struct collection *at, struct why *why)
{
	cleanup_lease_scan struct lease_scan scan = { 0 };
	const struct job *job = at->job;
	struct lease_name name;

	int found = lease_scan_open(job->leases, at->folder, &scan, why);
	if (found < 0)
		return found;
	while (found >= 0 && !is_full(at) &&
	       (found = lease_scan_next(&scan, &name, why)) > 0) {
		if (found == LEASE_SCAN_JUNK) {
			drop_junk(at, name.junk);
			continue;
		}
		found = collect_one(at, &name.client);
		if (found < 0)
			(void)why_set(why, found, "cannot take up %s/%s/%s",
				      job->leases->path, lease_folder_name(at->folder),
				      name.client.text);
	}
	tell_junk(at);
	return found < 0 ? found : 0;
}

int batch_collect(struct batch *batch, const struct job *job, enum lease_folder folder,
		  struct why *why)
{
	struct collection at = { .batch = batch, .job = job, .folder = folder };

	/* The closing must not wait for a file that nobody can read. */
	int error = is_queue(folder)
			    ? blocks_read(job->leases, job->now.tv_sec, &at.blocks, why)
			    : 0;
	if (is_short(error))
		return error;
	at.none_known = error < 0;
	error = collect_all(&at, why);
	blocks_free(&at.blocks);
	return error;
}
