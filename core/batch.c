/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/batch.h"

#include "base/why.h"
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

void batch_free(struct batch *batch)
{
	free(batch->entry);
	*batch = (struct batch){ 0 };
}

static void drop_junk(const struct job *job, enum lease_folder folder, const char *name)
{
	char path[NAME_MAX + 16];

	/* Left alone in a folder that only commits write to: not seen there yet. */
	if (lease_unlink_junk(job->leases, folder, name) < 0)
		return;
	(void)snprintf(path, sizeof(path), "%s/%s", lease_folder_name(folder), name);
	job_tell(job, EVENT_JUNK, NULL, path);
}

/* What our own login path asks before it queues an address. A member of queue_group can
 * put any address there. */
static bool may_be_opened(const struct job *job, const struct client_address *client)
{
	struct client_address masked = *client;

	client_address_mask_ipv6(&masked, (unsigned)job->settings->ipv6_prefix);
	return client_address_equal(&masked, client) &&
	       screen_client(job->settings, client) == NULL &&
	       (!job->settings->refuse_own || screen_is_own(client) == 0);
}

/* 1 it lives, 0 it was removed */
static int screen(const struct job *job, enum lease_folder folder, struct lease *lease)
{
	const struct client_address *client = &lease->client;

	if (lease->last_login.tv_sec > job->now.tv_sec) {
		lease->last_login = job->now;
		(void)lease_touch(job->leases, folder, client, job->now);
	}
	if (lease->foreign && !may_be_opened(job, client)) {
		drop_junk(job, folder, client->text);
		return 0;
	}
	if (lease_end(lease, job->settings->lifetime_ms) > job->now.tv_sec)
		return 1;
	if (lease_unlink(job->leases, folder, client) == 0)
		job_tell(job, EVENT_LAPSED, lease, NULL);
	return 0;
}

static bool is_queue(enum lease_folder folder)
{
	return folder == LEASE_PENDING || folder == LEASE_DEFERRED;
}

static int collect_one(struct batch *batch, const struct job *job,
		       enum lease_folder folder, const struct client_address *client)
{
	struct lease lease;

	if (folder == LEASE_DEFERRED &&
	    lease_present(job->leases, LEASE_PENDING, client)) {
		(void)lease_unlink(job->leases, folder, client);
		return 0;
	}
	const int error = lease_read(job->leases, folder, client, &lease, NULL);
	if (error == -EINVAL)
		drop_junk(job, folder, client->text);
	if (error < 0)
		/* Gone meanwhile, or junk: nothing to deal with. */
		return error == -EINVAL || error == -ENOENT ? 0 : error;
	if (is_queue(folder) && screen(job, folder, &lease) == 0)
		return 0;
	return batch_add(batch, &lease, folder);
}

int batch_collect(struct batch *batch, const struct job *job, enum lease_folder folder,
		  struct why *why)
{
	cleanup_lease_scan struct lease_scan scan = { 0 };
	struct lease_name name;

	int found = lease_scan_open(job->leases, folder, &scan, why);
	if (found < 0)
		return found;
	while ((!is_queue(folder) || batch->count < BATCH_MAX) &&
	       (found = lease_scan_next(&scan, &name, why)) > 0) {
		if (found == LEASE_SCAN_JUNK) {
			drop_junk(job, folder, name.junk);
			continue;
		}
		const int error = collect_one(batch, job, folder, &name.client);
		if (error < 0)
			return why_set(why, error, "cannot take up %s/%s/%s",
				       job->leases->path, lease_folder_name(folder),
				       name.client.text);
	}
	return found < 0 ? found : 0;
}
